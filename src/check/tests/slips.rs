//! Slips as careless writers of Korean and English make them, some five hundred, invented without a look at the rules:
//! how many are caught at their line, by kind. One slip a line of `slips/*.txt`; `¶` is a line break within it, and
//! `@ W3 ko tables` begins a kind: where it is described, the language, its name. Those of a kind with `head` stand in
//! the front matter. What no rule can tell for certain from a meant one stands there too, and is missed.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use super::{fires::white_pixel, *};
use crate::issue::IssueError;

/// One slip.
struct PlantedSlip {
    kind: String,
    language: String,
    is_in_head: bool,
    text: String,
}

fn planted() -> Vec<PlantedSlip> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/tests/slips");
    let mut slips = Vec::new();
    for file in ["source.txt", "korean.txt", "rest.txt", "fresh.txt"] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let mut kind: Vec<&str> = Vec::new();
        for line in text.lines() {
            if let Some(head) = line.strip_prefix("@ ") {
                kind = head.split(' ').collect();
                continue;
            }
            let is_in_head = kind.get(2) == Some(&"head");
            let name = kind[if is_in_head { 3 } else { 2 }..].join(" ");
            slips.push(PlantedSlip {
                kind: format!("{} {name}", kind[0]),
                language: kind[1].to_owned(),
                is_in_head,
                text: line.replace('¶', "\n"),
            });
        }
    }
    slips
}

/// A sound issue around it, and the lines that it stands on.
fn issue_around(slip: &PlantedSlip) -> (String, std::ops::RangeInclusive<usize>) {
    let [title, opening, heading, before, after] = match slip.language.as_str() {
        "ko" => [
            "골목의 저녁",
            "한 주 동안 골목에서 본 것을 적습니다.",
            "책방 이야기",
            "책방은 저녁 일곱 시에 문을 닫습니다.",
            "그 뒤로는 조용합니다.",
        ],
        _ => [
            "An evening in the lane",
            "What the lane had to show this week.",
            "The bookshop",
            "The bookshop closes at seven in the evening.",
            "After that the lane is quiet.",
        ],
    };
    let mut head = vec![
        format!("title: {title}"),
        "edition: monday".to_owned(),
        "date: 2026-11-23".to_owned(),
        "status: ready".to_owned(),
        format!("preheader: {opening}"),
    ];
    let mut body = vec![before.to_owned(), slip.text.clone(), after.to_owned()];
    if slip.is_in_head {
        let key = slip.text.split(':').next().unwrap();
        match head
            .iter()
            .position(|line| line.starts_with(&format!("{key}:")))
        {
            Some(at) => head[at] = slip.text.clone(),
            None => head.push(slip.text.clone()),
        }
        body.remove(1);
    }
    let text = format!(
        "---\n{}\n---\n{opening}\n\n## {heading}\n\n{}\n",
        head.join("\n"),
        body.join("\n\n")
    );
    let at = text.find(&slip.text).unwrap();
    let first = text[..at].matches('\n').count() + 1;
    (text, first..=first + slip.text.matches('\n').count())
}

/// What is said of it, each with its lines.
fn told(slip: &PlantedSlip, text: &str) -> Vec<Finding> {
    let settings = match slip.language.as_str() {
        "ko" => PUBLICATION.to_owned(),
        _ => PUBLICATION.replace("publication:\n", "publication:\n  language: en\n"),
    };
    let desk = Desk::of(&settings).with("issues/chart.png", white_pixel());
    let path = desk.root.path().join("issues/2026-11-23-own.md");
    match Issue::parse(&desk.publication, &path, text) {
        Ok(_) => desk.check(text),
        Err(IssueError::Content { errors }) => unreadable(&errors),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn of_the_planted_slips_nearly_all_are_caught_at_their_line() {
    let slips = planted();
    assert!(slips.len() >= 155, "{}", slips.len());
    let mut by_kind: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut missed = String::new();
    let mut beside = String::new();
    for slip in &slips {
        let (text, lines) = issue_around(slip);
        let findings = told(slip, &text);
        let is_here = |finding: &&Finding| {
            finding.place().is_some_and(|place| {
                let (first, last) = (place.start().line, place.end().line);
                first <= *lines.end() && last >= *lines.start()
            })
        };
        let (caught, all) = by_kind.entry(&slip.kind).or_default();
        *all += 1;
        match findings.iter().any(|finding| is_here(&finding)) {
            true => *caught += 1,
            false => {
                let _ = writeln!(missed, "  {}: {}", slip.kind, slip.text);
            }
        }
        for finding in findings.iter().filter(|finding| !is_here(finding)) {
            let _ = writeln!(beside, "  {}: {} {finding}", slip.text, finding.rule().id);
        }
    }
    let mut recall = String::new();
    for (kind, (caught, all)) in &by_kind {
        let _ = writeln!(recall, "  {caught:>3} of {all:>3}  {kind}");
    }
    let caught: usize = by_kind.values().map(|(caught, _)| caught).sum();
    let share = caught * 100 / slips.len();
    println!(
        "{caught} of {} slips, {share} %\n{recall}missed\n{missed}beside\n{beside}",
        slips.len()
    );
    assert!(share >= 92, "{caught} of {}\n{recall}{missed}", slips.len());
    assert!(beside.is_empty(), "told elsewhere:\n{beside}");
}
