//! What a person starts from works from the first moment.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};

use super::*;
use crate::{
    address::Mailbox,
    audience::file,
    issue::{Archive, IssueStatus},
    publication::{Absence, Environment, Publication},
};

fn now() -> DateTime<Utc> {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

fn started(language: StarterLanguage) -> (tempfile::TempDir, Publication) {
    let folder = tempfile::tempdir().unwrap();
    let start = StarterFacts {
        days: vec![chrono::Weekday::Mon],
        name: "Notes: \"a\" # b".to_owned(),
        language,
        timezone: chrono_tz::Asia::Seoul,
        from: Mailbox::parse("\"Notes: x\" <hello@example.com>").unwrap(),
        now: now(),
    };
    let new = new_publication(&start).unwrap();
    write(folder.path(), &new.files).unwrap();
    let publication = Publication::load(folder.path(), &Environment::empty()).unwrap();
    (folder, publication)
}

/// Makes the next issue of `weekly` and answers its text.
fn made(publication: &Publication, title: Option<&str>) -> NewIssue {
    let wish = IssueWish {
        edition: "weekly".to_owned(),
        title: title.map(ToOwned::to_owned),
        ..IssueWish::default()
    };
    let archive = Archive::load(publication).unwrap();
    let new = next_issue(publication, &archive, &wish, now()).unwrap();
    write(&publication.root, std::slice::from_ref(&new.file)).unwrap();
    new
}

fn refused(publication: &Publication, edition: &str, date: Option<&str>) -> NewIssueError {
    let wish = IssueWish {
        edition: edition.to_owned(),
        title: None,
        slug: None,
        date: date.map(|date| NaiveDate::from_str(date).unwrap()),
    };
    let archive = Archive::load(publication).unwrap();
    next_issue(publication, &archive, &wish, now()).unwrap_err()
}

#[test]
fn a_new_publication_loads_in_both_languages_with_its_first_issue_on_the_next_slot() {
    for language in [StarterLanguage::Korean, StarterLanguage::English] {
        let (folder, publication) = started(language);
        assert_eq!(publication.name, "Notes: \"a\" # b");
        assert_eq!(publication.from.name.as_deref(), Some("Notes: x"));
        let archive = Archive::load(&publication).unwrap();
        let issue = archive.newest().unwrap();
        assert_eq!(issue.front_matter.date.to_string(), "2026-11-30");
        assert_eq!(issue.front_matter.status, IssueStatus::Draft);
        assert!(
            publication
                .slot("weekly", issue.front_matter.date)
                .is_some()
        );
        assert_eq!(issue.document.sections.len(), 2);
        let list = file::load(&folder.path().join("subscribers.yaml"), &publication);
        let profiles: Result<Vec<_>, _> = list.unwrap().unwrap().collect();
        let profiles = profiles.unwrap();
        assert_eq!(profiles.len(), 1);
        assert!(profiles[0].consent.as_ref().unwrap().at.is_some());
    }
}

#[test]
fn nothing_is_overwritten_and_nothing_is_written_in_half() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("b"), "mine").unwrap();
    let files = [NewFile::new("a", "new"), NewFile::new("b", "new")];
    let error = write(folder.path(), &files).unwrap_err();
    assert_eq!(error.to_string(), "there is already `b`");
    assert_eq!(fs::read_to_string(folder.path().join("b")).unwrap(), "mine");
    assert!(!folder.path().join("a").exists());
}

#[test]
fn a_gitignore_that_is_there_gets_one_line_more_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".gitignore"), "/target").unwrap();
    assert!(ignore_state(folder.path()).unwrap());
    assert!(!ignore_state(folder.path()).unwrap());
    let text = fs::read_to_string(folder.path().join(".gitignore")).unwrap();
    assert_eq!(text, "/target\n/.daily-note/\n");
}

#[test]
fn the_next_issue_takes_the_next_free_slot_and_the_last_one_s_layout() {
    let (_folder, publication) = started(StarterLanguage::Korean);
    // The first issue has 2026-11-30.
    let second = made(&publication, Some("숫자로 보는: 한 주! #1"));
    assert_eq!(second.name, "2026-12-07-sutjaro-boneun-han-ju-1");
    let at = second.slot.unwrap().at;
    assert_eq!(at.to_rfc3339(), "2026-12-06T23:00:00+00:00");
    insta::assert_snapshot!(second.file.text, @r#"
    ---
    # yaml-language-server: $schema=../schemas/issue.json
    title: '숫자로 보는: 한 주! #1'
    edition: weekly
    date: 2026-12-07
    status: draft
    ---

    여는 글을 여기에 씁니다.

    ## 이야기 1

    본문을 여기에 씁니다.

    ## 이야기 2

    본문을 여기에 씁니다.
    "#);

    // Columns of the last two issues stay; a folder's layout stays too.
    let text = second
        .file
        .text
        .replace("이야기 1", "제목 하나에 이야기 하나");
    let file = publication.root.join(&second.file.path);
    fs::remove_file(&file).unwrap();
    let index = file.with_extension("").join("index.md");
    fs::create_dir(index.parent().unwrap()).unwrap();
    fs::write(index, text).unwrap();
    let third = made(&publication, None);
    assert_eq!(
        third.file.path,
        Path::new("issues/2026-12-14-weekly/index.md")
    );
    insta::assert_snapshot!(third.file.text, @r#"
    ---
    # yaml-language-server: $schema=../../schemas/issue.json
    title: 제목을 정해 주세요
    edition: weekly
    date: 2026-12-14
    status: draft
    ---

    여는 글을 여기에 씁니다.

    ## 제목 하나에 이야기 하나

    본문을 여기에 씁니다.

    ## 이야기 2

    본문을 여기에 씁니다.
    "#);
}

#[test]
fn a_date_that_has_its_issue_or_an_unknown_edition_is_refused() {
    let (_folder, publication) = started(StarterLanguage::English);
    let error = refused(&publication, "weekly", Some("2026-11-30"));
    assert_eq!(
        error.to_string(),
        "2026-11-30 has an issue of `weekly` already: `2026-11-30-first`"
    );
    let NewIssueError::UnknownEdition { hint, .. } = refused(&publication, "weeky", None) else {
        panic!("unknown");
    };
    assert_eq!(hint, "did you mean `weekly`?");
}

#[test]
fn an_issue_can_be_made_for_a_day_that_is_no_slot() {
    let (_folder, publication) = started(StarterLanguage::English);
    let wish = IssueWish {
        edition: "weekly".to_owned(),
        date: NaiveDate::from_ymd_opt(2026, 12, 1),
        ..IssueWish::default()
    };
    let archive = Archive::load(&publication).unwrap();
    let new = next_issue(&publication, &archive, &wish, now()).unwrap();
    assert_eq!(new.slot, Err(Absence::OtherDay));
}

#[test]
fn long_and_strange_titles_make_short_and_plain_names() {
    for (title, name) in [
        ("C++ & Rust / 러스트", "2026-12-07-c-rust-reoseuteu"),
        ("../../etc/passwd", "2026-12-07-etc-passwd"),
        ("!!!", "2026-12-07-weekly"),
    ] {
        let (_folder, publication) = started(StarterLanguage::Korean);
        assert_eq!(made(&publication, Some(title)).name, name);
    }
    let (_folder, publication) = started(StarterLanguage::Korean);
    assert!(made(&publication, Some(&"한글 ".repeat(200))).name.len() < 140);
}

#[test]
fn whoever_names_the_file_gets_that_name_behind_the_date() {
    let (_folder, publication) = started(StarterLanguage::Korean);
    let archive = Archive::load(&publication).unwrap();
    let named = |slug: &str| {
        let wish = IssueWish {
            edition: "weekly".to_owned(),
            title: Some("작은 모델".to_owned()),
            slug: Some(slug.to_owned()),
            date: None,
        };
        next_issue(&publication, &archive, &wish, now()).map(|new| new.name)
    };
    for (slug, name) in [
        ("small", "2026-12-07-small"),
        ("Small Models", "2026-12-07-small-models"),
        ("2026-12-07-small", "2026-12-07-small"),
        ("작은-모델", "2026-12-07-작은-모델"),
    ] {
        assert_eq!(named(slug).as_deref(), Ok(name));
    }
    assert_eq!(
        named("…").unwrap_err().to_string(),
        "`…` names no file: it has no letter and no digit"
    );
}

#[test]
fn what_stands_beside_a_publication_knows_where_in_the_repository_it_is() {
    let text = |setup: Setup, within: &str| setup.file(Path::new(within)).text;
    for setup in [
        Setup::VsCode,
        Setup::Hooks,
        Setup::GitHub,
        Setup::GitHubPages,
    ] {
        for within in ["", "news", "team/.news"] {
            let text = text(setup, within);
            assert!(!text.contains("@DIR@") && !text.contains("@INSTALL@"));
        }
    }
    assert!(text(Setup::Hooks, "").contains("--show-toplevel)\"\n"));
    assert!(text(Setup::Hooks, "team/.news").contains("--show-toplevel)/team/.news\"\n"));
    assert!(text(Setup::VsCode, "").contains("\"${workspaceFolder}\", \"check\""));
    assert!(text(Setup::GitHub, "").contains("working-directory: .\n"));
    assert!(text(Setup::GitHub, "news").contains("working-directory: news\n"));
    let workflow: serde_json::Value = serde_yaml::from_str(&text(Setup::GitHub, "news")).unwrap();
    assert_eq!(
        workflow["jobs"]["check"]["steps"].as_array().unwrap().len(),
        5
    );
    let pages = text(Setup::GitHubPages, "news");
    let pages: serde_json::Value = serde_yaml::from_str(&pages).unwrap();
    let steps = pages["jobs"]["archive"]["steps"].as_array().unwrap();
    let step = |key: &str, value: &str| {
        let is_it =
            |step: &&serde_json::Value| step[key].as_str().is_some_and(|it| it.contains(value));
        steps.iter().find(is_it).unwrap()
    };
    assert_eq!(
        step("name", "Install"),
        &workflow["jobs"]["check"]["steps"][1]
    );
    assert_eq!(
        step("uses", "upload-pages-artifact")["with"]["path"],
        "news/public"
    );
    assert_eq!(
        step("uses", "cache")["with"]["path"],
        "news/.daily-note/cache"
    );
    assert!(
        step("run", "daily-note site")["run"]
            .as_str()
            .unwrap()
            .contains("--out public")
    );
    // VS Code reads JSON with comments.
    let tasks: String = text(Setup::VsCode, "news")
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let tasks: serde_json::Value = serde_json::from_str(&tasks).unwrap();
    let pattern = &tasks["tasks"][0]["problemMatcher"]["pattern"]["regexp"];
    let pattern = regex::Regex::new(pattern.as_str().unwrap()).unwrap();
    let line = "::warning file=issues/2026-11-23-own.md,line=14,col=1,endColumn=26,title=link/vague-text::`여기` does not say%0Alink the words";
    let found = pattern.captures(line).unwrap();
    assert_eq!(
        (&found[2], &found[3], &found[6], &found[7]),
        (
            "issues/2026-11-23-own.md",
            "14",
            "link/vague-text",
            "`여기` does not say"
        )
    );
}

#[test]
fn a_hook_can_be_run() {
    let folder = tempfile::tempdir().unwrap();
    let hook = Setup::Hooks.file(Path::new(""));
    write(folder.path(), std::slice::from_ref(&hook)).unwrap();
    let mode = fs::metadata(folder.path().join(&hook.path))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o111, 0o111);
}
