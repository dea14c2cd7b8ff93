//! Markdown → [`Document`], in five steps:
//!
//! 1. `flanking` marks emphasis that CommonMark would miss beside Hangul;
//! 2. pulldown-cmark parses, `builder` folds its events into blocks;
//! 3. `inline` links bare addresses (`autolink`) and sets quotes (`punctuation`);
//! 4. `shapes` recognises figures, buttons, videos and callouts;
//! 5. footnotes are put in the order of their first reference.
//!
//! HTML never passes through, and nesting is bounded, so that no input can exhaust the stack of
//! whoever walks the tree.

mod autolink;
mod builder;
mod captions;
mod flanking;
mod inline;
mod punctuation;
mod shapes;

use pulldown_cmark::{Options, Parser};

pub(super) use self::captions::caption;
use self::{builder::Builder, flanking::Marked};
use super::Document;

/// Parses the part of `text` from the byte `start` on. Places count from the start of `text`.
pub(super) fn parse(text: &str, start: usize) -> Document {
    let marked = Marked::new(&text[start..]);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_WIKILINKS;
    let mut builder = Builder::new(text, start, &marked);
    for (event, range) in Parser::new_ext(&marked.text, options).into_offset_iter() {
        builder.event(event, range);
    }
    builder.finish()
}

#[cfg(test)]
mod tests;
