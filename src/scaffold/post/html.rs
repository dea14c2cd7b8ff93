//! HTML made into its Markdown kin: a page of its own, or what stands between lines of Markdown. Each open element
//! gathers its text; when it closes, its kind decides what becomes of that.

use std::collections::BTreeSet;

use crate::issue::html::{self, ElementRole, HtmlPiece, HtmlPieces, HtmlTag, decoded};
use crate::words::{phrase, phrased};

/// An open element and what it holds so far.
struct OpenElement {
    tag: HtmlTag,
    text: String,
}

/// HTML being turned into Markdown.
struct MarkdownWriter<'n> {
    open: Vec<OpenElement>,
    text: String,
    /// Text runs on over line breaks, and entities are characters: it is a page, not Markdown.
    is_page: bool,
    notes: &'n mut BTreeSet<String>,
}

/// A page of HTML as Markdown.
pub(super) fn of_page(text: &str, notes: &mut BTreeSet<String>) -> String {
    converted(text, true, notes)
}

/// What a page calls itself in its head.
pub(super) fn title_of_page(text: &str) -> Option<String> {
    let start = text.find("<title>")? + "<title>".len();
    let title = &text[start..start + text[start..].find("</title>")?];
    let title = one_line(&decoded(title));
    (!title.is_empty()).then_some(title)
}

/// A piece of Markdown without code, with the tags in it turned into Markdown.
pub(super) fn within_markdown(text: &str, notes: &mut BTreeSet<String>) -> String {
    match text.contains('<') {
        true => converted(text, false, notes),
        false => text.to_owned(),
    }
}

fn converted(text: &str, is_page: bool, notes: &mut BTreeSet<String>) -> String {
    let mut writer = MarkdownWriter {
        open: Vec::new(),
        text: String::new(),
        is_page,
        notes,
    };
    let mut pieces = HtmlPieces::of(text);
    while let Some(piece) = pieces.next() {
        match piece {
            HtmlPiece::Text(text) => writer.text(text),
            HtmlPiece::Aside => {}
            HtmlPiece::Tag(tag) if is_dropped(&tag.name) && !tag.is_end => {
                pieces.raw_until(&tag.name);
                writer.note(phrased!("`<{name}>` was left out", name = tag.name));
            }
            HtmlPiece::Tag(tag) if tag.is_end => writer.close(&tag.name),
            HtmlPiece::Tag(tag) => writer.start(tag),
        }
    }
    while let Some(name) = writer.open.last().map(|element| element.tag.name.clone()) {
        writer.close(&name);
    }
    match is_page {
        true => without_gaps(&writer.text),
        false => writer.text,
    }
}

/// What no mail has.
fn is_dropped(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "svg" | "form" | "noscript" | "head" | "template" | "object" | "nav"
    )
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr" | "img" | "input" | "meta" | "link" | "source" | "wbr" | "col" | "embed"
    )
}

impl MarkdownWriter<'_> {
    fn note(&mut self, note: impl Into<String>) {
        self.notes.insert(note.into());
    }

    fn push(&mut self, text: &str) {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None => self.text.push_str(text),
        }
    }

    fn text(&mut self, text: &str) {
        let is_code = self.is_in("pre");
        if !self.is_page || is_code {
            let text = match self.is_page || is_code {
                true => decoded(text),
                false => text.to_owned(),
            };
            return self.push(&text);
        }
        let mut out = String::with_capacity(text.len());
        for char in decoded(text).chars() {
            match char {
                '*' | '`' | '[' | ']' | '_' | '<' | '~' | '\\' if !self.is_in("code") => {
                    out.push('\\');
                    out.push(char);
                }
                char if char.is_whitespace() && char != '\u{a0}' => {
                    if !out.ends_with(' ') {
                        out.push(' ');
                    }
                }
                char => out.push(char),
            }
        }
        self.push(&out);
    }

    fn is_in(&self, name: &str) -> bool {
        self.open.iter().any(|element| element.tag.name == name)
    }

    fn start(&mut self, tag: HtmlTag) {
        match tag.name.as_str() {
            "br" => self.push("\\\n"),
            "hr" => self.push("\n\n---\n\n"),
            "img" => {
                let image = image(&tag);
                self.push(&image);
            }
            name if is_void(name) => {}
            // Whoever leaves an item open means the next one to close it.
            "li" | "p" | "tr" | "td" | "th" | "dt" | "dd" => {
                if self
                    .open
                    .last()
                    .is_some_and(|last| last.tag.name == tag.name)
                {
                    self.close(&tag.name);
                }
                self.enter(tag);
            }
            _ => self.enter(tag),
        }
    }

    fn enter(&mut self, tag: HtmlTag) {
        self.open.push(OpenElement {
            tag,
            text: String::new(),
        });
    }

    /// Closes an element and whatever was left open within it; an end without a beginning is nothing.
    fn close(&mut self, name: &str) {
        if !self.is_in(name) {
            return;
        }
        while let Some(element) = self.open.pop() {
            let is_meant = element.tag.name == name;
            let text = self.closed(&element);
            self.push(&text);
            if is_meant {
                return;
            }
        }
    }

    fn closed(&mut self, element: &OpenElement) -> String {
        let (tag, text) = (&element.tag, element.text.as_str());
        match ElementRole::of(&tag.name) {
            ElementRole::Strong => return wrapped(text, "**"),
            ElementRole::Emphasis => return wrapped(text, "*"),
            ElementRole::Strikethrough => return wrapped(text, "~~"),
            ElementRole::Code if self.is_in("pre") => return text.to_owned(),
            ElementRole::Code => return wrapped(text, "`"),
            // An issue's own text may say the rest in HTML.
            ElementRole::Raised => {
                return html::raised(text).unwrap_or_else(|| format!("<sup>{text}</sup>"));
            }
            ElementRole::Lowered => {
                return html::lowered(text).unwrap_or_else(|| format!("<sub>{text}</sub>"));
            }
            ElementRole::Link => return link(tag, text),
            ElementRole::Summary => return format!("\n\n**{}**\n\n", one_line(text)),
            _ => {}
        }
        match tag.name.as_str() {
            "pre" => format!(
                "\n\n```{}\n{}\n```\n\n",
                language(tag, text),
                text.trim_matches('\n')
            ),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => heading(&tag.name, text),
            "blockquote" => format!("\n\n{}\n\n", prefixed(&without_gaps(text), "> ", "> ")),
            "li" => self.item(text),
            "ul" | "ol" => format!("\n\n{}\n\n", text.trim_matches('\n')),
            "figcaption" => format!("\n\n*{}*\n\n", one_line(text)),
            "td" | "th" | "tr" | "table" | "tbody" if self.is_layout(tag) => self.block(text),
            "td" | "th" => format!("{} | ", one_line(text).replace('|', "\\|")),
            "tr" => format!("| {}\n", text.trim_end()),
            "table" => table(text),
            "iframe" | "video" | "audio" => self.embedded(tag),
            "dl" | "dt" | "dd" => self.block(text),
            name if ElementRole::of(name) == ElementRole::Paragraph => self.block(text),
            _ => text.to_owned(),
        }
    }

    /// Whether a table, or the one that its part stands in, only sets things beside each other: mail's own way.
    fn is_layout(&self, tag: &HtmlTag) -> bool {
        let is_one = |tag: &HtmlTag| matches!(tag.get("role"), Some("presentation" | "none"));
        match tag.name.as_str() {
            "table" => is_one(tag),
            _ => {
                let mut around = self.open.iter().rev();
                around
                    .find(|element| element.tag.name == "table")
                    .is_some_and(|table| is_one(&table.tag))
            }
        }
    }

    /// Between lines of Markdown the writer's own lines stay as they are.
    fn block(&self, text: &str) -> String {
        match self.is_page || !text.contains("\n\n") {
            true => format!("\n\n{}\n\n", text.trim()),
            false => format!("\n\n{}\n\n", text.trim_matches('\n')),
        }
    }

    fn item(&self, text: &str) -> String {
        let list = self
            .open
            .iter()
            .rev()
            .find(|element| matches!(element.tag.name.as_str(), "ul" | "ol"));
        let mark = match list {
            Some(list) if list.tag.name == "ol" => {
                let before = list
                    .text
                    .lines()
                    .filter(|line| line.starts_with(|char: char| char.is_ascii_digit()));
                format!("{}. ", before.count() + 1)
            }
            _ => "- ".to_owned(),
        };
        let indent = " ".repeat(mark.len());
        format!("{}\n", prefixed(without_gaps(text).trim(), &mark, &indent))
    }

    fn embedded(&mut self, tag: &HtmlTag) -> String {
        let Some(address) = tag.get("src").or_else(|| tag.get("data-src")) else {
            return String::new();
        };
        self.note(phrase!("what was embedded from elsewhere is a link"));
        format!("\n\n{}\n\n", watched(address))
    }
}

/// A video's page instead of its player.
pub(super) fn watched(address: &str) -> String {
    let id = [
        "youtube.com/embed/",
        "youtube-nocookie.com/embed/",
        "youtu.be/",
    ]
    .iter()
    .find_map(|start| address.split_once(start))
    .map(|(_, rest)| rest.split(['?', '&', '/']).next().unwrap_or_default());
    match id {
        Some(id) if !id.is_empty() => format!("https://www.youtube.com/watch?v={id}"),
        _ if address.starts_with("//") => format!("https:{address}"),
        _ => address.to_owned(),
    }
}

fn image(tag: &HtmlTag) -> String {
    let Some(source) = tag.get("src").or_else(|| tag.get("data-src")) else {
        return String::new();
    };
    let source = match source.contains([' ', '(', ')']) {
        true => format!("<{source}>"),
        false => source.to_owned(),
    };
    let alt = tag.get("alt").unwrap_or_default().replace(['[', ']'], "");
    match tag.get("title") {
        Some(title) => format!("![{alt}]({source} \"{}\")", title.replace('"', "'")),
        None => format!("![{alt}]({source})"),
    }
}

fn link(tag: &HtmlTag, text: &str) -> String {
    match tag.get("href") {
        Some(address) if !text.trim().is_empty() => format!("[{}]({address})", one_line(text)),
        _ => text.to_owned(),
    }
}

/// The marks stand close to the words: spaces move out.
fn wrapped(text: &str, mark: &str) -> String {
    let words = text.trim();
    if words.is_empty() {
        return text.to_owned();
    }
    let before = &text[..text.len() - text.trim_start().len()];
    let after = &text[text.trim_end().len()..];
    format!("{before}{mark}{words}{mark}{after}")
}

fn heading(name: &str, text: &str) -> String {
    let level = name[1..].parse().unwrap_or(2);
    format!("\n\n{} {}\n\n", "#".repeat(level), one_line(text))
}

/// The language that a highlighter's class names.
fn language(tag: &HtmlTag, _text: &str) -> String {
    tag.get("class")
        .and_then(|class| {
            class
                .split_whitespace()
                .find_map(|part| part.strip_prefix("language-"))
        })
        .unwrap_or_default()
        .to_owned()
}

fn table(rows: &str) -> String {
    let rows: Vec<&str> = rows
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('|'))
        .collect();
    let Some((head, rest)) = rows.split_first() else {
        return rows.concat();
    };
    let columns = head.matches(" |").count();
    let rule = format!("|{}", " --- |".repeat(columns.max(1)));
    format!("\n\n{head}\n{rule}\n{}\n\n", rest.join("\n"))
}

fn one_line(text: &str) -> String {
    text.replace("\\\n", " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn prefixed(text: &str, first: &str, next: &str) -> String {
    let lines = text.trim().lines().enumerate().map(|(at, line)| {
        let mark = if at == 0 { first } else { next };
        format!("{mark}{line}").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// No more than one empty line in a row, and no spaces around lines but an item's.
fn without_gaps(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let is_text = !line.trim().is_empty();
        empty = if is_text { 0 } else { empty + 1 };
        if empty <= 1 {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out.trim_matches('\n').to_owned()
}
