//! Texts on their way into a page: nothing of them becomes markup.

use std::fmt::{self, Display, Write};

/// A text, escaped for HTML, also inside a quoted attribute.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            c => f.write_char(c),
        })
    }
}

/// A sentence whose words in backticks are shown as code; escaped as [`Text`].
pub(super) struct Sentence<'a>(pub(super) &'a str);

impl Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, tail)) = rest.split_once('`') {
            let Some((code, after)) = tail.split_once('`') else {
                break;
            };
            write!(f, "{}<code>{}</code>", Text(before), Text(code))?;
            rest = after;
        }
        write!(f, "{}", Text(rest))
    }
}

/// A text, percent-encoded for one segment of a path or one value of a query.
pub(super) struct UrlPart<'a>(pub(super) &'a str);

impl Display for UrlPart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bytes().try_for_each(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                f.write_char(char::from(b))
            }
            b => write!(f, "%{b:02X}"),
        })
    }
}

/// A mail for its frame: links leave it, anchors stay in it.
pub(super) fn outward(html: &str) -> String {
    html.replace(
        "href=\"http",
        "target=\"_blank\" rel=\"noopener noreferrer\" href=\"http",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_place_it_stands_in() {
        let evil = "\"'><b>&";
        assert_eq!(Text(evil).to_string(), "&quot;&#39;&gt;&lt;b&gt;&amp;");
        assert_eq!(
            Sentence("`<b>` and `c` `d").to_string(),
            "<code>&lt;b&gt;</code> and <code>c</code> `d"
        );
        assert_eq!(UrlPart("a/b ?&가").to_string(), "a%2Fb%20%3F%26%EA%B0%80");
    }
}
