//! Header fields as RFC 5322 and RFC 2047 want them: cleaned of control characters, folded at 78
//! columns, non-ASCII text in encoded words of at most 75 that split no character.
//!
//! Not: which fields a message has (`message::head`).

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{address::Address, publication::is_https};

/// RFC 5322 §2.1.1: lines should have no more characters than this.
const LINE: usize = 78;
/// RFC 2047 §2: a line that holds an encoded word.
const LINE_WITH_WORDS: usize = 76;
/// RFC 2047 §2: an encoded word.
const WORD: usize = 75;
const B_OPEN: &str = "=?UTF-8?B?";
const Q_OPEN: &str = "=?UTF-8?Q?";
const CLOSE: &str = "?=";

/// Whether a character must never stand in a header, or in a line of text that we fill in.
pub(crate) fn is_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// The text without control characters (a space stands for each) or surrounding white space.
pub(crate) fn push_clean(text: &str, out: &mut String) {
    let text =
        text.trim_matches(|character: char| is_control(character) || character.is_whitespace());
    if text.contains(is_control) {
        out.extend(text.chars().map(|c| if is_control(c) { ' ' } else { c }));
    } else {
        out.push_str(text);
    }
}

/// [`push_clean`] into a new string.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_clean(text, &mut out);
    out
}

/// `Subject: …`: text in which nothing has a meaning of its own (RFC 5322 §2.2.1).
pub(crate) fn push_text(field: &str, text: &str, out: &mut Vec<u8>) {
    let text = clean(text);
    let column = push_name(field, out);
    if is_plain(&text) {
        push_folded_at_spaces(&text, column, out);
    } else {
        push_words(&text, column, out);
    }
    out.extend_from_slice(b"\r\n");
}

/// `To: 민지 <minji@example.com>`. The name must be clean; without one the address stands alone.
pub(crate) fn push_mailbox(field: &str, name: Option<&str>, address: &Address, out: &mut Vec<u8>) {
    let column = push_name(field, out);
    match name.filter(|name| !name.is_empty()) {
        Some(name) => {
            let column = push_phrase(name, column, out);
            push_angled(address.as_str(), column, out);
        }
        None => out.extend_from_slice(address.as_str().as_bytes()),
    }
    out.extend_from_slice(b"\r\n");
}

/// `List-Id: 월요일 편 <monday.example.com>` (RFC 2919 §3).
pub(crate) fn push_list_id(field: &str, description: &str, id: &str, out: &mut Vec<u8>) {
    let mut column = push_name(field, out);
    let description = clean(description);
    if !description.is_empty() {
        column = push_phrase(&description, column, out);
    }
    push_angled(id, column, out);
    out.extend_from_slice(b"\r\n");
}

/// `List-Unsubscribe: <https://…>,⏎ <mailto:…>` (RFC 2369 §2).
pub(crate) fn push_urls(field: &str, urls: &[&str], out: &mut Vec<u8>) {
    push_name(field, out);
    for (index, url) in urls.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b",\r\n ");
        }
        out.push(b'<');
        out.extend_from_slice(url.as_bytes());
        out.push(b'>');
    }
    out.extend_from_slice(b"\r\n");
}

/// List-Unsubscribe (RFC 2369 §3.2); where it begins with an https URI, that a POST to it unsubscribes
/// (RFC 8058 §3.1). Nothing without a URI.
pub(crate) fn push_unsubscribe(urls: &[&str], out: &mut Vec<u8>) {
    let Some(first) = urls.first() else {
        return;
    };
    push_urls("List-Unsubscribe", urls, out);
    if is_https(first) {
        push_raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click", out);
    }
}

/// A field whose value is already as it must be.
pub(crate) fn push_raw(field: &str, value: &str, out: &mut Vec<u8>) {
    push_name(field, out);
    out.extend_from_slice(value.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// `; filename="plan.png"`, or RFC 2231's form, in pieces, where the name needs it.
pub(crate) fn push_parameter(name: &str, value: &str, out: &mut Vec<u8>) {
    const PIECE: usize = 56;
    let value = clean(value);
    let is_simple = value
        .bytes()
        .all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\');
    if is_simple && value.len() <= PIECE {
        out.extend_from_slice(format!(";\r\n {name}=\"{value}\"").as_bytes());
        return;
    }
    let mut pieces = vec![String::from("utf-8''")];
    for character in value.chars() {
        let mut encoded = String::with_capacity(12);
        if character.is_ascii_alphanumeric() || "!#$&+-.^_`|~".contains(character) {
            encoded.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
        // Readers decode piece by piece: a character is never in two.
        match pieces.last_mut() {
            Some(piece) if piece.len() + encoded.len() <= PIECE => piece.push_str(&encoded),
            _ => pieces.push(encoded),
        }
    }
    if let [piece] = pieces.as_slice() {
        out.extend_from_slice(format!(";\r\n {name}*={piece}").as_bytes());
        return;
    }
    for (index, piece) in pieces.iter().enumerate() {
        out.extend_from_slice(format!(";\r\n {name}*{index}*={piece}").as_bytes());
    }
}

fn push_name(field: &str, out: &mut Vec<u8>) -> usize {
    out.extend_from_slice(field.as_bytes());
    out.extend_from_slice(b": ");
    field.len() + 2
}

fn push_angled(inner: &str, column: usize, out: &mut Vec<u8>) {
    let needed = inner.len() + 2;
    if column + 1 + needed > LINE {
        out.extend_from_slice(b"\r\n");
    }
    if !out.ends_with(b": ") {
        out.push(b' ');
    }
    out.push(b'<');
    out.extend_from_slice(inner.as_bytes());
    out.push(b'>');
}

/// A display name: atoms, a quoted string or encoded words (RFC 5322 §3.2.5). Returns the column.
fn push_phrase(phrase: &str, column: usize, out: &mut Vec<u8>) -> usize {
    if !is_plain(phrase) || phrase.len() + column + 2 > LINE {
        return push_words(phrase, column, out);
    }
    if phrase.bytes().all(|byte| byte == b' ' || is_atext(byte)) {
        out.extend_from_slice(phrase.as_bytes());
        return column + phrase.len();
    }
    let start = out.len();
    out.push(b'"');
    for byte in phrase.bytes() {
        if byte == b'"' || byte == b'\\' {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
    column + out.len() - start
}

/// RFC 5322 §3.2.3.
fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// Whether the text can stand as it is: printable ASCII whose words fold well and of which no
/// reader could take a part for an encoded word.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && !text.contains("=?")
        && !text.contains("  ")
        && text.split(' ').all(|word| word.len() < LINE - 20)
}

fn push_folded_at_spaces(text: &str, mut column: usize, out: &mut Vec<u8>) {
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            if column + 1 + word.len() > LINE {
                out.extend_from_slice(b"\r\n");
                column = 0;
            }
            out.push(b' ');
            column += 1;
        }
        out.extend_from_slice(word.as_bytes());
        column += word.len();
    }
}

/// Encoded words, one a line, in the shorter of the two encodings. Returns the column.
fn push_words(text: &str, mut column: usize, out: &mut Vec<u8>) -> usize {
    let q_length: usize = text.bytes().map(q_width).sum();
    let is_q = q_length < text.len().div_ceil(3) * 4;
    let overhead = B_OPEN.len() + CLOSE.len();
    let mut rest = text;
    loop {
        let room = (LINE_WITH_WORDS.saturating_sub(column))
            .min(WORD)
            .saturating_sub(overhead);
        let length = word_length(rest, room, is_q);
        if length == 0 && !rest.is_empty() {
            out.extend_from_slice(b"\r\n ");
            column = 1;
            continue;
        }
        let (word, after) = rest.split_at(length);
        let start = out.len();
        push_word(word, is_q, out);
        column += out.len() - start;
        rest = after;
        if rest.is_empty() {
            return column;
        }
        out.extend_from_slice(b"\r\n ");
        column = 1;
    }
}

/// How many bytes of the text, in whole characters, fit an encoded word's `room`.
fn word_length(text: &str, room: usize, is_q: bool) -> usize {
    let mut fits = 0;
    let mut width = 0;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        width = if is_q {
            width
                + text.as_bytes()[at..end]
                    .iter()
                    .map(|b| q_width(*b))
                    .sum::<usize>()
        } else {
            end.div_ceil(3) * 4
        };
        if width > room {
            break;
        }
        fits = end;
    }
    fits
}

fn push_word(word: &str, is_q: bool, out: &mut Vec<u8>) {
    if is_q {
        out.extend_from_slice(Q_OPEN.as_bytes());
        for byte in word.bytes() {
            match byte {
                b' ' => out.push(b'_'),
                _ if q_width(byte) == 1 => out.push(byte),
                _ => out.extend_from_slice(&[b'=', hex(byte >> 4), hex(byte & 15)]),
            }
        }
    } else {
        out.extend_from_slice(B_OPEN.as_bytes());
        push_base64(word.as_bytes(), out);
    }
    out.extend_from_slice(CLOSE.as_bytes());
}

/// RFC 2047 §5 (3): what may stand for itself in a phrase.
fn q_width(byte: u8) -> usize {
    if byte == b' ' || byte.is_ascii_alphanumeric() || b"!*+-/".contains(&byte) {
        1
    } else {
        3
    }
}

fn hex(nibble: u8) -> u8 {
    b"0123456789ABCDEF"[usize::from(nibble & 15)]
}

/// Base64 without line breaks, straight into the buffer.
pub(crate) fn push_base64(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = STANDARD.encode_slice(bytes, &mut out[start..]);
    out.truncate(start + written.unwrap_or(0));
}

#[cfg(test)]
mod tests {
    use mail_parser::{HeaderValue, MessageParser};
    use proptest::prelude::*;

    use super::*;

    fn written(push: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        push(&mut out);
        String::from_utf8(out).unwrap()
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    #[test]
    fn a_subject_is_plain_folded_or_encoded_as_it_needs() {
        insta::assert_snapshot!([
            "Notes of the week",
            "A long English subject that says a good deal about design and software and so has to be folded",
            "월요일의 노트: 지도를 다시 그리는 사람들, 그리고 작은 팀이 큰 시장을 만나는 법에 대하여",
            "Café au lait, déjà vu",
            "=?utf-8?Q?not_a_word?=",
            "two  spaces",
            "line\r\nBcc: everyone@example.com",
        ].map(|subject| written(|out| push_text("Subject", subject, out))).concat());
    }

    #[test]
    fn a_mailbox_keeps_its_name_whatever_it_holds() {
        let long = "가".repeat(300);
        insta::assert_snapshot!(
            [
                Some("Minji Kim"),
                Some("김민지"),
                Some("Kim, \"MJ\" \\ Minji"),
                Some("<script>&"),
                Some("🧑‍🚀 우주인"),
                Some("محمد \u{202e}abc"),
                Some(long.as_str()),
                None,
            ]
            .map(|name| written(|out| push_mailbox("To", name, &address("minji@example.com"), out)))
            .concat()
        );
    }

    #[test]
    fn a_file_name_becomes_a_parameter() {
        insta::assert_snapshot!(
            ["plan.png", "지도.png", "a\"b\\c.png", &"그림".repeat(20)]
                .map(|name| written(|out| push_parameter("filename", name, out)))
                .concat()
        );
    }

    fn assert_well_formed(header: &str) -> Result<(), TestCaseError> {
        prop_assert!(header.is_ascii());
        prop_assert!(header.ends_with("\r\n"));
        for (index, line) in header.trim_end_matches("\r\n").split("\r\n").enumerate() {
            prop_assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
            prop_assert!(index == 0 || line.starts_with(' '), "a new field: {line:?}");
            prop_assert!(!line.trim().is_empty(), "an empty line");
            prop_assert!(line.len() <= LINE, "{line:?}");
            for word in line.split(' ').filter(|word| word.starts_with("=?")) {
                prop_assert!(word.trim_end_matches(',').len() <= WORD, "{word:?}");
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn no_subject_adds_a_line_and_every_subject_comes_back(subject in "\\PC{0,120}|.{0,80}|[a-z =?]{0,200}") {
            let header = written(|out| push_text("Subject", &subject, out));
            assert_well_formed(&header)?;
            let message = format!("{header}\r\n");
            let parsed = MessageParser::new().parse(message.as_bytes()).unwrap();
            prop_assert_eq!(parsed.headers().len(), 1);
            prop_assert_eq!(parsed.subject().unwrap_or_default(), clean(&subject));
        }

        #[test]
        fn no_name_adds_a_line_and_every_name_comes_back(name in "\\PC{1,120}|.{1,80}|[a-z\"\\\\, <>=?]{1,40}") {
            let name = clean(&name);
            prop_assume!(!name.is_empty());
            let header = written(|out| push_mailbox("To", Some(&name), &address("minji@example.com"), out));
            assert_well_formed(&header)?;
            let message = format!("{header}\r\n");
            let parsed = MessageParser::new().parse(message.as_bytes()).unwrap();
            prop_assert_eq!(parsed.headers().len(), 1);
            let HeaderValue::Address(to) = parsed.header("To").unwrap() else {
                return Err(TestCaseError::fail("not an address"));
            };
            prop_assert_eq!(to.first().unwrap().address(), Some("minji@example.com"));
            prop_assert_eq!(to.first().unwrap().name(), Some(name.as_str()));
        }
    }
}
