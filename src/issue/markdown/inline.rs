//! The text of one paragraph, heading or cell: from the parser's pieces to [`Inline`]s, with bare
//! addresses linked, quotes set, and its prose, links and images noted with their places.

use super::{
    super::{
        Document, Image, ImageUse, Inline, LinkTarget, LinkUse, MarkdownOddity, OddityKind, Prose,
        ProseKind,
        document::ProsePiece,
        plain_text,
        url::{self, RefusedUrl},
    },
    autolink,
    punctuation::{TextEdit, smarten},
};
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
    SoftBreak,
    HardBreak,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum InlineStyle {
    Emphasis,
    Strong,
    Strikethrough,
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
    pieces: Vec<ProsePiece>,
}

impl PlacedText {
    pub(super) fn new(text: String, span: Span) -> Self {
        Self {
            text,
            pieces: vec![ProsePiece { at: 0, span }],
        }
    }

    fn append(&mut self, other: Self) {
        let base = self.text.len();
        self.text.push_str(&other.text);
        self.pieces.extend(shifted(other.pieces, base));
    }

    /// Cuts at a byte of the text; the piece in which the cut falls goes to both sides.
    fn split_off(&mut self, at: usize) -> Self {
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

fn shifted(pieces: Vec<ProsePiece>, by: usize) -> impl Iterator<Item = ProsePiece> {
    pieces.into_iter().map(move |piece| ProsePiece {
        at: piece.at + by,
        span: piece.span,
    })
}

/// Adjacent texts joined, bare addresses linked.
pub(super) fn settle(nodes: Vec<InlineNode>) -> Vec<InlineNode> {
    let mut joined: Vec<InlineNode> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match (joined.last_mut(), node) {
            (Some(InlineNode::Text(before)), InlineNode::Text(text)) => before.append(text),
            (_, node) => joined.push(node),
        }
    }
    let mut settled = Vec::with_capacity(joined.len());
    for node in joined {
        match node {
            InlineNode::Text(text) => link_bare(text, &mut settled),
            InlineNode::Styled(style, content) => {
                settled.push(InlineNode::Styled(style, settle(content)));
            }
            InlineNode::Link(mut link) => {
                link.content = join(link.content);
                settled.push(InlineNode::Link(link));
            }
            node => settled.push(node),
        }
    }
    settled
}

/// Adjacent texts joined, nothing linked: the inside of a link.
fn join(nodes: Vec<InlineNode>) -> Vec<InlineNode> {
    let mut joined: Vec<InlineNode> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match (joined.last_mut(), node) {
            (Some(InlineNode::Text(before)), InlineNode::Text(text)) => before.append(text),
            (_, InlineNode::Styled(style, content)) => {
                joined.push(InlineNode::Styled(style, join(content)))
            }
            (_, node) => joined.push(node),
        }
    }
    joined
}

/// From the end, where what is cut off is short: a long paragraph would be copied once a link.
fn link_bare(mut text: PlacedText, to: &mut Vec<InlineNode>) {
    let mut backwards = Vec::new();
    for found in autolink::find(&text.text).into_iter().rev() {
        let Ok(url) = url::normalise(&found.url) else {
            continue;
        };
        let after = text.split_off(found.range.end);
        let shown = text.split_off(found.range.start);
        if !after.text.is_empty() {
            backwards.push(InlineNode::Text(after));
        }
        backwards.push(InlineNode::Link(Link {
            target: LinkTarget::Url(url),
            title: None,
            span: shown.span(),
            content: vec![InlineNode::Text(shown)],
            is_bare: true,
        }));
    }
    if !text.text.is_empty() {
        backwards.push(InlineNode::Text(text));
    }
    to.extend(backwards.into_iter().rev());
}

/// Settled nodes → the tree's inlines; their prose, links and images go to the document.
pub(super) fn convert(
    nodes: Vec<InlineNode>,
    kind: ProseKind,
    section: Option<usize>,
    document: &mut Document,
) -> Vec<Inline> {
    let prose = prose(&nodes, kind, section);
    let edits = smarten(&prose.text);
    let mut converter = InlineConverter {
        edits: &edits,
        at: 0,
        document,
    };
    let inlines = converter.convert(nodes);
    let is_text = |char: char| !char.is_whitespace() && char != Prose::OBJECT;
    if prose.text.contains(is_text) {
        document.prose.push(prose);
    }
    inlines
}

fn prose(nodes: &[InlineNode], kind: ProseKind, section: Option<usize>) -> Prose {
    let mut prose = Prose {
        kind,
        section,
        text: String::new(),
        pieces: Vec::new(),
    };
    flatten(nodes, &mut prose);
    prose
}

/// The flat text that [`InlineConverter`] walks in step.
fn flatten(nodes: &[InlineNode], prose: &mut Prose) {
    for node in nodes {
        match node {
            InlineNode::Text(text) => {
                let base = prose.text.len();
                prose.text.push_str(&text.text);
                prose.pieces.extend(shifted(text.pieces.clone(), base));
            }
            InlineNode::Link(link) if link.is_bare => object(prose, link.span.clone()),
            InlineNode::Code(_, span) | InlineNode::Image(_, span) => object(prose, span.clone()),
            InlineNode::Styled(_, content) => flatten(content, prose),
            InlineNode::Link(link) => flatten(&link.content, prose),
            InlineNode::FootnoteReference(_) => {}
            InlineNode::SoftBreak | InlineNode::HardBreak => {
                let place = prose.pieces.last().map_or(0, |piece| piece.span.end);
                prose.pieces.push(ProsePiece {
                    at: prose.text.len(),
                    span: place..place,
                });
                prose.text.push('\n');
            }
        }
    }
}

fn object(prose: &mut Prose, span: Span) {
    prose.pieces.push(ProsePiece {
        at: prose.text.len(),
        span,
    });
    prose.text.push(Prose::OBJECT);
}

struct InlineConverter<'a> {
    edits: &'a [TextEdit],
    /// The place in the flat text.
    at: usize,
    document: &'a mut Document,
}

impl InlineConverter<'_> {
    fn convert(&mut self, nodes: Vec<InlineNode>) -> Vec<Inline> {
        nodes.into_iter().map(|node| self.node(node)).collect()
    }

    fn node(&mut self, node: InlineNode) -> Inline {
        match node {
            InlineNode::Text(text) => Inline::Text(self.text(&text.text)),
            InlineNode::Code(code, _) => {
                self.at += Prose::OBJECT.len_utf8();
                Inline::Code(code)
            }
            InlineNode::Styled(style, content) => {
                let content = self.convert(content);
                match style {
                    InlineStyle::Emphasis => Inline::Emphasis(content),
                    InlineStyle::Strong => Inline::Strong(content),
                    InlineStyle::Strikethrough => Inline::Strikethrough(content),
                }
            }
            InlineNode::Link(link) => self.link(link),
            InlineNode::Image(image, span) => {
                self.at += Prose::OBJECT.len_utf8();
                self.document.images.push(ImageUse {
                    image: image.clone(),
                    is_frame: false,
                    span,
                });
                Inline::Image(image)
            }
            InlineNode::FootnoteReference(number) => Inline::FootnoteReference(number),
            InlineNode::SoftBreak => {
                self.at += 1;
                Inline::SoftBreak
            }
            InlineNode::HardBreak => {
                self.at += 1;
                Inline::HardBreak
            }
        }
    }

    fn link(&mut self, link: Link) -> Inline {
        let place = self.document.links.len();
        let content = if link.is_bare {
            self.at += Prose::OBJECT.len_utf8();
            vec![Inline::Text(raw_text(&link.content))]
        } else {
            self.convert(link.content)
        };
        self.document.links.insert(
            place,
            LinkUse {
                target: link.target.clone(),
                text: plain_text(&content),
                span: link.span,
            },
        );
        Inline::Link {
            target: link.target,
            content,
        }
    }

    /// The next `text.len()` bytes of the flat text with the edits that lie wholly within.
    fn text(&mut self, text: &str) -> String {
        let (start, end) = (self.at, self.at + text.len());
        self.at = end;
        let first = self.edits.partition_point(|edit| edit.at < start);
        let mut out = String::with_capacity(text.len());
        let mut done = start;
        for edit in self.edits[first..]
            .iter()
            .take_while(|edit| edit.at + edit.length <= end)
        {
            out.push_str(&text[done - start..edit.at - start]);
            out.push(edit.with);
            done = edit.at + edit.length;
        }
        out.push_str(&text[done - start..]);
        out
    }
}

/// The words alone, as typed: an image's alternative text, a bare address.
pub(super) fn raw_text(nodes: &[InlineNode]) -> String {
    let mut text = String::new();
    for node in nodes {
        match node {
            InlineNode::Text(part) => text.push_str(&part.text),
            InlineNode::Code(code, _) => text.push_str(code),
            InlineNode::Styled(_, content) => text.push_str(&raw_text(content)),
            InlineNode::Link(link) => text.push_str(&raw_text(&link.content)),
            InlineNode::Image(image, _) => text.push_str(&image.alt),
            InlineNode::FootnoteReference(_) => {}
            InlineNode::SoftBreak | InlineNode::HardBreak => text.push(' '),
        }
    }
    text
}

/// What became of a destination that is not let through.
pub(super) fn refused(refused: RefusedUrl, span: Span) -> MarkdownOddity {
    let kind = match refused {
        RefusedUrl::Scheme(scheme) => OddityKind::UnsafeUrl { scheme },
        RefusedUrl::Malformed => OddityKind::MalformedUrl,
    };
    MarkdownOddity { kind, span }
}
