//! Search: an index of the public issues as small files, which a page's script asks a few of, and by which `serve`
//! answers without one.
//!
//! Korean is not cut into words: a noun stands within compounds and before particles, and no splitter knows all of
//! them. So Hangul (and other scripts without spaces) is indexed by pairs of letters, other scripts by whole words;
//! what the pairs promise is looked for in the text itself before it is shown. A posting names a story of an issue.

mod answer;
mod excerpt;
mod index;
mod pieces;
mod postings;
mod searched_text;
mod term;

/// Where the texts are that a script shows parts of. Their names stay, so that one that changes is one file that
/// changes; the shards' names are of what they say.
pub(super) const TEXTS: &str = "search/issues";

pub(super) use self::{excerpt::ExcerptPart, index::SearchIndex};
