//! Who speaks: the program that wrote a report, by the marks of its header, and the provider whose relay refused, by
//! its host's name. Both are data; a new one is a line here and its phrases in `phrases.tsv`.
//!
//! Not: what they say (`phrases`).

mod marks;
mod voices;

use self::marks::{
    HeaderMark::{self, Begins, Ends, Has, Holds, Is, Lacks},
    MARKS, PROVIDERS,
};
pub(super) use self::voices::Dialect;
use super::header_fields::HeaderFields;

/// The program that wrote the report with that header.
pub(super) fn of_header(header: &HeaderFields<'_>) -> Option<Dialect> {
    let lower = LowerHeader::of(header);
    MARKS
        .iter()
        .find(|(_, marks)| marks.iter().all(|mark| lower.has(mark)))
        .map(|(dialect, _)| *dialect)
}

/// The fields that marks are looked for in, in lower case, read once.
struct LowerHeader {
    fields: Vec<(&'static str, Option<String>)>,
}

impl LowerHeader {
    fn of(header: &HeaderFields<'_>) -> Self {
        const READ: [&str; 25] = [
            "subject",
            "from",
            "received",
            "message-id",
            "content-type",
            "x-mailer",
            "x-original-mailer",
            "reply-to",
            "return-path",
            "content-language",
            "x-ahmailid",
            "x-ses-outgoing",
            "x-aws-outgoing",
            "x-aol-ip",
            "x-mlserver",
            "x-nai-header",
            "x-msg-ref",
            "x-gmx-antispam",
            "x-failed-recipients",
            "x-google-smtp-source",
            "x-gm-message-state",
            "x-ms-embedded-report",
            "x-ms-exchange-message-is-ndr",
            "x-message-info",
            "x-message-delivery",
        ];
        let value = |name: &'static str| {
            let value = match name {
                "subject" => header.decoded(name),
                "received" => {
                    let all: Vec<_> = header.all(name).take(16).collect();
                    (!all.is_empty()).then(|| all.join("\n"))
                }
                _ => header.get(name).map(std::borrow::Cow::into_owned),
            };
            (name, value.map(|value| value.trim().to_lowercase()))
        };
        let rest = [
            "x-mx-bounce",
            "x-mxl-hash",
            "x-mxl-notehash",
            "x-zohomail",
            "x-ymailisg",
            "x-microsoft-antispam-prvs",
            "x-ms-exchange-crosstenant-originalarrivaltime",
            "x-ms-exchange-crosstenant-fromentityheader",
        ];
        Self {
            fields: READ.into_iter().chain(rest).map(value).collect(),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.fields.iter().find(|(own, _)| *own == name)?;
        value.as_deref()
    }

    fn has(&self, mark: &HeaderMark) -> bool {
        let with = |name: &str, is: &dyn Fn(&str) -> bool| self.get(name).is_some_and(is);
        match mark {
            Has(name) => self.get(name).is_some(),
            Is(name, text) => with(name, &|value| value == *text),
            Begins(name, text) => with(name, &|value| value.starts_with(text)),
            Ends(name, text) => with(name, &|value| value.ends_with(text)),
            Holds(name, text) => with(name, &|value| value.contains(text)),
            Lacks(name, text) => !with(name, &|value| value.contains(text)),
        }
    }
}

/// The provider whose relay it is: by the relay's name, or by the recipient's domain.
pub(super) fn provider(relay: &str, domain: &str) -> Option<&'static str> {
    let relay = relay.trim_end_matches('.').to_ascii_lowercase();
    let is_of = |end: &str| {
        (!relay.is_empty() && relay.ends_with(end)) || (!domain.is_empty() && end.ends_with(domain))
    };
    PROVIDERS
        .iter()
        .find(|(_, ends)| ends.iter().any(|end| is_of(end)))
        .map(|(voice, _)| *voice)
}

/// Whether somebody of that name speaks in `phrases.tsv`.
#[cfg(test)]
pub(super) fn is_voice(voice: &str) -> bool {
    Dialect::VOICES.contains(&voice)
        || matches!(voice, "qmail-ldap" | "mailbox")
        || PROVIDERS.iter().any(|(own, _)| *own == voice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_of_a_field_that_is_read() {
        let (header, _) = HeaderFields::split(b"\n");
        let lower = LowerHeader::of(&header);
        for (dialect, marks) in MARKS {
            for mark in *marks {
                let name = match mark {
                    Has(name)
                    | Is(name, _)
                    | Begins(name, _)
                    | Ends(name, _)
                    | Holds(name, _)
                    | Lacks(name, _) => name,
                };
                assert!(
                    lower.fields.iter().any(|(own, _)| own == name),
                    "{dialect:?}: {name}"
                );
            }
        }
    }

    #[test]
    fn a_provider_is_known_by_its_relay_or_by_the_recipients_domain() {
        assert_eq!(provider("ASPMX.L.GOOGLE.COM.", ""), Some("@google"));
        assert_eq!(provider("", "qq.com"), Some("@tencent"));
        assert_eq!(provider("mx.example.com", "example.com"), None);
    }
}
