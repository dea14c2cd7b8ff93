//! Blocks, from paragraphs to tables.

use super::{
    BodyWriter,
    inline::{attribute, is_linkable},
};
use crate::{
    issue::{Alignment, Block, CalloutKind, Image, Inline, ListItem, attribution},
    render::{MAX_HIGHLIGHTED_BYTES, alignments_of, callout_key, escape_text, host, task_mark},
};

impl BodyWriter<'_> {
    pub(super) fn blocks(&mut self, blocks: &[Block]) -> String {
        let mut html = String::new();
        for block in blocks {
            html.push_str(&self.block(block));
            html.push('\n');
        }
        html
    }

    pub(super) fn block(&mut self, block: &Block) -> String {
        match block {
            Block::Paragraph(content) => format!("<p>{}</p>", self.inlines(content)),
            Block::Heading {
                level,
                content,
                anchor,
            } => {
                let level = (*level).clamp(3, 6);
                let content = self.inlines(content);
                format!("<h{level} id=\"{anchor}\">{content}</h{level}>")
            }
            Block::List {
                start,
                items,
                is_tight,
            } => self.list(*start, items, *is_tight),
            Block::Quote(blocks) => self.quotation(blocks, "quote"),
            Block::PullQuote(blocks) => self.quotation(blocks, "pull"),
            Block::Callout {
                kind,
                title,
                blocks,
            } => self.callout(*kind, title.as_deref(), blocks),
            Block::Code { language, text } => self.code(text, language.as_deref()),
            Block::Table {
                alignments,
                head,
                rows,
            } => self.table(alignments, head, rows),
            Block::Figure(image) => self.figure(image, "plain"),
            Block::WideFigure(image) => self.figure(image, "wide"),
            Block::Pair(images) => {
                let figures: String = images.iter().map(|it| self.figure(it, "half")).collect();
                format!("<div class=\"pair\">{figures}</div>")
            }
            Block::Button { label, url } => match is_linkable(url) {
                true => format!(
                    "<p class=\"action\"><a class=\"button\" href=\"{}\">{}</a></p>",
                    attribute(url),
                    escape_text(label)
                ),
                false => format!("<p>{}</p>", escape_text(label)),
            },
            Block::Video {
                url,
                title,
                thumbnail,
            } => self.video(url, title, thumbnail.as_ref()),
            Block::Rule => "<hr>".to_owned(),
        }
    }

    fn list(&mut self, start: Option<u64>, items: &[ListItem], is_tight: bool) -> String {
        let is_tasks = start.is_none() && items.iter().all(|item| item.is_checked.is_some());
        let mut html = match start {
            None if is_tasks => "<ul class=\"tasks\">".to_owned(),
            None => "<ul>".to_owned(),
            Some(1) => "<ol>".to_owned(),
            Some(number) => format!("<ol start=\"{number}\">"),
        };
        for item in items {
            html.push_str("\n<li>");
            if let Some(is_done) = item.is_checked {
                let (mark, word) = task_mark(is_done);
                let word = attribute(self.setting.words.get(word));
                html.push_str(&format!(
                    "<span class=\"mark\" role=\"img\" aria-label=\"{word}\">{mark}</span> "
                ));
            }
            html.push_str(&self.item(&item.blocks, is_tight));
            html.push_str("</li>");
        }
        html.push_str(if start.is_none() {
            "\n</ul>"
        } else {
            "\n</ol>"
        });
        html
    }

    fn item(&mut self, blocks: &[Block], is_tight: bool) -> String {
        let mut html = String::new();
        for (at, block) in blocks.iter().enumerate() {
            match block {
                Block::Paragraph(content) if is_tight || blocks.len() == 1 => {
                    if at > 0 {
                        html.push_str("<br>");
                    }
                    html.push_str(&self.inlines(content));
                }
                other => {
                    html.push('\n');
                    html.push_str(&self.block(other));
                }
            }
        }
        html
    }

    fn quotation(&mut self, blocks: &[Block], class: &str) -> String {
        let (cite, quoted) = attribution(blocks);
        let body = self.blocks(quoted);
        let cite = cite.map_or_else(String::new, |content| {
            format!("<figcaption>{}</figcaption>", self.inlines(content))
        });
        format!("<figure class=\"{class}\"><blockquote>\n{body}</blockquote>{cite}</figure>")
    }

    fn callout(&mut self, kind: CalloutKind, title: Option<&str>, blocks: &[Block]) -> String {
        let key = callout_key(kind);
        let label = escape_text(title.unwrap_or_else(|| self.setting.words.get(key)));
        let body = self.blocks(blocks);
        format!(
            "<div class=\"callout {key}\" role=\"note\"><p class=\"label\">{label}</p>\n{body}</div>"
        )
    }

    /// Code, coloured as long as that takes no longer than reading it. Long lines are scrolled, also by keyboard.
    fn code(&mut self, text: &str, language: Option<&str>) -> String {
        self.highlighted_bytes += text.len();
        let language = language.filter(|_| self.highlighted_bytes <= MAX_HIGHLIGHTED_BYTES);
        let code = self.setting.colours.html(text, language);
        format!("<pre dir=\"ltr\" tabindex=\"0\"><code>{code}</code></pre>")
    }

    pub(super) fn figure(&mut self, image: &Image, class: &str) -> String {
        let caption = match image.caption.is_empty() {
            true => String::new(),
            false => format!("<figcaption>{}</figcaption>", self.inlines(&image.caption)),
        };
        let picture = self.picture(image, false);
        format!("<figure class=\"{class}\">{picture}{caption}</figure>")
    }

    fn video(&mut self, url: &str, title: &str, thumbnail: Option<&Image>) -> String {
        let own = thumbnail.filter(|image| self.setting.pictures.get(image, true).is_some());
        let picture = own.map_or_else(String::new, |image| self.picture(image, true));
        let label = self.setting.words.get("watch_video");
        let name = if title.is_empty() { label } else { title };
        let name = escape_text(name);
        if !is_linkable(url) {
            return format!("<p>{name}</p>");
        }
        format!(
            "<figure class=\"video\"><a href=\"{}\">{picture}<span>▶\u{fe0e} {name}</span></a><figcaption>{}</figcaption></figure>",
            attribute(url),
            escape_text(host(url))
        )
    }

    fn table(
        &mut self,
        alignments: &[Alignment],
        head: &[Vec<Inline>],
        rows: &[Vec<Vec<Inline>>],
    ) -> String {
        let columns = alignments_of(alignments, head.len(), rows);
        let label = attribute(self.setting.words.get("table"));
        let mut html = format!(
            "<div class=\"table\" role=\"group\" aria-label=\"{label}\" tabindex=\"0\"><table>\n<thead><tr>"
        );
        for (cell, align) in head.iter().zip(&columns) {
            let content = self.inlines(cell);
            let class = class_of(align);
            html.push_str(&match content.is_empty() {
                true => "<td></td>".to_owned(),
                false => format!("<th scope=\"col\"{class}>{content}</th>"),
            });
        }
        html.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            html.push_str("<tr>");
            for (cell, align) in row.iter().zip(&columns) {
                let content = self.inlines(cell);
                html.push_str(&format!("<td{}>{content}</td>", class_of(align)));
            }
            html.push_str("</tr>\n");
        }
        html.push_str("</tbody></table></div>");
        html
    }
}

/// Where lines begin, left or right, is the language's.
fn class_of(align: &str) -> &'static str {
    match align {
        "right" => " class=\"end\"",
        "center" => " class=\"center\"",
        _ => "",
    }
}
