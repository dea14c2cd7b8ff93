//! Files as people leave them: what is read, and what they are told.

use std::{fs, path::Path};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::publication::Environment;

fn publication(root: &Path) -> Publication {
    let text = r#"
publication: {name: 데일리 노트, timezone: Asia/Seoul, from: hello@example.com}
editions:
  monday: {title: 월요일 편, day: mon, time: "08:00"}
  thursday: {title: 목요일 편, day: thu, time: "08:00"}
"#;
    Publication::from_yaml(root, text, &Environment::empty()).unwrap()
}

fn parse(text: &str) -> Result<Issue, IssueError> {
    let publication = publication(Path::new("/notes"));
    Issue::parse(
        &publication,
        Path::new("/notes/issues/2026-11-23-small.md"),
        text,
    )
}

fn told(errors: &[SourceError]) -> String {
    let lines: Vec<String> = errors
        .iter()
        .map(|error| {
            format!(
                "{error}\n  = {}",
                error
                    .hint()
                    .map_or_else(|| "–".to_owned(), ToString::to_string)
            )
        })
        .collect();
    lines.join("\n")
}

fn errors(text: &str) -> String {
    told(&parse(text).expect_err("should be refused").to_errors())
}

const HEAD: &str = "---\ntitle: 작은 모델\nedition: monday\ndate: 2026-11-23\n";

#[test]
fn an_issue_is_read() {
    let issue = parse(&format!(
        "{HEAD}status: ready\nsubject: 제목\npreheader: 요약\nad: true\ntags: [AI, 모델]\nallow: {{link/vague-text: 일부러}}\n---\n\n여는 말\n\n## 하나\n\n본문\n"
    ))
    .unwrap();
    assert_eq!(issue.id, "monday-2026-11-23");
    assert_eq!(issue.slug, "small");
    assert_eq!(issue.subject(), "제목");
    assert_eq!(issue.front_matter.status, IssueStatus::Ready);
    assert!(issue.front_matter.ad);
    assert_eq!(issue.front_matter.tags, ["AI", "모델"]);
    assert_eq!(issue.front_matter.allow["link/vague-text"], "일부러");
    assert_eq!(
        &issue.source.text()[issue.front_matter.spans["date"].clone()],
        "2026-11-23"
    );
    let section = &issue.document.sections[0];
    assert_eq!(issue.source.text()[section.span.clone()].trim(), "## 하나");
    assert_eq!(issue.source.name(), "issues/2026-11-23-small.md");
}

#[test]
fn the_byte_order_mark_and_windows_line_ends_are_taken() {
    let text = format!("\u{feff}{HEAD}---\n\n## 하나\n").replace('\n', "\r\n");
    let issue = parse(&text).unwrap();
    assert_eq!(issue.front_matter.title, "작은 모델");
    assert_eq!(issue.front_matter.status, IssueStatus::Draft);
    assert_eq!(issue.document.sections.len(), 1);
}

#[test]
fn what_is_wrong_with_the_front_matter_is_told_with_its_place() {
    let cases = [
        "# 제목\n\n글",
        "",
        "\n\n---\ntitle: a\n---\n",
        "+++\ntitle = 'a'\n+++\n",
        "---\ntitle: a\n\n글은 여기서 시작\n",
        "---\ntitle: a\n\tedition: monday\n---\n",
        "---\ntitle: a\ntitle: b\nedition: monday\ndate: 2026-11-23\n---\n",
        "---\ntitel: a\nedition: monday\ndate: 2026-11-23\n---\n",
        "---\n---\n글",
        "---\ntitle: 12\nedition: monday\ndate: 23.11.2026\nstatus: redy\nad: vielleicht\n---\n",
        "---\ntitle: a\nedition: monday\ndate: 2026-02-30\n---\n",
        "---\ntitle: a\nedition: mondya\ndate: 2026-11-23\n---\n",
        "---\ntitle: a\nedition: weekly\ndate: 2026-11-23\n---\n",
        "---\ntitle: '  '\nedition: monday\ndate: 2026-11-23\nid: 가 나\n---\n",
        "---\ntitle: \"a\\r\\nBcc: b@example.com\"\nedition: monday\ndate: 2026-11-23\n---\n",
        "---\ntitle: 제목: 부제\nedition: monday\ndate: 2026-11-23\n---\n",
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|case| format!("{case:?}\n{}", errors(case)))
        .collect();
    insta::assert_snapshot!(told.join("\n\n"));
}

fn write(root: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join("issues").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn issue(title: &str, edition: &str, date: &str) -> String {
    format!("---\ntitle: {title}\nedition: {edition}\ndate: {date}\n---\n글\n")
}

#[test]
fn files_that_are_no_text_are_refused() {
    let root = TempDir::new().unwrap();
    let publication = publication(root.path());
    write(
        root.path(),
        "euc.md",
        b"---\ntitle: \xC7\xD1\xB1\xDB\n---\n",
    );
    write(root.path(), "utf16.md", b"\xFF\xFE-\0-\0-\0");
    write(root.path(), "wide.md", b"\0-\0-\0-\0\n\xAE\x00");
    write(root.path(), "wide-hangul.md", b"\xFF\xFE\x00\xAE\x5C\xD5");
    write(root.path(), "picture.md", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    write(root.path(), "macintosh.md", b"---\rtitle: x\r---\r");
    write(root.path(), "large.md", vec![b'a'; 5_000_000]);
    let names = [
        "euc.md",
        "utf16.md",
        "wide.md",
        "wide-hangul.md",
        "picture.md",
        "macintosh.md",
        "large.md",
        "none.md",
    ];
    let told: Vec<String> = names
        .iter()
        .map(|name| {
            let path = root.path().join("issues").join(name);
            told(
                &IssueHead::load(&publication, &path)
                    .expect_err("should be refused")
                    .to_errors(),
            )
        })
        .collect();
    let told = told
        .join("\n")
        .replace(&root.path().display().to_string(), "/notes");
    insta::assert_snapshot!(told, @r#"
    issues/euc.md:2:8: is not UTF-8: byte 11 is 0xC7
      = save the file as UTF-8; Korean text in EUC-KR (CP949) has to be converted
    issues/utf16.md is UTF-16
      = save the file as UTF-8
    issues/wide.md is UTF-16
      = save the file as UTF-8
    issues/wide-hangul.md is UTF-16
      = save the file as UTF-8
    issues/picture.md is no text: byte 8 is zero
      = an issue is Markdown in UTF-8; take the file out of the folder, or the zeros out of the file
    issues/macintosh.md:1:1: the front matter is missing
      = its lines end with CR alone, as on Macs before 2001: save it with LF
    issues/large.md has 5000 KB; an issue may have 400 KB
      = images belong in files of their own beside the issue, not in its text
    failed to read `/notes/issues/none.md`
      = there is no such file; `daily-note new` begins an issue
    "#);
}

#[test]
fn the_archive_finds_an_issue_by_any_of_its_names() {
    let root = TempDir::new().unwrap();
    let publication = publication(root.path());
    write(
        root.path(),
        "2026-11-23-small-models.md",
        issue("작은 모델", "monday", "2026-11-23"),
    );
    write(
        root.path(),
        "2026-11-19-colour/index.md",
        issue("색", "thursday", "2026-11-19"),
    );
    write(root.path(), "2026-11-16-broken.md", "없음");
    write(root.path(), "_draft.md", "없음");
    write(root.path(), "README.md", "없음");
    let archive = Archive::load(&publication).unwrap();
    let names: Vec<&str> = archive.entries().map(|entry| entry.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "2026-11-16-broken",
            "2026-11-19-colour",
            "2026-11-23-small-models"
        ]
    );
    assert_eq!(archive.newest().unwrap().slug, "small-models");
    for wanted in [
        "small-models",
        "2026-11-23-small-models",
        "2026-11-23-small-models.md",
        "monday-2026-11-23",
        "issues/2026-11-23-small-models.md",
    ] {
        assert_eq!(
            archive.find(wanted).unwrap().slug,
            "small-models",
            "{wanted}"
        );
    }
    for wanted in [
        "colour",
        "issues/2026-11-19-colour",
        "issues/2026-11-19-colour/index.md",
        "thursday-2026-11-19",
    ] {
        assert_eq!(archive.find(wanted).unwrap().slug, "colour", "{wanted}");
    }
    let absolute = root.path().join("issues/2026-11-19-colour");
    assert_eq!(
        archive.find(absolute.to_str().unwrap()).unwrap().slug,
        "colour"
    );
    assert!(matches!(
        archive.find("broken"),
        Err(ArchiveError::Broken { .. })
    ));
    for (wanted, meant) in [
        ("smal-models", Some("small-models")),
        // A date alone, a word of the name, the title.
        ("2026-11-19", Some("2026-11-19-colour")),
        ("models", Some("2026-11-23-small-models")),
        ("작은 모델", Some("2026-11-23-small-models")),
        ("elsewhere", None),
        ("", None),
    ] {
        match archive.find(wanted) {
            Err(ArchiveError::NotFound { nearest, .. }) => assert_eq!(nearest.as_deref(), meant),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        archive.linked("small-models").unwrap().id,
        "monday-2026-11-23"
    );
    assert!(archive.linked("broken").is_none());
}

#[test]
fn two_issues_of_one_slug_are_not_guessed_between() {
    let root = TempDir::new().unwrap();
    let publication = publication(root.path());
    write(
        root.path(),
        "2026-11-16-weekly.md",
        issue("a", "monday", "2026-11-16"),
    );
    write(
        root.path(),
        "2026-11-23-weekly.md",
        issue("b", "monday", "2026-11-23"),
    );
    let archive = Archive::load(&publication).unwrap();
    match archive.find("weekly") {
        Err(ArchiveError::Ambiguous { names, .. }) => assert_eq!(names.len(), 2),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        archive
            .find("2026-11-23-weekly")
            .unwrap()
            .front_matter
            .title,
        "b"
    );
}

#[test]
fn a_publication_without_issues_has_an_empty_archive() {
    let root = TempDir::new().unwrap();
    let archive = Archive::load(&publication(root.path())).unwrap();
    assert!(matches!(archive.newest(), Err(ArchiveError::Empty)));
}

#[test]
fn reading_takes_time() {
    let text = format!(
        "{HEAD}---\n\n{}\n\n{}\n",
        "한글".repeat(500),
        "word ".repeat(238)
    );
    let extent = parse(&text).unwrap().document.extent();
    assert_eq!((extent.cjk_characters, extent.latin_words), (1000, 238));
    assert_eq!(extent.reading_time(), std::time::Duration::from_secs(180));
}

proptest! {
    #[test]
    fn no_text_makes_parsing_panic(text in any::<String>(), line in "[-:#\\[\\]{}&*!|>'\"%@` \\t\\r\\n0-9a-zㄱ-힣]{0,80}") {
        let _ = parse(&text);
        let _ = parse(&format!("---\n{line}\n---\n{text}"));
        let _ = parse(&format!("{HEAD}{line}\n---\n{text}"));
    }
}
