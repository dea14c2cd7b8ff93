//! `site --out DIR`: a folder that is replaced as a whole, and never somebody else's.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::support::TestPublication;

const AT: &str = "2026-11-30T12:00:00Z";

fn publication() -> TestPublication {
    TestPublication::new().and_config("web: {base_url: 'https://note.example.com'}\n")
}

#[test]
fn a_folder_is_written_and_written_again_with_what_others_put_into_it() {
    let publication = publication();
    let site = |publication: &TestPublication| {
        publication
            .run(["--at", AT, "site", "--out", "public", "--json"])
            .exits(0)
            .json()
    };
    let first = site(&publication);
    assert_eq!(first["issues"], 1);
    assert_eq!(first["files"]["all"], first["files"]["changed"]);
    let page = publication.path("public/issues/quiet/index.html");
    assert!(fs::read_to_string(&page).unwrap().contains("The one thing"));

    fs::write(publication.path("public/CNAME"), "note.example.com\n").unwrap();
    let again = site(&publication);
    assert_eq!(again["files"]["changed"], 0, "{again}");
    // What somebody changed by hand is put right, though its size is what it was.
    let whole = fs::read_to_string(&page).unwrap();
    fs::write(&page, whole.replace("It happened", "Not so here")).unwrap();
    assert_eq!(site(&publication)["files"]["changed"], 1);
    assert_eq!(fs::read_to_string(&page).unwrap(), whole);
    let publication = publication.issue_with("It happened", "It did happen");
    let third = site(&publication);
    // The issue, the feeds, and what finds words in it.
    let changed = third["files"]["changed"].as_u64().unwrap();
    assert!(
        (1..third["files"]["all"].as_u64().unwrap()).contains(&changed),
        "{third}"
    );
    assert!(fs::read_to_string(&page).unwrap().contains("It did happen"));
    assert_eq!(
        fs::read_to_string(publication.path("public/CNAME")).unwrap(),
        "note.example.com\n"
    );

    // What is no longer public is gone, with its folder.
    fs::remove_file(publication.path("issues/2026-11-23-quiet.md")).unwrap();
    assert_eq!(site(&publication)["issues"], 0);
    assert!(!page.exists());
    let names = fs::read_dir(publication.path("."));
    let names = names.unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = names
        // The cache of pictures is where it always is.
        .filter(|name| name.to_string_lossy().contains(".daily-note") && name != ".daily-note")
        .collect();
    assert!(left.is_empty(), "nothing is left beside it: {left:?}");
}

#[test]
fn a_folder_of_somebody_else_is_left_as_it_is() {
    let publication = publication().file("photos/cat.jpg", "a cat");
    let told = publication
        .run(["--at", AT, "site", "--out", "photos"])
        .exits(2)
        .shown();
    assert!(told.contains("not of an archive"), "{told}");
    let told = publication
        .run(["--at", AT, "site", "--out", "daily-note.yaml"])
        .exits(2)
        .shown();
    assert!(told.contains("is not a folder"), "{told}");
    let left: Vec<_> = fs::read_dir(publication.path("photos")).unwrap().collect();
    assert_eq!(left.len(), 1);
    // A folder that names its files in no way that can be read is nobody's.
    fs::write(publication.path("photos/.daily-note-site.json"), "{\"fil").unwrap();
    publication
        .run(["--at", AT, "site", "--out", "photos"])
        .exits(2);
    assert!(publication.path("photos/cat.jpg").exists());
}

#[test]
fn a_broken_issue_is_named_and_the_others_stand() {
    let publication = publication()
        .issue("2026-11-16-broken.md", "---\ntitle: Broken\nedition: nothing\ndate: 2026-11-16\n---\n")
        .issue(
            "2026-11-09-picture.md",
            "---\ntitle: A picture\nedition: monday\ndate: 2026-11-09\nstatus: ready\n---\n![](gone.png)\n",
        );
    let run = publication
        .run(["--at", AT, "site", "--out", "public"])
        .exits(4);
    let told = run.shown();
    assert!(told.contains("issues/2026-11-16-broken.md:3"), "{told}");
    assert!(told.contains("issues/2026-11-09-picture.md:7"), "{told}");
    assert!(publication.path("public/issues/quiet/index.html").exists());
    assert!(!publication.path("public/issues/picture").exists());
}

#[test]
fn without_the_pages_address_nothing_is_written() {
    let publication = TestPublication::new();
    let told = publication
        .run(["site", "--out", "public"])
        .exits(3)
        .shown();
    assert!(told.contains("web.base_url"), "{told}");
    assert!(!publication.path("public").exists());
}

/// Every file of a folder, by its path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false => drop(files.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    files
}

#[test]
fn pages_and_mail_are_the_same_whatever_became_of_the_colours_that_were_remembered() {
    let code = "```rust\nlet a = \"<b>\"; // c\n```\n\nIt happened";
    let publication = publication().issue_with("It happened", code);
    let cache = publication.path(".daily-note/cache/code");
    let made = || {
        publication
            .run(["--at", AT, "site", "--out", "public"])
            .exits(0);
        let render = ["--at", AT, "render", "2026-11-23-quiet", "--out", "mail"];
        publication.run(render).exits(0);
        let all = [publication.path("public"), publication.path("mail")];
        let all = all.map(|folder| files(&folder));
        fs::remove_dir_all(publication.path("public")).unwrap();
        all
    };
    let first = made();
    let page = &first[0][&publication.path("public/issues/quiet/index.html")];
    assert!(String::from_utf8_lossy(page).contains("<span class=\"tk-keyword\">let</span>"));
    let entries: Vec<PathBuf> = files(&cache).into_keys().collect();
    assert_eq!(entries.len(), 1, "of both");
    assert!(made() == first, "remembered");
    let entry = fs::read(&entries[0]).unwrap();
    let planted = b"<script>alert(1)</script>".as_slice();
    for broken in [b"".as_slice(), &entry[..entry.len() - 3], planted] {
        fs::write(&entries[0], broken).unwrap();
        assert!(made() == first, "broken");
    }
    fs::remove_dir_all(&cache).unwrap();
    assert!(made() == first, "deleted");
    fs::remove_dir_all(&cache).unwrap();
    fs::write(&cache, "a file in its place").unwrap();
    assert!(made() == first, "nowhere to write");
}
