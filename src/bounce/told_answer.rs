//! A relay's answer without a report around it, as providers' events tell it: the same judgement as over a report.

use super::{
    class::BounceClass,
    codes::{self, SmtpVerb},
    dialect, hint,
    phrases::PhrasesFound,
    returned_mail::{RecipientReport, clean_line},
    verdict::{self, Testimony},
};
use crate::{address::Address, smtp::status::EnhancedCode};

/// What a provider tells of one recipient.
#[derive(Debug, Default, Clone)]
pub struct ToldAnswer<'a> {
    /// To whom the message went, as the provider spells it.
    pub recipient: &'a str,
    /// What the relay answered: `550 5.1.1 …`, with or without `smtp;` before it.
    pub words: &'a str,
    /// The provider's status field.
    pub status: Option<EnhancedCode>,
    /// The relay, where it is named.
    pub relay: &'a str,
    /// The provider calls it permanent: the recipient was what the relay refused.
    pub is_permanent: bool,
    /// What the provider's own type says beyond doubt.
    pub class: Option<BounceClass>,
}

impl ToldAnswer<'_> {
    /// What it says of the recipient.
    #[must_use]
    pub fn judged(&self) -> RecipientReport {
        let words = match self.words.split_once(';') {
            Some((kind, words)) if kind.trim().eq_ignore_ascii_case("smtp") => words.trim(),
            _ => self.words.trim(),
        };
        let words = clean_line(words);
        let in_words = codes::status_within(&words, None);
        let reply = codes::reply_within(&words, in_words.map(|code| code.class));
        let status = codes::more_telling(self.status, in_words, reply);
        let domain = self.recipient.rsplit('@').next().unwrap_or_default();
        let provider = dialect::provider(self.relay, &domain.to_ascii_lowercase());
        let coded = match hint::provider_code(provider, &words) {
            Some(code) => format!("{words} {code}"),
            None => words.clone(),
        };
        let testimony = Testimony {
            words: &coded,
            status,
            reply,
            verb: SmtpVerb::within(&words).or(self.is_permanent.then_some(SmtpVerb::Rcpt)),
            provider,
            ..Testimony::default()
        };
        RecipientReport {
            address: Address::parse(self.recipient).ok(),
            class: self
                .class
                .unwrap_or_else(|| verdict::judge(&testimony, &PhrasesFound::within(&coded))),
            status,
            code: reply,
            words,
        }
    }
}
