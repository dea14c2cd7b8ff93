//! Colours: what they are, and that what is remembered of them changes nothing.

use std::{fs, path::PathBuf};

use super::*;

const CODE: &str = "let s = \"<b>\"; // 끝\n\nfn main() {\n    let 수 = 1 + 2;\n}\n";

/// A publication's state folder.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn html(&self, code: &str, language: &str) -> String {
        CodeColours::below(self.0.path()).html(code, Some(language))
    }

    fn cache(&self) -> PathBuf {
        self.0.path().join("cache/code")
    }

    fn entries(&self) -> Vec<PathBuf> {
        let Ok(folder) = fs::read_dir(self.cache()) else {
            return Vec::new();
        };
        folder.map(|entry| entry.unwrap().path()).collect()
    }
}

#[test]
fn tokens_get_classes_and_their_text_is_escaped() {
    let html = Desk::new().html(CODE, "rust");
    for span in [
        "<span class=\"tk-keyword\">let</span> ",
        "<span class=\"tk-string\">\"&lt;b&gt;\"</span>",
        "<span class=\"tk-comment\">// 끝</span>\n\n",
    ] {
        assert!(html.contains(span), "{html}");
    }
}

#[test]
fn code_in_no_known_language_is_shown_as_it_is() {
    let desk = Desk::new();
    assert_eq!(desk.html("a < b\n", "klingon"), "a &lt; b");
    assert_eq!(desk.html("a < b\n", "klingon"), "a &lt; b", "and again");
    let before = desk.entries().len();
    let colours = CodeColours::below(desk.0.path());
    assert_eq!(colours.html("a < b\n", None), "a &lt; b");
    assert_eq!(colours.html("\n", Some("rust")), "");
    let long = format!("let a = {};", "1".repeat(MAX_LINE_BYTES));
    assert_eq!(colours.html(&long, Some("rust")), long);
    assert_eq!(desk.entries().len(), before, "nothing to remember");
}

#[test]
fn what_is_remembered_is_what_was_found_by_language_and_by_code() {
    let desk = Desk::new();
    let found = desk.html(CODE, "rust");
    assert_eq!(desk.html(CODE, "rust"), found);
    assert_eq!(desk.entries().len(), 1);
    assert_ne!(desk.html(CODE, "sql"), found);
    assert_ne!(desk.html(&CODE.replace("끝", "끗"), "rust"), found);
    assert_eq!(desk.entries().len(), 3);
}

#[test]
fn an_entry_that_is_torn_or_foreign_is_not_believed_and_is_made_again() {
    let desk = Desk::new();
    let found = desk.html(CODE, "rust");
    let entry = desk.entries().remove(0);
    let whole = fs::read(&entry).unwrap();
    let under_its_hash = |known: &[u8]| {
        let hash = crate::fingerprint::sha256(known);
        [hash.as_slice(), known].concat()
    };
    let code = CODE.trim_end();
    let all = u8::try_from(code.len()).unwrap();
    let within_a_letter = u8::try_from(code.find('끝').unwrap() + 1).unwrap();
    for broken in [
        Vec::new(),
        whole[..40].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        [whole.as_slice(), b"<script>"].concat(),
        under_its_hash(b""),
        under_its_hash(&[0, 0, 0, 0, all - 1]),
        under_its_hash(&[0, 0, 0, 0, all + 1]),
        under_its_hash(&[9, 0, 0, 0, all]),
        under_its_hash(&[
            1,
            0,
            0,
            0,
            within_a_letter,
            1,
            0,
            0,
            0,
            all - within_a_letter,
        ]),
        under_its_hash(&[1, 255, 255, 255, 255, 1, 255, 255, 255, 255]),
        under_its_hash(&[0, 0, 0, 0, 0, 0, 0, 0, 0, all]),
        vec![b'x'; 4 << 20],
    ] {
        fs::write(&entry, &broken).unwrap();
        assert_eq!(desk.html(CODE, "rust"), found, "{broken:?}");
        assert_eq!(fs::read(&entry).unwrap(), whole, "made again");
    }
    // The worst that can be planted: the same text, of another colour.
    fs::write(&entry, under_its_hash(&[1, 0, 0, 0, all])).unwrap();
    let text = escape_text(code);
    let planted = format!("<span class=\"tk-comment\">{text}</span>");
    assert_eq!(desk.html(CODE, "rust"), planted);
}

#[test]
fn where_nothing_can_be_kept_colours_are_the_same() {
    let desk = Desk::new();
    let found = desk.html(CODE, "rust");
    fs::remove_dir_all(desk.cache()).unwrap();
    // A file where the folder should be; a folder where the entry should be; a pipe, which nobody waits for.
    fs::write(desk.cache(), "").unwrap();
    assert_eq!(desk.html(CODE, "rust"), found);
    fs::remove_file(desk.cache()).unwrap();
    assert_eq!(desk.html(CODE, "rust"), found);
    let entry = desk.entries().remove(0);
    fs::remove_file(&entry).unwrap();
    fs::create_dir(&entry).unwrap();
    assert_eq!(desk.html(CODE, "rust"), found);
    fs::remove_dir(&entry).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(&entry).status();
    assert!(pipe.unwrap().success());
    assert_eq!(desk.html(CODE, "rust"), found);
}
