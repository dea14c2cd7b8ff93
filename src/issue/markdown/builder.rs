//! pulldown-cmark's events → blocks, on an explicit stack of open containers.

use std::{collections::BTreeMap, ops::Range};

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Tag, TagEnd};

use super::{
    super::{
        Alignment, Block, Document, Footnote, Image, Inline, LinkTarget, ListItem, Oddity,
        OddityKind, ProseKind, Section, plain_text, url,
    },
    flanking::Marked,
    inline::{self, Link, Node, Style, Text},
    punctuation, shapes,
};
use crate::source::Span;

/// Containers within containers beyond which nesting is flattened: more than a mail can show.
const MAX_DEPTH: usize = 24;

/// An open container.
enum Frame {
    /// A quotation.
    Quote {
        blocks: Vec<Block>,
        span: Span,
    },
    List {
        start: Option<u64>,
        items: Vec<ListItem>,
        is_tight: bool,
    },
    Item {
        blocks: Vec<Block>,
        is_checked: Option<bool>,
    },
    Footnote {
        label: String,
        blocks: Vec<Block>,
        span: Span,
    },
    /// A container too deep to keep: its blocks go to the one around it.
    Flattened {
        blocks: Vec<Block>,
    },
    Leaf {
        kind: ProseKind,
        nodes: Vec<Node>,
        /// The text of a tight item, which has no paragraph of its own.
        is_implicit: bool,
        span: Span,
    },
    /// None: too deep, or no style of ours; its content goes to what is around it.
    Styled {
        style: Option<Style>,
        nodes: Vec<Node>,
        /// A closing delimiter that is text after all.
        tail: Option<Span>,
    },
    Link {
        url: String,
        kind: LinkType,
        title: String,
        nodes: Vec<Node>,
        span: Span,
    },
    Image {
        url: String,
        title: String,
        nodes: Vec<Node>,
        span: Span,
    },
    Code {
        language: Option<String>,
        text: String,
    },
    Html {
        text: String,
        span: Span,
    },
    Table {
        alignments: Vec<Alignment>,
        head: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Row {
        cells: Vec<Vec<Inline>>,
        is_head: bool,
    },
}

/// Folds events into a [`Document`].
pub(super) struct Builder<'a> {
    text: &'a str,
    start: usize,
    marked: &'a Marked,
    frames: Vec<Frame>,
    document: Document,
    /// Footnote numbers by label, in the order of first reference.
    numbers: BTreeMap<String, usize>,
    footnotes: Vec<(String, Vec<Block>, Span)>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str, start: usize, marked: &'a Marked) -> Self {
        Self {
            text,
            start,
            marked,
            frames: Vec::new(),
            document: Document::default(),
            numbers: BTreeMap::new(),
            footnotes: Vec::new(),
        }
    }

    pub(super) fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let span = self.start + self.marked.original(range.start)
            ..self.start + self.marked.original(range.end);
        match event {
            Event::Start(tag) => self.open(tag, span),
            Event::End(tag) => self.close(tag),
            Event::Text(text) => self.text(&text, span),
            Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => {
                let code = self.marked.unmarked(&code);
                self.push(Node::Code(code, span));
            }
            Event::Html(html) => self.html(&html, span),
            Event::InlineHtml(html) => self.inline_html(&html, span),
            Event::FootnoteReference(label) => {
                let next = self.numbers.len() + 1;
                let label = self.marked.unmarked(&label).to_lowercase();
                let number = *self.numbers.entry(label).or_insert(next);
                self.push(Node::FootnoteReference(number));
            }
            Event::SoftBreak => self.push(Node::SoftBreak),
            Event::HardBreak => self.push(Node::HardBreak),
            Event::Rule => self.push_block(Block::Rule),
            Event::TaskListMarker(is_done) => {
                let item = self.frames.iter_mut().rev().find_map(|frame| match frame {
                    Frame::Item { is_checked, .. } => Some(is_checked),
                    _ => None,
                });
                if let Some(is_checked) = item {
                    *is_checked = Some(is_done);
                }
            }
        }
    }

    fn open(&mut self, tag: Tag<'_>, span: Span) {
        let unmarked = |text: &str| self.marked.unmarked(text);
        let frame = match tag {
            Tag::Paragraph => leaf(ProseKind::Paragraph, span),
            Tag::Heading { level, .. } => {
                let level = self.heading_level(level, &span);
                leaf(ProseKind::Heading(level), span)
            }
            Tag::TableCell => leaf(ProseKind::Cell, span),
            Tag::BlockQuote(_) | Tag::List(_) if self.is_too_deep(&span) => {
                Frame::Flattened { blocks: Vec::new() }
            }
            Tag::BlockQuote(_) => Frame::Quote {
                blocks: Vec::new(),
                span,
            },
            Tag::List(start) => Frame::List {
                start,
                items: Vec::new(),
                is_tight: true,
            },
            Tag::Item if matches!(self.frames.last(), Some(Frame::List { .. })) => Frame::Item {
                blocks: Vec::new(),
                is_checked: None,
            },
            Tag::FootnoteDefinition(label) => Frame::Footnote {
                label: unmarked(&label),
                blocks: Vec::new(),
                span,
            },
            Tag::CodeBlock(kind) => Frame::Code {
                language: match kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next().map(unmarked),
                    CodeBlockKind::Indented => None,
                },
                text: String::new(),
            },
            Tag::HtmlBlock => Frame::Html {
                text: String::new(),
                span,
            },
            Tag::Table(alignments) => Frame::Table {
                alignments: alignments.into_iter().map(alignment).collect(),
                head: Vec::new(),
                rows: Vec::new(),
            },
            Tag::TableHead | Tag::TableRow => Frame::Row {
                cells: Vec::new(),
                is_head: matches!(tag, Tag::TableHead),
            },
            Tag::Link {
                link_type: kind,
                dest_url,
                title,
                ..
            } => Frame::Link {
                url: unmarked(&dest_url),
                title: unmarked(&title),
                kind,
                nodes: Vec::new(),
                span,
            },
            Tag::Image {
                dest_url, title, ..
            } => Frame::Image {
                url: unmarked(&dest_url),
                title: unmarked(&title),
                nodes: Vec::new(),
                span,
            },
            tag if is_styled(&tag) => self.styled(&tag, &span),
            _ => Frame::Flattened { blocks: Vec::new() },
        };
        self.enter(frame);
    }

    /// Opens a container, and the paragraph that text-level content needs in a tight item; or
    /// closes that paragraph before a block.
    fn enter(&mut self, frame: Frame) {
        if matches!(
            frame,
            Frame::Styled { .. } | Frame::Link { .. } | Frame::Image { .. }
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
                Frame::Leaf { .. }
                    | Frame::Styled { .. }
                    | Frame::Link { .. }
                    | Frame::Image { .. }
            )
        );
        if !takes_text {
            self.frames.push(Frame::Leaf {
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
            Some(Frame::Leaf {
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

    fn close_top(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        match frame {
            Frame::Leaf {
                kind,
                nodes,
                is_implicit,
                span,
            } => self.close_leaf(kind, nodes, is_implicit, span),
            Frame::Styled { style, nodes, tail } => {
                match style {
                    Some(style) => self.push(Node::Styled(style, nodes)),
                    None => nodes.into_iter().for_each(|node| self.push(node)),
                }
                if let Some(span) = tail {
                    let delimiter = self.text[span.clone()].to_owned();
                    self.push(Node::Text(Text::new(delimiter, span)));
                }
            }
            Frame::Link {
                url,
                kind,
                title,
                nodes,
                span,
            } => self.close_link(&url, kind, title, nodes, span),
            Frame::Image {
                url,
                title,
                nodes,
                span,
            } => self.close_image(&url, title, &nodes, span),
            Frame::Quote { blocks, span } => {
                let block = shapes::quote(blocks, span, &mut self.document.oddities);
                self.push_block(block);
            }
            Frame::List {
                start,
                items,
                is_tight,
            } => self.push_block(Block::List {
                start,
                items,
                is_tight,
            }),
            Frame::Item { blocks, is_checked } => {
                if let Some(Frame::List { items, .. }) = self.frames.last_mut() {
                    items.push(ListItem { is_checked, blocks });
                }
            }
            Frame::Flattened { blocks } => {
                blocks.into_iter().for_each(|block| self.push_block(block));
            }
            Frame::Footnote {
                label,
                blocks,
                span,
            } => self.footnotes.push((label, blocks, span)),
            Frame::Code { language, text } => self.push_block(Block::Code { language, text }),
            Frame::Html { text, span } => self.close_html(&text, span),
            Frame::Table {
                alignments,
                head,
                rows,
            } => self.push_block(Block::Table {
                alignments,
                head,
                rows,
            }),
            Frame::Row { cells, is_head } => {
                if let Some(Frame::Table { head, rows, .. }) = self.frames.last_mut() {
                    match is_head {
                        true => *head = cells,
                        false => rows.push(cells),
                    }
                }
            }
        }
    }

    fn close_leaf(&mut self, kind: ProseKind, nodes: Vec<Node>, is_implicit: bool, span: Span) {
        let nodes = inline::settle(nodes);
        let section = self.document.sections.last().map(|section| section.number);
        match kind {
            ProseKind::Paragraph => {
                if let (false, Some(Frame::List { is_tight, .. })) =
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
                if let Some(Frame::Row { cells, .. }) = self.frames.last_mut() {
                    cells.push(content);
                }
            }
            ProseKind::Heading(level) if level > 2 => {
                let content = inline::convert(nodes, kind, section, &mut self.document);
                self.push_block(Block::Heading { level, content });
            }
            ProseKind::Heading(_) => {
                let number = self.document.sections.len() + 1;
                let heading = inline::convert(nodes, kind, Some(number), &mut self.document);
                let title = plain_text(&heading).trim().to_owned();
                self.document.sections.push(Section {
                    number,
                    anchor: shapes::anchor(number, &title),
                    heading,
                    title,
                    blocks: Vec::new(),
                    span,
                });
            }
        }
    }

    /// The list whose item is the innermost open container.
    fn enclosing_list(&mut self) -> Option<&mut Frame> {
        let count = self.frames.len();
        match self.frames.last() {
            Some(Frame::Item { .. }) => self.frames.get_mut(count.checked_sub(2)?),
            _ => None,
        }
    }

    fn close_link(
        &mut self,
        raw: &str,
        kind: LinkType,
        title: String,
        content: Vec<Node>,
        span: Span,
    ) {
        let target = match kind {
            LinkType::WikiLink { .. } => Ok(LinkTarget::Issue(raw.trim().to_owned())),
            LinkType::Email => url::normalise(&format!("mailto:{raw}")).map(LinkTarget::Url),
            _ => url::normalise(raw).map(LinkTarget::Url),
        };
        match target {
            Ok(target) => self.push(Node::Link(Link {
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

    fn close_image(&mut self, raw: &str, title: String, nodes: &[Node], span: Span) {
        let alt = inline::raw_text(nodes).trim().to_owned();
        let location = match url::is_absolute(raw) {
            true => url::normalise(raw),
            false if raw.chars().any(char::is_control) => Err(url::Refused::Malformed),
            false => Ok(url::decode_path(raw)),
        };
        match location {
            Ok(location) => self.push(Node::Image(
                Image {
                    location,
                    alt,
                    caption: Some(punctuation::smart(title.trim()))
                        .filter(|caption| !caption.is_empty()),
                },
                span,
            )),
            Err(refused) => {
                let text = Text::new(alt, span.clone());
                self.document.oddities.push(inline::refused(refused, span));
                self.push(Node::Text(text));
            }
        }
    }

    fn text(&mut self, text: &str, span: Span) {
        let text = self.marked.unmarked(text);
        match self.frames.last_mut() {
            Some(Frame::Code { text: code, .. }) => code.push_str(&text),
            Some(Frame::Html { text: html, .. }) => html.push_str(&text),
            _ => self.push(Node::Text(Text::new(text, span))),
        }
    }

    fn html(&mut self, html: &str, span: Span) {
        match self.frames.last_mut() {
            Some(Frame::Html { text, .. }) => text.push_str(&self.marked.unmarked(html)),
            _ => self.inline_html(html, span),
        }
    }

    fn inline_html(&mut self, html: &str, span: Span) {
        let html = self.marked.unmarked(html);
        if html.starts_with("<!--") {
            return;
        }
        let name = html
            .trim_start_matches('<')
            .trim_end_matches(['>', '/', ' ']);
        if name.eq_ignore_ascii_case("br") {
            self.push(Node::HardBreak);
            return;
        }
        self.odd(OddityKind::RawHtml, span.clone());
        self.push(Node::Text(Text::new(html, span)));
    }

    fn close_html(&mut self, html: &str, span: Span) {
        let shown = shapes::without_comments(html);
        if shown.trim().is_empty() {
            return;
        }
        self.odd(OddityKind::RawHtml, span);
        let mut content = Vec::new();
        for line in shown.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if !content.is_empty() {
                content.push(Inline::SoftBreak);
            }
            content.push(Inline::Text(line.to_owned()));
        }
        self.push_block(Block::Paragraph(content));
    }

    fn push(&mut self, node: Node) {
        self.ensure_leaf();
        if let Some(
            Frame::Leaf { nodes, .. }
            | Frame::Styled { nodes, .. }
            | Frame::Link { nodes, .. }
            | Frame::Image { nodes, .. },
        ) = self.frames.last_mut()
        {
            nodes.push(node);
        }
    }

    fn push_block(&mut self, block: Block) {
        self.close_implicit();
        match self.frames.last_mut() {
            Some(
                Frame::Quote { blocks, .. }
                | Frame::Item { blocks, .. }
                | Frame::Footnote { blocks, .. }
                | Frame::Flattened { blocks },
            ) => blocks.push(block),
            _ => match self.document.sections.last_mut() {
                Some(section) => section.blocks.push(block),
                None => self.document.introduction.push(block),
            },
        }
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

    fn styled(&mut self, tag: &Tag<'_>, span: &Span) -> Frame {
        let is_shallow = !self.is_too_deep(span);
        // GFM lets one tilde strike through too; in Korean it writes ranges: `~20명, 30~`.
        let is_range =
            matches!(tag, Tag::Strikethrough) && !self.text[span.clone()].starts_with("~~");
        if is_range {
            let (open, close) = (span.start..span.start + 1, span.end - 1..span.end);
            return Frame::Styled {
                style: None,
                nodes: vec![Node::Text(Text::new("~".to_owned(), open))],
                tail: Some(close),
            };
        }
        let style = match tag {
            Tag::Emphasis => Some(Style::Emphasis),
            Tag::Strong => Some(Style::Strong),
            Tag::Strikethrough => Some(Style::Strikethrough),
            _ => None,
        };
        Frame::Styled {
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
                    Frame::Quote { .. } | Frame::List { .. } | Frame::Styled { style: Some(_), .. }
                )
            })
            .count();
        if depth < MAX_DEPTH {
            return false;
        }
        let is_known = self
            .document
            .oddities
            .iter()
            .any(|oddity| oddity.kind == OddityKind::TooDeep);
        if !is_known {
            self.odd(OddityKind::TooDeep, span.clone());
        }
        true
    }

    fn odd(&mut self, kind: OddityKind, span: Span) {
        self.document.oddities.push(Oddity { kind, span });
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

fn leaf(kind: ProseKind, span: Span) -> Frame {
    Frame::Leaf {
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
