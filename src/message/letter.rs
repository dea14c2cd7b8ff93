//! A single mail that is no issue: a reminder, a report, a confirmation. The same headers, MIME and
//! signatures as an issue's messages, made once.

use chrono::{DateTime, Utc};

use super::{
    Envelope, Message,
    dkim::{DkimError, Signer},
    header::{clean, push_mailbox, push_raw, push_text, push_unsubscribe},
    mime::MimeFrame,
    settings::is_safe_address,
    transfer::{TransferEncoding, push_base64_lines, push_quoted_printable, with_crlf},
};
use crate::{
    address::{Address, Mailbox},
    render::InlineImage,
};

/// What is written, and to whom.
#[derive(Debug, Clone)]
pub(crate) struct Letter<'a> {
    /// The From header, and the envelope's sender.
    pub from: &'a Mailbox,
    /// Whom it is for.
    pub to: &'a Address,
    /// The Reply-To header.
    pub reply_to: Option<&'a Mailbox>,
    /// The subject.
    pub subject: &'a str,
    /// The text part.
    pub text: &'a str,
    /// The HTML part.
    pub html: &'a str,
    /// What the HTML shows by its Content-ID.
    pub images: &'a [InlineImage],
    /// List-Unsubscribe, where the address is on a list: an https address first, where a POST to it
    /// unsubscribes (RFC 8058).
    pub unsubscribe: &'a [String],
    /// BCP 47 tag.
    pub language: &'a str,
    /// The Date header, and the signatures' time.
    pub date: DateTime<Utc>,
    /// What stands before the `@` of the Message-ID: letters, digits, `.`, `-`. The same for every
    /// try, so that a mail that came twice shows once.
    pub id: &'a str,
}

impl Letter<'_> {
    /// The message. Nobody's program answers it: it says of itself that a program wrote it
    /// (RFC 3834).
    ///
    /// # Errors
    /// An address that can't stand in a header, a signature that can't be made.
    pub(crate) fn compose(&self, signer: Option<&Signer>) -> Result<Message, super::ComposeError> {
        if !is_safe_address(self.to.as_str()) {
            return Err(super::ComposeError::Address {
                masked: self.to.masked().escape_debug().to_string(),
            });
        }
        let mut bytes = vec![0; signer.map_or(0, Signer::room_bytes)];
        self.push_head(&mut bytes);
        self.push_body(&mut bytes)?;
        self.sign(signer, &mut bytes)?;
        Ok(Message {
            envelope: Envelope {
                from: Some(self.from.address.clone()),
                to: self.to.clone(),
            },
            bytes,
        })
    }

    fn push_head(&self, out: &mut Vec<u8>) {
        push_raw("Date", &self.date.to_rfc2822(), out);
        let name = self.from.name.as_deref().map(clean);
        push_mailbox("From", name.as_deref(), &self.from.address, out);
        if let Some(reply_to) = self.reply_to {
            let name = reply_to.name.as_deref().map(clean);
            push_mailbox("Reply-To", name.as_deref(), &reply_to.address, out);
        }
        push_mailbox("To", None, self.to, out);
        push_text("Subject", self.subject, out);
        let id: String = self
            .id
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
            .collect();
        let id = format!("<{id}@{}>", self.from.address.domain());
        push_raw("Message-ID", &id, out);
        push_raw("Auto-Submitted", "auto-generated", out);
        push_raw("Content-Language", self.language, out);
        self.push_unsubscribe(out);
    }

    fn push_unsubscribe(&self, out: &mut Vec<u8>) {
        let is_safe = |url: &&str| {
            url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains(['<', '>', ','])
        };
        let urls = self.unsubscribe.iter().map(String::as_str);
        let urls: Vec<&str> = urls.filter(is_safe).collect();
        push_unsubscribe(&urls, out);
    }

    fn push_body(&self, out: &mut Vec<u8>) -> Result<(), super::ComposeError> {
        let (text, html) = (with_crlf(self.text), with_crlf(self.html));
        let encodings = (
            TransferEncoding::shorter_for(&text),
            TransferEncoding::shorter_for(&html),
        );
        // Base64 and quoted-printable can hold no `=_`: any boundary with one will do.
        let mime = MimeFrame::new(self.id, self.images)?;
        let skeleton = mime.skeleton(encodings.0, encodings.1);
        out.extend_from_slice(&skeleton.before_text);
        push_encoded(&text, encodings.0, out);
        out.extend_from_slice(&skeleton.before_html);
        push_encoded(&html, encodings.1, out);
        out.extend_from_slice(mime.after_html());
        Ok(())
    }

    fn sign(&self, signer: Option<&Signer>, bytes: &mut [u8]) -> Result<(), DkimError> {
        match signer {
            Some(signer) => signer.sign_in_place(bytes, &[], None, self.date),
            None => Ok(()),
        }
    }
}

fn push_encoded(text: &str, encoding: TransferEncoding, out: &mut Vec<u8>) {
    match encoding {
        TransferEncoding::Base64 => push_base64_lines(text.as_bytes(), &[], out),
        TransferEncoding::QuotedPrintable => push_quoted_printable(text, out),
    }
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;

    use super::*;

    #[test]
    fn a_letter_is_read_as_it_was_written() {
        let from = Mailbox::parse("데일리 노트 <hello@note.example.com>").unwrap();
        let to = Address::parse("writer@example.com").unwrap();
        let letter = Letter {
            from: &from,
            to: &to,
            reply_to: None,
            subject: "목요일 편이 아직 비어 있습니다\r\nBcc: everyone@example.com",
            text: "한 줄\n\nA second line.\n",
            html: "<p>한 줄</p>\n",
            images: &[],
            unsubscribe: &[],
            language: "ko",
            date: DateTime::from_timestamp(1_795_388_400, 0).unwrap(),
            id: "notice-1",
        };
        let message = letter.compose(None).unwrap();
        assert!(message.bytes.is_ascii());
        let parsed = MessageParser::new().parse(&message.bytes).unwrap();
        assert_eq!(
            parsed.subject(),
            Some("목요일 편이 아직 비어 있습니다  Bcc: everyone@example.com")
        );
        assert!(parsed.bcc().is_none());
        assert_eq!(parsed.message_id(), Some("notice-1@note.example.com"));
        assert_eq!(
            parsed.header_raw("Auto-Submitted").map(str::trim),
            Some("auto-generated")
        );
        assert_eq!(parsed.body_text(0).unwrap().replace('\r', ""), letter.text);
        assert_eq!(parsed.body_html(0).unwrap().replace('\r', ""), letter.html);
    }

    #[test]
    fn a_letter_to_a_reader_says_where_to_answer_and_how_to_unsubscribe() {
        let from = Mailbox::parse("hello@note.example.com").unwrap();
        let reply_to = Mailbox::parse("데스크 <desk@note.example.com>").unwrap();
        let to = Address::parse("reader@example.com").unwrap();
        let urls = |urls: &[&str]| urls.iter().map(|&url| url.to_owned()).collect::<Vec<_>>();
        let headers = |unsubscribe: &[String]| {
            let letter = Letter {
                from: &from,
                to: &to,
                reply_to: Some(&reply_to),
                subject: "s",
                text: "t\n",
                html: "<p>h</p>\n",
                images: &[],
                unsubscribe,
                language: "en",
                date: DateTime::UNIX_EPOCH,
                id: "receipt-1",
            };
            let bytes = letter.compose(None).unwrap().bytes;
            let message = MessageParser::new().parse(&bytes).unwrap();
            let of = |name: &str| message.header_raw(name).map(|raw| raw.trim().to_owned());
            assert_eq!(
                message.reply_to().unwrap().first().unwrap().address(),
                Some("desk@note.example.com")
            );
            assert_eq!(of("List-Id"), None);
            assert_eq!(of("Precedence"), None);
            (of("List-Unsubscribe"), of("List-Unsubscribe-Post"))
        };
        let (mailto, https) = ("mailto:leave@note.example.com", "https://n.example/u/T");
        assert_eq!(headers(&[]), (None, None));
        assert_eq!(
            headers(&urls(&[mailto])),
            (Some(format!("<{mailto}>")), None)
        );
        assert_eq!(
            headers(&urls(&[https, mailto])),
            (
                Some(format!("<{https}>,\r\n <{mailto}>")),
                Some("List-Unsubscribe=One-Click".to_owned())
            )
        );
        // What would break the header is not written.
        assert_eq!(
            headers(&urls(&["https://n.example/>\r\nX: y"])),
            (None, None)
        );
    }
}
