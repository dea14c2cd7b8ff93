//! The one way in which a value becomes HTML, and the way in which escaped values stay as they are
//! while a parser works on the page around them.

use std::io::Write;

/// Escapes a value for HTML text and for double- or single-quoted attributes alike.
///
/// The forms are `&amp;` `&lt;` `&gt;` `&quot;` `&#39;`: every value that reaches the HTML part, on
/// the reference path and in the compiled message, has exactly these.
#[must_use]
pub(crate) fn escape_html(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + value.len() / 8);
    for character in value.chars() {
        match entity(character) {
            Some(entity) => escaped.push_str(entity),
            None => escaped.push(character),
        }
    }
    escaped
}

/// Escapes an issue's own words where they stand as text: quotes need no entity there.
pub(crate) fn escape_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match entity(character).filter(|_| !matches!(character, '"' | '\'')) {
            Some(entity) => escaped.push_str(entity),
            None => escaped.push(character),
        }
    }
    escaped
}

/// Percent-encodes a value for a part of a URL: all but RFC 3986's unreserved characters. What the
/// filter `urlencode` writes.
#[must_use]
pub(crate) fn percent_encode(value: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    encoded
}

/// [`escape_html`] in the shape that the template engine wants.
pub(crate) fn write_escaped(value: &str, to: &mut dyn Write) -> std::io::Result<()> {
    to.write_all(escape_html(value).as_bytes())
}

fn entity(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    }
}

/// Hides what an HTML parser and serialiser would rewrite: every ampersand (so that no entity is
/// read as one) and every no-break space. Two private-use characters that the text does not have
/// stand in for them, and come back as they were.
pub(crate) struct Veil {
    ampersand: char,
    no_break_space: char,
}

const NO_BREAK_SPACE: char = '\u{a0}';

impl Veil {
    /// Stand-ins that `html` does not contain. None when it contains the whole private-use area.
    pub(crate) fn for_html(html: &str) -> Option<Self> {
        let mut free = ('\u{e000}'..='\u{f8ff}').filter(|stand_in| !html.contains(*stand_in));
        Some(Self {
            ampersand: free.next()?,
            no_break_space: free.next()?,
        })
    }

    pub(crate) fn put_on(&self, html: &str) -> String {
        let pairs = [('&', self.ampersand), (NO_BREAK_SPACE, self.no_break_space)];
        exchanged(html, pairs)
    }

    pub(crate) fn take_off(&self, html: &str) -> String {
        let pairs = [(self.ampersand, '&'), (self.no_break_space, NO_BREAK_SPACE)];
        exchanged(html, pairs)
    }
}

/// The text with each of two characters given for another: what stands between them is copied as it is.
fn exchanged(html: &str, pairs: [(char, char); 2]) -> String {
    let first_byte = |character: char| character.encode_utf8(&mut [0; 4]).as_bytes()[0];
    let [one, other] = pairs.map(|(from, _)| first_byte(from));
    let mut exchanged = String::with_capacity(html.len() + html.len() / 32);
    let mut copied = 0;
    for at in memchr::memchr2_iter(one, other, html.as_bytes()) {
        let met = html[at..].chars().next();
        let pair = pairs.iter().find(|(from, _)| met == Some(*from));
        if let Some((from, to)) = pair {
            exchanged.push_str(&html[copied..at]);
            exchanged.push(*to);
            copied = at + from.len_utf8();
        }
    }
    exchanged.push_str(&html[copied..]);
    exchanged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_characters_have_one_entity_each() {
        assert_eq!(
            escape_html(r#"<b>"민지" & 'co'</b> 🙂"#),
            "&lt;b&gt;&quot;민지&quot; &amp; &#39;co&#39;&lt;/b&gt; 🙂"
        );
    }

    #[test]
    fn a_veil_gives_back_what_it_hid_even_beside_private_use_characters() {
        let html = "\u{e000}&amp;\u{a0}&#39;\u{e001}";
        let veil = Veil::for_html(html).unwrap();
        let veiled = veil.put_on(html);
        assert!(!veiled.contains('&') && !veiled.contains('\u{a0}'));
        assert_eq!(veil.take_off(&veiled), html);
    }

    proptest::proptest! {
        #[test]
        fn what_is_exchanged_is_what_each_character_alone_would_be(text in "[&a가·©\u{a0}\u{e000}\u{e001}]{0,20}") {
            let pairs = [('&', '\u{e002}'), (NO_BREAK_SPACE, '\u{e003}')];
            let of = |it: char| pairs.iter().find(|(from, _)| *from == it).map_or(it, |(_, to)| *to);
            let alone: String = text.chars().map(of).collect();
            proptest::prop_assert_eq!(exchanged(&text, pairs), alone);
        }
    }
}
