//! docs/glossary.md is kept: no document, template, help text or finding uses a word that it refuses.

use std::{
    fs,
    path::{Path, PathBuf},
};

use regex::{Regex, RegexBuilder};

/// What readers, writers and operators read, and the sources of what the program says.
const READ: [&str; 9] = [
    "README.md",
    "README.ko.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs",
    "templates",
    "src/scaffold",
    "src/cli",
    "src/words",
];
/// Findings: their comments speak to programmers alone.
const FINDINGS: &str = "src/check";

/// A row of the glossary.
struct Word {
    said: String,
    refused: Vec<Regex>,
}

struct Exception {
    file: String,
    word: String,
}

struct Glossary {
    words: Vec<Word>,
    exceptions: Vec<Exception>,
}

impl Glossary {
    fn read() -> Self {
        let text = fs::read_to_string(house().join("docs/glossary.md")).unwrap();
        let (words, exceptions) = text.split_once("## Exceptions").unwrap();
        Self {
            words: rows(words)
                .map(|[said, refused, _]| Word {
                    said: said.to_owned(),
                    refused: listed(refused).map(pattern).collect(),
                })
                .collect(),
            exceptions: rows(exceptions)
                .flat_map(|[file, words, _]| {
                    listed(words).map(|word| Exception {
                        file: file.to_owned(),
                        word: word.to_owned(),
                    })
                })
                .collect(),
        }
    }

    /// What a line says that it should not, and what it should say.
    fn refuses<'g>(&'g self, file: &str, line: &str) -> Option<(String, &'g str)> {
        self.words.iter().find_map(|word| {
            // 독자 is refused, and stands in 구독자.
            let line = match word.said.is_ascii() {
                true => line.to_owned(),
                false => line.replace(&word.said, "·"),
            };
            let found = word
                .refused
                .iter()
                .find_map(|refused| refused.find(&line))?;
            let is_exception = self.exceptions.iter().any(|exception| {
                let word = &exception.word;
                exception.file == file && (word == "*" || pattern(word).is_match(found.as_str()))
            });
            (!is_exception).then(|| (found.as_str().to_owned(), word.said.as_str()))
        })
    }
}

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows below the heads of all tables.
fn rows(text: &str) -> impl Iterator<Item = [&str; 3]> {
    let table = text.lines().filter(|line| line.starts_with('|'));
    let cells = table.map(|line| line.trim_matches('|').split('|').map(str::trim));
    cells
        .filter_map(|cells| <[&str; 3]>::try_from(cells.collect::<Vec<_>>()).ok())
        .filter(|[_, second, _]| !["not", "word", "쓰지 않는 말"].contains(second))
        .filter(|[first, ..]| !first.starts_with("---"))
}

fn listed(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

/// Whole words, whatever their case; Korean words take their endings behind them.
fn pattern(word: &str) -> Regex {
    let stem = word.trim_end_matches('*');
    let end = match stem.is_ascii() && stem == word {
        true => r"\b",
        false => "",
    };
    let start = match stem.is_ascii() {
        true => r"\b",
        false => "",
    };
    RegexBuilder::new(&format!("{start}{}{end}", regex::escape(stem)))
        .case_insensitive(true)
        .build()
        .unwrap()
}

fn texts(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_file() {
        let kinds = ["md", "yaml", "html", "txt", "rs", "po"];
        let kind = path.extension().and_then(|kind| kind.to_str());
        found.extend(
            kind.filter(|kind| kinds.contains(kind))
                .map(|_| path.to_owned()),
        );
        return;
    }
    for entry in fs::read_dir(path).unwrap() {
        texts(&entry.unwrap().path(), found);
    }
}

/// Whether somebody other than a programmer reads the line.
fn is_said(file: &str, line: &str) -> bool {
    let line = line.trim_start();
    match (file.ends_with(".rs"), file.starts_with("src/cli")) {
        (false, _) => true,
        // A command's documentation is its help.
        (true, true) => line.starts_with("///") || !line.starts_with("//"),
        (true, false) => !line.starts_with("//"),
    }
}

#[test]
fn one_thing_has_one_word_wherever_somebody_reads() {
    let glossary = Glossary::read();
    assert!(glossary.words.len() > 30, "the tables can't be read");
    let mut files = Vec::new();
    for path in READ.into_iter().chain([FINDINGS]) {
        texts(&house().join(path), &mut files);
    }
    let mut slips = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let file = path.strip_prefix(house()).unwrap().to_str().unwrap();
        if file.starts_with(FINDINGS) && file.contains("test") {
            continue;
        }
        for (at, line) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| is_said(file, line))
        {
            if let Some((refused, said)) = glossary.refuses(file, line) {
                slips.push(format!("{file}:{}: `{refused}`: say `{said}`", at + 1));
            }
        }
    }
    assert!(slips.is_empty(), "\n{}", slips.join("\n"));
}

#[test]
fn a_refused_word_is_found_in_any_case_and_ending_and_not_within_another() {
    let glossary = Glossary::read();
    for (line, refused) in [
        ("Mended by noon", Some("Mend")),
        ("an amendment", None),
        ("구독자에게 보내는 메일", None),
        ("독자에게 보내는 메일", Some("독자")),
        ("편지를 씁니다", Some("편지")),
        ("It is told once", Some("is told")),
    ] {
        let found = glossary.refuses("docs/x.md", line).map(|(word, _)| word);
        assert_eq!(found.as_deref(), refused, "{line}");
    }
    assert!(glossary.refuses("CHANGELOG.md", "mended").is_none());
}
