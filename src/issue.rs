//! A file → front matter → Markdown → a typed [`Issue`] that keeps source positions for findings.
//! Knows nothing of templates, readers or mail.

use std::path::PathBuf;

use chrono::NaiveDate;

use crate::source::{Source, Span};

/// One issue of the newsletter, as its writer wrote it.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The file.
    pub path: PathBuf,
    /// What the ledger knows it by: front matter `id`, by default `edition-date`.
    pub id: String,
    /// The file name without date and extension: what `[[slug]]` and the archive's URL say.
    pub slug: String,
    /// The head of the file.
    pub front_matter: FrontMatter,
    /// The body.
    pub document: Document,
    /// The whole file.
    pub source: Source,
}

/// The YAML between the `---` lines.
#[derive(Debug, Clone)]
pub struct FrontMatter {
    /// The title, which the mail shows and which is the subject by default.
    pub title: String,
    /// The subject, where it differs from the title.
    pub subject: Option<String>,
    /// The edition's key.
    pub edition: String,
    /// The slot.
    pub date: NaiveDate,
    /// Whether it may go out.
    pub status: Status,
    /// The line that mail clients show after the subject.
    pub preheader: Option<String>,
    /// Advertising: the law's label and footer.
    pub ad: bool,
    /// Labels for the archive; they never select readers.
    pub tags: Vec<String>,
    /// Where each key's value stands, for findings. Keys as in the file.
    pub spans: std::collections::BTreeMap<String, Span>,
}

/// Whether the writer is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Still being written; never sent.
    Draft,
    /// May go out.
    Ready,
}

/// The body: what stands before the first `##`, then a section for each.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Blocks before the first `##`.
    pub introduction: Vec<Block>,
    /// The stories, in order.
    pub sections: Vec<Section>,
    /// Footnotes, in the order of their first reference.
    pub footnotes: Vec<Footnote>,
    /// Every link, in order of appearance, bare URLs included.
    pub links: Vec<LinkUse>,
    /// Every image, in order of appearance.
    pub images: Vec<ImageUse>,
}

/// A `##` heading and what follows it.
#[derive(Debug, Clone)]
pub struct Section {
    /// From 1.
    pub number: usize,
    /// The heading.
    pub heading: Vec<Inline>,
    /// Its plain text.
    pub title: String,
    /// Unique in the issue; the anchor's name.
    pub anchor: String,
    /// What follows, up to the next `##`.
    pub blocks: Vec<Block>,
    /// Where the heading stands.
    pub span: Span,
}

/// A footnote's text.
#[derive(Debug, Clone)]
pub struct Footnote {
    /// From 1, in the order of first reference.
    pub number: usize,
    /// The writer's label.
    pub label: String,
    /// The text.
    pub blocks: Vec<Block>,
}

/// A block of the document.
#[derive(Debug, Clone)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading below `##`; `level` is 3 to 6.
    Heading {
        /// 3 to 6.
        level: u8,
        /// The text.
        content: Vec<Inline>,
    },
    /// A list; ordered lists carry the number of their first item.
    List {
        /// None: bullets.
        start: Option<u64>,
        /// The items.
        items: Vec<ListItem>,
        /// No blank lines between items.
        is_tight: bool,
    },
    /// A quotation.
    Quote(Vec<Block>),
    /// `> [!NOTE]` and its kin.
    Callout {
        /// Which kind.
        kind: CalloutKind,
        /// The writer's own title, where given.
        title: Option<String>,
        /// The text.
        blocks: Vec<Block>,
    },
    /// A code block.
    Code {
        /// The language after the fence.
        language: Option<String>,
        /// The code, ending in a newline.
        text: String,
    },
    /// A table.
    Table {
        /// One a column.
        alignments: Vec<Alignment>,
        /// The head row's cells.
        head: Vec<Vec<Inline>>,
        /// The rows' cells.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// An image alone in its paragraph, with its caption (the Markdown title).
    Figure(Image),
    /// A link alone in its paragraph written as `[label](url){.button}`.
    Button {
        /// What it says.
        label: String,
        /// Where it goes.
        url: String,
    },
    /// A bare link to a video alone in its paragraph, shown as a linked thumbnail or a link card.
    Video {
        /// Where it goes.
        url: String,
        /// The title, where the writer gave one.
        title: String,
        /// A thumbnail, where the writer gave one.
        thumbnail: Option<Image>,
    },
    /// A thematic break.
    Rule,
}

/// An item of a list.
#[derive(Debug, Clone)]
pub struct ListItem {
    /// A task list's box.
    pub is_checked: Option<bool>,
    /// The content; nested lists are blocks here.
    pub blocks: Vec<Block>,
}

/// The kinds of callout that GitHub's Markdown knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalloutKind {
    /// Good to know.
    Note,
    /// Advice.
    Tip,
    /// Not to be missed.
    Important,
    /// Needs care.
    Warning,
    /// Can do harm.
    Caution,
}

/// A table column's alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    /// The writer said nothing.
    None,
    /// `:--`.
    Left,
    /// `:-:`.
    Center,
    /// `--:`.
    Right,
}

/// Text-level content.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    /// Plain text, smart punctuation applied.
    Text(String),
    /// `*…*`.
    Emphasis(Vec<Inline>),
    /// `**…**`.
    Strong(Vec<Inline>),
    /// `~~…~~`.
    Strikethrough(Vec<Inline>),
    /// Code.
    Code(String),
    /// A link.
    Link {
        /// Where it goes.
        target: LinkTarget,
        /// What it says.
        content: Vec<Inline>,
    },
    /// An image within text.
    Image(Image),
    /// A reference to the footnote of that number.
    FootnoteReference(usize),
    /// A line break in the source: a space.
    SoftBreak,
    /// A line break to keep.
    HardBreak,
}

/// Where a link goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTarget {
    /// A URL as written.
    Url(String),
    /// `[[slug]]`: an earlier issue.
    Issue(String),
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// As written: a URL, or a path relative to the issue's file.
    pub location: String,
    /// What it shows, for those who can't see it.
    pub alt: String,
    /// The Markdown title.
    pub caption: Option<String>,
}

/// A link and where it stands.
#[derive(Debug, Clone)]
pub struct LinkUse {
    /// Where it goes.
    pub target: LinkTarget,
    /// What it says.
    pub text: String,
    /// Where it stands in the file.
    pub span: Span,
}

/// An image and where it stands.
#[derive(Debug, Clone)]
pub struct ImageUse {
    /// The image.
    pub image: Image,
    /// Where it stands in the file.
    pub span: Span,
}
