//! Ordinary writing that no rule may touch: news, essays, dialogue, dialect, technical prose, a
//! recipe, interviews, letters, business, names from everywhere, poems and old novels out of
//! copyright, English. One false finding makes people stop reading findings.

use std::path::Path;

use super::*;

/// The texts, by name.
fn texts() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/tests/corpus");
    let mut texts: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    texts.sort();
    texts
}

fn told(desk: Desk, text: &str) -> Vec<String> {
    let findings = desk.check(text);
    findings
        .iter()
        .map(|finding| {
            let place = finding.place().unwrap();
            let line = text.lines().nth(place.start().line - 1).unwrap_or_default();
            format!("{} `{}` in `{line}`", finding.rule().id, place.text())
        })
        .collect()
}

#[test]
fn ordinary_writing_has_no_findings() {
    let texts = texts();
    assert!(texts.len() >= 11, "the corpus is gone");
    let mut all = Vec::new();
    for (name, text) in texts {
        let told = told(Desk::new(), &format!("{HEAD}\n{text}"));
        all.extend(told.into_iter().map(|finding| format!("{name}: {finding}")));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// What surrounds a paragraph must not be what keeps it quiet.
#[test]
fn each_paragraph_of_it_alone_has_none_either() {
    let mut all = Vec::new();
    let mut count = 0;
    for (name, text) in texts() {
        for paragraph in text.split("\n\n") {
            // Quotations over several paragraphs are one; headings, footnotes and code need theirs.
            let is_part = paragraph.starts_with(['“', '"', '#', '|', '[', '`'])
                || paragraph.matches('“').count() != paragraph.matches('”').count()
                || paragraph.contains("[^")
                || paragraph.contains("1963")
                || paragraph.contains("November");
            if is_part || paragraph.trim().is_empty() {
                continue;
            }
            count += 1;
            let told = told(Desk::new(), &with_text(paragraph));
            all.extend(told.into_iter().map(|finding| format!("{name}: {finding}")));
        }
    }
    assert!(count > 250, "{count}");
    assert!(all.is_empty(), "{}", all.join("\n"));
}
