//! Bytes → replies (RFC 5321 §4.2). Forgiving where servers are sloppy (bare LF, `250` without a
//! text, second digits that no RFC names), strict where a guess would be dangerous.

use std::fmt;

use super::status::EnhancedCode;
use crate::words::phrased;

/// What one reply may take before we stop believing that it is one.
const MAX_REPLY_BYTES: usize = 256 * 1024;
/// What of its text is kept, in characters.
const MAX_TEXT_CHARS: usize = 500;

/// What the relay said: `550 5.1.1 no such user`. Its text is safe to print: one line, no control
/// characters, bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Three digits.
    pub code: u16,
    /// RFC 3463 code, where the text opens with one that agrees with `code`.
    pub enhanced: Option<EnhancedCode>,
    /// The text after the codes, its lines joined by spaces.
    pub text: String,
}

impl Reply {
    /// A reply that this program makes up in the relay's stead, and says so.
    pub(crate) fn local(code: u16, enhanced: EnhancedCode, text: impl Into<String>) -> Self {
        Self {
            code,
            enhanced: Some(enhanced),
            text: text.into(),
        }
    }

    /// Parses one reply as it would be shown in a log or a bounce: `550 5.1.1 no such user`.
    #[cfg(test)]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parser = ReplyParser::default();
        parser.push(text.trim_end().as_bytes());
        parser.push(b"\r\n");
        parser.next().ok()?.map(|lines| lines.reply())
    }

    /// 2xx.
    #[must_use]
    pub(crate) fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// 4xx: the same may succeed later.
    #[must_use]
    pub(crate) fn is_transient(&self) -> bool {
        self.code / 100 == 4
    }

    /// 5xx: the same will not succeed.
    #[must_use]
    pub(crate) fn is_permanent(&self) -> bool {
        self.code / 100 == 5
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        if !self.text.is_empty() {
            write!(f, " {}", self.text)?;
        }
        Ok(())
    }
}

/// A reply line by line, as EHLO needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReplyLines {
    pub(crate) code: u16,
    lines: Vec<Vec<u8>>,
}

impl ReplyLines {
    /// The texts of the lines, made valid UTF-8.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.lines
            .iter()
            .map(|line| String::from_utf8_lossy(line).into_owned())
    }

    /// The whole as one safe line.
    pub(crate) fn reply(&self) -> Reply {
        let mut enhanced = None;
        let mut text = String::new();
        for (number, line) in self.lines().enumerate() {
            let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let code = word
                .parse::<EnhancedCode>()
                .ok()
                .filter(|code| u16::from(code.class) == self.code / 100);
            if number == 0 {
                enhanced = code;
            }
            // A reply of many lines repeats its code in each: once is enough.
            let said = if code.is_some() && code == enhanced {
                rest
            } else {
                &line
            };
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(said.trim());
        }
        Reply {
            code: self.code,
            enhanced,
            text: printable(text.trim()),
        }
    }
}

/// One line without anything that could move a terminal's cursor, reverse a text or fill a disk.
fn printable(text: &str) -> String {
    let mut chars = text.chars().filter_map(|c| match c {
        '\t' => Some(' '),
        c if c.is_control() => None,
        // Bidirectional overrides and isolates, and the line and paragraph separators.
        '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => None,
        c => Some(c),
    });
    let mut kept: String = chars.by_ref().take(MAX_TEXT_CHARS).collect();
    if chars.next().is_some() {
        kept.push('…');
    }
    kept
}

/// Why bytes are not a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MalformedReply {
    /// A line that does not begin with a reply code.
    NoCode(String),
    /// Lines of one reply whose codes differ.
    CodesDiffer(u16, u16),
    /// Larger than any reply.
    TooLong,
}

impl fmt::Display for MalformedReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCode(line) => f.write_str(&phrased!("a line without a reply code: “{line}”")),
            Self::CodesDiffer(first, then) => {
                f.write_str(&phrased!("a reply whose lines say {first} and {then}"))
            }
            Self::TooLong => f.write_str(&phrased!(
                "a reply of more than {most} bytes",
                most = MAX_REPLY_BYTES
            )),
        }
    }
}

/// Collects bytes however they were cut into packets, and yields whole replies.
#[derive(Debug, Default)]
pub(crate) struct ReplyParser {
    bytes: Vec<u8>,
    /// What of `bytes` is parsed already.
    parsed: usize,
    /// The lines so far of a reply of many lines.
    partial: Option<ReplyLines>,
    /// Bytes of the reply so far.
    taken: usize,
}

impl ReplyParser {
    /// Takes what came from the network.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.parsed == self.bytes.len() {
            self.bytes.clear();
            self.parsed = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether bytes wait that no reply has used.
    pub(crate) fn has_unread(&self) -> bool {
        self.parsed < self.bytes.len() || self.partial.is_some()
    }

    /// The next whole reply; None: more bytes are needed.
    pub(crate) fn next(&mut self) -> Result<Option<ReplyLines>, MalformedReply> {
        while let Some(length) = self.bytes[self.parsed..].iter().position(|b| *b == b'\n') {
            let line = &self.bytes[self.parsed..self.parsed + length];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let (code, is_last, text) = parse_line(line)?;
            self.parsed += length + 1;
            self.taken += length + 1;
            let reply = self.partial.get_or_insert(ReplyLines {
                code,
                lines: Vec::new(),
            });
            if reply.code != code {
                return Err(MalformedReply::CodesDiffer(reply.code, code));
            }
            reply.lines.push(text.to_vec());
            if self.taken > MAX_REPLY_BYTES {
                return Err(MalformedReply::TooLong);
            }
            if is_last {
                self.taken = 0;
                return Ok(self.partial.take());
            }
        }
        if self.taken + self.bytes.len() - self.parsed > MAX_REPLY_BYTES {
            return Err(MalformedReply::TooLong);
        }
        Ok(None)
    }
}

/// `250-text` and `250 text`, also a bare `250`: its code, whether it is the last line, its text.
fn parse_line(line: &[u8]) -> Result<(u16, bool, &[u8]), MalformedReply> {
    let no_code = || MalformedReply::NoCode(printable(&String::from_utf8_lossy(line)));
    let (digits, rest) = line.split_at_checked(3).ok_or_else(no_code)?;
    if !matches!(digits[0], b'2'..=b'5') || !digits.iter().all(u8::is_ascii_digit) {
        return Err(no_code());
    }
    let code = digits
        .iter()
        .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    match rest.split_first() {
        None => Ok((code, true, rest)),
        Some((b' ', text)) => Ok((code, true, text)),
        Some((b'-', text)) => Ok((code, false, text)),
        Some(_) => Err(no_code()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse_all(bytes: &[u8]) -> Vec<String> {
        let mut parser = ReplyParser::default();
        let mut replies = Vec::new();
        for byte in bytes {
            parser.push(&[*byte]);
            while let Some(reply) = parser.next().unwrap() {
                replies.push(reply.reply().to_string());
            }
        }
        assert!(!parser.has_unread());
        replies
    }

    #[test]
    fn replies_are_read_however_they_are_cut() {
        assert_eq!(
            parse_all(
                b"250-2.1.0 one\r\n250-2.1.0 two\r\n250 2.1.0 three\r\n354 go\r\n250\r\n571 5.7.1 odd\n"
            ),
            ["250 2.1.0 one two three", "354 go", "250", "571 5.7.1 odd"]
        );
    }

    #[test]
    fn a_reply_in_any_bytes_is_safe_to_print() {
        let reply = |bytes: &[u8]| parse_all(bytes).remove(0);
        assert_eq!(
            reply("550 5.1.1 없는 주소입니다\r\n".as_bytes()),
            "550 5.1.1 없는 주소입니다"
        );
        assert_eq!(
            reply(b"550 5.1.1 \xbe\xf8\xb4\xc2\r\n"),
            "550 5.1.1 \u{fffd}\u{fffd}\u{fffd}\u{fffd}"
        );
        assert_eq!(
            reply("550 a\u{1b}[2Jb\u{202e}c\td\0\r\n".as_bytes()),
            "550 a[2Jbc d"
        );
        let long = reply(format!("550 {}\r\n", "x".repeat(5000)).as_bytes());
        assert_eq!(long.chars().count(), 4 + MAX_TEXT_CHARS + 1);
    }

    #[test]
    fn an_enhanced_code_that_contradicts_the_reply_is_text() {
        let reply = Reply::parse("450 5.1.1 not now").unwrap();
        assert_eq!(reply.enhanced, None);
        assert_eq!(reply.to_string(), "450 5.1.1 not now");
    }

    #[test]
    fn what_is_not_a_reply_is_refused() {
        for bytes in [
            "hello\r\n",
            "25\r\n",
            "999 x\r\n",
            "250_x\r\n",
            "250-a\r\n550 b\r\n",
            "\r\n",
        ] {
            let mut parser = ReplyParser::default();
            parser.push(bytes.as_bytes());
            assert!(parser.next().is_err(), "{bytes:?}");
        }
        let mut parser = ReplyParser::default();
        parser.push(&[b'2'; MAX_REPLY_BYTES + 1]);
        assert_eq!(parser.next(), Err(MalformedReply::TooLong));
        let mut parser = ReplyParser::default();
        parser.push(&b"250-more\r\n".repeat(MAX_REPLY_BYTES / 10 + 1));
        assert_eq!(parser.next(), Err(MalformedReply::TooLong));
    }

    proptest! {
        /// Where a reply is well-formed, lettre reads the same in it.
        #[test]
        fn well_formed_replies_are_what_lettre_reads(
            code in "[2-5][0-5][0-9]",
            lines in prop::collection::vec("[a-zA-Z가-힣][a-zA-Z0-9가-힣 .<>@:-]{0,30}", 1..5),
        ) {
            let last = lines.len() - 1;
            let wire: String = lines
                .iter()
                .enumerate()
                .map(|(at, line)| format!("{code}{}{line}\r\n", if at == last { ' ' } else { '-' }))
                .collect();
            let theirs: lettre::transport::smtp::response::Response = wire.parse().unwrap();
            let mut parser = ReplyParser::default();
            parser.push(wire.as_bytes());
            let ours = parser.next().unwrap().unwrap();
            prop_assert_eq!(u16::from(theirs.code()), ours.code);
            prop_assert!(theirs.message().eq(ours.lines().collect::<Vec<_>>().iter()));
            prop_assert!(!parser.has_unread());
        }

        #[test]
        fn no_bytes_make_the_parser_panic(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20)) {
            let mut parser = ReplyParser::default();
            for chunk in chunks {
                parser.push(&chunk);
                while let Ok(Some(reply)) = parser.next() {
                    let is_safe = !reply.reply().to_string().contains(char::is_control);
                    prop_assert!(is_safe);
                }
            }
        }
    }
}
