//! The document's blocks as HTML: plain elements with class names, which `email/inline.css` gives
//! their looks; what needs a table to survive in mail clients is a component of
//! `templates/email/blocks/`. Text-level content is in [`inline`].

mod code;
mod inline;
mod joined;
mod table;

pub(crate) use table::TableForm;

use serde_json::{Value, json};
use tera::Context;

use crate::{
    issue::{Block, Document, Footnote, Image, ListItem, attribution, plain_text},
    render::{
        RenderError, TemplateEngine,
        highlight::{CodeColours, MAX_HIGHLIGHTED_BYTES},
        images::{Images, ShownImage},
        linked_issue::IssueLinks,
        long_words,
        text::width,
        words::{MailWords, callout_key, task_mark},
    },
};

/// Writes blocks as HTML, and remembers what only the whole issue knows: which images it needs, and
/// how often each footnote was pointed at.
pub(super) struct HtmlWriter<'a> {
    pub(super) engine: &'a TemplateEngine,
    pub(super) words: &'a MailWords,
    pub(super) issue_links: &'a IssueLinks<'a>,
    /// Knows where links within the issue lead.
    pub(super) document: &'a Document,
    pub(super) images: &'a mut Images,
    pub(super) colours: &'a CodeColours,
    pub(super) footnote_uses: std::collections::BTreeMap<usize, usize>,
    /// What quotations, callouts and lists around a block take from the column's width, in pixels.
    pub(super) inset: usize,
    /// Whether what is written stands in a cell of a table.
    pub(super) is_in_cell: bool,
    /// How much HTML was made so far, parts of parts counted again.
    pub(super) made_bytes: usize,
    /// How much code was given colours.
    pub(super) highlighted_bytes: usize,
}

/// The heaviest mail that anybody reads has a fortieth of this; Gmail cuts at 102 KB.
pub(super) const MAX_HTML_BYTES: usize = 4 << 20;

/// What the bar of a quotation, the padding of a callout, the marker of an item take, in pixels.
const QUOTE_INSET: usize = 23;
const CALLOUT_INSET: usize = 40;
const ITEM_INSET: usize = 28;
/// The longest first paragraph that leads in, in columns.
const LEAD: usize = 320;
/// Items longer than this many columns run over lines on a phone: those stand apart.
const LINE: usize = 34;

impl HtmlWriter<'_> {
    pub(super) fn blocks(&mut self, blocks: &[Block]) -> Result<String, RenderError> {
        let mut html = String::new();
        for block in blocks {
            html.push_str(&self.block(block)?);
            html.push('\n');
        }
        Ok(html)
    }

    /// What stands before the first story: its first paragraph leads in, where it is no long one.
    pub(super) fn introduction(&mut self, blocks: &[Block]) -> Result<String, RenderError> {
        match blocks {
            [Block::Paragraph(lead), rest @ ..] if width(&plain_text(lead)) <= LEAD => {
                let lead = self.inlines(lead)?;
                Ok(format!(
                    "<p class=\"lead\">{lead}</p>\n{}",
                    self.blocks(rest)?
                ))
            }
            blocks => self.blocks(blocks),
        }
    }

    fn block(&mut self, block: &Block) -> Result<String, RenderError> {
        Ok(match block {
            Block::Paragraph(content) => format!("<p class=\"p\">{}</p>", self.inlines(content)?),
            Block::Heading {
                level,
                content,
                anchor,
            } => {
                // 3 to 6 by the document's promise; anything else would skip a level.
                let level = (*level).clamp(3, 6);
                format!(
                    "<h{level} class=\"h{level}\" id=\"{anchor}\">{}</h{level}>",
                    self.inlines(content)?
                )
            }
            Block::List {
                start,
                items,
                is_tight,
            } => self.list(*start, items, *is_tight)?,
            Block::Quote(blocks) => {
                let (cite, quoted) = attribution(blocks);
                let body = self.inset_by(QUOTE_INSET, |writer| writer.blocks(quoted))?;
                let cite = cite.map(|content| self.inlines(content)).transpose()?;
                self.component("quote", &json!({"cite": cite}), Some(&body))?
            }
            Block::PullQuote(blocks) => {
                let (cite, quoted) = attribution(blocks);
                let body = self.blocks(quoted)?;
                let cite = cite.map(|content| self.inlines(content)).transpose()?;
                let arguments = json!({"cite": cite, "is_pull": true});
                self.component("quote", &arguments, Some(&body))?
            }
            Block::Callout {
                kind,
                title,
                blocks,
            } => {
                let key = callout_key(*kind);
                let label = title
                    .clone()
                    .unwrap_or_else(|| self.words.get(key).to_owned());
                let body = self.inset_by(CALLOUT_INSET, |writer| writer.blocks(blocks))?;
                self.component(
                    "callout",
                    &json!({"kind": key, "label": label}),
                    Some(&body),
                )?
            }
            Block::Code { language, text } => {
                let body = self.code(text, language.as_deref());
                self.component("code_block", &json!({"language": language}), Some(&body))?
            }
            Block::Table {
                alignments,
                head,
                rows,
            } => self.table(alignments, head, rows)?,
            Block::Figure(image) => self.figure(image, false)?,
            Block::WideFigure(image) => self.figure(image, true)?,
            Block::Pair(images) => self.pair(images)?,
            Block::Button { label, url } => {
                self.component("button", &json!({"label": label, "url": url}), None)?
            }
            Block::Video {
                url,
                title,
                thumbnail,
            } => self.video(url, title, thumbnail.as_ref())?,
            Block::Rule => "<hr class=\"hr line\">".to_owned(),
        })
    }

    /// Code, coloured as long as that takes no longer than reading it.
    fn code(&mut self, text: &str, language: Option<&str>) -> String {
        self.highlighted_bytes += text.len();
        let language = language.filter(|_| self.highlighted_bytes <= MAX_HIGHLIGHTED_BYTES);
        code::hung(&self.colours.html(text, language), text)
    }

    /// Counts what was made.
    ///
    /// # Errors
    /// Where it is more than a mail can have.
    fn count(&mut self, bytes: usize) -> Result<(), RenderError> {
        self.made_bytes += bytes;
        match self.made_bytes > MAX_HTML_BYTES {
            true => Err(RenderError::TooLong),
            false => Ok(()),
        }
    }

    /// The same in the narrower column within a block.
    fn inset_by<T>(
        &mut self,
        pixels: usize,
        write: impl FnOnce(&mut Self) -> Result<T, RenderError>,
    ) -> Result<T, RenderError> {
        self.inset += pixels;
        let written = write(self);
        self.inset -= pixels;
        written
    }

    fn list(
        &mut self,
        start: Option<u64>,
        items: &[ListItem],
        is_tight: bool,
    ) -> Result<String, RenderError> {
        let contents = items
            .iter()
            .map(|item| self.inset_by(ITEM_INSET, |writer| writer.item(&item.blocks, is_tight)))
            .collect::<Result<Vec<_>, _>>()?;
        if start.is_none() && items.iter().all(|item| item.is_checked.is_some()) {
            return self.tasks(items, &contents);
        }
        let class = match items.iter().all(is_short) {
            true => "list",
            false => "list apart",
        };
        let (mut html, close) = match start {
            None => (format!("<ul class=\"{class}\">"), "</ul>"),
            Some(1) => (format!("<ol class=\"{class}\">"), "</ol>"),
            Some(number) => (
                format!("<ol class=\"{class}\" start=\"{number}\">"),
                "</ol>",
            ),
        };
        for (item, content) in items.iter().zip(contents) {
            let mark = item.is_checked.map_or("", |is_done| task_mark(is_done).0);
            let gap = if mark.is_empty() { "" } else { "&nbsp;" };
            html.push_str(&format!("\n<li class=\"li\">{mark}{gap}{content}</li>"));
        }
        html.push('\n');
        html.push_str(close);
        Ok(html)
    }

    /// A list of nothing but tasks.
    fn tasks(&mut self, items: &[ListItem], contents: &[String]) -> Result<String, RenderError> {
        let tasks: Vec<Value> = items
            .iter()
            .zip(contents)
            .map(|(item, html)| {
                let (mark, word) = task_mark(item.is_checked == Some(true));
                json!({"mark": mark, "word": self.words.get(word), "html": html})
            })
            .collect();
        self.component("tasks", &json!({"items": tasks}), None)
    }

    fn item(&mut self, blocks: &[Block], is_tight: bool) -> Result<String, RenderError> {
        let mut html = String::new();
        for (at, block) in blocks.iter().enumerate() {
            match block {
                // A tight item's text stands in the item itself: a <p> would bring its margins.
                Block::Paragraph(content) if is_tight || blocks.len() == 1 => {
                    if at > 0 {
                        html.push_str("<br>");
                    }
                    html.push_str(&self.inlines(content)?);
                }
                other => html.push_str(&self.block(other)?),
            }
        }
        Ok(html)
    }

    fn figure(&mut self, image: &Image, is_wide: bool) -> Result<String, RenderError> {
        // Within a quotation, a callout or an item there is no paper's edge to go to.
        let is_wide = is_wide && self.inset == 0;
        let shown = match is_wide {
            true => self.images.wide(image)?,
            false => self.images.shown(image)?,
        };
        let mut arguments = self.picture(image, &shown)?;
        arguments["is_wide"] = is_wide.into();
        self.component("figure", &arguments, None)
    }

    fn pair(&mut self, images: &[Image; 2]) -> Result<String, RenderError> {
        let mut pictures = Vec::with_capacity(images.len());
        for image in images {
            let shown = self.images.half(image)?;
            pictures.push(self.picture(image, &shown)?);
        }
        self.component("pair", &json!({"pictures": pictures}), None)
    }

    /// The picture that the issue opens with.
    pub(super) fn cover(&mut self, cover: &Image) -> Result<Value, RenderError> {
        let shown = self.images.shown(cover)?;
        self.picture(cover, &shown)
    }

    /// A picture as the templates see it; its caption is HTML.
    fn picture(&mut self, image: &Image, shown: &ShownImage) -> Result<Value, RenderError> {
        let caption = self.inlines(&image.caption)?;
        Ok(json!({
            "src": shown.src,
            "alt": image.alt,
            "width": shown.width,
            "height": shown.height.unwrap_or(0),
            "caption": caption,
        }))
    }

    fn video(
        &mut self,
        url: &str,
        title: &str,
        thumbnail: Option<&Image>,
    ) -> Result<String, RenderError> {
        let shown = thumbnail
            .map(|image| self.images.video(image))
            .transpose()?;
        let arguments = json!({
            "url": url,
            "title": title,
            "host": host(url),
            "label": self.words.get("watch_video"),
            "src": shown.as_ref().map(|shown| &shown.src),
            "width": shown.as_ref().map(|shown| shown.width),
            "height": shown.as_ref().and_then(|shown| shown.height),
            "alt": thumbnail.map(|image| &image.alt),
        });
        self.component("video", &arguments, None)
    }

    /// The footnotes, each with its ways back.
    pub(super) fn footnotes(&mut self, notes: &[Footnote]) -> Result<Vec<Value>, RenderError> {
        let mut list = Vec::with_capacity(notes.len());
        for note in notes {
            let html = match note.blocks.as_slice() {
                [Block::Paragraph(content)] => self.inlines(content)?,
                blocks => self.blocks(blocks)?,
            };
            let uses = self.footnote_uses.get(&note.number).copied().unwrap_or(0);
            let back: Vec<String> = (1..=uses)
                .map(|nth| inline::reference_anchor(note.number, nth))
                .collect();
            list.push(json!({
                "number": note.number,
                "has_long_word": long_words::is_marked(&html),
                "html": long_words::marked(html),
                "back": back,
            }));
        }
        Ok(list)
    }

    /// An argument that is null is one not given: the component's default stands in.
    fn component(
        &mut self,
        name: &str,
        arguments: &Value,
        body: Option<&str>,
    ) -> Result<String, RenderError> {
        let mut context = Context::new();
        for (key, value) in arguments.as_object().into_iter().flatten() {
            if !value.is_null() {
                context.insert(key.clone(), value);
            }
        }
        let html = self.engine.component(name, &context, body)?;
        self.count(html.len().saturating_sub(body.map_or(0, str::len)))?;
        Ok(html.trim().to_owned())
    }
}

/// Whether an item and those in it take a line each: a list with others in it is spaced as one.
fn is_short(item: &ListItem) -> bool {
    match item.blocks.as_slice() {
        [Block::Paragraph(content), nested @ ..] => {
            width(&plain_text(content)) <= LINE
                && nested.iter().all(|block| match block {
                    Block::List { items, .. } => items.iter().all(is_short),
                    _ => false,
                })
        }
        blocks => blocks.is_empty(),
    }
}

/// `youtube.com` of `https://www.youtube.com/watch?v=…`.
pub(crate) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    host.strip_prefix("www.").unwrap_or(host)
}
