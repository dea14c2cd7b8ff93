//! The text of one paragraph, heading or cell: from the parser's pieces to [`Inline`]s, with bare
//! addresses linked, quotes set, and its prose, links and images noted with their places.

use super::{
    super::{
        Document, ImageUse, Inline, LinkTarget, LinkUse, MarkdownOddity, OddityKind, Prose,
        ProseKind,
        document::ProsePiece,
        plain_text, reader_name,
        url::{self, RefusedUrl},
    },
    autolink, elements,
    nodes::{InlineNode, InlineStyle, Link, PlacedText, raw_text, shifted},
    punctuation::{TextEdit, smarten},
};
use crate::source::Span;

/// Adjacent texts joined, bare addresses linked, places for names found.
pub(super) fn settle(nodes: Vec<InlineNode>) -> Vec<InlineNode> {
    let mut settled = Vec::with_capacity(nodes.len());
    for node in joined(elements::paired(nodes, false)) {
        match node {
            InlineNode::Text(text) => with_names(text, &mut settled, link_bare),
            InlineNode::Styled(style, content) => {
                settled.push(InlineNode::Styled(style, settle(content)));
            }
            InlineNode::Link(mut link) => {
                link.content = settle_within_link(link.content);
                settled.push(InlineNode::Link(link));
            }
            node => settled.push(node),
        }
    }
    settled
}

/// The same without links: a link holds no other.
fn settle_within_link(nodes: Vec<InlineNode>) -> Vec<InlineNode> {
    let mut settled = Vec::with_capacity(nodes.len());
    for node in joined(elements::paired(nodes, true)) {
        match node {
            InlineNode::Text(text) => {
                with_names(text, &mut settled, |text, to| {
                    to.push(InlineNode::Text(text))
                });
            }
            InlineNode::Styled(style, content) => {
                settled.push(InlineNode::Styled(style, settle_within_link(content)));
            }
            node => settled.push(node),
        }
    }
    settled
}

/// Adjacent texts as one.
fn joined(nodes: Vec<InlineNode>) -> Vec<InlineNode> {
    let mut joined: Vec<InlineNode> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match (joined.last_mut(), node) {
            (Some(InlineNode::Text(before)), InlineNode::Text(text)) => before.append(text),
            (_, node) => joined.push(node),
        }
    }
    joined
}

/// A text cut at its places for names; what is between them goes on as `rest` does it.
fn with_names(
    mut text: PlacedText,
    to: &mut Vec<InlineNode>,
    rest: fn(PlacedText, &mut Vec<InlineNode>),
) {
    while let Some((range, name)) = reader_name::find(&text.text) {
        let after = text.split_off(range.end);
        let shown = text.split_off(range.start);
        if !text.text.is_empty() {
            rest(text, to);
        }
        to.push(InlineNode::Name(name, shown.span()));
        text = after;
    }
    if !text.text.is_empty() {
        rest(text, to);
    }
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
            InlineNode::Text(text) | InlineNode::Tag(_, text) => {
                let base = prose.text.len();
                prose.text.push_str(&text.text);
                prose.pieces.extend(shifted(text.pieces.clone(), base));
            }
            InlineNode::Link(link) if link.is_bare => object(prose, link.span.clone()),
            InlineNode::Code(_, span) | InlineNode::Image(_, span) | InlineNode::Name(_, span) => {
                object(prose, span.clone())
            }
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
            InlineNode::Tag(_, text) => {
                self.document.oddities.push(MarkdownOddity {
                    kind: OddityKind::RawHtml,
                    span: text.span(),
                });
                Inline::Text(self.text(&text.text))
            }
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
                    InlineStyle::Raised => Inline::Raised(content),
                    InlineStyle::Lowered => Inline::Lowered(content),
                }
            }
            InlineNode::Link(link) => self.link(link),
            InlineNode::Name(name, span) => {
                self.at += Prose::OBJECT.len_utf8();
                if name.fallback.is_empty() {
                    let kind = OddityKind::NameAlone;
                    self.document.oddities.push(MarkdownOddity { kind, span });
                }
                Inline::Name(name)
            }
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

/// What became of a destination that is not let through.
pub(super) fn refused(refused: RefusedUrl, span: Span) -> MarkdownOddity {
    let kind = match refused {
        RefusedUrl::Scheme(scheme) => OddityKind::UnsafeUrl { scheme },
        RefusedUrl::Malformed => OddityKind::MalformedUrl,
    };
    MarkdownOddity { kind, span }
}
