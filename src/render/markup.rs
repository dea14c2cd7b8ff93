//! Written HTML in pieces: tags, comments, styles, and the text between. For pages as the inliner writes
//! them, where every attribute stands in double quotes.

use memchr::memmem;

pub(crate) const STYLE_END: &str = "</style>";

/// What a piece of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkupKind {
    Text,
    Tag,
    Comment,
    /// A `<style>` with its sheet and its end.
    Style,
}

/// The page in pieces: one after another they are the page.
pub(crate) fn pieces(html: &str) -> impl Iterator<Item = (MarkupKind, &str)> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let (kind, end) = match rest {
            "" => return None,
            comment if comment.starts_with("<!--") => (MarkupKind::Comment, end_of(rest, "-->")),
            style if style.starts_with("<style") => (MarkupKind::Style, end_of(rest, STYLE_END)),
            tag if tag.starts_with('<') => (MarkupKind::Tag, tag_end(rest)),
            text => (MarkupKind::Text, text.find('<').unwrap_or(text.len())),
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some((kind, piece))
    })
}

fn tag_end(tag: &str) -> usize {
    let mut is_quoted = false;
    let end = tag.bytes().position(|byte| {
        is_quoted ^= byte == b'"';
        byte == b'>' && !is_quoted
    });
    end.map_or(tag.len(), |end| end + 1)
}

/// The value of a tag's attribute, as it is written.
pub(crate) fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let start = format!(" {name}=\"");
    let mut quotes = 0;
    let mut rest = tag;
    while let Some(at) = memmem::find(rest.as_bytes(), start.as_bytes()) {
        quotes += rest[..at].matches('"').count();
        let value = &rest[at + start.len()..];
        if quotes % 2 == 0 {
            return value.split_once('"').map(|(value, _)| value);
        }
        quotes += 1;
        rest = value;
    }
    None
}

/// Behind the first such end; the text's own where it has none.
pub(crate) fn end_of(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}
