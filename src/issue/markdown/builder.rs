//! pulldown-cmark's events → blocks, on an explicit stack of open containers.

mod closing;
mod frame;
mod html;
mod opening;

use std::{collections::BTreeMap, ops::Range};

use pulldown_cmark::{Event, Tag, TagEnd};

use self::frame::OpenContainer;
use super::{
    super::{Block, Document, Footnote, MarkdownOddity, OddityKind, ProseKind},
    flanking::MarkedText,
    nodes::{InlineNode, PlacedText},
};
use crate::source::Span;

/// An issue of an hour's reading has some five thousand.
pub(super) const MAX_ELEMENTS: usize = 32_200;
/// So much of an address weighs as much as an element: a reference repeats its address at each use.
const URL_BYTES: usize = 200;

/// Folds events into a [`Document`].
pub(super) struct DocumentBuilder<'a> {
    text: &'a str,
    start: usize,
    marked: &'a MarkedText,
    frames: Vec<OpenContainer>,
    document: Document,
    /// Footnote numbers by label, in the order of first reference.
    numbers: BTreeMap<String, usize>,
    footnotes: Vec<(String, Vec<Block>, Span)>,
    /// What has come so far, but for bare links, which the document counts.
    elements: usize,
    /// Where the last of it stands.
    place: Span,
    is_too_deep: bool,
    /// Headings below `##` so far.
    headings: usize,
}

impl<'a> DocumentBuilder<'a> {
    pub(super) fn new(text: &'a str, start: usize, marked: &'a MarkedText) -> Self {
        Self {
            text,
            start,
            marked,
            frames: Vec::new(),
            document: Document::default(),
            numbers: BTreeMap::new(),
            footnotes: Vec::new(),
            elements: 0,
            place: start..start,
            is_too_deep: false,
            headings: 0,
        }
    }

    /// Where the document got more elements than [`MAX_ELEMENTS`].
    pub(super) fn overflow(&self) -> Option<Span> {
        let elements = self.elements + self.document.links.len();
        (elements > MAX_ELEMENTS).then(|| self.place.clone())
    }

    fn weigh(&mut self, event: &Event<'_>, span: &Span) {
        self.elements += match event {
            Event::End(_) => 0,
            Event::Start(
                Tag::Link {
                    dest_url, title, ..
                }
                | Tag::Image {
                    dest_url, title, ..
                },
            ) => 1 + (dest_url.len() + title.len()) / URL_BYTES,
            _ => 1,
        };
        self.place = span.clone();
    }

    pub(super) fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let span = self.start + self.marked.original(range.start)
            ..self.start + self.marked.original(range.end);
        self.weigh(&event, &span);
        match event {
            Event::Start(tag) => self.open(tag, span),
            Event::End(tag) => self.close(tag),
            Event::Text(text) => self.text(&text, span),
            Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => {
                let code = self.marked.unmarked(&code);
                self.push(InlineNode::Code(code, span));
            }
            Event::Html(html) => self.html(&html, span),
            Event::InlineHtml(html) => self.inline_html(&html, span),
            Event::FootnoteReference(label) => {
                let next = self.numbers.len() + 1;
                let label = self.marked.unmarked(&label).to_lowercase();
                let number = *self.numbers.entry(label).or_insert(next);
                self.push(InlineNode::FootnoteReference(number));
            }
            Event::SoftBreak => self.push(InlineNode::SoftBreak),
            Event::HardBreak => self.push(InlineNode::HardBreak),
            Event::Rule => self.push_block(Block::Rule),
            Event::TaskListMarker(is_done) => {
                let item = self.frames.iter_mut().rev().find_map(|frame| match frame {
                    OpenContainer::Item { is_checked, .. } => Some(is_checked),
                    _ => None,
                });
                if let Some(is_checked) = item {
                    *is_checked = Some(is_done);
                }
            }
        }
    }

    /// Opens a container, and the paragraph that text-level content needs in a tight item; or
    /// closes that paragraph before a block.
    fn enter(&mut self, frame: OpenContainer) {
        if matches!(
            frame,
            OpenContainer::Styled { .. } | OpenContainer::Link { .. } | OpenContainer::Image { .. }
        ) {
            self.ensure_leaf();
        } else {
            self.close_implicit();
        }
        self.frames.push(frame);
    }

    fn ensure_leaf(&mut self) {
        let takes_text = matches!(
            self.frames.last(),
            Some(
                OpenContainer::Leaf { .. }
                    | OpenContainer::Styled { .. }
                    | OpenContainer::Link { .. }
                    | OpenContainer::Image { .. }
            )
        );
        if !takes_text {
            self.frames.push(OpenContainer::Leaf {
                kind: ProseKind::Paragraph,
                nodes: Vec::new(),
                is_implicit: true,
                span: 0..0,
            });
        }
    }

    fn close_implicit(&mut self) {
        if matches!(
            self.frames.last(),
            Some(OpenContainer::Leaf {
                is_implicit: true,
                ..
            })
        ) {
            self.close_top();
        }
    }

    fn close(&mut self, tag: TagEnd) {
        let is_inline = matches!(
            tag,
            TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Superscript
                | TagEnd::Subscript
                | TagEnd::Link
                | TagEnd::Image
        );
        if !is_inline {
            self.close_implicit();
        }
        self.close_top();
    }

    fn text(&mut self, text: &str, span: Span) {
        let text = self.marked.unmarked(text);
        match self.frames.last_mut() {
            Some(OpenContainer::Code { text: code, .. }) => code.push_str(&text),
            Some(OpenContainer::Html { text: html, .. }) => html.push_str(&text),
            _ => self.push(InlineNode::Text(PlacedText::new(text, span))),
        }
    }

    fn html(&mut self, html: &str, span: Span) {
        match self.frames.last_mut() {
            Some(OpenContainer::Html { text, .. }) => text.push_str(&self.marked.unmarked(html)),
            _ => self.inline_html(html, span),
        }
    }

    fn push(&mut self, node: InlineNode) {
        self.ensure_leaf();
        if let Some(
            OpenContainer::Leaf { nodes, .. }
            | OpenContainer::Styled { nodes, .. }
            | OpenContainer::Link { nodes, .. }
            | OpenContainer::Image { nodes, .. },
        ) = self.frames.last_mut()
        {
            nodes.push(node);
        }
    }

    fn push_block(&mut self, block: Block) {
        self.close_implicit();
        match self.frames.last_mut() {
            Some(
                OpenContainer::Quote { blocks, .. }
                | OpenContainer::Item { blocks, .. }
                | OpenContainer::Footnote { blocks, .. }
                | OpenContainer::Flattened { blocks },
            ) => blocks.push(block),
            _ => match self.document.sections.last_mut() {
                Some(section) => section.blocks.push(block),
                None => self.document.introduction.push(block),
            },
        }
    }

    fn odd(&mut self, kind: OddityKind, span: Span) {
        self.document.oddities.push(MarkdownOddity { kind, span });
    }

    /// Closes what is open and puts the footnotes in the order of their first reference.
    pub(super) fn finish(mut self) -> Document {
        while !self.frames.is_empty() {
            self.close_top();
        }
        let mut numbered: BTreeMap<usize, Footnote> = BTreeMap::new();
        for (label, blocks, span) in std::mem::take(&mut self.footnotes) {
            match self.numbers.get(&label.to_lowercase()) {
                None => self.odd(OddityKind::UnusedFootnote { label }, span),
                Some(number) if numbered.contains_key(number) => {
                    self.odd(OddityKind::RepeatedFootnote { label }, span);
                }
                Some(&number) => {
                    numbered.insert(
                        number,
                        Footnote {
                            number,
                            label,
                            blocks,
                        },
                    );
                }
            }
        }
        self.document.footnotes = numbered.into_values().collect();
        self.document
            .oddities
            .sort_by_key(|oddity| oddity.span.start);
        self.document
    }
}
