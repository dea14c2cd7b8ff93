//! A tag begins: the container that it opens.

use pulldown_cmark::{CodeBlockKind, HeadingLevel, Tag};

use super::{
    super::{
        super::{Alignment, OddityKind, ProseKind},
        nodes::{InlineNode, InlineStyle, PlacedText},
    },
    DocumentBuilder,
    frame::OpenContainer,
};
use crate::source::Span;

/// Containers within containers beyond which nesting is flattened: more than a mail can show.
const MAX_DEPTH: usize = 24;

impl DocumentBuilder<'_> {
    pub(super) fn open(&mut self, tag: Tag<'_>, span: Span) {
        let unmarked = |text: &str| self.marked.unmarked(text);
        let frame = match tag {
            Tag::Paragraph => leaf(ProseKind::Paragraph, span),
            Tag::Heading { level, .. } => {
                let level = self.heading_level(level, &span);
                leaf(ProseKind::Heading(level), span)
            }
            Tag::TableCell => leaf(ProseKind::Cell, span),
            Tag::BlockQuote(_) | Tag::List(_) if self.is_too_deep(&span) => {
                OpenContainer::Flattened { blocks: Vec::new() }
            }
            Tag::BlockQuote(_) => OpenContainer::Quote {
                blocks: Vec::new(),
                span,
            },
            Tag::List(start) => OpenContainer::List {
                start,
                items: Vec::new(),
                is_tight: true,
            },
            Tag::Item if matches!(self.frames.last(), Some(OpenContainer::List { .. })) => {
                OpenContainer::Item {
                    blocks: Vec::new(),
                    is_checked: None,
                }
            }
            Tag::FootnoteDefinition(label) => OpenContainer::Footnote {
                label: unmarked(&label),
                blocks: Vec::new(),
                span,
            },
            Tag::CodeBlock(kind) => OpenContainer::Code {
                language: match kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next().map(unmarked),
                    CodeBlockKind::Indented => None,
                },
                text: String::new(),
            },
            Tag::HtmlBlock => OpenContainer::Html {
                text: String::new(),
                span,
            },
            Tag::Table(alignments) => OpenContainer::Table {
                alignments: alignments.into_iter().map(alignment).collect(),
                head: Vec::new(),
                rows: Vec::new(),
            },
            Tag::TableHead | Tag::TableRow => OpenContainer::Row {
                cells: Vec::new(),
                is_head: matches!(tag, Tag::TableHead),
            },
            Tag::Link {
                link_type: kind,
                dest_url,
                title,
                ..
            } => OpenContainer::Link {
                url: unmarked(&dest_url),
                title: unmarked(&title),
                kind,
                nodes: Vec::new(),
                span,
            },
            Tag::Image {
                dest_url, title, ..
            } => OpenContainer::Image {
                url: unmarked(&dest_url),
                title: unmarked(&title),
                nodes: Vec::new(),
                span,
            },
            tag if is_styled(&tag) => self.styled(&tag, &span),
            _ => OpenContainer::Flattened { blocks: Vec::new() },
        };
        self.enter(frame);
    }

    /// A heading's level: 2 opens a section; within a quotation or a list it is 3 at least.
    fn heading_level(&mut self, level: HeadingLevel, span: &Span) -> u8 {
        self.close_implicit();
        let level = match level {
            HeadingLevel::H1 => {
                self.odd(OddityKind::TopHeading, span.clone());
                2
            }
            HeadingLevel::H2 => 2,
            HeadingLevel::H3 => 3,
            HeadingLevel::H4 => 4,
            HeadingLevel::H5 => 5,
            HeadingLevel::H6 => 6,
        };
        match self.frames.is_empty() {
            true => level,
            false => level.max(3),
        }
    }

    fn styled(&mut self, tag: &Tag<'_>, span: &Span) -> OpenContainer {
        let is_shallow = !self.is_too_deep(span);
        // GFM lets one tilde strike through too; in Korean it writes ranges: `~20명, 30~`.
        let is_range =
            matches!(tag, Tag::Strikethrough) && !self.text[span.clone()].starts_with("~~");
        if is_range {
            let (open, close) = (span.start..span.start + 1, span.end - 1..span.end);
            return OpenContainer::Styled {
                style: None,
                nodes: vec![InlineNode::Text(PlacedText::new("~".to_owned(), open))],
                tail: Some(close),
            };
        }
        let style = match tag {
            Tag::Emphasis => Some(InlineStyle::Emphasis),
            Tag::Strong => Some(InlineStyle::Strong),
            Tag::Strikethrough => Some(InlineStyle::Strikethrough),
            _ => None,
        };
        OpenContainer::Styled {
            style: style.filter(|_| is_shallow),
            nodes: Vec::new(),
            tail: None,
        }
    }

    fn is_too_deep(&mut self, span: &Span) -> bool {
        let depth = self
            .frames
            .iter()
            .filter(|frame| {
                matches!(
                    frame,
                    OpenContainer::Quote { .. }
                        | OpenContainer::List { .. }
                        | OpenContainer::Styled { style: Some(_), .. }
                )
            })
            .count();
        if depth < MAX_DEPTH {
            return false;
        }
        if !self.is_too_deep {
            self.is_too_deep = true;
            self.odd(OddityKind::TooDeep, span.clone());
        }
        true
    }
}

fn leaf(kind: ProseKind, span: Span) -> OpenContainer {
    OpenContainer::Leaf {
        kind,
        nodes: Vec::new(),
        is_implicit: false,
        span,
    }
}

fn is_styled(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript
    )
}

fn alignment(alignment: pulldown_cmark::Alignment) -> Alignment {
    match alignment {
        pulldown_cmark::Alignment::None => Alignment::None,
        pulldown_cmark::Alignment::Left => Alignment::Left,
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::Right,
    }
}
