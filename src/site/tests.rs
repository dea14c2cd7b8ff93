//! The archive of small made-up publications.

mod renewed;
mod searched;

use std::{fs, path::Path, sync::Arc};

use chrono::{DateTime, Utc};

use super::{ArchiveSite, PictureShelf, SiteError, SiteInput, StateOfIssues};
use crate::{
    issue::Archive,
    publication::{Environment, Publication},
    render::Templates,
};

const YAML: &str = "\
publication:
  name: 작은 노트
  language: ko
  timezone: Asia/Seoul
  from: note@example.com
editions:
  monday: {title: 월요일 편, topic: 소프트웨어, day: mon, time: \"08:00\"}
  thursday: {title: 목요일 편, day: thu, time: \"08:00\"}
web: {base_url: https://note.example.com/n}
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap()).with("daily-note.yaml", YAML)
    }

    fn with(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// An issue with more front matter and that text.
    fn issue(self, name: &str, head: &str, text: &str) -> Self {
        let date = &name[..10];
        let edition = match head.contains("edition:") {
            true => "",
            false => "edition: monday\n",
        };
        let ready = match head.contains("status:") {
            true => "",
            false => "status: ready\n",
        };
        let text = format!("---\ntitle: {name}\n{edition}date: {date}\n{ready}{head}---\n{text}\n");
        self.with(&format!("issues/{name}.md"), text)
    }

    fn publication(&self) -> Publication {
        Publication::load(self.0.path(), &Environment::empty()).unwrap()
    }

    fn input(&self, now: &str) -> SiteInput {
        let publication = Arc::new(self.publication());
        SiteInput {
            archive: Arc::new(Archive::load(&publication).unwrap()),
            templates: Arc::new(Templates::load(self.root()).unwrap()),
            known: Arc::new(StateOfIssues::default()),
            pictures: Arc::new(PictureShelf::below(&publication.state_dir())),
            now: moment(now),
            publication,
        }
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn site(&self) -> ArchiveSite {
        ArchiveSite::new(&self.input("2026-12-01T00:00:00Z")).unwrap()
    }
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl ArchiveSite {
    fn text(&self, path: &str) -> String {
        let file = self.file(path).unwrap();
        let file =
            file.unwrap_or_else(|| panic!("{path} is not there: {:?}", self.plan.files.keys()));
        String::from_utf8(file.bytes).unwrap()
    }

    fn has(&self, path: &str) -> bool {
        self.plan.files.contains_key(path)
    }

    /// Everything that is text, for what must be nowhere.
    fn all_text(&self) -> String {
        let files = self.paths().into_iter();
        let files = files.map(|path| self.file(&path).unwrap().unwrap());
        let texts = files.filter(|file| {
            !file.media_type.starts_with("image/p") && !file.media_type.ends_with("octet-stream")
        });
        texts
            .map(|file| String::from_utf8(file.bytes).unwrap())
            .collect()
    }
}

#[test]
fn drafts_the_future_and_what_was_withdrawn_are_nowhere() {
    let folder = Folder::new()
        .issue(
            "2026-11-23-shown",
            "tags: [a]\n",
            "[[hidden]] [[later]] [[draft]] [[held]]",
        )
        .issue("2026-11-09-hidden", "archive: false\n", "")
        .issue("2026-11-02-draft", "status: draft\ntags: [secret]\n", "")
        .issue("2026-11-16-held", "", "")
        .issue("2026-12-07-later", "", "");
    let mut input = folder.input("2026-12-01T00:00:00Z");
    input.known = Arc::new(StateOfIssues {
        withheld: ["monday-2026-11-16".to_owned()].into(),
        ..StateOfIssues::default()
    });
    let site = ArchiveSite::new(&input).unwrap();
    assert_eq!(site.issue_count(), 1);
    assert_eq!(site.next_release(), Some(moment("2026-12-06T23:00:00Z")));
    let all = site.all_text();
    for absent in [
        "2026-11-09",
        "2026-11-02",
        "2026-11-16",
        "2026-12-07",
        "secret",
    ] {
        assert!(!all.contains(absent), "{absent}");
    }
    let due = ArchiveSite::new(&folder.input("2026-12-06T23:00:00Z")).unwrap();
    assert!(due.has("issues/later/index.html"), "its hour has come");
}

#[test]
fn an_unlisted_archive_has_pages_that_nothing_leads_to() {
    let folder = Folder::new()
        .with(
            "daily-note.yaml",
            format!("{}\n", YAML.replace("web: {", "web: {archive: unlisted, ")),
        )
        .issue("2026-11-23-shown", "tags: [a]\n", "");
    let site = folder.site();
    assert!(site.has("issues/shown/index.html"));
    for absent in [
        "issues/index.html",
        "editions/monday/index.html",
        "tags/a/index.html",
    ] {
        assert!(!site.has(absent), "{absent}");
    }
    assert!(!site.text("index.html").contains("shown"));
    assert!(site.text("issues/shown/index.html").contains("noindex"));
}

#[test]
fn an_archive_that_is_off_has_no_issue() {
    let folder = Folder::new()
        .with(
            "daily-note.yaml",
            YAML.replace("web: {", "web: {archive: \"off\", "),
        )
        .issue("2026-11-23-shown", "", "");
    assert_eq!(folder.site().issue_count(), 0);
}

#[test]
fn without_an_address_there_is_no_archive() {
    let (yaml, _) = YAML.split_once("web:").unwrap();
    let folder = Folder::new().with("daily-note.yaml", yaml);
    let made = ArchiveSite::new(&folder.input("2026-12-01T00:00:00Z"));
    assert!(matches!(made, Err(SiteError::NoAddress)));
}

#[test]
fn what_is_broken_is_left_out_and_named_and_the_others_stand() {
    let folder = Folder::new()
        .issue("2026-11-23-good", "", "![점](dot.png)")
        .issue("2026-11-23-index.html", "", "")
        .issue("2026-11-16-a", "", "")
        .issue("2026-11-23-A", "", "")
        .issue("2026-11-09-picture", "", "![](gone.png)")
        .with("issues/2026-11-02-broken.md", "---\ntitle: [\n---\n")
        .with("issues/dot.png", include_bytes!("tests/dot.png"));
    let site = folder.site();
    let told: Vec<String> = site
        .left_out()
        .iter()
        .flat_map(|left| {
            left.errors
                .iter()
                .map(|error| format!("{}: {error}", left.path.display()))
        })
        .collect();
    assert_eq!(site.issue_count(), 2, "{told:#?}");
    assert!(site.has("issues/good/index.html") && site.has("issues/a/index.html"));
    for (named, why) in [
        ("2026-11-02-broken.md", ""),
        ("2026-11-23-index.html.md", "can't be part of an address"),
        (
            "2026-11-23-A.md",
            "is already that of issues/2026-11-16-a.md",
        ),
        ("2026-11-09-picture.md", "gone.png"),
    ] {
        let is_told = |told: &String| told.contains(named) && told.contains(why);
        assert!(told.iter().any(is_told), "{named}: {told:#?}");
    }
    assert_eq!(told.len(), 4, "{told:#?}");
}

#[test]
fn a_former_name_leads_to_the_issue_and_never_takes_anothers_address() {
    let folder = Folder::new()
        .issue("2026-11-23-new", "aliases: [/issues/old/, other]\n", "")
        .issue("2026-11-16-other", "", "");
    let site = folder.site();
    let moved = site.file("issues/old/index.html").unwrap().unwrap();
    assert_eq!(moved.moved_to.as_deref(), Some("/n/issues/new/"));
    let text = String::from_utf8(moved.bytes).unwrap();
    assert!(text.contains("0; url=/n/issues/new/"), "{text}");
    let other = site.file("issues/other/index.html").unwrap().unwrap();
    assert_eq!(other.moved_to, None);
}

#[test]
fn an_address_is_found_however_it_is_written() {
    let folder = Folder::new().issue("2026-11-23-작은-모델", "", "");
    let site = folder.site();
    let page = Some("issues/작은-모델/index.html".to_owned());
    for address in [
        "/issues/%EC%9E%91%EC%9D%80-%EB%AA%A8%EB%8D%B8",
        "/issues/작은-모델/",
        // As macOS spells it.
        "/issues/%E1%84%8C%E1%85%A1%E1%86%A8%E1%84%8B%E1%85%B3%E1%86%AB-%E1%84%86%E1%85%A9%E1%84%83%E1%85%A6%E1%86%AF",
    ] {
        assert_eq!(site.path_at(address), page, "{address}");
    }
    assert_eq!(site.path_at("/").as_deref(), Some("index.html"));
    for none in ["/issues/../daily-note.yaml", "/%FF", "/issues/nothing"] {
        assert_eq!(site.path_at(none), None, "{none}");
    }
}

#[test]
fn an_issue_without_anything_and_one_with_much_have_pages() {
    let long = "가".repeat(500);
    let folder = Folder::new()
        .issue("2026-11-23-bare", "", "")
        .with(
            "issues/2026-11-16-long.md",
            format!(
                "---\ntitle: {long}\nedition: monday\ndate: 2026-11-16\nstatus: ready\n---\nשלום <script>alert(1)</script>[^1]\n\n\
                 ## <b>이야기</b>\n\n[누름](javascript:alert(1)) [[bare]] ![남의 것](https://elsewhere.example.com/a.png)\n\n[^1]: 각주 **글**\n"
            ),
        );
    let site = folder.site();
    let page = site.text("issues/long/index.html");
    assert!(page.contains(&long));
    assert!(
        !page.contains("<script>alert") && !page.contains("javascript:"),
        "{page}"
    );
    assert!(!page.contains("<b>"), "{page}");
    assert!(page.contains("href=\"/n/issues/bare/\""), "{page}");
    assert!(
        !page.contains("<img"),
        "nobody is sent elsewhere unasked: {page}"
    );
    let reference = page.find("href=\"#note-1\"").unwrap();
    let note = page.find("id=\"note-1\"").unwrap();
    let story = page.find("<section class=\"story\"").unwrap();
    assert!(
        reference < note && note < story,
        "a note stands behind its block"
    );
    assert!(
        site.text("issues/bare/index.html")
            .contains("2026-11-23-bare")
    );
}

#[test]
fn an_empty_archive_says_so() {
    let site = Folder::new().site();
    assert!(site.text("index.html").contains("아직 보낸 편이 없습니다."));
    assert!(site.has("editions/monday/index.html"));
    assert!(site.left_out().is_empty());
}
