//! Words that are looked for, over real Korean text.

use std::collections::BTreeSet;

use super::{ArchiveSite, Folder};
use crate::source::composed;

/// The Korean guide for writers: each of its sections is an issue.
const TEXT: &str = include_str!("../../../docs/writing.ko.md");
const QUERIES: usize = 200;

fn site() -> ArchiveSite {
    let mut folder = Folder::new();
    for (number, section) in TEXT.split("\n#").enumerate() {
        let date = chrono::NaiveDate::from_ymd_opt(2020, 1, 6).unwrap()
            + chrono::TimeDelta::weeks(number as i64);
        // Headings are cut off; what is left of a table or a block of code reads on as it can. Pictures lie elsewhere.
        let section = section.replace("\n---\n", "\n\n").replace("<img", "img");
        folder = folder.issue(&format!("{date}-part-{number}"), "", &section);
    }
    folder.site()
}

/// The places of the issues that a query finds.
fn found(site: &ArchiveSite, query: &str) -> BTreeSet<usize> {
    let hits = site.index().find(&site.content, query);
    hits.into_iter().map(|hit| hit.at).collect()
}

/// The texts in which a run of Hangul stands, told without an index.
fn truth(site: &ArchiveSite, query: &str) -> BTreeSet<usize> {
    let issues = site.content.issues.iter().enumerate();
    let has = |text: String| composed(&text).to_lowercase().contains(query);
    let holding = issues.filter(|(_, ready)| {
        let issue = ready.gist().issue().unwrap();
        has(issue.front_matter.title.clone()) || issue.document.plain_texts().any(has)
    });
    holding.map(|(at, _)| at).collect()
}

#[test]
fn whatever_stands_in_a_text_is_found_and_nothing_else() {
    let site = site();
    assert!(site.issue_count() > 15, "{:?}", site.left_out());
    let hangul = |char: char| ('가'..='힣').contains(&char);
    let runs: Vec<Vec<char>> = TEXT
        .split(|char| !hangul(char))
        .map(|run| run.chars().collect())
        .filter(|run: &Vec<char>| run.len() > 1)
        .collect();
    let mut asked = BTreeSet::new();
    // Within words and at their ends, of two letters to five: wherever people begin to type.
    for (number, run) in runs.iter().enumerate().step_by(runs.len() / (QUERIES * 2)) {
        let length = (2 + number % 4).min(run.len());
        let start = number % (run.len() - length + 1);
        asked.insert(run[start..start + length].iter().collect::<String>());
    }
    let asked: Vec<String> = asked.into_iter().take(QUERIES).collect();
    assert_eq!(asked.len(), QUERIES);
    let mut finds = 0;
    for query in &asked {
        let (found, truth) = (found(&site, query), truth(&site, query));
        // A text may have it where a heading or a mark was cut.
        assert_eq!(found, truth, "{query}");
        finds += truth.len();
    }
    assert!(finds > QUERIES, "{finds}");
}

#[test]
fn one_letter_part_of_a_word_and_several_words_are_found() {
    let folder = Folder::new()
        .issue(
            "2026-11-02-a",
            "tags: [디자인]\n",
            "한글을 씁니다. Modelling v2.5, C++.",
        )
        .issue(
            "2026-11-09-b",
            "",
            "글이 깁니다. 2,000억 개.\n\n## 둘\n\n모델과 그림",
        )
        .issue("2026-11-16-c", "", "remodel");
    let site = folder.site();
    let slugs = |query: &str| -> Vec<String> {
        let hits = site.index().find(&site.content, query).into_iter();
        hits.map(|hit| site.content.issues[hit.at].public.slug.clone())
            .collect()
    };
    assert_eq!(
        slugs("글"),
        ["b", "a"],
        "also as the last letter of a word, the newest first"
    );
    assert_eq!(slugs("MODEL"), ["a"], "where a word begins");
    assert_eq!(slugs("2,000억"), ["b"]);
    assert_eq!(slugs("모델 글이"), ["b"], "in several stories");
    assert_eq!(slugs("디자인"), ["a"]);
    assert_eq!(slugs("v2.5 한글"), ["a"]);
    for nothing in ["", "…", "없는말", "글이다", "a".repeat(5_000).as_str()] {
        assert_eq!(slugs(nothing), Vec::<String>::new(), "{nothing}");
    }
}
