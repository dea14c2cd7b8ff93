//! The caption of a picture: its Markdown title, with emphasis, code and links; a photographer's name is
//! one. Whatever else Markdown would make of it (a list, a picture) is text here.

use super::{
    super::{Block, Inline, LinkUse},
    parse, punctuation,
};
use crate::source::{Source, Span};

/// Without one of these a caption is text alone, as most are.
const MARKS: [char; 7] = ['[', '*', '_', '`', '<', '~', '\\'];

/// A caption, and its links at the place of the picture.
pub(in crate::issue) fn caption(text: &str, place: &Span) -> (Vec<Inline>, Vec<LinkUse>) {
    if text.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let plain = || (vec![Inline::Text(punctuation::smart(text))], Vec::new());
    let has_address = text.contains("://") || text.contains("www.");
    if !text.contains(MARKS) && !has_address {
        return plain();
    }
    // A caption that holds more than a whole mail can is text as it stands.
    let Ok(mut document) = parse(&Source::new("caption", text), 0) else {
        return plain();
    };
    let is_one = document.sections.is_empty()
        && document.introduction.len() == 1
        && document.images.is_empty();
    match document.introduction.pop() {
        Some(Block::Paragraph(content)) if is_one => {
            let links = document.links.into_iter().map(|link| LinkUse {
                span: place.clone(),
                ..link
            });
            (content, links.collect())
        }
        _ => plain(),
    }
}
