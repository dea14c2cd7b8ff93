//! The document's blocks as plain text that reads well in a terminal: made from the document, not
//! from the HTML. Links and footnotes become references numbered in one series: a link's address is
//! listed where its story ends, the notes at the end of the mail.

mod shifted;
mod table;
mod wrap;

use crate::{
    issue::{Block, Footnote, Image, Inline, LinkTarget, ListItem, Section},
    render::{
        addressed,
        columns::alignments_of,
        linked_issue::IssueLinks,
        words::{MailWords, callout_key},
    },
};

use wrap::{GLUE, JOINT};
pub(super) use wrap::{WIDTH, width, wrap};

/// What a number in brackets points at.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reference {
    Url(String),
    /// A footnote, by the number that it has in the HTML.
    Note(usize),
}

/// Writes blocks as text, numbering the references of the whole issue.
pub(super) struct TextWriter<'a> {
    words: &'a MailWords,
    issue_links: &'a IssueLinks<'a>,
    /// Whether stories are numbered.
    has_numbers: bool,
    /// URLs that wait to be listed, with their numbers.
    waiting: Vec<(usize, String)>,
    numbered: Vec<Reference>,
}

impl<'a> TextWriter<'a> {
    pub(super) fn new(
        words: &'a MailWords,
        issue_links: &'a IssueLinks<'a>,
        has_numbers: bool,
    ) -> Self {
        Self {
            words,
            issue_links,
            has_numbers,
            waiting: Vec::new(),
            numbered: Vec::new(),
        }
    }

    /// The picture that the issue opens with.
    pub(super) fn cover(&mut self, cover: &Image) -> String {
        let mut lines = wrap(&self.image(cover), WIDTH);
        self.list_links(&mut lines);
        lines.join("\n")
    }

    /// What stands before the first story.
    pub(super) fn introduction(&mut self, blocks: &[Block]) -> String {
        let mut lines = self.blocks(blocks, WIDTH);
        self.list_links(&mut lines);
        lines.join("\n")
    }

    /// A story: its numbered heading underlined, its blocks, its links.
    pub(super) fn section(&mut self, section: &Section) -> String {
        let heading = self.inlines(&section.heading);
        let heading = match self.has_numbers {
            true => format!("{:02}. {heading}", section.number),
            false => heading,
        };
        let mut lines = underlined(&heading, '-');
        lines.push(String::new());
        lines.extend(self.blocks(&section.blocks, WIDTH));
        self.list_links(&mut lines);
        lines.join("\n")
    }

    /// The footnotes under their heading. Empty where there are none.
    pub(super) fn footnotes(&mut self, notes: &[Footnote]) -> String {
        if notes.is_empty() {
            return String::new();
        }
        let mut lines = underlined(self.words.get("footnotes"), '-');
        lines.push(String::new());
        for note in notes {
            let marker = format!("[{}] ", self.number(Reference::Note(note.number)));
            let body = self.blocks(&note.blocks, WIDTH - marker.len());
            lines.extend(hanging(body, &marker));
        }
        self.list_links(&mut lines);
        lines.join("\n")
    }

    fn list_links(&mut self, lines: &mut Vec<String>) {
        if self.waiting.is_empty() {
            return;
        }
        lines.push(String::new());
        for (number, url) in self.waiting.drain(..) {
            lines.push(format!("[{number}] {url}"));
        }
    }

    fn blocks(&mut self, blocks: &[Block], columns: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for block in blocks {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(self.block(block, columns));
        }
        lines
    }

    fn block(&mut self, block: &Block, columns: usize) -> Vec<String> {
        match block {
            Block::Paragraph(content) => wrap(&self.inlines(content), columns),
            Block::Heading {
                level: 3, content, ..
            } => underlined(&self.inlines(content), '.'),
            Block::Heading { content, .. } => {
                wrap(&format!("* {} *", self.inlines(content)), columns)
            }
            Block::List {
                start,
                items,
                is_tight,
            } => self.list(*start, items, *is_tight, columns),
            Block::Quote(blocks) => prefixed(self.blocks(blocks, within(columns, 2)), "> "),
            Block::Callout {
                kind,
                title,
                blocks,
            } => {
                let word = self.words.get(callout_key(*kind)).to_owned();
                let label = title.clone().unwrap_or(word);
                let mut lines = vec![format!("[{label}]")];
                lines.extend(self.blocks(blocks, within(columns, 2)));
                prefixed(lines, "| ")
            }
            Block::Code { text, .. } => {
                prefixed(text.trim_end().lines().map(str::to_owned).collect(), "    ")
            }
            Block::Table {
                alignments,
                head,
                rows,
            } => {
                let head: Vec<String> = head.iter().map(|cell| self.inlines(cell)).collect();
                let cells = rows
                    .iter()
                    .map(|row| row.iter().map(|cell| self.inlines(cell)).collect())
                    .collect();
                let columns_of = alignments_of(alignments, head.len(), rows);
                table::table(&head, cells, &columns_of, columns)
            }
            Block::PullQuote(blocks) => prefixed(self.blocks(blocks, within(columns, 4)), "  » "),
            Block::Figure(image) | Block::WideFigure(image) => wrap(&self.image(image), columns),
            Block::Pair(images) => {
                let mut lines = wrap(&self.image(&images[0]), columns);
                lines.extend(wrap(&self.image(&images[1]), columns));
                lines
            }
            Block::Button { label, url } => {
                let mut lines = hanging(wrap(label, within(columns, 2)), "→ ");
                lines.push(format!("  {url}"));
                lines
            }
            Block::Video {
                url,
                title,
                thumbnail,
            } => {
                // Where the frame has no words of its own, the title has taken its place.
                let frame = thumbnail
                    .as_ref()
                    .filter(|frame| frame.alt != *title && !frame.alt.is_empty());
                let label = self.words.get("watch_video").to_owned();
                let first = if title.is_empty() {
                    format!("▶ {label}")
                } else {
                    format!("▶ {label}: {title}")
                };
                let mut lines =
                    frame.map_or_else(Vec::new, |frame| wrap(&self.image(frame), columns));
                lines.extend(wrap(&first, columns));
                lines.push(format!("  {url}"));
                lines
            }
            Block::Rule => vec!["* * *".to_owned()],
        }
    }

    fn list(
        &mut self,
        start: Option<u64>,
        items: &[ListItem],
        is_tight: bool,
        columns: usize,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if at > 0 && !is_tight {
                lines.push(String::new());
            }
            let marker = match (start, item.is_checked) {
                (_, Some(true)) => "[x] ".to_owned(),
                (_, Some(false)) => "[ ] ".to_owned(),
                (Some(first), None) => format!("{}. ", first + at as u64),
                (None, None) => "- ".to_owned(),
            };
            let inner = within(columns, marker.len());
            let body = if is_tight {
                item.blocks
                    .iter()
                    .flat_map(|block| self.block(block, inner))
                    .collect()
            } else {
                self.blocks(&item.blocks, inner)
            };
            lines.extend(hanging(body, &marker));
        }
        lines
    }

    fn inlines(&mut self, content: &[Inline]) -> String {
        let mut text = String::new();
        for inline in content {
            match inline {
                Inline::Text(part) => push_text(&mut text, part),
                Inline::Emphasis(part) => text.push_str(&self.inlines(part)),
                Inline::Strong(part) => text.push_str(&format!("*{}*", self.inlines(part))),
                Inline::Strikethrough(part) => text.push_str(&format!("~{}~", self.inlines(part))),
                Inline::Raised(part) => text.push_str(&shifted::raised(&self.inlines(part))),
                Inline::Lowered(part) => text.push_str(&shifted::lowered(&self.inlines(part))),
                Inline::Code(code) => text.push_str(&format!("`{code}`")),
                Inline::Link { target, content } => text.push_str(&self.link(target, content)),
                Inline::Image(image) => text.push_str(&self.image(image)),
                Inline::Name(name) => text.push_str(&addressed::stand_in(name, &name.fallback)),
                Inline::FootnoteReference(note) => {
                    let number = self.number(Reference::Note(*note));
                    text.push_str(&format!("{JOINT}[{number}]"));
                }
                Inline::SoftBreak => text.push(' '),
                Inline::HardBreak => text.push('\n'),
            }
        }
        text
    }

    fn link(&mut self, target: &LinkTarget, content: &[Inline]) -> String {
        let shown = self.inlines(content);
        match target {
            // A bare URL says where it goes itself.
            LinkTarget::Url(url) if is_web_address(&shown) => url.clone(),
            LinkTarget::Url(url)
                if url.strip_prefix("mailto:") == Some(shown.trim_start_matches("mailto:")) =>
            {
                shown.trim_start_matches("mailto:").to_owned()
            }
            LinkTarget::Url(url) if url.starts_with('#') => shown,
            LinkTarget::Url(url) => self.reference(&shown, url),
            LinkTarget::Issue(slug) => match (self.issue_links)(slug) {
                Some(issue) => {
                    let shown = if shown == *slug || shown.is_empty() {
                        issue.title
                    } else {
                        shown
                    };
                    match issue.url {
                        Some(url) => self.reference(&shown, &url),
                        None => shown,
                    }
                }
                None => shown,
            },
        }
    }

    /// `text [7]`, never parted by a line's end; the same URL keeps its number.
    fn reference(&mut self, shown: &str, url: &str) -> String {
        let number = self.number(Reference::Url(url.to_owned()));
        if !self.waiting.iter().any(|(known, _)| *known == number) {
            self.waiting.push((number, url.to_owned()));
        }
        format!("{shown}{GLUE}[{number}]")
    }

    /// The same reference keeps its number.
    fn number(&mut self, reference: Reference) -> usize {
        let known = self.numbered.iter().position(|known| *known == reference);
        known.map_or_else(
            || {
                self.numbered.push(reference);
                self.numbered.len()
            },
            |at| at + 1,
        )
    }

    fn image(&mut self, image: &Image) -> String {
        let caption = self.inlines(&image.caption);
        let word = self.words.get("image");
        match (image.alt.as_str(), caption.as_str()) {
            ("", "") => format!("[{word}]"),
            ("", caption) => format!("[{word}: {caption}]"),
            (alt, "") => format!("[{word}: {alt}]"),
            (alt, caption) => format!("[{word}: {alt}]\n{caption}"),
        }
    }
}

/// A text behind what stands there already. A particle belongs to the word before it: where the word
/// is a link or has a note, the numbers come behind both (`GPT-3는 [1]`, `수명은[2]`).
fn push_text(text: &mut String, part: &str) {
    let particle = part
        .find(|char| !matches!(char, '가'..='힣'))
        .unwrap_or(part.len());
    let mark = marks_at(text).filter(|_| particle > 0);
    let (particle, rest) = part.split_at(if mark.is_some() { particle } else { 0 });
    if let Some(at) = mark {
        text.insert_str(at, particle);
    }
    text.push_str(rest);
}

/// Where the references begin that a text ends with.
fn marks_at(text: &str) -> Option<usize> {
    let mut marks = None;
    let mut before = text;
    while let Some(rest) = without_mark(before) {
        marks = Some(rest.len());
        before = rest;
    }
    marks
}

/// A text without the mark (`[7]` and what joins it to its word) that it ends with. Looks at the mark alone: it
/// is asked after each piece of a paragraph, however long that has become.
fn without_mark(text: &str) -> Option<&str> {
    let digits = text.strip_suffix(']')?;
    let number = digits.trim_end_matches(|char: char| char.is_ascii_digit());
    let rest = number.strip_suffix('[')?;
    (number.len() < digits.len())
        .then(|| rest.strip_suffix([GLUE, JOINT]))
        .flatten()
}

/// What is left of the columns behind a mark: text nested ever deeper runs over rather than into a
/// word a line.
fn within(columns: usize, mark: usize) -> usize {
    columns.saturating_sub(mark).max(20)
}

fn is_web_address(text: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
        && !text.contains(' ')
}

/// The numbered titles.
pub(super) fn contents(sections: &[Section], has_numbers: bool) -> String {
    let entry = |section: &Section| {
        let marker = match has_numbers {
            true => format!("  {:02}. ", section.number),
            false => "  - ".to_owned(),
        };
        hanging(wrap(&section.title, WIDTH - marker.len()), &marker)
    };
    sections
        .iter()
        .flat_map(entry)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A heading and its line, as wide as the heading.
pub(super) fn underlined(text: &str, with: char) -> Vec<String> {
    let mut lines = wrap(text, WIDTH);
    let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    lines.push(with.to_string().repeat(widest.min(WIDTH)));
    lines
}

fn prefixed(lines: Vec<String>, prefix: &str) -> Vec<String> {
    lines
        .into_iter()
        .map(|line| format!("{prefix}{line}").trim_end().to_owned())
        .collect()
}

/// The first line behind the marker, the others below its text.
fn hanging(lines: Vec<String>, marker: &str) -> Vec<String> {
    let indent = " ".repeat(width(marker));
    lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            let start = if at == 0 { marker } else { &indent };
            format!("{start}{line}").trim_end().to_owned()
        })
        .collect()
}
