//! Signs that a terminal takes for orders – to move, to colour, to clear, to turn the direction of writing round – and
//! that a stranger's file may hold. Whoever is shown such a text sees that something stands there, and nothing else.

use std::borrow::Cow;

/// The text with another sign in the place of each, of as many bytes: places stay what they are.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    let is_plain = text
        .bytes()
        .all(|byte| matches!(byte, b'\n' | b'\t' | b' '..=b'~' | 0xEA..=0xED));
    let mut before = 0;
    let orders = text.char_indices().filter(|_| !is_plain);
    let orders = orders.filter(|(at, char)| is_order(*char, &text[at + char.len_utf8()..]));
    let mut shown = String::new();
    for (at, char) in orders {
        shown.push_str(&text[before..at]);
        shown.push_str(match char.len_utf8() {
            1 => "?",
            2 => "¿",
            _ => "\u{FFFD}",
        });
        before = at + char.len_utf8();
    }
    match before {
        0 => Cow::Borrowed(text),
        _ => Cow::Owned(shown + &text[before..]),
    }
}

/// CR is none where it ends a line with LF.
fn is_order(char: char, rest: &str) -> bool {
    match char {
        '\n' | '\t' => false,
        '\r' => !rest.starts_with('\n'),
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        char => char.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_become_signs_of_the_same_length() {
        for (text, shown) in [
            ("가\u{1b}[2J나", "가?[2J나"),
            ("a\u{9b}31mb", "a¿31mb"),
            ("\u{202e}gnp\u{2066}", "\u{fffd}gnp\u{fffd}"),
            ("a\rb\r\n", "a?b\r\n"),
            ("\0\u{7}\u{7f}", "???"),
        ] {
            let seen = harmless(text);
            assert_eq!(seen, shown);
            assert_eq!(seen.len(), text.len());
        }
    }

    #[test]
    fn writing_stays_as_it_is() {
        for text in ["", "가나다 ‘글’ — 👩‍👩‍👧 naïve\n\tשלום", "줄\r\n줄\r\n"]
        {
            assert!(matches!(harmless(text), Cow::Borrowed(same) if same == text));
        }
    }
}
