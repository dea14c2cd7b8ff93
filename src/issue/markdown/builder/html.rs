//! HTML in a text: what a mail knows is taken in, what only changes looks loses them, the rest is shown as it stands and
//! reported. No attribute passes but an address, an alternative text and a title.

use super::{
    super::{
        super::{
            Block, Inline, OddityKind, ProseKind,
            html::{ElementRole, HtmlPiece, HtmlPieces, HtmlTag, decoded},
            url,
        },
        inline,
        nodes::{InlineNode, InlineStyle, PlacedText},
    },
    DocumentBuilder,
    frame::OpenContainer,
};
use crate::source::Span;

impl DocumentBuilder<'_> {
    /// A tag within a line.
    pub(super) fn inline_html(&mut self, html: &str, span: Span) {
        let html = self.marked.unmarked(html);
        if html.starts_with("<!--") {
            return;
        }
        let text = PlacedText::new(html, span.clone());
        match HtmlTag::parse(&text.text) {
            Some(tag) if ElementRole::of(&tag.name) != ElementRole::Foreign => {
                self.known_tag(tag, text);
            }
            _ => {
                self.odd(OddityKind::RawHtml, span);
                self.push(InlineNode::Text(text));
            }
        }
    }

    fn known_tag(&mut self, tag: HtmlTag, text: PlacedText) {
        let span = text.span();
        match ElementRole::of(&tag.name) {
            ElementRole::Break => self.push(InlineNode::HardBreak),
            ElementRole::Picture => self.picture_tag(&tag, span),
            ElementRole::Bare
            | ElementRole::Rule
            | ElementRole::Paragraph
            | ElementRole::Summary => self.bare_tag(&tag, span),
            role => {
                let address = tag.get("href").filter(|_| role == ElementRole::Link);
                if let Some(Err(refused)) = address.map(url::normalise) {
                    let refused = inline::refused(refused, span);
                    self.document.oddities.push(refused);
                }
                self.push(InlineNode::Tag(tag, text));
            }
        }
    }

    fn bare_tag(&mut self, tag: &HtmlTag, span: Span) {
        if !tag.is_end && tag.has_looks() {
            let name = tag.name.clone();
            self.odd(OddityKind::BareHtml { name }, span);
        }
    }

    fn picture_tag(&mut self, tag: &HtmlTag, span: Span) {
        let alt = tag.get("alt").unwrap_or_default().to_owned();
        let title = tag.get("title").unwrap_or_default().to_owned();
        let words = [InlineNode::Text(PlacedText::new(alt, span.clone()))];
        match tag.get("src") {
            Some(source) => self.close_image(source, title, &words, span),
            None => self.odd(OddityKind::MalformedUrl, span),
        }
    }

    /// Lines that begin with a tag.
    pub(super) fn close_html(&mut self, html: &str, span: Span) {
        let is_foreign = |piece: HtmlPiece<'_>| match piece {
            HtmlPiece::Tag(tag) => ElementRole::of(&tag.name) == ElementRole::Foreign,
            // `<?php`, `<![CDATA[`.
            HtmlPiece::Text(text) => text.starts_with("<?"),
            HtmlPiece::Aside => false,
        };
        match HtmlPieces::of(html).any(is_foreign) {
            true => self.shown_html(html, span),
            false => self.known_html(html, &span),
        }
    }

    fn shown_html(&mut self, html: &str, span: Span) {
        self.odd(OddityKind::RawHtml, span);
        let mut content = Vec::new();
        for line in html.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if !content.is_empty() {
                content.push(Inline::SoftBreak);
            }
            content.push(Inline::Text(line.to_owned()));
        }
        self.push_block(Block::Paragraph(content));
    }

    /// Paragraphs of what the elements hold.
    fn known_html(&mut self, html: &str, span: &Span) {
        // Within a quotation the lines' marks are between them: then the block is the place of all.
        let is_whole = self
            .text
            .get(span.clone())
            .is_some_and(|own| own.starts_with(html));
        let mut pieces = HtmlPieces::of(html);
        let mut at = 0;
        while let Some(piece) = pieces.next() {
            let read = at..pieces.read_bytes();
            at = read.end;
            let place = match is_whole {
                true => span.start + read.start..span.start + read.end,
                false => span.clone(),
            };
            match piece {
                HtmlPiece::Aside => {}
                HtmlPiece::Text(text) => self.html_text(text, &place, is_whole),
                HtmlPiece::Tag(tag) => match ElementRole::of(&tag.name) {
                    ElementRole::Rule => {
                        self.close_html_paragraph();
                        self.push_block(Block::Rule);
                    }
                    ElementRole::Paragraph => {
                        self.close_html_paragraph();
                        self.bare_tag(&tag, place);
                    }
                    ElementRole::Summary if tag.is_end => self.close_html_paragraph(),
                    ElementRole::Summary => {
                        self.close_html_paragraph();
                        self.open_html_paragraph(&place);
                        self.frames.push(OpenContainer::Styled {
                            style: Some(InlineStyle::Strong),
                            nodes: Vec::new(),
                            tail: None,
                        });
                    }
                    _ => {
                        self.open_html_paragraph(&place);
                        let raw = html[read].to_owned();
                        self.known_tag(tag, PlacedText::new(raw, place));
                    }
                },
            }
        }
        self.close_html_paragraph();
    }

    /// Text between tags, a line at a time.
    fn html_text(&mut self, text: &str, place: &Span, is_whole: bool) {
        let mut at = place.start;
        for (number, line) in text.split('\n').enumerate() {
            let is_open = matches!(
                self.frames.last(),
                Some(OpenContainer::Leaf { .. } | OpenContainer::Styled { .. })
            );
            if number > 0 && is_open {
                self.push(InlineNode::SoftBreak);
            }
            let words = match number {
                0 => line,
                _ => line.trim_start(),
            };
            let start = at + (line.len() - words.len());
            at += line.len() + 1;
            if words.is_empty() || !is_open && words.trim().is_empty() {
                continue;
            }
            let span = match is_whole {
                true => start..start + words.len(),
                false => place.clone(),
            };
            self.open_html_paragraph(&span);
            self.push(InlineNode::Text(PlacedText::new(decoded(words), span)));
        }
    }

    fn open_html_paragraph(&mut self, place: &Span) {
        let is_open = matches!(
            self.frames.last(),
            Some(OpenContainer::Leaf { .. } | OpenContainer::Styled { .. })
        );
        if !is_open {
            self.enter(OpenContainer::Leaf {
                kind: ProseKind::Paragraph,
                nodes: Vec::new(),
                is_implicit: false,
                span: place.clone(),
            });
        }
    }

    fn close_html_paragraph(&mut self) {
        if matches!(self.frames.last(), Some(OpenContainer::Styled { .. })) {
            self.close_top();
        }
        if let Some(OpenContainer::Leaf { nodes, .. }) = self.frames.last_mut() {
            while matches!(nodes.last(), Some(InlineNode::SoftBreak)) {
                nodes.pop();
            }
            self.close_top();
        }
    }
}
