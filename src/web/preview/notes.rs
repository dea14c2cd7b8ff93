//! What is to be known of the open issue: its weight, what `check` finds, links and pictures.

use serde::Serialize;

use super::{
    content::{LinkLine, OpenIssue, PictureLine},
    inputs::PageInputs,
    phrases::{PreviewPhrases, kilobytes},
    query::address,
    sentence::{SentencePart, sentence},
};
use crate::check::{Finding, Level};

/// Gmail shows no more of a mail than this.
const CLIP_BYTES: usize = 102 * 1024;

/// Editors that open a file at a line by an address; the script knows each one's.
const EDITORS: [EditorChoice; 5] = [
    EditorChoice::new("vscode", "VS Code"),
    EditorChoice::new("cursor", "Cursor"),
    EditorChoice::new("zed", "Zed"),
    EditorChoice::new("idea", "IntelliJ IDEA"),
    EditorChoice::new("mvim", "MacVim"),
];

/// The right column.
#[derive(Debug, Serialize)]
pub(super) struct Notes<'a> {
    weight: MailWeight,
    reading: ReadingTime,
    /// How many findings of each level there are, the worst first.
    counts: Vec<LevelCount>,
    findings: Vec<FindingLine<'a>>,
    /// Findings that the writer allows.
    allowed: Vec<AllowedFinding<'a>>,
    editors: [EditorChoice; 5],
    links: Vec<LinkNote<'a>>,
    pictures: Vec<PictureNote<'a>>,
}

/// What the HTML part weighs beside what is too much.
#[derive(Debug, Serialize)]
struct MailWeight {
    bytes: usize,
    size: String,
    clip_bytes: usize,
    /// From where it is nearly too much.
    high_bytes: usize,
    is_clipped: bool,
}

#[derive(Debug, Serialize)]
struct ReadingTime {
    minutes: String,
    extent: String,
}

#[derive(Debug, Serialize)]
struct LevelCount {
    level: &'static str,
    label: String,
    count: usize,
}

/// Something that `check` finds.
#[derive(Debug, Serialize)]
struct FindingLine<'a> {
    level: &'static str,
    level_label: String,
    /// Its place in the manuscript.
    to: Option<LineLink>,
    /// Its place: `12:3`, or with the file's name where that is another.
    place: Option<String>,
    message: Vec<SentencePart>,
    help: Vec<SentencePart>,
    rule: &'a str,
    why: Vec<SentencePart>,
    /// Who says so; may be empty.
    source: &'a str,
}

#[derive(Debug, Serialize)]
struct AllowedFinding<'a> {
    rule: &'a str,
    reason: &'a str,
}

/// A line of the manuscript: on these pages, or in an editor where the script turns it to one.
#[derive(Debug, Serialize)]
struct LineLink {
    href: String,
    path: String,
    line: usize,
    column: usize,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct EditorChoice {
    key: &'static str,
    name: &'static str,
}

#[derive(Debug, Serialize)]
struct LinkNote<'a> {
    to: LineLink,
    text: &'a str,
    url: &'a str,
    /// Whether a browser can follow it.
    is_web: bool,
}

#[derive(Debug, Serialize)]
struct PictureNote<'a> {
    to: LineLink,
    location: &'a str,
    src: Option<&'a str>,
    size: String,
    alt: &'a str,
}

impl EditorChoice {
    const fn new(key: &'static str, name: &'static str) -> Self {
        Self { key, name }
    }
}

impl<'a> Notes<'a> {
    pub(super) fn new(inputs: PageInputs<'a>, open: &'a OpenIssue) -> Self {
        let phrases = inputs.phrases;
        let to_line = |line, column| LineLink {
            href: address(&open.name, &inputs.query.at_line(line)),
            path: open.path.clone(),
            line,
            column,
        };
        let bytes = open.mail.html.len();
        let (allowed, found): (Vec<&Finding>, Vec<&Finding>) = open
            .findings
            .iter()
            .partition(|finding| finding.is_allowed());
        let allowed = allowed.into_iter().map(|finding| AllowedFinding {
            rule: finding.rule().id,
            reason: finding.reason().unwrap_or_default(),
        });
        Self {
            weight: MailWeight {
                bytes,
                size: kilobytes(bytes),
                clip_bytes: CLIP_BYTES,
                high_bytes: CLIP_BYTES * 8 / 10,
                is_clipped: bytes > CLIP_BYTES,
            },
            reading: ReadingTime {
                minutes: phrases.minutes(open.reading_time),
                extent: phrases.extent(open.characters, open.words),
            },
            counts: counts(&found, phrases),
            findings: found
                .into_iter()
                .map(|finding| FindingLine::new(finding, open, phrases, to_line))
                .collect(),
            allowed: allowed.collect(),
            editors: EDITORS,
            links: open
                .links
                .iter()
                .map(|link| LinkNote::new(link, to_line(link.line, 1)))
                .collect(),
            pictures: open
                .pictures
                .iter()
                .map(|picture| PictureNote::new(picture, to_line(picture.line, 1)))
                .collect(),
        }
    }
}

fn counts(found: &[&Finding], phrases: PreviewPhrases<'_>) -> Vec<LevelCount> {
    let levels = [Level::Error, Level::Warning, Level::Advice];
    let count = |level: Level| LevelCount {
        level: level.as_str(),
        label: phrases.level(level),
        count: found.iter().filter(|one| one.level() == level).count(),
    };
    let counts = levels.into_iter().map(count);
    counts.filter(|level| level.count > 0).collect()
}

impl<'a> FindingLine<'a> {
    fn new(
        finding: &'a Finding,
        open: &OpenIssue,
        phrases: PreviewPhrases<'_>,
        to_line: impl Fn(usize, usize) -> LineLink,
    ) -> Self {
        let level = finding.level();
        let rule = finding.rule();
        let place = finding.place();
        let is_own = place.is_some_and(|place| place.file() == open.manuscript.name());
        Self {
            level: level.as_str(),
            level_label: phrases.level(level),
            to: place.filter(|_| is_own).map(|place| {
                let start = place.start();
                to_line(start.line, start.column)
            }),
            place: place.map(|place| match is_own {
                true => place.start().to_string(),
                false => format!("{}:{}", place.file(), place.start()),
            }),
            message: sentence(&phrases.said(finding.message())),
            help: sentence(
                &finding
                    .help()
                    .map_or_else(String::new, |help| phrases.said(help)),
            ),
            rule: rule.id,
            why: sentence(&phrases.said(&rule.reason())),
            source: rule.source,
        }
    }
}

impl<'a> LinkNote<'a> {
    fn new(link: &'a LinkLine, to: LineLink) -> Self {
        let url = link.url.as_str();
        Self {
            to,
            text: match link.text.trim() {
                "" => url,
                _ => &link.text,
            },
            url,
            is_web: url.starts_with("http://") || url.starts_with("https://"),
        }
    }
}

impl<'a> PictureNote<'a> {
    fn new(picture: &'a PictureLine, to: LineLink) -> Self {
        Self {
            to,
            location: &picture.location,
            src: picture.src.as_deref(),
            size: picture.bytes.map(kilobytes).unwrap_or_default(),
            alt: picture.alt.trim(),
        }
    }
}
