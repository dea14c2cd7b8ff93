//! A container ends: what becomes of what it has gathered.

use pulldown_cmark::LinkType;

use super::{
    super::{
        super::{
            Block, HeadingPlace, Image, Inline, LinkTarget, ListItem, ProseKind, Section,
            plain_text, url,
        },
        captions, headings, inline,
        nodes::{InlineNode, Link, PlacedText, raw_text},
        shapes,
    },
    DocumentBuilder,
    frame::OpenContainer,
};
use crate::source::Span;

impl DocumentBuilder<'_> {
    pub(super) fn close_top(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        match frame {
            OpenContainer::Leaf {
                kind,
                nodes,
                is_implicit,
                span,
            } => self.close_leaf(kind, nodes, is_implicit, span),
            OpenContainer::Styled { style, nodes, tail } => {
                match (style, self.frames.last_mut()) {
                    (Some(style), _) => self.push(InlineNode::Styled(style, nodes)),
                    (None, Some(OpenContainer::Styled { nodes: around, .. }))
                        if around.is_empty() =>
                    {
                        *around = nodes;
                    }
                    (None, _) => nodes.into_iter().for_each(|node| self.push(node)),
                }
                if let Some(span) = tail {
                    let delimiter = self.text[span.clone()].to_owned();
                    self.push(InlineNode::Text(PlacedText::new(delimiter, span)));
                }
            }
            OpenContainer::Link {
                url,
                kind,
                title,
                nodes,
                span,
            } => self.close_link(&url, kind, title, nodes, span),
            OpenContainer::Image {
                url,
                title,
                nodes,
                span,
            } => self.close_image(&url, title, &nodes, span),
            OpenContainer::Quote { blocks, span } => {
                let block = shapes::quote(blocks, span, &mut self.document.oddities);
                self.push_block(block);
            }
            OpenContainer::List {
                start,
                items,
                is_tight,
            } => self.push_block(Block::List {
                start,
                items,
                is_tight,
            }),
            OpenContainer::Item { blocks, is_checked } => {
                if let Some(OpenContainer::List { items, .. }) = self.frames.last_mut() {
                    items.push(ListItem { is_checked, blocks });
                }
            }
            OpenContainer::Flattened { blocks } => match self.frames.last_mut() {
                // All of it at once: thousands of these may stand within one another.
                Some(OpenContainer::Flattened { blocks: around }) if around.is_empty() => {
                    *around = blocks
                }
                _ => blocks.into_iter().for_each(|block| self.push_block(block)),
            },
            OpenContainer::Footnote {
                label,
                blocks,
                span,
            } => self.footnotes.push((label, blocks, span)),
            OpenContainer::Code { language, text } => {
                self.push_block(Block::Code { language, text })
            }
            OpenContainer::Html { text, span } => self.close_html(&text, span),
            OpenContainer::Table {
                alignments,
                head,
                rows,
            } => self.push_block(Block::Table {
                alignments,
                head,
                rows,
            }),
            OpenContainer::Row { cells, is_head } => {
                if let Some(OpenContainer::Table { head, rows, .. }) = self.frames.last_mut() {
                    match is_head {
                        true => *head = cells,
                        false => rows.push(cells),
                    }
                }
            }
        }
    }

    fn close_leaf(
        &mut self,
        kind: ProseKind,
        nodes: Vec<InlineNode>,
        is_implicit: bool,
        span: Span,
    ) {
        let mut nodes = inline::settle(nodes);
        let section = self.document.sections.last().map(|section| section.number);
        match kind {
            ProseKind::Paragraph => {
                if let (false, Some(OpenContainer::List { is_tight, .. })) =
                    (is_implicit, self.enclosing_list())
                {
                    *is_tight = false;
                }
                for block in shapes::paragraph(nodes, section, &mut self.document) {
                    self.push_block(block);
                }
            }
            ProseKind::Cell => {
                let content = inline::convert(nodes, kind, section, &mut self.document);
                if let Some(OpenContainer::Row { cells, .. }) = self.frames.last_mut() {
                    cells.push(content);
                }
            }
            ProseKind::Heading(level) if level > 2 => {
                let id = headings::take_id(&mut nodes);
                let content = inline::convert(nodes, kind, section, &mut self.document);
                self.headings += 1;
                let anchor = self.place_heading('h', self.headings, &content, id);
                self.push_block(Block::Heading {
                    level,
                    content,
                    anchor,
                });
            }
            ProseKind::Heading(_) => {
                let number = self.document.sections.len() + 1;
                let id = headings::take_id(&mut nodes);
                let heading = inline::convert(nodes, kind, Some(number), &mut self.document);
                let anchor = self.place_heading('s', number, &heading, id);
                self.document.sections.push(Section {
                    number,
                    anchor,
                    title: plain_text(&heading).trim().to_owned(),
                    heading,
                    blocks: Vec::new(),
                    span,
                });
            }
        }
    }

    /// Remembers a heading as a place to lead to, and answers its anchor.
    fn place_heading(
        &mut self,
        kind: char,
        number: usize,
        content: &[Inline],
        id: Option<String>,
    ) -> String {
        let title = plain_text(content).trim().to_owned();
        let anchor = headings::anchor(kind, number, &title);
        self.document.headings.push(HeadingPlace {
            anchor: anchor.clone(),
            title,
            id,
        });
        anchor
    }

    /// The list whose item is the innermost open container.
    fn enclosing_list(&mut self) -> Option<&mut OpenContainer> {
        let count = self.frames.len();
        match self.frames.last() {
            Some(OpenContainer::Item { .. }) => self.frames.get_mut(count.checked_sub(2)?),
            _ => None,
        }
    }

    fn close_link(
        &mut self,
        raw: &str,
        kind: LinkType,
        title: String,
        content: Vec<InlineNode>,
        span: Span,
    ) {
        let target = match kind {
            LinkType::WikiLink { .. } => Ok(LinkTarget::Issue(raw.trim().to_owned())),
            LinkType::Email => url::normalise(&format!("mailto:{raw}")).map(LinkTarget::Url),
            _ => url::normalise(raw).map(LinkTarget::Url),
        };
        match target {
            Ok(target) => self.push(InlineNode::Link(Link {
                target,
                title: Some(title).filter(|title| !title.is_empty()),
                content,
                span,
                is_bare: matches!(kind, LinkType::Autolink | LinkType::Email),
            })),
            Err(refused) => {
                self.document.oddities.push(inline::refused(refused, span));
                content.into_iter().for_each(|node| self.push(node));
            }
        }
    }

    pub(super) fn close_image(
        &mut self,
        raw: &str,
        title: String,
        nodes: &[InlineNode],
        span: Span,
    ) {
        let alt = raw_text(nodes).trim().to_owned();
        let location = match url::is_absolute(raw) {
            true => url::normalise(raw),
            false if raw.chars().any(char::is_control) => Err(url::RefusedUrl::Malformed),
            false => Ok(url::decode_path(raw)),
        };
        match location {
            Ok(location) => {
                let (caption, links) = captions::caption(title.trim(), &span);
                self.document.links.extend(links);
                self.push(InlineNode::Image(
                    Image {
                        location,
                        alt,
                        caption,
                    },
                    span,
                ));
            }
            Err(refused) => {
                let text = PlacedText::new(alt, span.clone());
                self.document.oddities.push(inline::refused(refused, span));
                self.push(InlineNode::Text(text));
            }
        }
    }
}
