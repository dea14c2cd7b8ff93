//! Text-level content: emphasis, code, links, pictures in a line, references to notes.

use super::BodyWriter;
use crate::{
    issue::{Image, Inline, LinkTarget, plain_text},
    render::{escape_html, escape_text},
};

impl BodyWriter<'_> {
    pub(super) fn inlines(&mut self, content: &[Inline]) -> String {
        let mut html = String::new();
        for inline in content {
            self.inline(inline, &mut html);
        }
        html
    }

    fn inline(&mut self, inline: &Inline, html: &mut String) {
        match inline {
            Inline::Text(text) => html.push_str(&escape_text(text)),
            Inline::Emphasis(content) => self.wrapped("em", content, html),
            Inline::Strong(content) => self.wrapped("strong", content, html),
            Inline::Strikethrough(content) => self.wrapped("s", content, html),
            Inline::Raised(content) => self.wrapped("sup", content, html),
            Inline::Lowered(content) => self.wrapped("sub", content, html),
            // Who reads here, nobody knows.
            Inline::Name(name) => html.push_str(&escape_text(&name.for_nobody())),
            Inline::Code(code) => {
                html.push_str(&format!("<code>{}</code>", escape_text(code)));
            }
            Inline::Link { target, content } => self.link(target, content, html),
            Inline::Image(image) => html.push_str(&self.picture(image, false)),
            Inline::FootnoteReference(number) => self.reference(*number, html),
            Inline::SoftBreak => html.push('\n'),
            Inline::HardBreak => html.push_str("<br>"),
        }
    }

    fn wrapped(&mut self, element: &str, content: &[Inline], html: &mut String) {
        let content = self.inlines(content);
        html.push_str(&format!("<{element}>{content}</{element}>"));
    }

    fn link(&mut self, target: &LinkTarget, content: &[Inline], html: &mut String) {
        let shown = self.inlines(content);
        let text = plain_text(content);
        let (href, shown) = match target {
            LinkTarget::Url(url) => {
                let shown = match url.strip_prefix("mailto:") {
                    Some(address) if text == *url => escape_text(address),
                    _ => shown,
                };
                let leads_to = match url.strip_prefix('#') {
                    Some(place) => self.document.anchor_of(place).map(|id| format!("#{id}")),
                    None => is_linkable(url).then(|| url.clone()),
                };
                (leads_to, shown)
            }
            LinkTarget::Issue(slug) => match (self.setting.linked)(slug) {
                Some(page) if text == *slug || text.is_empty() => {
                    (Some(page.href), escape_text(&page.title))
                }
                Some(page) => (Some(page.href), shown),
                None => (None, shown),
            },
        };
        match href.filter(|_| !shown.trim().is_empty()) {
            Some(href) => {
                html.push_str(&format!("<a href=\"{}\">{shown}</a>", attribute(&href)));
            }
            None => html.push_str(&shown),
        }
    }

    fn reference(&mut self, number: usize, html: &mut String) {
        let nth = self.note_uses.entry(number).or_insert(0);
        *nth += 1;
        let id = match *nth {
            1 => format!("ref-{number}"),
            nth => format!("ref-{number}-{nth}"),
        };
        if *nth == 1 {
            self.waiting.push(number);
        }
        let words = self.setting.words;
        let label = words.filled("footnote", "number", &number.to_string());
        html.push_str(&format!(
            "<sup><a class=\"ref\" id=\"{id}\" href=\"#note-{number}\" aria-label=\"{}\">{number}</a></sup>",
            attribute(&label)
        ));
    }

    /// A picture in the sizes that there are. Another's is linked to: whoever reads is not made known there.
    pub(super) fn picture(&self, image: &Image, is_frame: bool) -> String {
        let alt = attribute(&image.alt);
        let Some(picture) = self.setting.pictures.get(image, is_frame) else {
            let shown = match image.alt.is_empty() {
                true => escape_text(&image.location),
                false => escape_text(&image.alt),
            };
            return format!("<a href=\"{}\">{shown}</a>", attribute(&image.location));
        };
        let base = self.setting.base;
        let large = &picture.large;
        let sizes = picture.small.as_ref().map_or_else(String::new, |small| {
            format!(
                " srcset=\"{base}/{} {}w, {base}/{} {}w\" sizes=\"(max-width: 640px) 100vw, 640px\"",
                small.file, small.facts.width, large.file, large.facts.width
            )
        });
        format!(
            "<img src=\"{base}/{}\"{sizes} width=\"{}\" height=\"{}\" alt=\"{alt}\" loading=\"lazy\" decoding=\"async\">",
            large.file, large.facts.width, large.facts.height
        )
    }
}

/// Browsers open these; a path beside the writer's file leads nowhere.
pub(super) fn is_linkable(url: &str) -> bool {
    let lower = url.trim_start().to_ascii_lowercase();
    let schemes = ["https://", "http://", "mailto:", "tel:", "sms:"];
    schemes.iter().any(|scheme| lower.starts_with(scheme))
}

pub(super) fn attribute(value: &str) -> String {
    escape_html(value)
}
