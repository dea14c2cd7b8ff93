//! The texts of an issue as search reads them.

/// A text as it is shown and as it is searched in, letter by letter.
pub(super) struct SearchedText {
    pub(super) shown: Vec<char>,
    pub(super) folded: Vec<char>,
}

impl SearchedText {
    pub(super) fn new(text: &str) -> Self {
        let shown: Vec<char> = text.chars().collect();
        Self {
            folded: shown.iter().copied().map(small).collect(),
            shown,
        }
    }
}

/// A letter as it is searched in. One that is two in small letters stays what it is: places must agree.
pub(super) fn small(char: char) -> char {
    let mut small = char.to_lowercase();
    match (small.next(), small.next()) {
        (Some(only), None) => only,
        _ => char,
    }
}
