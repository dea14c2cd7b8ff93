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
    pub const fn new(class: u8, subject: u16, detail: u16) -> Self {
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
    pub fn is_dead_address(self) -> bool {
        self.class == 5 && self.subject == 1 && matches!(self.detail, 1 | 2 | 6 | 10)
    }

    /// Whether this is about one recipient, at whatever step it is said: their address (X.1.1 to
    /// X.1.6, X.1.9, X.1.10) or their mailbox (X.2.X). X.1.7 and X.1.8 are the sender's address.
    #[must_use]
    pub fn is_about_recipient(self) -> bool {
        self.subject == 2 || (self.subject == 1 && !matches!(self.detail, 7 | 8))
    }
}

/// Whether a reply to RCPT is a hard bounce, after which the reader is suppressed. A 5xx without
/// an enhanced code says too little: 550 is "no such user" here and "I don't like you" there.
#[must_use]
pub fn is_hard_bounce(reply: &Reply) -> bool {
    reply.is_permanent() && reply.enhanced.is_some_and(EnhancedCode::is_dead_address)
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
    fn what_only_looks_like_a_code_is_none() {
        for text in [
            "", "5", "5.1", "5.1.1.1", "3.1.1", "5..1", "5.1.1000", "5.-1.1", "５.1.1",
        ] {
            assert!(text.parse::<EnhancedCode>().is_err(), "{text}");
        }
        assert_eq!("5.7.26".parse(), Ok(EnhancedCode::new(5, 7, 26)));
    }
}
