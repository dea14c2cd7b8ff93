//! The YAML between the `---` lines: found, read and judged.

mod cover;
mod foreign_keys;
mod former_name;
mod header_line;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Deserializer, de::Error as _};

use self::{
    cover::Cover, foreign_keys::ForeignKeys, former_name::FormerName, header_line::HeaderLine,
};
use super::{FrontMatter, IssueStatus, LinkUse};
use crate::{
    publication::Publication,
    source::{Source, SourceError, Span},
    words::{phrased, say},
    yaml::{self, Tree},
};

/// A line or two for each of its keys are a thousandth of it.
const MAX_BYTES: usize = 64 << 10;

/// The head of a file.
#[derive(Debug)]
pub(super) struct FileHead {
    pub(super) front_matter: FrontMatter,
    pub(super) id: Option<String>,
    /// The links of the cover's caption.
    pub(super) cover_links: Vec<LinkUse>,
    /// Where the body starts.
    pub(super) body_start: usize,
}

/// What stands between the `---` lines at the head of an issue.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HeadFields {
    /// The title, which the mail shows; also its subject, unless that is written separately.
    title: HeaderLine,
    /// The mail's subject, where it differs from the title.
    subject: Option<HeaderLine>,
    /// What the ledger knows the issue by: once sent, an id is never sent again. Default: edition
    /// and date.
    id: Option<IssueKey>,
    /// The key of the edition, as in daily-note.yaml.
    edition: String,
    /// The date it appears on; the edition gives the hour.
    date: IssueDate,
    /// `draft` (the default) is never sent; `ready` goes out on its date.
    status: Option<IssueStatus>,
    /// The line that mail clients show after the subject. Default: from the introduction.
    preheader: Option<HeaderLine>,
    /// Who wrote it: a name, or some in one line.
    author: Option<HeaderLine>,
    /// The picture that it opens with: a path from this file, or an https address; with words for
    /// those who can't see it and a caption as `{file: …, alt: …, caption: …}`.
    cover: Option<Cover>,
    /// A line on what comes next, for the foot of the mail.
    next: Option<HeaderLine>,
    /// Advertising: puts the law's label and footer on it.
    #[serde(default)]
    ad: bool,
    /// Labels for the archive; they never select readers.
    #[serde(default)]
    tags: TagList,
    /// Whether the archive on the web has it. Default: yes, once its hour has come.
    #[serde(default = "yes")]
    archive: bool,
    /// Names that it had in the archive before, as in `/issues/NAME`: what leads there leads here.
    #[serde(default)]
    aliases: Vec<FormerName>,
    /// Findings of `check` to let pass: the rule's name, and why.
    #[serde(default)]
    allow: BTreeMap<String, HeaderLine>,
}

/// The JSON Schema of the front matter; `edition` is one of the publication's, where one is given.
#[must_use]
pub(crate) fn schema(publication: Option<&Publication>) -> Schema {
    let mut schema = yaml::schema_of::<HeadFields>();
    schema.insert("title".into(), "An issue of daily-note".into());
    if let (Some(publication), Some(edition)) =
        (publication, schema.pointer_mut("/properties/edition"))
    {
        edition["enum"] = publication
            .editions
            .iter()
            .map(|edition| edition.key.as_str())
            .collect();
    }
    schema
}

/// Labels: a list, or some in one line with commas between.
#[derive(Default, JsonSchema)]
#[schemars(inline)]
struct TagList(#[schemars(with = "Vec<HeaderLine>")] Vec<String>);

impl<'de> Deserialize<'de> for TagList {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "write a list of labels: [software, tools]")]
        enum Written {
            List(Vec<HeaderLine>),
            Line(String),
            Nothing(()),
        }
        Ok(Self(match Written::deserialize(from)? {
            Written::List(tags) => tags.into_iter().map(|HeaderLine(tag)| tag).collect(),
            Written::Line(line) => line
                .split(',')
                .map(str::trim)
                .filter(|tag| !tag.is_empty())
                .map(ToOwned::to_owned)
                .collect(),
            Written::Nothing(()) => Vec::new(),
        }))
    }
}

fn yes() -> bool {
    true
}

/// What the ledger knows an issue by.
#[derive(JsonSchema)]
#[schemars(inline)]
struct IssueKey(#[schemars(regex(pattern = "^[A-Za-z0-9._-]{1,100}$"))] String);

impl<'de> Deserialize<'de> for IssueKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let HeaderLine(id) = HeaderLine::deserialize(from)?;
        let is_id = id.len() <= 100
            && id
                .chars()
                .all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.'));
        match is_id {
            true => Ok(Self(id)),
            false => Err(D::Error::custom(phrased!(
                "`{id}` can't be an id\nuse letters a to z, digits, `-`, `_` and `.`, 100 at most"
            ))),
        }
    }
}

#[derive(JsonSchema)]
#[schemars(inline)]
struct IssueDate(#[schemars(with = "String", extend("format" = "date"))] NaiveDate);

impl<'de> Deserialize<'de> for IssueDate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        // Other programs write the hour too; here it is the edition's.
        let text = match text.trim().split_once(['T', ' ']) {
            Some((day, time)) if time.starts_with(|char: char| char.is_ascii_digit()) => {
                day.to_owned()
            }
            _ => text,
        };
        let is_written = text.len() == 10
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-');
        match NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d") {
            Ok(date) if is_written => Ok(Self(date)),
            _ if is_written => Err(D::Error::custom(phrased!(
                "`{text}` is not in the calendar"
            ))),
            _ => Err(D::Error::custom(phrased!(
                "`{text}` is not a date\nwrite year, month and day: 2026-11-23"
            ))),
        }
    }
}

/// Finds and reads the front matter.
pub(super) fn parse(
    source: &Source,
    publication: &Publication,
) -> Result<FileHead, Vec<SourceError>> {
    let (within, body_start) = find(source).map_err(|error| vec![error])?;
    let mut tree = Tree::parse(source, within)?;
    let foreign = ForeignKeys::take(&mut tree);
    let fields: HeadFields = tree.read()?;
    if publication.edition(&fields.edition).is_none() {
        return Err(vec![unknown_edition(&tree, &fields.edition, publication)]);
    }
    let mut spans: BTreeMap<String, Span> = tree
        .root()
        .entries()
        .iter()
        .filter_map(|entry| Some((entry.key.clone(), entry.value.span()?)))
        .collect();
    let text = |line: HeaderLine| line.0;
    let set_aside = foreign.set_aside;
    let mut preheader = fields.preheader.map(text);
    if let (None, Some((summary, span))) = (&preheader, foreign.summary) {
        preheader = Some(summary);
        spans.extend(span.map(|span| ("preheader".to_owned(), span)));
    }
    let said = foreign.is_draft.map(|is_draft| match is_draft {
        true => IssueStatus::Draft,
        false => IssueStatus::Ready,
    });
    let (cover, cover_links) = match fields.cover {
        Some(cover) => {
            let (cover, links) = cover.settle(&tree).map_err(|error| vec![error])?;
            (Some(cover), links)
        }
        None => (None, Vec::new()),
    };
    Ok(FileHead {
        front_matter: FrontMatter {
            title: fields.title.0,
            subject: fields.subject.map(text),
            edition: fields.edition,
            date: fields.date.0,
            status: fields.status.or(said).unwrap_or(IssueStatus::Draft),
            preheader,
            author: fields.author.map(text),
            cover,
            next: fields.next.map(text),
            ad: fields.ad,
            tags: fields.tags.0,
            archive: fields.archive,
            aliases: fields.aliases.into_iter().map(|name| name.0).collect(),
            allow: fields
                .allow
                .into_iter()
                .map(|(rule, reason)| (rule, reason.0))
                .collect(),
            set_aside,
            spans,
        },
        id: fields.id.map(|id| id.0),
        cover_links,
        body_start,
    })
}

impl FrontMatter {
    /// What stands for a head that can't be read.
    pub(super) fn saying_nothing(edition: String, date: NaiveDate) -> Self {
        Self {
            title: String::new(),
            subject: None,
            edition,
            date,
            status: IssueStatus::Draft,
            preheader: None,
            author: None,
            cover: None,
            next: None,
            ad: false,
            tags: Vec::new(),
            archive: false,
            aliases: Vec::new(),
            allow: BTreeMap::new(),
            set_aside: Vec::new(),
            spans: BTreeMap::new(),
        }
    }
}

/// Where the text behind the head begins. None: there is no head, or it does not end.
pub(super) fn body_start(source: &Source) -> Option<usize> {
    find(source).ok().map(|(_, body_start)| body_start)
}

/// The YAML's place, and where the body starts.
fn find(source: &Source) -> Result<(Span, usize), SourceError> {
    let text = source.text();
    let mut lines = lines(text);
    let first = lines.next().unwrap_or(0..0);
    if !is_fence(&text[first.clone()], &["---"]) {
        return Err(missing(source, first));
    }
    let start = first.end;
    match lines.find(|line| is_fence(&text[line.clone()], &["---", "..."])) {
        Some(fence) if fence.start - start > MAX_BYTES => Err(SourceError::at(
            source,
            first.start..first.start + 3,
            say!(
                "the front matter has {size} KB; it may have {most} KB",
                size = (fence.start - start).div_ceil(1024),
                most = MAX_BYTES / 1024
            ),
        )
        .with_label(say!("opened here"))
        .with_hint(say!(
            "the text of the issue comes after a second line of `---`"
        ))),
        Some(fence) => Ok((start..fence.start, fence.end)),
        None => Err(SourceError::at(
            source,
            first.start..first.start + 3,
            say!("the front matter is not closed"),
        )
        .with_label(say!("opened here"))
        .with_hint(say!(
            "end it with a line of `---`, before the text of the issue"
        ))),
    }
}

fn missing(source: &Source, first: Span) -> SourceError {
    let text = source.text();
    let line = text[first.clone()].trim();
    let place = first.start..first.start + text[first].trim_end().len();
    let error = SourceError::at(source, place, say!("the front matter is missing"));
    match line {
        // One line for the eyes of all programs of today.
        line if line.starts_with("---\r") => error.with_hint(say!(
            "its lines end with CR alone, as on Macs before 2001: save it with LF"
        )),
        "+++" => error.with_hint(say!(
            "front matter is YAML here: put it between lines of `---`"
        )),
        "" if text.trim_start().starts_with("---") => {
            error.with_hint(say!("`---` must be the first line of the file"))
        }
        _ => error.with_hint(say!(
            "begin the file with\n---\ntitle: …\nedition: …\ndate: 2026-11-23\nstatus: draft\n---"
        )),
    }
}

/// The lines of a text with their ends.
fn lines(text: &str) -> impl Iterator<Item = Span> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..at
    })
}

fn is_fence(line: &str, fences: &[&str]) -> bool {
    fences.contains(&line.trim_end())
}

fn unknown_edition(tree: &Tree, edition: &str, publication: &Publication) -> SourceError {
    let keys: Vec<&str> = publication
        .editions
        .iter()
        .map(|edition| edition.key.as_str())
        .collect();
    let hint = match yaml::nearest(edition, &keys) {
        Some(near) => say!("did you mean `{near}`?", near),
        None => say!("daily-note.yaml has: {keys}", keys = keys.join(", ")),
    };
    tree.error(
        &["edition"],
        say!("there is no edition `{edition}`", edition),
    )
    .with_hint(hint)
}
