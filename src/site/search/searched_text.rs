//! The texts of an issue as search reads them.

use serde_json::json;

use super::super::ready_issue::ReadyIssue;
use crate::source::composed;

/// A text as it is shown and as it is searched in, letter by letter.
pub(super) struct SearchedText {
    pub(super) shown: Vec<char>,
    pub(super) folded: Vec<char>,
}

impl SearchedText {
    pub(super) fn new(text: &str) -> Self {
        // A letter that is two in small letters stays what it is: places must agree.
        let small = |char: &char| {
            let mut small = char.to_lowercase();
            match (small.next(), small.next()) {
                (Some(only), None) => only,
                _ => *char,
            }
        };
        let shown: Vec<char> = text.chars().collect();
        Self {
            folded: shown.iter().map(small).collect(),
            shown,
        }
    }
}

/// Title and tags; then what stands before the first story, each story, the notes.
pub(super) fn texts_of(ready: &ReadyIssue) -> Vec<String> {
    let front_matter = &ready.issue().front_matter;
    let title = std::iter::once(&front_matter.title).chain(&front_matter.tags);
    let title: Vec<&str> = title.map(String::as_str).collect();
    let texts = std::iter::once(title.join(" ")).chain(ready.issue().document.plain_texts());
    texts.map(|text| composed(&text).into_owned()).collect()
}

/// What the script shows of an issue.
pub(crate) fn texts(ready: &ReadyIssue) -> String {
    json!({ "card": ready.card, "texts": texts_of(ready) }).to_string()
}
