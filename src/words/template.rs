//! A text with places for arguments: `{issue} is a draft`. Braces that are meant are doubled, as in `format!`.

use crate::korean::particle;

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TemplatePiece<'a> {
    /// Words.
    Words(&'a str),
    /// The place of an argument of that name.
    Place(&'a str),
}

/// The pieces of a text, from the first to the last.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = TemplatePiece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, length) = match place(rest) {
            Some(name) => (TemplatePiece::Place(name), name.len() + 2),
            None => {
                let (words, length) = words(rest);
                (TemplatePiece::Words(words), length)
            }
        };
        rest = &rest[length..];
        Some(piece)
    })
}

/// The name of the place that a text begins with.
fn place(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('{')?.split_once('}')?;
    let is_name = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// The words that a text begins with, and how far they go: up to the next brace; of a doubled one the first is a word.
fn words(text: &str) -> (&str, usize) {
    if text.starts_with("{{") || text.starts_with("}}") {
        return (&text[..1], 2);
    }
    // A brace that is neither doubled nor a place stands for itself.
    let from = text.chars().next().map_or(0, char::len_utf8);
    let end = text[from..]
        .find(['{', '}'])
        .map_or(text.len(), |at| from + at);
    (&text[..end], end)
}

/// The text with its arguments put in; a place without one stays as it is.
pub(super) fn filled(text: &str, arguments: &[(&str, String)], is_korean: bool) -> String {
    let mut filled = String::with_capacity(text.len() + 16 * arguments.len());
    for piece in pieces(text) {
        match piece {
            TemplatePiece::Words(words) if is_korean => particle::append(&mut filled, words),
            TemplatePiece::Words(words) => filled.push_str(words),
            TemplatePiece::Place(name) => match arguments.iter().find(|(key, _)| *key == name) {
                Some((_, value)) => filled.push_str(value),
                None => filled.extend(["{", name, "}"]),
            },
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> String {
        let arguments = [("issue", "이번 편".to_owned()), ("n", "3".to_owned())];
        filled(text, &arguments, true)
    }

    #[test]
    fn arguments_stand_in_their_places() {
        assert_eq!(fill("{issue}: {n} of {n}"), "이번 편: 3 of 3");
        assert_eq!(fill("web: {{probe: off}} {{{n}}}"), "web: {probe: off} {3}");
        assert_eq!(fill("{unknown} { } {"), "{unknown} { } {");
        assert_eq!(fill(""), "");
    }

    #[test]
    fn particles_follow_what_has_been_put_in() {
        assert_eq!(
            fill("{issue}을(를) {n}(으)로, `{n}`이(가)"),
            "이번 편을 3으로, `3`이"
        );
    }
}
