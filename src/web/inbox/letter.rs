//! An .eml file → what the page shows of it.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};

use crate::{address::readable, web::framed::outward};

/// What of a file the list reads: headers are shorter.
const HEAD_BYTES: u64 = 32 * 1024;

/// One line of the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LetterSummary {
    pub(super) name: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) subject: String,
    /// As the sender wrote it, in the sender's zone: `2026-11-23 08:00`.
    pub(super) date: String,
}

/// A whole letter.
#[derive(Debug)]
pub(super) struct InboxLetter {
    pub(super) summary: LetterSummary,
    /// Ready for a locked frame: the images it carries are in it, its links open outside.
    pub(super) html: Option<String>,
    /// Whether it would load anything from elsewhere.
    pub(super) has_remote: bool,
    pub(super) text: Option<String>,
    pub(super) source: String,
    pub(super) bytes: usize,
}

impl LetterSummary {
    /// Reads the head of a file.
    pub(super) fn load(path: &Path, name: &str) -> io::Result<Self> {
        let mut head = Vec::new();
        File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head)?;
        let message = MessageParser::default().parse_headers(&head);
        Ok(Self::of(name, message.as_ref()))
    }

    fn of(name: &str, message: Option<&Message<'_>>) -> Self {
        let summary = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        let Some(message) = message else {
            return summary;
        };
        Self {
            from: message.from().map(shown).unwrap_or_default(),
            to: message.to().map(shown).unwrap_or_default(),
            subject: message.subject().unwrap_or_default().to_owned(),
            date: message.date().map_or_else(String::new, |date| {
                format!(
                    "{:04}-{:02}-{:02} {:02}:{:02}",
                    date.year, date.month, date.day, date.hour, date.minute
                )
            }),
            ..summary
        }
    }
}

/// `민지 <minji@example.com>`, of a list the first, the domain as people read it.
fn shown(address: &Address<'_>) -> String {
    let Some(first) = address.first() else {
        return String::new();
    };
    match (first.name(), first.address().map(readable)) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (None, Some(address)) => address.into_owned(),
        (Some(name), None) => name.to_owned(),
        (None, None) => String::new(),
    }
}

impl InboxLetter {
    /// Parses a file. What can't be parsed is shown as source alone.
    pub(super) fn parse(name: &str, bytes: Vec<u8>) -> Self {
        let message = MessageParser::default().parse(&bytes);
        let html = message.as_ref().and_then(framed_html);
        let text = message.as_ref().and_then(|message| {
            message.text_bodies().find_map(|part| match &part.body {
                PartType::Text(text) => Some(text.replace("\r\n", "\n")),
                _ => None,
            })
        });
        Self {
            summary: LetterSummary::of(name, message.as_ref()),
            has_remote: html.as_deref().is_some_and(loads_remote),
            html,
            text,
            bytes: bytes.len(),
            source: String::from_utf8_lossy(&bytes).replace("\r\n", "\n"),
        }
    }
}

fn framed_html(message: &Message<'_>) -> Option<String> {
    let html = message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.as_ref()),
        _ => None,
    })?;
    let mut html = outward(html);
    for part in &message.parts {
        let (Some(id), Some(kind)) = (part.content_id(), part.content_type()) else {
            continue;
        };
        let (PartType::Binary(bytes) | PartType::InlineBinary(bytes)) = &part.body else {
            continue;
        };
        if kind.ctype() == "image" {
            let subtype = kind.subtype().unwrap_or("png");
            let data = BASE64_STANDARD.encode(bytes);
            html = html.replace(
                &format!("\"cid:{id}\""),
                &format!("\"data:image/{subtype};base64,{data}\""),
            );
        }
    }
    Some(html)
}

fn loads_remote(html: &str) -> bool {
    [
        "src=\"http",
        "src='http",
        "url(http",
        "url('http",
        "url(\"http",
    ]
    .iter()
    .any(|mark| html.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Return-Path: <hello@example.com>\r\n\
        From: =?utf-8?B?642w7J2866asIOuFuO2KuA==?= <hello@example.com>\r\n\
        To: =?utf-8?B?66+87KeA?= <minji@example.com>\r\n\
        Subject: =?utf-8?B?7JWI64WV?=\r\n\
        Date: Mon, 23 Nov 2026 08:00:00 +0900\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=a\r\n\r\n\
        --a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n\
        --a\r\nContent-Type: multipart/related; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <a href=\"https://example.com/\">x</a><img src=\"cid:i@x\">\r\n\
        --b\r\nContent-Type: image/png\r\nContent-ID: <i@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        iVBORw0KGgo=\r\n--b--\r\n--a--\r\n";

    #[test]
    fn a_letter_is_shown_decoded_with_its_images_and_nothing_remote() {
        let letter = InboxLetter::parse("x.eml", MAIL.into());
        assert_eq!(letter.summary.from, "데일리 노트 <hello@example.com>");
        assert_eq!(letter.summary.to, "민지 <minji@example.com>");
        assert_eq!(letter.summary.subject, "안녕");
        assert_eq!(letter.summary.date, "2026-11-23 08:00");
        assert_eq!(letter.text.as_deref().map(str::trim), Some("hello"));
        let html = letter.html.unwrap();
        assert!(html.contains("target=\"_blank\""), "{html}");
        assert!(
            html.contains("src=\"data:image/png;base64,iVBORw0KGgo=\""),
            "{html}"
        );
        assert!(!letter.has_remote);
    }

    #[test]
    fn a_reader_at_a_domain_in_hangul_is_shown_by_it() {
        let mail = MAIL.replace("minji@example.com", "minji@xn--2n1b71jc1m.example.com");
        let letter = InboxLetter::parse("x.eml", mail.into());
        assert_eq!(letter.summary.to, "민지 <minji@데일리.example.com>");
        assert!(letter.source.contains("minji@xn--"), "the source as it is");
    }

    #[test]
    fn what_is_no_mail_is_shown_as_source() {
        let letter = InboxLetter::parse("x.eml", vec![0, 159, 146, 150]);
        assert!(letter.html.is_none());
        assert_eq!(letter.bytes, 4);
    }
}
