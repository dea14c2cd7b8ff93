//! The body of an issue as a tree: introduction, sections, blocks, inline text; beside it what
//! findings need: every link, image, run of prose and oddity with its place in the file.

use super::{
    heading_places::{self, HeadingPlace},
    oddity::MarkdownOddity,
    reader_name::ReaderName,
};
use crate::source::Span;

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
    /// The running text of every paragraph, heading and cell, for findings on words.
    pub prose: Vec<Prose>,
    /// Where links within the issue may lead, in order.
    pub(crate) headings: Vec<HeadingPlace>,
    /// What the parser read, but not as the writer may have meant it.
    pub oddities: Vec<MarkdownOddity>,
}

impl Document {
    /// The id in the mail of the heading that a link's `#fragment` means.
    #[must_use]
    pub(crate) fn anchor_of(&self, fragment: &str) -> Option<&str> {
        let place = heading_places::meant(&self.headings, fragment)?;
        Some(&place.anchor)
    }
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
        /// Unique in the issue; its id in the mail.
        anchor: String,
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
    /// `> [!QUOTE]`: a sentence of the story's own, pulled out for whoever only looks.
    PullQuote(Vec<Block>),
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
    /// The same with `{.wide}` behind it: as wide as the paper.
    WideFigure(Image),
    /// Two images on one line, alone in their paragraph: side by side.
    Pair(Box<[Image; 2]>),
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

/// The kinds of callout: those of GitHub's Markdown, and a sponsor's.
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
    /// Somebody paid for it: the issue is advertising.
    Sponsor,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Plain text, smart punctuation applied.
    Text(String),
    /// `*…*`.
    Emphasis(Vec<Inline>),
    /// `**…**`.
    Strong(Vec<Inline>),
    /// `~~…~~`.
    Strikethrough(Vec<Inline>),
    /// Above the line: `<sup>…</sup>`.
    Raised(Vec<Inline>),
    /// Below the line: `<sub>…</sub>`.
    Lowered(Vec<Inline>),
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
    /// Each reader's own name.
    Name(ReaderName),
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
    /// An address in ASCII: percent-encoded, the host punycoded, its scheme a harmless one. A path
    /// or `#anchor` where the writer gave no scheme.
    Url(String),
    /// `[[slug]]`: an earlier issue. Its text is the slug again where the writer gave none.
    Issue(String),
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// A URL, or a path relative to the issue's file as the disk knows it.
    pub location: String,
    /// What it shows, for those who can't see it.
    pub alt: String,
    /// The Markdown title, which may hold emphasis, code and links; empty where there is none.
    pub caption: Vec<Inline>,
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
    /// It stands for a video.
    pub is_frame: bool,
    /// Where it stands in the file.
    pub span: Span,
}

/// The running text of one paragraph, heading or cell, as typed; places map back to the file.
#[derive(Debug, Clone)]
pub struct Prose {
    /// What it is the text of.
    pub kind: ProseKind,
    /// The section it belongs to; None in the introduction.
    pub section: Option<usize>,
    /// The text. Code, images and bare addresses are one [`Prose::OBJECT`] each; line breaks are
    /// `\n`.
    pub text: String,
    /// Where each piece of the text stands in the file, in order.
    pub(super) pieces: Vec<ProsePiece>,
}

/// What a [`Prose`] is the text of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProseKind {
    /// A paragraph, wherever it stands.
    Paragraph,
    /// A heading of that level, 2 to 6; 1 for title, subject and preheader.
    Heading(u8),
    /// A table's cell.
    Cell,
}

/// A piece of a [`Prose`]: the text from `at` to the next piece stands at `span` in the file.
#[derive(Debug, Clone)]
pub(super) struct ProsePiece {
    pub(super) at: usize,
    pub(super) span: Span,
}

impl Prose {
    /// Stands for what is no running text: code, an image, a bare address.
    pub(crate) const OBJECT: char = '\u{FFFC}';

    /// A line of the front matter, whose value stands at `span` of the file.
    pub(crate) fn of_value(text: &str, file: &str, span: Span) -> Self {
        let written = file.get(span.clone()).unwrap_or_default();
        // In quotes with escapes the value is written otherwise: then all of it is the place.
        let span = match written.find(text) {
            Some(at) => span.start + at..span.start + at + text.len(),
            None => span,
        };
        Self {
            kind: ProseKind::Heading(1),
            section: None,
            text: text.to_owned(),
            pieces: vec![ProsePiece { at: 0, span }],
        }
    }

    /// Where a range of the text stands in the file.
    #[must_use]
    pub(crate) fn span(&self, range: std::ops::Range<usize>) -> Span {
        let start = self.place(range.start).start;
        let last = range.end.saturating_sub(1).max(range.start);
        start..self.place(last).end.max(start)
    }

    /// The file's bytes behind the character that holds the byte at `offset`.
    fn place(&self, offset: usize) -> Span {
        let index = self
            .pieces
            .partition_point(|piece| piece.at <= offset)
            .saturating_sub(1);
        let Some(piece) = self.pieces.get(index) else {
            return 0..0;
        };
        let end = self
            .pieces
            .get(index + 1)
            .map_or(self.text.len(), |next| next.at);
        // An entity or an object has another length in the file than in the text.
        if end - piece.at != piece.span.len() {
            return piece.span.clone();
        }
        let mut start = offset.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let length = self.text[start..].chars().next().map_or(0, char::len_utf8);
        let place = piece.span.start + (start - piece.at);
        place..place + length
    }
}

/// A quotation's last paragraph is its attribution where it begins with a dash.
#[must_use]
pub(crate) fn attribution(blocks: &[Block]) -> (Option<&[Inline]>, &[Block]) {
    match blocks {
        [quoted @ .., Block::Paragraph(content)] if !quoted.is_empty() => {
            let text = plain_text(content);
            match text.trim_start().starts_with(['—', '―', '–']) {
                true => (Some(content), quoted),
                false => (None, blocks),
            }
        }
        _ => (None, blocks),
    }
}

/// The words of text-level content alone, as readers see them; footnote numbers are left out.
#[must_use]
pub(crate) fn plain_text(content: &[Inline]) -> String {
    let mut text = String::new();
    add_plain_text(content, &mut text);
    text
}

fn add_plain_text(content: &[Inline], to: &mut String) {
    for inline in content {
        match inline {
            Inline::Text(text) | Inline::Code(text) => to.push_str(text),
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Raised(content)
            | Inline::Lowered(content)
            | Inline::Link { content, .. } => add_plain_text(content, to),
            Inline::Image(image) => to.push_str(&image.alt),
            Inline::Name(name) => to.push_str(&name.for_nobody()),
            Inline::FootnoteReference(_) => {}
            Inline::SoftBreak | Inline::HardBreak => to.push(' '),
        }
    }
}
