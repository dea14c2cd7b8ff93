//! What a report's program says by itself, before its words are weighed with everybody's: its own phrases, and the
//! steps and codes to which it gives a meaning of its own.

use super::{
    addresses,
    class::BounceClass::{self, *},
    codes::{self, SmtpVerb},
    delivery_status::RecipientFields,
    dialect::Dialect,
    header_fields::HeaderFields,
    phrases::PhrasesFound,
    status_class,
};
use crate::smtp::status::EnhancedCode;

/// RFC 3463 §3.3: the mailbox is there, and takes nothing.
const MAILBOX_DISABLED: EnhancedCode = EnhancedCode::new(5, 2, 1);

/// What a program's report offers for a hint.
pub(super) struct HintSource<'a> {
    pub(super) header: &'a HeaderFields<'a>,
    pub(super) narrative: &'a str,
    pub(super) fields: &'a RecipientFields,
    pub(super) words: &'a str,
    pub(super) verb: Option<SmtpVerb>,
    /// The code of the fields, before the words' own.
    pub(super) status: Option<EnhancedCode>,
}

/// The class that the program says; None: its words are everybody's.
pub(super) fn of(
    dialect: Option<Dialect>,
    source: &HintSource<'_>,
    found: &PhrasesFound,
) -> Option<BounceClass> {
    let Some(dialect) = dialect else {
        return found.of_voice("mailbox", None, None);
    };
    let own = || found.of_voice(dialect.voice(), None, source.status);
    match dialect {
        Dialect::Exim | Dialect::MailRu | Dialect::MxLogic => match source.verb {
            Some(SmtpVerb::Hello) => Some(Blocked),
            Some(SmtpVerb::Mail) if dialect == Dialect::Exim => Some(OnHold),
            Some(SmtpVerb::Mail) => Some(Rejected),
            _ => found.of_voice("exim", None, source.status),
        },
        Dialect::Qmail => of_qmail(source, found),
        Dialect::Kddi | Dialect::EzWeb => of_kddi(dialect, source, found),
        Dialect::Gmail => of_gmail(source, own()),
        Dialect::GSuite => own().or_else(|| of_gmail(source, found.of_voice("gmail", None, None))),
        Dialect::ExchangeOnline => own().or_else(|| {
            source
                .status
                .and_then(status_class::class_in_exchange_online)
        }),
        Dialect::WorkMail | Dialect::ReceivingSes => {
            own().or_else(|| source.status.and_then(status_class::class_of))
        }
        Dialect::GoogleGroups => {
            let points = source
                .narrative
                .lines()
                .filter(|line| line.trim_start().starts_with('*'))
                .count();
            Some(if points == 4 { Rejected } else { OnHold })
        }
        Dialect::PowerMta => own().map(|class| match source.status {
            Some(status) if class == UserUnknown && status == MAILBOX_DISABLED => Suspended,
            _ => class,
        }),
        Dialect::SendGrid if source.fields.has_expired => Some(Expired),
        _ => own(),
    }
}

/// qmail repeats what the other side said on a line of its own, which says more than its own words around it.
fn of_qmail(source: &HintSource<'_>, found: &PhrasesFound) -> Option<BounceClass> {
    if source.verb == Some(SmtpVerb::Hello) {
        return Some(Blocked);
    }
    if source
        .narrative
        .contains("Unable to deliver message to the following address")
    {
        // Others' reports that run through a qmail.
        return None;
    }
    let said = source
        .narrative
        .lines()
        .find(|line| line.starts_with("Remote host said:"));
    let by_answer = match said {
        Some(line) => PhrasesFound::within(line).of_voice("qmail", None, None),
        None => found.of_voice("qmail", None, None),
    };
    by_answer.or_else(|| found.of_voice("qmail-ldap", None, None))
}

/// KDDI's au: a mark in the header for the reader's own filter; at RCPT nobody is there.
fn of_kddi(dialect: Dialect, source: &HintSource<'_>, found: &PhrasesFound) -> Option<BounceClass> {
    if source.header.get("x-spasign").as_deref() == Some("NG") {
        return Some(Filtered);
    }
    if source.verb == Some(SmtpVerb::Rcpt) {
        return Some(UserUnknown);
    }
    found.of_voice(dialect.voice(), None, source.status)
}

/// Gmail's older reports end with the state of its session; a clear code within the words says more.
fn of_gmail(source: &HintSource<'_>, own: Option<BounceClass>) -> Option<BounceClass> {
    let own = own?;
    match codes::status_within(source.words, None) {
        Some(code) if code.subject != 0 && code.detail != 0 => status_class::class_of(code),
        _ => Some(own),
    }
}

/// The code that a provider puts behind its words, spelled as `phrases.tsv` has it: `code:416`.
pub(super) fn provider_code(provider: Option<&str>, words: &str) -> Option<String> {
    let after = |mark: &str| {
        let at = words.find(mark)? + mark.len();
        let code: String = words[at..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        (!code.is_empty()).then_some(code)
    };
    let code = match provider? {
        // La Poste, Orange, Wanadoo: `LPN105_423`, `OFR_506`, `OUK_513`.
        "@franceptt" => words
            .split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))
            .find(|word| {
                let upper = word.to_ascii_uppercase();
                ["LPN", "OFR", "OUK"].iter().any(|it| upper.starts_with(it))
                    && word.ends_with(|c: char| c.is_ascii_digit())
            })?
            .rsplit(['_', '-'])
            .next()?
            .to_owned(),
        "@cox" => after("AUP#")?,
        "@spectrum" => {
            let code = after("AUP#")?;
            code.trim_start_matches(|c: char| !c.is_ascii_digit())
                .to_owned()
        }
        "@godaddy" => words
            .split(|c: char| !c.is_ascii_alphanumeric())
            .find(|word| word.len() == 5 && word.starts_with("IB"))?
            .to_owned(),
        "@iua" => after("/err/")?,
        _ => return None,
    };
    Some(format!("code:{};", code.to_ascii_lowercase()))
}

/// The relay that refused, where the words name it.
pub(super) fn relay_within(words: &str) -> Option<&str> {
    let at = ["host ", "Connected to ", "remote host "]
        .iter()
        .find_map(|mark| words.find(mark).map(|at| at + mark.len()))?;
    let name = words[at..]
        .split(|c: char| c.is_whitespace() || matches!(c, '[' | '(' | ':'))
        .next()?;
    (name.contains('.') && addresses::first_within(name).is_none()).then_some(name)
}
