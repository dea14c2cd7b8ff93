//! Modern prose that others wrote and Debian carries: LibreOffice's help (MPL 2.0) and Debian's installation guide
//! (GPL), in Korean and in English, as issues. `check` keeps silence over it but for what is truly wrong there.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use chrono::{Days, NaiveDate};
use scraper::{ElementRef, Html, Selector};

use crate::support::{TestPublication, left_out};

/// A body of text, and what is truly wrong in it: looked at by people, a rule and how often.
struct Corpus {
    package: &'static str,
    /// Below the package's root.
    folder: &'static str,
    language: &'static str,
    words: usize,
    mistakes: &'static [(&'static str, usize)],
}

const CORPORA: [Corpus; 4] = [
    Corpus {
        package: "libreoffice-help-ko",
        folder: "usr/share/libreoffice/help/ko/text",
        language: "ko",
        words: 120_000,
        mistakes: &[
            // Paragraphs that nobody has translated.
            ("content/other-language", 31),
            ("typography/article", 5),
            ("typography/dependent-noun", 41),
            ("typography/ellipsis", 2),
            ("typography/particle-form", 18),
            ("typography/punctuation-space", 4),
            ("typography/space-before-particle", 36),
            ("typography/spelling", 16),
        ],
    },
    Corpus {
        package: "installation-guide-amd64",
        folder: "usr/share/doc/installation-guide-amd64/ko",
        language: "ko",
        words: 40_000,
        mistakes: &[
            ("typography/dependent-noun", 104),
            ("typography/doubled-word", 1),
            ("typography/particle-form", 12),
            ("typography/punctuation-space", 3),
            ("typography/space-before-particle", 5),
            ("typography/spelling", 5),
            ("typography/unbalanced", 4),
        ],
    },
    Corpus {
        package: "libreoffice-help-en-us",
        folder: "usr/share/libreoffice/help/en-US/text",
        language: "en",
        words: 120_000,
        mistakes: &[
            ("typography/article", 4),
            ("typography/ellipsis", 1),
            ("typography/spelling", 1),
            ("typography/unbalanced", 1),
        ],
    },
    Corpus {
        package: "installation-guide-amd64",
        folder: "usr/share/doc/installation-guide-amd64/en",
        language: "en",
        words: 60_000,
        mistakes: &[],
    },
];

/// One false finding in so many words is what a writer bears.
const WORDS_A_FALSE_FINDING: usize = 20_000;
/// An issue of an hour's reading or so.
const WORDS_AN_ISSUE: usize = 2_000;
/// Shorter ones are labels.
const WORDS_A_PARAGRAPH: usize = 4;

/// The package's files, where scripts/test or a machine of ours has put them.
fn unpacked(corpus: &Corpus) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/corpora")
        .join(corpus.package)
        .join(corpus.folder);
    folder.is_dir().then_some(folder)
}

/// Every page below a folder, in the order of their names.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => pages(&path, found),
            false if path.extension().is_some_and(|it| it == "html") => found.push(path),
            false => {}
        }
    }
}

/// Stands around what is code while a paragraph is gathered.
const CODE: char = '\u{1}';

/// The words of an element, code between marks; what is hidden is left out.
fn words(element: ElementRef<'_>, to: &mut String) {
    let value = element.value();
    if value.attr("hidden").is_some() || matches!(value.name(), "script" | "style" | "pre") {
        return;
    }
    let is_code = matches!(value.name(), "code" | "tt" | "kbd")
        || value
            .classes()
            .any(|class| matches!(class, "literal" | "input" | "replaceable" | "keystroke"));
    if is_code {
        let code: String = element.text().collect();
        if !code.trim().is_empty() {
            to.extend([CODE.to_string(), code, CODE.to_string()]);
        }
        return;
    }
    for child in element.children() {
        match (child.value().as_text(), ElementRef::wrap(child)) {
            (Some(text), _) => to.push_str(text),
            (None, Some(inner)) if inner.value().name() == "br" => to.push(' '),
            (None, Some(inner)) => words(inner, to),
            (None, None) => {}
        }
    }
}

/// The text as Markdown that means nothing but itself, and code as code.
fn written(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split(CODE).enumerate() {
        match at % 2 {
            1 => out.extend(["`", &part.replace('`', "'"), "`"]),
            _ => escape(part, at == 0, &mut out),
        }
    }
    out
}

fn escape(text: &str, is_first: bool, out: &mut String) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    for (at, char) in text.char_indices() {
        let begins_block = at == 0 && "-+=".contains(char)
            || at == digits && digits > 0 && matches!(char, '.' | ')');
        if "\\`*_[]<>#|~{}&".contains(char) || is_first && begins_block {
            out.push('\\');
        }
        out.push(char);
    }
}

/// The paragraphs of the pages, each once, until there are enough.
fn paragraphs(corpus: &Corpus, folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    pages(folder, &mut files);
    let selector = Selector::parse(
        "#DisplayArea p, #DisplayArea h1, #DisplayArea h2, div > p, div.titlepage h2",
    )
    .unwrap();
    let mut seen = std::collections::HashSet::new();
    let (mut found, mut count) = (Vec::new(), 0);
    for file in files {
        let page = Html::parse_document(&String::from_utf8_lossy(&fs::read(file).unwrap()));
        for element in page.select(&selector) {
            let mut text = String::new();
            words(element, &mut text);
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let length = text.split(' ').count();
            // Remarks in programs of Basic stand in paragraphs of their own.
            let is_prose = length >= WORDS_A_PARAGRAPH && !text.starts_with('\'');
            if is_prose && seen.insert(text.clone()) {
                count += length;
                found.push(written(&text));
            }
        }
        if count >= corpus.words {
            break;
        }
    }
    found
}

fn publication(corpus: &Corpus, paragraphs: &[String]) -> (TestPublication, usize) {
    let mut publication = TestPublication::new()
        .without("issues/2026-11-23-quiet.md")
        .config(&format!(
            "publication:\n  name: Corpus\n  language: {}\n  timezone: Asia/Seoul\n  from: Corpus <hello@example.com>\n\
             editions:\n  daily: {{title: Daily, topic: text, day: mon, time: \"08:00\"}}\n",
            corpus.language
        ));
    let (mut number, mut total, mut length, mut text) = (0, 0, 0, String::new());
    let first = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
    for (at, paragraph) in paragraphs.iter().enumerate() {
        let _ = write!(text, "{paragraph}\n\n");
        length += paragraph.split(' ').count();
        if length >= WORDS_AN_ISSUE || at + 1 == paragraphs.len() {
            let date = first.checked_add_days(Days::new(number)).unwrap();
            let head = format!(
                "title: Corpus number {number}\nedition: daily\ndate: {date}\nstatus: draft\npreheader: text of a corpus"
            );
            let whole = format!("---\n{head}\n---\n\n## Text\n\n{text}");
            publication = publication.issue(&format!("{date}-corpus.md"), whole);
            (number, total, length) = (number + 1, total + length, 0);
            text.clear();
        }
    }
    (publication, total)
}

/// What typography, slips and contents say of it: by rule, how often, each with its line.
fn told(publication: &TestPublication) -> BTreeMap<String, Vec<String>> {
    let report = publication
        .run(["--at", "2026-12-01T00:00:00Z", "check", "--json"])
        .json();
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let findings = report["issues"].as_array().unwrap().iter();
    for finding in findings.flat_map(|issue| issue["findings"].as_array().unwrap()) {
        let rule = finding["rule"].as_str().unwrap();
        let is_of_text = ["typography/", "slip/", "content/", "markdown/"]
            .iter()
            .any(|family| rule.starts_with(family));
        if is_of_text {
            let file =
                fs::read_to_string(publication.path(finding["file"].as_str().unwrap())).unwrap();
            let line = usize::try_from(finding["line"].as_u64().unwrap()).unwrap();
            let text = file.lines().nth(line - 1).unwrap_or_default();
            let shown = format!("{}: {text}", finding["message"].as_str().unwrap());
            told.entry(rule.to_owned()).or_default().push(shown);
        }
    }
    told
}

#[test]
fn check_keeps_silence_over_the_prose_of_others_but_for_what_is_wrong_there() {
    let mut wrong = String::new();
    for corpus in &CORPORA {
        let Some(folder) = unpacked(corpus) else {
            return left_out("scripts/test puts corpora of Debian's packages into target/corpora");
        };
        let (publication, words) = publication(corpus, &paragraphs(corpus, &folder));
        assert!(
            words * 2 > corpus.words,
            "{} has {words} words",
            corpus.package
        );
        let told = told(&publication);
        let mut count = 0;
        let mut shown = String::new();
        for (rule, found) in &told {
            let known = corpus.mistakes.iter().find(|(known, _)| known == rule);
            let over = found
                .len()
                .saturating_sub(known.map_or(0, |(_, count)| *count));
            count += over;
            if over > 0 {
                let _ = writeln!(shown, "{rule}, {over} too many:\n{}", found.join("\n"));
            }
        }
        if count > words / WORDS_A_FALSE_FINDING {
            let _ = writeln!(
                wrong,
                "{} ({}): {count} findings in {words} words\n{shown}",
                corpus.package, corpus.language
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
