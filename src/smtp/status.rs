//! Enhanced status codes (RFC 3463) and what they say of a recipient. Shared by SMTP replies and
//! by bounces, which carry the same codes in their `Status:` field.

use std::{fmt, str::FromStr};

use super::Reply;

/// `class.subject.detail`, as in `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EnhancedCode {
    /// 2 success, 4 for now, 5 for good.
    pub class: u8,
    /// 1 addressing, 2 mailbox, 3 system, 4 routing, 5 protocol, 6 content, 7 policy.
    pub subject: u16,
    /// Within the subject.
    pub detail: u16,
}

impl EnhancedCode {
    /// A code from its three numbers.
    #[must_use]
    pub(crate) const fn new(class: u8, subject: u16, detail: u16) -> Self {
        Self {
            class,
            subject,
            detail,
        }
    }

    /// Whether the address itself is dead: no such mailbox (5.1.1), no such domain (5.1.2), moved
    /// with no forwarding (5.1.6), a domain that takes no mail (5.1.10, RFC 7505).
    ///
    /// Nothing else condemns an address: a full mailbox, a policy, a relay that denies us
    /// are about this message or about us.
    #[must_use]
    pub(crate) fn is_dead_address(self) -> bool {
        self.class == 5 && self.subject == 1 && matches!(self.detail, 1 | 2 | 6 | 10)
    }

    /// Whether this is about one recipient, at whatever step it is said: their address (X.1.1 to
    /// X.1.6, X.1.9, X.1.10) or their mailbox (X.2.X). X.1.7 and X.1.8 are the sender's address.
    #[must_use]
    pub(crate) fn is_about_recipient(self) -> bool {
        self.subject == 2 || (self.subject == 1 && !matches!(self.detail, 7 | 8))
    }
}

/// Whether a reply to RCPT is a hard bounce, after which the reader is suppressed. A 5xx without
/// an enhanced code says too little: 550 is "no such user" here and "I don't like you" there.
#[must_use]
pub fn is_hard_bounce(reply: &Reply) -> bool {
    reply.is_permanent() && reply.enhanced.is_some_and(EnhancedCode::is_dead_address)
}

/// How many of [`RATE_WORDS`], at their head, may speak of something else.
const AMBIGUOUS: usize = 3;

/// Words by which a relay says that mail comes too fast, in lower case.
const RATE_WORDS: [&str; 14] = [
    "too many",
    "too much",
    "too fast",
    "throttl",
    "quota",
    "slow down",
    "limit exceeded",
    "limit reached",
    "exceeded the limit",
    "sending limit",
    "message limit",
    "server busy",
    "unexpected volume",
    "per hour",
];

/// Whether a refusal says that mail comes too fast, whoever it was for: congestion (x.4.5), a system
/// that takes nothing now (4.3.2), or words of rate in a policy's name or in none. A mailbox over its
/// quota is its reader's matter.
#[must_use]
pub(crate) fn speaks_of_rate(reply: &Reply) -> bool {
    if speaks_of_greylisting(reply) {
        return false;
    }
    match reply.enhanced {
        Some(code) if code.subject == 4 && code.detail == 5 => true,
        Some(code) if code.class == 4 && code.subject == 3 && code.detail == 2 => true,
        Some(code) if code.is_about_recipient() => false,
        Some(code) if code.class == 5 && code.subject != 7 => false,
        Some(_) | None => has_rate_words(reply),
    }
}

fn has_rate_words(reply: &Reply) -> bool {
    let text = reply.text.to_ascii_lowercase();
    if text.contains("mailbox") || text.contains("too many hops") {
        return false;
    }
    // A no for good may count links or letters: of it, only words that mean nothing else are heard.
    let words = &RATE_WORDS[if reply.is_permanent() { AMBIGUOUS } else { 0 }..];
    let is_word = |word: &str| matches!(word, "rate" | "rates" | "ratelimit" | "ratelimited");
    words.iter().any(|words| text.contains(words))
        || text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(is_word)
}

/// Whether a deferral says that it is the first try's fate and that the second will fare better.
#[must_use]
pub(crate) fn speaks_of_greylisting(reply: &Reply) -> bool {
    let text = reply.text.to_ascii_lowercase();
    [
        "greylist",
        "graylist",
        "grey-list",
        "gray-list",
        "grey list",
    ]
    .iter()
    .any(|word| text.contains(word))
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// A text that is not an enhanced status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an enhanced status code such as 5.1.1")]
pub struct NotAnEnhancedCode;

impl FromStr for EnhancedCode {
    type Err = NotAnEnhancedCode;

    /// Parses exactly `class.subject.detail`: RFC 3463 §2, no leading zeros asked for or minded.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('.');
        let class = match parts.next() {
            Some("2") => 2,
            Some("4") => 4,
            Some("5") => 5,
            _ => return Err(NotAnEnhancedCode),
        };
        let mut number = || {
            parts
                .next()
                .filter(|part| {
                    (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
                })
                .and_then(|part| part.parse().ok())
                .ok_or(NotAnEnhancedCode)
        };
        let code = Self::new(class, number()?, number()?);
        match parts.next() {
            None => Ok(code),
            Some(_) => Err(NotAnEnhancedCode),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_dead_address_is_a_hard_bounce() {
        let verdicts: Vec<(&str, bool)> = [
            "550 5.1.1 no such user",
            "550 5.1.2 no such host",
            "550 5.1.6 moved",
            "556 5.1.10 null MX",
            "550 5.1.7 bad sender",
            "550 5.1.8 bad sender domain",
            "552 5.2.2 full",
            "554 5.7.1 relay access denied",
            "550 no such user",
            "450 5.1.1 an odd mix",
            "450 4.1.1 greylisted",
            "550 4.1.1 an odd mix",
            "250 2.1.5 fine",
        ]
        .into_iter()
        .map(|line| (line, is_hard_bounce(&Reply::parse(line).unwrap())))
        .collect();
        assert_eq!(
            verdicts
                .iter()
                .filter(|(_, hard)| *hard)
                .map(|(line, _)| &line[4..10])
                .collect::<Vec<_>>(),
            ["5.1.1 ", "5.1.2 ", "5.1.6 ", "5.1.10"]
        );
    }

    #[test]
    fn words_and_codes_of_rate_are_told_from_a_full_mailbox_and_from_greylisting() {
        let speaks = |line: &str| speaks_of_rate(&Reply::parse(line).unwrap());
        for line in [
            "450 4.7.1 Error: too many recipients from 192.0.2.1",
            "454 Throttling failure: Daily message quota exceeded.",
            "454 Throttling failure: Maximum sending rate exceeded.",
            "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail",
            "451 4.4.5 System congested",
            "432 4.3.2 System not accepting messages",
            "550 5.4.5 Daily user sending quota exceeded",
            "451 4.7.500 Server busy. Please try again later",
            "452 4.5.3 Too many recipients received this hour",
            "421 4.7.0 [TSS04] Messages temporarily deferred due to unexpected volume",
            "550 5.7.1 Rate limit exceeded",
        ] {
            assert!(speaks(line), "{line}");
        }
        for line in [
            "452 4.2.2 Over quota",
            "552 5.2.2 Mailbox full, quota exceeded",
            "452 mailbox over quota",
            "450 4.7.1 Greylisted, too many new senders",
            "451 4.3.0 Temporary failure, we operate again soon",
            "554 5.4.6 Too many hops",
            "550 5.7.1 Too many links in this message",
            "550 5.1.1 Too many letters in that name",
            "452 4.3.1 Queue full",
            "554 5.7.1 Relay access denied",
        ] {
            assert!(!speaks(line), "{line}");
        }
    }

    #[test]
    fn what_only_looks_like_a_code_is_none() {
        for text in [
            "", "5", "5.1", "5.1.1.1", "3.1.1", "5..1", "5.1.1000", "5.-1.1", "５.1.1",
        ] {
            assert!(text.parse::<EnhancedCode>().is_err(), "{text}");
        }
        assert_eq!("5.7.26".parse(), Ok(EnhancedCode::new(5, 7, 26)));
    }
}
