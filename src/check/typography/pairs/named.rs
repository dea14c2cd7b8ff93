//! Quotation marks that texts about texts speak of: `the double quote (")`, `a space (" ")`, `a full stop "."`,
//! `a " in it`, `write \"`.

use crate::korean::hangul;

fn char_at(chars: &[(usize, char)], at: Option<usize>) -> Option<char> {
    at.and_then(|at| chars.get(at)).map(|(_, char)| *char)
}

/// Whether there is nothing but space on both sides.
pub(super) fn stands_alone(chars: &[(usize, char)], index: usize) -> bool {
    let is_space = |char: Option<char>| char.is_none_or(char::is_whitespace);
    let before = char_at(chars, index.checked_sub(1));
    is_space(before) && is_space(char_at(chars, Some(index + 1)))
}

/// Whether the mark is no quotation's: alone, or in a pair that holds nothing but a space or a sign.
pub(super) fn is_named(chars: &[(usize, char)], index: usize) -> bool {
    let (_, mark) = chars[index];
    let previous = char_at(chars, index.checked_sub(1));
    let next = char_at(chars, Some(index + 1));
    let is_filler = |char: Option<char>| {
        char.is_some_and(|char| char == ' ' || char.is_ascii_punctuation() && char != mark)
    };
    let is_pair = |open: usize| {
        let before = char_at(chars, open.checked_sub(1));
        let after = char_at(chars, Some(open + 3));
        before.is_none_or(|char| char.is_whitespace() || char == '(')
            && after.is_none_or(|char| !char.is_alphanumeric() || hangul::is_syllable(char))
    };
    let is_mark = |at: usize| char_at(chars, Some(at)) == Some(mark);
    let opens = is_filler(next) && is_mark(index + 2) && is_pair(index);
    let first = index.checked_sub(2).filter(|first| is_mark(*first));
    let closes = is_filler(previous) && first.is_some_and(is_pair);
    let is_bracketed = previous == Some('(') && next == Some(')');
    let is_empty = previous == Some(mark) || next == Some(mark);
    let is_escaped = previous == Some('\\');
    let is_one = opens || closes || is_bracketed || is_empty || is_escaped;
    is_one || stands_alone(chars, index)
}
