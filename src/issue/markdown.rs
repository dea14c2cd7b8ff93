//! Markdown → [`Document`], in five steps:
//!
//! 1. `flanking` marks emphasis that CommonMark would miss beside Hangul;
//! 2. pulldown-cmark parses, `builder` folds its events into blocks;
//! 3. `inline` links bare addresses (`autolink`) and sets quotes (`punctuation`);
//! 4. `shapes` recognises figures, buttons, videos and callouts;
//! 5. footnotes are put in the order of their first reference.
//!
//! Of HTML only what a mail knows passes, as the kin that it has here (`elements`); and nesting is bounded, so that no input can exhaust the stack of
//! whoever walks the tree. So is the number of elements, which is what all later work is measured in: a
//! few bytes of Markdown make an element, and one element makes hundreds of bytes of mail.

mod autolink;
mod builder;
mod captions;
mod elements;
mod flanking;
mod headings;
mod inline;
mod nodes;
mod punctuation;
mod shapes;

use pulldown_cmark::{Options, Parser};

pub(super) use self::captions::caption;
use self::{
    builder::{DocumentBuilder, MAX_ELEMENTS},
    flanking::MarkedText,
};
use super::Document;
use crate::{
    source::{Source, SourceError},
    words::say,
};

/// Parses the part of an issue's text from the byte `start` on. Places count from the start of the text.
///
/// # Errors
/// Where the text has more elements than a mail can show.
pub(super) fn parse(source: &Source, start: usize) -> Result<Document, SourceError> {
    let text = source.text();
    let marked = MarkedText::new(&text[start..]);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_WIKILINKS;
    let mut builder = DocumentBuilder::new(text, start, &marked);
    for (event, range) in Parser::new_ext(&marked.text, options).into_offset_iter() {
        builder.event(event, range);
        if let Some(place) = builder.overflow() {
            let message = say!(
                "up to here the issue has more than {most} paragraphs, items, cells, links and the like",
                most = MAX_ELEMENTS
            );
            return Err(SourceError::at(source, place, message).with_hint(
                say!("no mail program shows so many: make several issues of it, or link to a page that has them"),
            ));
        }
    }
    Ok(builder.finish())
}

#[cfg(test)]
mod tests;
