//! A sentence in which some words are code: what stands in backticks.

use serde::Serialize;

/// A run of words.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct SentencePart {
    text: String,
    is_code: bool,
}

/// The parts of a sentence; a backtick without another stays what it is.
pub(super) fn sentence(text: &str) -> Vec<SentencePart> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((plain, tail)) = rest.split_once('`') {
        let Some((code, after)) = tail.split_once('`') else {
            break;
        };
        parts.extend([(plain, false), (code, true)]);
        rest = after;
    }
    parts.push((rest, false));
    let parts = parts.into_iter().filter(|(text, _)| !text.is_empty());
    parts
        .map(|(text, is_code)| SentencePart {
            text: text.to_owned(),
            is_code,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_backticks_is_code() {
        let parts: Vec<_> = sentence("`<b>` and `c` `d")
            .into_iter()
            .map(|part| (part.text, part.is_code))
            .collect();
        let right = [("<b>", true), (" and ", false), ("c", true), (" `d", false)];
        assert_eq!(
            parts,
            right.map(|(text, is_code)| (text.to_owned(), is_code))
        );
        assert_eq!(sentence(""), []);
    }
}
