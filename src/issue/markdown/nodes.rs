//! Text-level content on its way from the parser to the tree: nodes that still know their places.

use super::super::{Image, LinkTarget, ReaderName, document::ProsePiece, html::HtmlTag};
use crate::source::Span;

/// A piece of text-level content that still knows its place.
#[derive(Debug)]
pub(super) enum InlineNode {
    Text(PlacedText),
    Code(String, Span),
    Styled(InlineStyle, Vec<InlineNode>),
    Link(Link),
    Image(Image, Span),
    FootnoteReference(usize),
    /// Each reader's own name.
    Name(ReaderName, Span),
    /// A tag whose other half may still come; it is text where none does.
    Tag(HtmlTag, PlacedText),
    SoftBreak,
    HardBreak,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum InlineStyle {
    Emphasis,
    Strong,
    Strikethrough,
    Raised,
    Lowered,
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) target: LinkTarget,
    pub(super) title: Option<String>,
    pub(super) content: Vec<InlineNode>,
    pub(super) span: Span,
    /// The address itself is the text.
    pub(super) is_bare: bool,
}

/// Text and where its pieces stand in the file.
#[derive(Debug, Default)]
pub(super) struct PlacedText {
    pub(super) text: String,
    pub(super) pieces: Vec<ProsePiece>,
}

impl PlacedText {
    pub(super) fn new(text: String, span: Span) -> Self {
        Self {
            text,
            pieces: vec![ProsePiece { at: 0, span }],
        }
    }

    pub(super) fn append(&mut self, other: Self) {
        let base = self.text.len();
        self.text.push_str(&other.text);
        self.pieces.extend(shifted(other.pieces, base));
    }

    /// Cuts at a byte of the text; the piece in which the cut falls goes to both sides.
    pub(super) fn split_off(&mut self, at: usize) -> Self {
        let text = self.text.split_off(at);
        let end_of = |index: usize, pieces: &[ProsePiece]| {
            pieces
                .get(index + 1)
                .map_or(at + text.len(), |next| next.at)
        };
        let first = self.pieces.partition_point(|piece| piece.at < at);
        let mut pieces: Vec<ProsePiece> = Vec::new();
        if let Some(index) = first.checked_sub(1) {
            let end = end_of(index, &self.pieces);
            let piece = &mut self.pieces[index];
            if end > at {
                let is_plain = end - piece.at == piece.span.len();
                let middle = piece.span.start + (at - piece.at);
                let span = if is_plain {
                    middle..piece.span.end
                } else {
                    piece.span.clone()
                };
                if is_plain {
                    piece.span.end = middle;
                }
                pieces.push(ProsePiece { at: 0, span });
            }
        }
        pieces.extend(
            self.pieces
                .split_off(first)
                .into_iter()
                .map(|piece| ProsePiece {
                    at: piece.at - at,
                    span: piece.span,
                }),
        );
        Self { text, pieces }
    }

    pub(super) fn span(&self) -> Span {
        let start = self.pieces.first().map_or(0, |piece| piece.span.start);
        let end = self.pieces.last().map_or(0, |piece| piece.span.end);
        start..end.max(start)
    }
}

pub(super) fn shifted(pieces: Vec<ProsePiece>, by: usize) -> impl Iterator<Item = ProsePiece> {
    pieces.into_iter().map(move |piece| ProsePiece {
        at: piece.at + by,
        span: piece.span,
    })
}

/// The words alone, as typed: an image's alternative text, a bare address.
pub(super) fn raw_text(nodes: &[InlineNode]) -> String {
    let mut text = String::new();
    for node in nodes {
        match node {
            InlineNode::Text(part) | InlineNode::Tag(_, part) => text.push_str(&part.text),
            InlineNode::Code(code, _) => text.push_str(code),
            InlineNode::Name(name, _) => text.push_str(&name.for_nobody()),
            InlineNode::Styled(_, content) => text.push_str(&raw_text(content)),
            InlineNode::Link(link) => text.push_str(&raw_text(&link.content)),
            InlineNode::Image(image, _) => text.push_str(&image.alt),
            InlineNode::FootnoteReference(_) => {}
            InlineNode::SoftBreak | InlineNode::HardBreak => text.push(' '),
        }
    }
    text
}
