//! Text-level content as HTML: emphasis, code, links, images in a line, footnote references.

use crate::{
    issue::{Inline, LinkTarget, plain_text},
    render::{
        RenderError, addressed,
        escape::escape_text,
        escape_html,
        html::{HtmlWriter, joined::joined, table::with_long_words},
    },
};

impl HtmlWriter<'_> {
    pub(in crate::render) fn inlines(&mut self, content: &[Inline]) -> Result<String, RenderError> {
        let mut html = String::new();
        for inline in content {
            self.inline(inline, &mut html)?;
        }
        self.count(html.len())?;
        Ok(joined(html))
    }

    fn inline(&mut self, inline: &Inline, html: &mut String) -> Result<(), RenderError> {
        match inline {
            Inline::Text(text) if self.is_in_cell => html.push_str(&with_long_words(text)),
            Inline::Text(text) => html.push_str(&escape_text(text)),
            Inline::Emphasis(content) => self.wrapped("em", content, html)?,
            Inline::Strong(content) => self.wrapped("strong", content, html)?,
            Inline::Strikethrough(content) => self.wrapped("s", content, html)?,
            Inline::Raised(content) => self.shifted("sup", content, html)?,
            Inline::Lowered(content) => self.shifted("sub", content, html)?,
            Inline::Code(code) => {
                html.push_str("<code class=\"code\">");
                match self.is_in_cell {
                    true => html.push_str(&with_long_words(code)),
                    false => html.push_str(&escape_text(code)),
                }
                html.push_str("</code>");
            }
            Inline::Link { target, content } => self.link(target, content, html)?,
            Inline::Image(image) => {
                let shown = self.images.shown(image)?;
                let height = shown
                    .height
                    .map_or_else(String::new, |height| format!(" height=\"{height}\""));
                html.push_str(&format!(
                    "<img class=\"image\" src=\"{}\" alt=\"{}\" width=\"{width}\"{height} border=\"0\" style=\"max-width:{width}px\">",
                    escape_html(&shown.src),
                    escape_html(&image.alt),
                    width = shown.width
                ));
            }
            Inline::Name(name) => html.push_str(&addressed::html_stand_in(name)),
            Inline::FootnoteReference(number) => {
                let nth = self.footnote_uses.entry(*number).or_insert(0);
                *nth += 1;
                html.push_str(&format!(
                    "<sup class=\"sup\"><a class=\"ref\" id=\"{}\" href=\"#{}\" aria-label=\"{}\">{number}</a></sup>",
                    reference_anchor(*number, *nth),
                    note_anchor(*number),
                    escape_html(&self.words.filled("footnote", "number", &number.to_string())),
                ));
            }
            Inline::SoftBreak => html.push('\n'),
            Inline::HardBreak => html.push_str("<br>"),
        }
        Ok(())
    }

    fn wrapped(
        &mut self,
        element: &str,
        content: &[Inline],
        html: &mut String,
    ) -> Result<(), RenderError> {
        html.push_str(&format!("<{element}>"));
        html.push_str(&self.inlines(content)?);
        html.push_str(&format!("</{element}>"));
        Ok(())
    }

    /// Above or below the line, without moving the lines apart.
    fn shifted(
        &mut self,
        element: &str,
        content: &[Inline],
        html: &mut String,
    ) -> Result<(), RenderError> {
        let content = self.inlines(content)?;
        html.push_str(&format!("<{element} class=\"sup\">{content}</{element}>"));
        Ok(())
    }

    fn link(
        &mut self,
        target: &LinkTarget,
        content: &[Inline],
        html: &mut String,
    ) -> Result<(), RenderError> {
        let shown = self.inlines(content)?;
        let (url, shown) = match target {
            LinkTarget::Url(url) => {
                let is_address = url.starts_with("mailto:") && plain_text(content) == *url;
                let shown = match url.strip_prefix("mailto:") {
                    Some(address) if is_address => escape_text(address),
                    _ => shown,
                };
                let leads_to = match url.strip_prefix('#') {
                    // Where no heading is meant, a link would do nothing.
                    Some(place) => self.document.anchor_of(place).map(|id| format!("#{id}")),
                    None => is_linkable(url).then(|| url.clone()),
                };
                (leads_to, shown)
            }
            LinkTarget::Issue(slug) => match (self.issue_links)(slug) {
                Some(issue) if plain_text(content) == *slug || content.is_empty() => {
                    (issue.url, escape_text(&issue.title))
                }
                Some(issue) => (issue.url, shown),
                None => (None, shown),
            },
        };
        match url {
            Some(url) => html.push_str(&format!(
                "<a class=\"link\" href=\"{}\">{shown}</a>",
                escape_html(&url)
            )),
            None => html.push_str(&shown),
        }
        Ok(())
    }
}

/// Mail clients open these; anything else (`javascript:`, a path) is shown as text.
fn is_linkable(url: &str) -> bool {
    let lower = url.trim_start().to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
}

/// The place of the `nth` reference to a note.
pub(super) fn reference_anchor(number: usize, nth: usize) -> String {
    match nth {
        1 => format!("ref-{number}"),
        nth => format!("ref-{number}-{nth}"),
    }
}

fn note_anchor(number: usize) -> String {
    format!("note-{number}")
}
