//! The class of one recipient's report: what its program's own phrases say, then the provider's, then everybody's, then
//! the codes. Status and code alone are not enough: 5.7.1 is "user unknown" here and "relaying denied" there.
//!
//! The order of judgement is the one of Sisimai (BSD-2-Clause), whose vocabulary the classes are; the phrases stand in
//! `phrases.tsv`.

use super::{
    class::BounceClass::{self, *},
    codes::SmtpVerb,
    phrases::PhrasesFound,
    status_class,
};
use crate::smtp::status::EnhancedCode;

/// What is known of one recipient's failure.
#[derive(Debug, Default)]
pub(super) struct Testimony<'a> {
    pub(super) words: &'a str,
    pub(super) status: Option<EnhancedCode>,
    pub(super) reply: Option<u16>,
    /// The step at which the relay refused.
    pub(super) verb: Option<SmtpVerb>,
    /// Diagnostic-Code's type: `smtp`, `x-unix` …; nothing is taken for SMTP.
    pub(super) kind: &'a str,
    pub(super) is_delayed: bool,
    /// The provider's name in `phrases.tsv`.
    pub(super) provider: Option<&'static str>,
    /// What the report's program says by itself.
    pub(super) hint: Option<BounceClass>,
}

/// The class, and whether anything but its absence of meaning was found.
pub(super) fn judge(testimony: &Testimony<'_>, found: &PhrasesFound) -> BounceClass {
    let case = Case { testimony, found };
    if let Some(hint) = testimony.hint.filter(|hint| !is_doubtful(*hint)) {
        return hint;
    }
    if testimony.status.is_some_and(|status| status.class == 2) {
        return Delivered;
    }
    case.by_provider()
        .or_else(|| case.by_words_and_codes())
        .or_else(|| case.by_codes_then_words())
        .unwrap_or_else(|| case.of_last_resort())
}

/// Classes that are looked at again: other words may say more.
fn is_doubtful(class: BounceClass) -> bool {
    matches!(
        class,
        Undefined
            | OnHold
            | SystemError
            | Security
            | Expired
            | Suspended
            | NetworkError
            | HostUnknown
            | UserUnknown
    )
}

struct Case<'a> {
    testimony: &'a Testimony<'a>,
    found: &'a PhrasesFound,
}

impl Case<'_> {
    fn says(&self, class: BounceClass) -> bool {
        self.found.means(class)
    }

    fn of_status(&self) -> Option<BounceClass> {
        self.testimony.status.and_then(status_class::class_of)
    }

    fn is_smtp(&self) -> bool {
        matches!(self.testimony.kind, "" | "smtp" | "x-postfix")
    }

    fn is_before_data(&self) -> bool {
        self.testimony.verb.is_some_and(SmtpVerb::is_before_data)
    }

    /// Providers that say the same thing in words of their own.
    fn by_provider(&self) -> Option<BounceClass> {
        let Testimony { reply, status, .. } = *self.testimony;
        if self.testimony.words.is_empty() {
            return None;
        }
        let provider = self.testimony.provider?;
        let by_words = self.found.of_voice(provider, reply, status);
        by_words.or_else(|| {
            (provider == "@nttdocomo")
                .then(|| self.by_docomo())
                .flatten()
        })
    }

    /// NTT docomo answers with bare codes.
    fn by_docomo(&self) -> Option<BounceClass> {
        let status = self.testimony.status?;
        match (status.class, status.subject, status.detail) {
            (5, 1, 1) | (5, 0, 911) => Some(UserUnknown),
            (5, 2, 0) => Some(Filtered),
            (5, 0, 0) => match self.testimony.verb {
                Some(SmtpVerb::Rcpt) => Some(UserUnknown),
                Some(SmtpVerb::Data) => Some(Rejected),
                _ => None,
            },
            _ => None,
        }
    }

    /// The classes that words and codes together make, the more particular first.
    fn by_words_and_codes(&self) -> Option<BounceClass> {
        const ORDER: [BounceClass; 19] = [
            MailboxFull,
            MessageTooBig,
            ExceedsLimit,
            Suspended,
            HasMoved,
            NoRelaying,
            Authentication,
            UserUnknown,
            Filtered,
            RequirePtr,
            NotCompliant,
            TlsFailed,
            BadReputation,
            Rejected,
            HostUnknown,
            Spam,
            RateLimited,
            TooManyConnections,
            Blocked,
        ];
        if !self.is_smtp() {
            return None;
        }
        ORDER.into_iter().find(|class| self.is(*class))
    }

    fn is(&self, class: BounceClass) -> bool {
        if self.testimony.hint == Some(class) {
            return true;
        }
        let has_status = self.testimony.status.is_some();
        let by_either = || self.of_status() == Some(class) || self.says(class);
        match class {
            MailboxFull | ExceedsLimit | Authentication => has_status && by_either(),
            TlsFailed => {
                self.testimony.verb == Some(SmtpVerb::StartTls)
                    || matches!(self.testimony.reply, Some(523 | 524 | 538))
                    || self.says(class)
            }
            MessageTooBig => self.is_too_big(),
            Suspended => has_status && (self.testimony.reply == Some(525) || self.says(class)),
            HasMoved | NotCompliant | BadReputation => self.says(class),
            NoRelaying => {
                let is_early = matches!(
                    self.testimony.verb,
                    Some(SmtpVerb::Connect | SmtpVerb::Hello)
                );
                let is_elsewhere = matches!(
                    self.testimony.hint,
                    Some(Security | SystemError | Undefined)
                );
                !is_early && !is_elsewhere && self.says(class)
            }
            UserUnknown => self.is_unknown_user(),
            Filtered => self.is_filtered(),
            Rejected => self.is_rejected(),
            HostUnknown => match self.of_status() == Some(HostUnknown) {
                true => !self.says(NetworkError),
                false => self.says(HostUnknown),
            },
            Spam => self.of_status() == Some(Spam) || (!self.is_before_data() && self.says(Spam)),
            RateLimited => has_status && self.says(class),
            _ => by_either(),
        }
    }

    fn is_too_big(&self) -> bool {
        match self.of_status() {
            Some(MessageTooBig) => true,
            Some(ExceedsLimit) => false,
            _ => self.says(MessageTooBig),
        }
    }

    /// The code counts where no words speak against it; words alone only where the recipient was what was refused.
    fn is_unknown_user(&self) -> bool {
        match self.of_status() {
            Some(Suspended) => false,
            Some(UserUnknown) => {
                ![NoRelaying, Blocked, MailboxFull, HasMoved, NotAccepted]
                    .into_iter()
                    .any(|class| self.says(class))
                    && !self.says_rejected()
            }
            _ => self.testimony.verb == Some(SmtpVerb::Rcpt) && self.says(UserUnknown),
        }
    }

    /// "User unknown" once the message was seen is a rule's word for it.
    fn is_filtered(&self) -> bool {
        let speaks = || self.says(Filtered) || self.says(UserUnknown);
        match self.of_status() {
            Some(Suspended) => false,
            Some(Filtered) => speaks(),
            _ => !self.is_before_data() && speaks(),
        }
    }

    fn is_rejected(&self) -> bool {
        let by_status = self.of_status();
        if by_status == Some(Rejected) {
            return true;
        }
        match self.testimony.verb {
            Some(SmtpVerb::Mail) => self.says_rejected(),
            Some(SmtpVerb::Data) => by_status != Some(UserUnknown) && self.says_rejected(),
            _ => {
                matches!(by_status, None | Some(OnHold | Security | SystemError))
                    && self.says_rejected()
            }
        }
    }

    fn says_rejected(&self) -> bool {
        self.says(Rejected) && !self.found.excepts(Rejected)
    }

    /// The program's own class, the code's where it is clear, and words of the more general kind.
    fn by_codes_then_words(&self) -> Option<BounceClass> {
        const ORDER: [BounceClass; 17] = [
            MailboxFull,
            Authentication,
            BadReputation,
            RateLimited,
            Spam,
            Virus,
            Policy,
            NoRelaying,
            SystemError,
            NetworkError,
            Suspended,
            Content,
            SystemFull,
            NotAccepted,
            Expired,
            Security,
            MailerError,
        ];
        if let Some(hint) = self
            .testimony
            .hint
            .filter(|hint| !matches!(hint, Undefined | OnHold))
        {
            return Some(hint);
        }
        let by_status = self.of_status();
        if let Some(class) = by_status.filter(|class| !is_doubtful(*class) && self.is_smtp()) {
            return Some(class);
        }
        ORDER
            .into_iter()
            .find(|class| self.says(*class))
            .or(by_status)
            .or_else(|| self.by_subject())
    }

    /// What the code's subject says, where its detail says nothing.
    fn by_subject(&self) -> Option<BounceClass> {
        match self.testimony.status.map(|status| status.subject) {
            Some(6) => return Some(Content),
            Some(7) => return Some(Security),
            _ => {}
        }
        if self.testimony.kind.starts_with("x-unix") {
            return Some(MailerError);
        }
        if self
            .testimony
            .reply
            .is_some_and(|reply| matches!(reply, 401..=407 | 501..=507))
        {
            return Some(Syntax);
        }
        if self.testimony.is_delayed {
            return Some(Expired);
        }
        (self.testimony.verb == Some(SmtpVerb::Hello)).then_some(Blocked)
    }

    fn of_last_resort(&self) -> BounceClass {
        if let Some(hint) = self.testimony.hint {
            return hint;
        }
        match self.testimony.words.trim().is_empty() {
            _ if self.testimony.is_delayed => Expired,
            true => Undefined,
            false => OnHold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounce::codes;

    fn class(verb: Option<SmtpVerb>, words: &str) -> BounceClass {
        let testimony = Testimony {
            words,
            status: codes::status_within(words, None),
            reply: codes::reply_within(words, None),
            verb,
            ..Testimony::default()
        };
        judge(&testimony, &PhrasesFound::within(words))
    }

    #[test]
    fn words_win_where_the_field_knows_them_to() {
        let at_rcpt = Some(SmtpVerb::Rcpt);
        for (verb, words, expected) in [
            (
                at_rcpt,
                "550 5.1.1 <a@example.com>: User unknown",
                UserUnknown,
            ),
            (at_rcpt, "550 5.7.1 No such user", UserUnknown),
            (at_rcpt, "550 5.1.1 mailbox full", MailboxFull),
            (None, "552 5.0.0 Mailbox full", MailboxFull),
            (at_rcpt, "554 5.7.1 Relay access denied", NoRelaying),
            (at_rcpt, "550 5.1.1 relaying denied", NoRelaying),
            (
                None,
                "556 5.1.10 Recipient address has null MX",
                NotAccepted,
            ),
            (
                Some(SmtpVerb::Data),
                "554 5.7.1 Message rejected as spam",
                Spam,
            ),
            (None, "550 5.7.26 unauthenticated", Authentication),
            (at_rcpt, "550 5.2.1 this mailbox is disabled", Suspended),
            (
                None,
                "552 5.3.4 Message size exceeds fixed limit",
                MessageTooBig,
            ),
        ] {
            assert_eq!(class(verb, words), expected, "{words}");
        }
    }

    #[test]
    fn what_says_nothing_is_held_and_what_is_empty_undefined() {
        assert_eq!(class(None, "something went wrong"), OnHold);
        assert_eq!(class(None, ""), Undefined);
    }
}
