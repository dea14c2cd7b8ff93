//! Sentences for people, held against what must not be in them.

use std::borrow::Cow;

/// A stretch of a secret as long as this is not repeated either.
const STRETCH: usize = 8;

/// Words for people with these secrets starred out: whole or in part, shorter ones where they are
/// quoted, since they are words of many sentences.
pub(in crate::source) fn without<'t>(words: &'t str, secrets: &[String]) -> Cow<'t, str> {
    let mut hidden = vec![false; words.len()];
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        let is_short = secret.chars().count() < STRETCH;
        for (at, _) in words.match_indices(secret.as_str()) {
            if !is_short || is_quoted(words, at, secret.len()) {
                hidden[at..at + secret.len()].fill(true);
            }
        }
    }
    let starts: Vec<usize> = words.char_indices().map(|(at, _)| at).collect();
    for (index, start) in starts.iter().enumerate() {
        let end = match starts.get(index + STRETCH) {
            Some(end) => *end,
            None if index + STRETCH == starts.len() => words.len(),
            None => break,
        };
        let stretch = &words[*start..end];
        // Across words there are other people's sentences.
        if !stretch.contains(char::is_whitespace)
            && secrets.iter().any(|secret| secret.contains(stretch))
        {
            hidden[*start..end].fill(true);
        }
    }
    if !hidden.contains(&true) {
        return Cow::Borrowed(words);
    }
    let mut shown = String::with_capacity(words.len());
    let mut was_hidden = false;
    for (at, c) in words.char_indices() {
        match (hidden[at], was_hidden) {
            (true, false) => shown.push_str("****"),
            (true, true) => {}
            (false, _) => shown.push(c),
        }
        was_hidden = hidden[at];
    }
    shown.into()
}

/// Whether these bytes are what a sentence is about: between backticks, or a number.
fn is_quoted(words: &str, at: usize, length: usize) -> bool {
    let (before, behind) = (&words[..at], &words[at + length..]);
    if before.ends_with('`') && behind.starts_with('`') {
        return true;
    }
    let is_apart =
        !before.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric);
    let is_between = before.matches('`').count() % 2 == 1 && behind.contains('`');
    let is_number = words[at..at + length].contains(|c: char| c.is_ascii_digit());
    is_apart && (is_number || is_between && length > 3)
}
