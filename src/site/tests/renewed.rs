//! An archive made of the one before is the archive made at once, and what has one origin in both says the same.

use std::{collections::BTreeMap, fs, sync::Arc};

use super::{ArchiveSite, Folder, SiteInput, moment};
use crate::{
    render::Templates,
    site::{ShownOpinion, StateOfIssues},
};

const NOW: &str = "2026-12-01T00:00:00Z";
const DOT: &[u8] = include_bytes!("dot.png");

fn folder() -> Folder {
    let mut folder = Folder::new()
        .with("issues/dot.png", DOT)
        .issue(
            "2026-11-09-linked",
            "tags: [a, B]\n",
            "[[first]] ![dot](dot.png)",
        )
        .issue("2026-11-02-first", "tags: [b]\n", "처음[^1]\n\n[^1]: 각주");
    for number in 0..6 {
        let day =
            chrono::NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + chrono::TimeDelta::weeks(number);
        folder = folder.issue(
            &format!("{day}-of-{number}"),
            "tags: [many]\n",
            &format!("글 {number}"),
        );
    }
    folder
}

/// Every file by its path.
fn all(site: &ArchiveSite) -> BTreeMap<String, Vec<u8>> {
    let paths = site.paths().into_iter();
    let files = paths.map(|path| (site.file(&path).unwrap().unwrap().bytes, path));
    files.map(|(bytes, path)| (path, bytes)).collect()
}

/// The archive after a change, of the one before; how many of its files have other origins.
fn after(before: &ArchiveSite, input: &SiteInput) -> (ArchiveSite, usize) {
    let renewed = ArchiveSite::after(Some(before), input).unwrap();
    let (old, new) = (all(before), all(&renewed));
    let whole = all(&ArchiveSite::new(input).unwrap());
    assert_eq!(
        new.keys().collect::<Vec<_>>(),
        whole.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in &whole {
        assert!(new[path] == *bytes, "{path} is another");
    }
    let mut changed = 0;
    for (path, bytes) in &new {
        let origins = [before, &renewed].map(|site| site.origin(path).unwrap());
        let is_same = old.contains_key(path) && origins[0].is_some() && origins[0] == origins[1];
        assert!(
            !is_same || old[path] == *bytes,
            "{path} has one origin and says another thing"
        );
        changed += usize::from(!is_same);
    }
    (renewed, changed)
}

#[test]
fn whatever_changes_the_archive_is_what_it_would_be_at_once() {
    let folder = folder();
    let mut input = folder.input(NOW);
    let mut site = ArchiveSite::new(&input).unwrap();
    let every = site.paths().len();
    let saves: [(&str, Option<&str>); 9] = [
        (
            "2026-11-02-first",
            Some("tags: [b]\n---\n달라진 글[^1] 낱말\n\n[^1]: 각주"),
        ),
        // What links to it shows its title.
        (
            "2026-11-02-first",
            Some("tags: [c]\ntitle: 새 제목\n---\n글"),
        ),
        (
            "2025-06-02-between",
            Some("aliases: [before]\n---\n사이에 온 글"),
        ),
        ("2026-11-30-newest", Some("---\n새 글 ![dot](dot.png)")),
        ("2024-01-01-of-0", None),
        ("2026-11-30-newest", Some("status: draft\n---\n")),
        (
            "2026-11-09-linked",
            Some("tags: [B, a]\n---\n![none](none.png)"),
        ),
        (
            "2026-11-09-linked",
            Some("tags: [B]\n---\n[[between]] [[nothing]]"),
        ),
        ("2025-06-02-between", Some("archive: false\n---\n")),
    ];
    for (name, text) in saves {
        let path = folder.root().join(format!("issues/{name}.md"));
        match text {
            Some(text) => {
                let title = if text.contains("title:") {
                    ""
                } else {
                    "title: 글\n"
                };
                let status = if text.contains("status:") {
                    ""
                } else {
                    "status: ready\n"
                };
                let date = &name[..10];
                let head = format!("{title}edition: monday\ndate: {date}\n{status}");
                let text = format!("---\n{head}{text}\n");
                fs::write(&path, text).unwrap();
            }
            None => fs::remove_file(&path).unwrap(),
        }
        let archive = input.archive.reloaded(&input.publication, |it| it == path);
        input.archive = Arc::new(archive.unwrap());
        let changed;
        (site, changed) = after(&site, &input);
        assert!(
            (1..every).contains(&changed),
            "{name}: {changed} of {every}"
        );
    }
    assert_eq!(
        after(&site, &input).1,
        2,
        "nothing but what crawlers ask, which is quickly made"
    );
}

#[test]
fn what_is_not_in_the_issues_changes_it_as_well() {
    let folder = folder();
    let mut input = folder.input(NOW);
    let site = ArchiveSite::new(&input).unwrap();
    let opinion = ShownOpinion {
        name: None,
        choice: Some("good".to_owned()),
        lines: vec!["말".to_owned()],
    };
    input.known = Arc::new(StateOfIssues {
        withheld: ["monday-2026-11-09".to_owned()].into(),
        opinions: [("monday-2026-11-02".to_owned(), vec![opinion])].into(),
    });
    let (site, _) = after(&site, &input);
    // Another file of the same name.
    fs::write(folder.root().join("issues/dot.png"), [DOT, b"."].concat()).unwrap();
    input.known = Arc::default();
    let (site, _) = after(&site, &input);
    let mut publication = folder.publication();
    publication.name = "다른 이름".to_owned();
    input.publication = Arc::new(publication);
    let (site, changed) = after(&site, &input);
    assert!(changed > 8, "the name is on every page: {changed}");
    let own = "templates/web/site/moved.html";
    let folder = folder.with(own, "<!doctype html><title>{{ title }}</title>");
    input.templates = Arc::new(Templates::load(folder.root()).unwrap());
    let (site, _) = after(&site, &input);
    input.now = moment("2026-11-05T00:00:00Z");
    let (site, _) = after(&site, &input);
    assert_eq!(site.next_release(), Some(moment("2026-11-08T23:00:00Z")));
}
