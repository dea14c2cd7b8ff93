//! A form as it was sent: its fields and nothing else. Urlencoded or multipart, by its own account; what is
//! no text, comes twice or is too much is refused before anybody looks at it.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, header},
};
use http_body_util::BodyExt;
use mail_parser::{MessageParser, MimeHeaders, PartType};
use percent_encoding::percent_decode;

/// The largest form that is read.
pub(super) const MAX_FORM_BYTES: usize = 64 << 10;
/// What is read of a larger one, so that its sender hears the answer.
const MAX_DRAINED_BYTES: usize = 16 << 20;
/// How long a form may take to come.
const MAX_FORM_TIME: Duration = Duration::from_secs(10);
/// More fields than any of our forms has.
const MAX_FIELDS: usize = 64;
/// Fields that a form may have several of.
const LISTS: [&str; 1] = ["edition"];

/// Why a form can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormFault {
    /// More bytes than any form of ours has.
    TooLarge,
    /// It took too long, or broke off.
    TooSlow,
    /// Neither urlencoded nor multipart.
    Unknown,
    /// Its text is no UTF-8.
    NotText,
    /// A field that it can have once is there twice; or there are more of them than in any form of ours.
    Ambiguous,
}

/// The fields of a form, in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

/// The whole body of a form.
///
/// # Errors
/// One that is too large or too slow.
pub(super) async fn body(body: Body) -> Result<Vec<u8>, FormFault> {
    tokio::time::timeout(MAX_FORM_TIME, collected(body))
        .await
        .unwrap_or(Err(FormFault::TooSlow))
}

async fn collected(mut body: Body) -> Result<Vec<u8>, FormFault> {
    let mut bytes = Vec::new();
    let mut drained = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| FormFault::TooSlow)?;
        let data = frame.into_data().unwrap_or_default();
        drained += data.len();
        if drained <= MAX_FORM_BYTES {
            bytes.extend_from_slice(&data);
        } else if drained > MAX_DRAINED_BYTES {
            break;
        }
    }
    match drained > MAX_FORM_BYTES {
        true => Err(FormFault::TooLarge),
        false => Ok(bytes),
    }
}

impl Fields {
    /// The fields of a form that was sent whole. Without a Content-Type it is urlencoded.
    ///
    /// # Errors
    /// What is no form, no text, or ambiguous.
    pub(super) fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Self, FormFault> {
        let kind = headers.get(header::CONTENT_TYPE);
        let kind = kind.map_or(Ok(""), |kind| kind.to_str().map_err(|_| FormFault::Unknown))?;
        let essence = kind.split(';').next().unwrap_or_default().trim();
        let pairs = match essence.to_ascii_lowercase().as_str() {
            "" | "application/x-www-form-urlencoded" => urlencoded(body)?,
            "multipart/form-data" => multipart(kind, body)?,
            _ => return Err(FormFault::Unknown),
        };
        let is_twice = |at: usize, name: &str| {
            !LISTS.contains(&name) && pairs[..at].iter().any(|(other, _)| other == name)
        };
        let mut names = pairs.iter().enumerate();
        if pairs.len() > MAX_FIELDS || names.any(|(at, (name, _))| is_twice(at, name)) {
            return Err(FormFault::Ambiguous);
        }
        Ok(Self(pairs))
    }

    /// The field of that name, where it is there and not empty; without the space around it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.filled();
        fields.find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// All fields of that name which are not empty.
    pub(super) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let fields = self.filled().filter(move |(own, _)| *own == name);
        fields.map(|(_, value)| value)
    }

    fn filled(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.0.iter();
        let fields = fields.map(|(name, value)| (name.as_str(), value.trim_matches([' ', '\t'])));
        fields.filter(|(_, value)| !value.is_empty())
    }

    /// Whether a box is ticked.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

fn urlencoded(body: &[u8]) -> Result<Vec<(String, String)>, FormFault> {
    let text = |bytes: &[u8]| {
        let spaced: Vec<u8> = bytes
            .iter()
            .map(|byte| match byte {
                b'+' => b' ',
                byte => *byte,
            })
            .collect();
        let decoded: Vec<u8> = percent_decode(&spaced).collect();
        String::from_utf8(decoded).map_err(|_| FormFault::NotText)
    };
    body.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .take(MAX_FIELDS + 1)
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = match at {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            Ok((text(name)?, text(value)?))
        })
        .collect()
}

/// A multipart form is MIME (RFC 7578): the parser of mail reads it.
fn multipart(kind: &str, body: &[u8]) -> Result<Vec<(String, String)>, FormFault> {
    let head = format!("Content-Type: {kind}\r\n\r\n");
    let whole = [head.as_bytes(), body].concat();
    let form = MessageParser::new()
        .parse(&whole)
        .ok_or(FormFault::Unknown)?;
    let fields = form.parts.iter().filter_map(|part| {
        let name = part.content_disposition()?.attribute("name")?;
        let bytes = match &part.body {
            PartType::Text(_)
            | PartType::Html(_)
            | PartType::Binary(_)
            | PartType::InlineBinary(_) => {
                let start = usize::try_from(part.offset_body).ok()?;
                let end = usize::try_from(part.offset_end).ok()?;
                whole.get(start..end)?
            }
            _ => return None,
        };
        Some((name.to_owned(), bytes))
    });
    fields
        .take(MAX_FIELDS + 1)
        .map(|(name, bytes)| match std::str::from_utf8(bytes) {
            Ok(text) => Ok((name, text.trim_end_matches(['\r', '\n']).to_owned())),
            Err(_) => Err(FormFault::NotText),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(kind: &str, body: &[u8]) -> Result<Fields, FormFault> {
        let mut headers = HeaderMap::new();
        if !kind.is_empty() {
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        }
        Fields::parse(&headers, body)
    }

    #[test]
    fn a_form_is_read_in_either_of_its_shapes() {
        let urlencoded = "email=minji%40example.com&name=%EA%B9%80+%EB%AF%BC%EC%A7%80&edition=a&edition=b&agree=";
        let multipart = "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nminji@example.com\r\n\
            --x\r\nContent-Disposition: form-data; name=\"name\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n김 민지\r\n\
            --x\r\nContent-Disposition: form-data; name=\"edition\"\r\n\r\na\r\n\
            --x\r\nContent-Disposition: form-data; name=\"edition\"\r\n\r\nb\r\n\
            --x\r\nContent-Disposition: form-data; name=\"agree\"\r\n\r\n\r\n--x--\r\n";
        for (kind, body) in [
            ("", urlencoded),
            (
                "Application/x-www-form-urlencoded; charset=utf-8",
                urlencoded,
            ),
            ("multipart/form-data; boundary=x", multipart),
            ("multipart/form-data; boundary=\"x\"", multipart),
        ] {
            let fields = parsed(kind, body.as_bytes()).unwrap();
            assert_eq!(fields.get("email"), Some("minji@example.com"), "{kind}");
            assert_eq!(fields.get("name"), Some("김 민지"), "{kind}");
            assert_eq!(fields.all("edition").collect::<Vec<_>>(), ["a", "b"]);
            assert!(!fields.has("agree") && !fields.has("other"), "{kind}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_or_in_none_is_refused() {
        for (kind, body, fault) in [
            ("", &b"email=a&email=b"[..], FormFault::Ambiguous),
            ("", b"email=%FF", FormFault::NotText),
            ("", b"email=\xc3\x28", FormFault::NotText),
            ("", &b"a&".repeat(65), FormFault::Ambiguous),
            ("application/json", b"{}", FormFault::Unknown),
            (
                "multipart/form-data; boundary=x",
                b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--x--",
                FormFault::NotText,
            ),
        ] {
            assert_eq!(parsed(kind, body), Err(fault), "{kind} {body:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange_to_be_refused(
            body in prop::collection::vec(any::<u8>(), 0..400),
            kind in prop::sample::select(vec![
                "", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain",
            ]),
            is_framed in any::<bool>(),
        ) {
            let framed = [&b"--x\r\n"[..], &body, b"\r\n--x--"].concat();
            let _ = parsed(kind, if is_framed { &framed } else { &body });
        }

        #[test]
        fn a_field_that_was_sent_is_the_field_that_is_read(value in "[^ \t\r\n]([^\r\n]{0,40}[^ \t\r\n])?") {
            let encoded = crate::render::percent_encode(&value);
            let fields = parsed("", format!("text={encoded}").as_bytes()).unwrap();
            prop_assert_eq!(fields.get("text"), Some(value.as_str()));
        }
    }
}
