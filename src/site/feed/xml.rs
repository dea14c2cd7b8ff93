//! XML's way with text: escaped, and without what XML has no way to say.

/// Text for an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for char in text.chars().filter(|char| is_sayable(*char)) {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            char => escaped.push(char),
        }
    }
    escaped
}

/// XML 1.0 §2.2: no control characters but white space, not even escaped.
fn is_sayable(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r') || (char >= ' ' && !matches!(char, '\u{FFFE}' | '\u{FFFF}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_can_not_say_is_left_out() {
        assert_eq!(
            escaped("a\u{1b}[31m<\u{0}&\u{FFFF}\"\t"),
            "a[31m&lt;&amp;&quot;\t"
        );
    }
}
