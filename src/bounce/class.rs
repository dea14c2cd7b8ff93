//! What a report says of its recipient, in the field's words: the vocabulary of Sisimai, which bounce handlers of
//! many languages share. Not: how it is found out (`verdict`), nor what follows from it.

use std::{fmt, str::FromStr};

use serde::Serialize;

macro_rules! classes {
    ($($(#[$doc:meta])* $variant:ident $word:literal $field_word:literal),* $(,)?) => {
        /// What a report says of its recipient.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum BounceClass {
            $($(#[$doc])* $variant,)*
        }

        impl BounceClass {
            /// Each once.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$variant),*];

            /// The word that the store, `--json` and the metrics write.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The same in Sisimai's spelling, which other bounce handlers read.
            #[must_use]
            pub fn field_word(self) -> &'static str {
                match self { $(Self::$variant => $field_word,)* }
            }

            /// The class of a word in Sisimai's spelling.
            pub(super) fn of_field_word(word: &str) -> Option<Self> {
                match word { $($field_word => Some(Self::$variant),)* _ => None }
            }
        }

        impl FromStr for BounceClass {
            type Err = UnknownClass;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word { $($word => Ok(Self::$variant),)* _ => Err(UnknownClass) }
            }
        }
    };
}

classes! {
    /// No such mailbox.
    UserUnknown "user_unknown" "userunknown",
    /// No such domain.
    HostUnknown "host_unknown" "hostunknown",
    /// The domain takes no mail at all (RFC 7505).
    NotAccepted "not_accepted" "notaccept",
    /// Moved, and nothing is forwarded.
    HasMoved "has_moved" "hasmoved",
    /// No room left.
    MailboxFull "mailbox_full" "mailboxfull",
    /// The mailbox is switched off, for now or for good.
    Suspended "suspended" "suspend",
    /// Tried for days.
    Expired "expired" "expired",
    /// Refused by a rule of the mailbox, or by words that say no more.
    Filtered "filtered" "filtered",
    /// A program of the recipient's failed.
    MailerError "mailer_error" "mailererror",
    /// It says too little to judge.
    OnHold "on_hold" "onhold",
    /// The other system failed.
    SystemError "system_error" "systemerror",
    /// The other system's disk is full.
    SystemFull "system_full" "systemfull",
    /// The network or its names failed; a loop.
    NetworkError "network_error" "networkerror",
    /// Nothing was found out.
    Undefined "undefined" "undefined",
    /// The sending address or host is on a list.
    Blocked "blocked" "blocked",
    /// The sending address or host has a bad name.
    BadReputation "bad_reputation" "badreputation",
    /// Taken for spam.
    Spam "spam" "spamdetected",
    /// Taken for a virus.
    Virus "virus" "virusdetected",
    /// Against a rule of the other house.
    Policy "policy" "policyviolation",
    /// A lack of authorisation or of encryption.
    Security "security" "securityerror",
    /// SPF, DKIM or DMARC failed.
    Authentication "authentication" "authfailure",
    /// The sending host has no reverse name, or a wrong one.
    RequirePtr "require_ptr" "requireptr",
    /// A relay that does not serve us.
    NoRelaying "no_relaying" "norelaying",
    /// The sender's address was refused.
    Rejected "rejected" "rejected",
    /// Too fast.
    RateLimited "rate_limited" "speeding",
    /// Too many connections or recipients at once.
    TooManyConnections "too_many_connections" "toomanyconn",
    /// TLS could not be agreed on.
    TlsFailed "tls_failed" "failedstarttls",
    /// A command was not understood.
    Syntax "syntax" "syntaxerror",
    /// The message is not as RFC 5322 wants it.
    NotCompliant "not_compliant" "notcompliantrfc",
    /// The message's header or MIME was refused.
    Content "content" "contenterror",
    /// Too big for the system.
    MessageTooBig "message_too_big" "mesgtoobig",
    /// Over a limit of the recipient's.
    ExceedsLimit "exceeds_limit" "exceedlimit",
    /// A provider's own list of suppressed addresses: it never tried.
    Suppressed "suppressed" "suppressed",
    /// Delivered.
    Delivered "delivered" "delivered",
}

impl BounceClass {
    /// Whether the address is dead: unknown user, unknown host, no mail accepted, moved.
    #[must_use]
    pub fn is_hard(self) -> bool {
        matches!(
            self,
            Self::UserUnknown | Self::HostUnknown | Self::NotAccepted | Self::HasMoved
        )
    }

    /// Whether the reader's mailbox is out of order for now: counted by issues in a row.
    #[must_use]
    pub fn is_soft_of_reader(self) -> bool {
        matches!(self, Self::MailboxFull | Self::Suspended | Self::Expired)
    }

    /// Whether it is about us and our mail: never against the reader.
    #[must_use]
    pub fn is_of_sender(self) -> bool {
        matches!(
            self,
            Self::Blocked
                | Self::BadReputation
                | Self::Spam
                | Self::Virus
                | Self::Policy
                | Self::Security
                | Self::Authentication
                | Self::RequirePtr
                | Self::NoRelaying
                | Self::Rejected
                | Self::RateLimited
                | Self::TooManyConnections
                | Self::TlsFailed
                | Self::Syntax
                | Self::NotCompliant
                | Self::Content
                | Self::MessageTooBig
                | Self::ExceedsLimit
        )
    }
}

impl fmt::Display for BounceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a class of bounces such as user_unknown")]
pub struct UnknownClass;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hard_is_exactly_the_four_that_say_the_address_is_dead() {
        let hard: Vec<&str> = BounceClass::ALL
            .into_iter()
            .filter(|class| class.is_hard())
            .map(BounceClass::as_str)
            .collect();
        assert_eq!(
            hard,
            ["user_unknown", "host_unknown", "not_accepted", "has_moved"]
        );
    }

    #[test]
    fn every_class_is_read_back_from_both_its_words_and_belongs_to_one_group_at_most() {
        for class in BounceClass::ALL {
            assert_eq!(class.as_str().parse(), Ok(class));
            assert_eq!(BounceClass::of_field_word(class.field_word()), Some(class));
            let groups = [
                class.is_hard(),
                class.is_soft_of_reader(),
                class.is_of_sender(),
            ];
            assert!(groups.into_iter().filter(|is| *is).count() <= 1, "{class}");
        }
    }
}
