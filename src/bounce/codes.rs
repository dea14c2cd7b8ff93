//! The codes within a relay's words: the enhanced status code (RFC 3463), the reply code (RFC 5321), the command that
//! was answered. Words hold numbers of many kinds: addresses of hosts, versions, sizes, dates.
//!
//! Not: what a code means (`status_class`).

use crate::smtp::status::EnhancedCode;

/// A command of an SMTP session, as far as it tells at which step a relay refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SmtpVerb {
    /// Before any command.
    Connect,
    /// HELO and EHLO.
    Hello,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Quit,
}

impl SmtpVerb {
    /// Whether the message itself had not been seen yet.
    pub(super) fn is_before_data(self) -> bool {
        matches!(self, Self::Connect | Self::Hello | Self::Mail | Self::Rcpt)
    }

    /// The last step that the words name, in the order of a session. Commands are written in capitals.
    pub(super) fn within(words: &str) -> Option<Self> {
        const STEPS: [(&str, SmtpVerb); 10] = [
            ("HELO", SmtpVerb::Hello),
            ("EHLO", SmtpVerb::Hello),
            ("STARTTLS", SmtpVerb::StartTls),
            ("AUTH PLAIN", SmtpVerb::Auth),
            ("AUTH LOGIN", SmtpVerb::Auth),
            ("AUTH CRAM-", SmtpVerb::Auth),
            ("MAIL F", SmtpVerb::Mail),
            ("RCPT", SmtpVerb::Rcpt),
            ("DATA", SmtpVerb::Data),
            ("QUIT", SmtpVerb::Quit),
        ];
        let (mut from, mut last) = (0, None);
        for (word, step) in STEPS {
            if let Some(at) = words[from..].find(word) {
                from += at;
                last = Some(step);
            }
        }
        last
    }
}

/// The first enhanced status code within the words; one that says nothing (X.0.0, 4.4.7) only where there is no other.
pub(super) fn status_within(words: &str, class: Option<u8>) -> Option<EnhancedCode> {
    let bytes = words.as_bytes();
    let mut vague = None;
    let mut at = 0;
    while let Some(dot) = memchr::memchr(b'.', &bytes[at..]) {
        let dot = at + dot;
        at = dot + 1;
        let Some(code) = status_at(bytes, dot) else {
            continue;
        };
        if class.is_some_and(|class| code.class != class) {
            continue;
        }
        if (code.subject == 0 && code.detail == 0) || code == EnhancedCode::new(4, 4, 7) {
            vague = Some(code);
            continue;
        }
        return Some(code);
    }
    vague
}

/// The code whose first dot stands there.
fn status_at(bytes: &[u8], dot: usize) -> Option<EnhancedCode> {
    let class = *bytes.get(dot.checked_sub(1)?)?;
    if !matches!(class, b'2' | b'4' | b'5') {
        return None;
    }
    // Within a number, a host's address or a version it is none.
    let before = dot.checked_sub(2).and_then(|at| bytes.get(at));
    if before.is_some_and(|it| it.is_ascii_digit() || matches!(it, b'.' | b'/' | b'v' | b'V')) {
        return None;
    }
    let subject = *bytes.get(dot + 1)?;
    if !(b'0'..=b'7').contains(&subject) || bytes.get(dot + 2) != Some(&b'.') {
        return None;
    }
    let digits = bytes[dot + 3..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let after = (bytes.get(dot + 3 + digits), bytes.get(dot + 4 + digits));
    let goes_on = matches!(after, (Some(b'.'), Some(next)) if next.is_ascii_digit());
    if !(1..=3).contains(&digits) || goes_on {
        return None;
    }
    let detail = bytes[dot + 3..dot + 3 + digits]
        .iter()
        .fold(0, |number, byte| number * 10 + u16::from(byte - b'0'));
    Some(EnhancedCode::new(
        class - b'0',
        u16::from(subject - b'0'),
        detail,
    ))
}

/// Reply codes, the more telling first.
const REPLIES: [u16; 46] = [
    550, 552, 553, 551, 521, 525, 502, 520, 523, 524, 530, 533, 534, 535, 538, 555, 556, 554, 557,
    500, 501, 502, 503, 504, 421, 450, 451, 452, 422, 430, 432, 453, 454, 455, 456, 458, 459, 211,
    214, 220, 221, 235, 250, 251, 252, 253,
];

/// The most telling reply code within the words, of that class where one is asked for.
pub(super) fn reply_within(words: &str, class: Option<u8>) -> Option<u16> {
    let bytes = words.as_bytes();
    let mut best: Option<(usize, u16)> = None;
    let mut at = 0;
    while at + 3 <= bytes.len() {
        let Some(code) = reply_at(bytes, at) else {
            at += 1;
            continue;
        };
        at += 3;
        if class.is_some_and(|class| code / 100 != u16::from(class)) {
            continue;
        }
        let rank = REPLIES.iter().position(|known| *known == code);
        if let Some(rank) = rank.filter(|rank| best.is_none_or(|(own, _)| *rank < own)) {
            best = Some((rank, code));
        }
    }
    best.map(|(_, code)| code)
}

fn reply_at(bytes: &[u8], at: usize) -> Option<u16> {
    let [hundreds @ (b'2' | b'4' | b'5'), tens, ones] = bytes[at..at + 3] else {
        return None;
    };
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'.'..=b'9'));
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    if !tens.is_ascii_digit()
        || !ones.is_ascii_digit()
        || is_part(before)
        || is_part(bytes.get(at + 3))
    {
        return None;
    }
    let digit = |byte: u8| u16::from(byte - b'0');
    Some(digit(hundreds) * 100 + digit(tens) * 10 + digit(ones))
}

/// Which of two codes says more: the report's field, or the one within the words. `reply` is the reply code there.
pub(super) fn more_telling(
    field: Option<EnhancedCode>,
    words: Option<EnhancedCode>,
    reply: Option<u16>,
) -> Option<EnhancedCode> {
    let (Some(field), Some(words)) = (field, words) else {
        return field.or(words);
    };
    if let Some(reply) = reply {
        let of_reply = |code: EnhancedCode| u16::from(code.class) == reply / 100;
        if field.class != words.class {
            match (of_reply(field), of_reply(words)) {
                (true, _) => return Some(field),
                (_, true) => return Some(words),
                _ => {}
            }
        }
    }
    let is_vague = |code: EnhancedCode| code.subject == 0 && code.detail == 0;
    let has_zero = |code: EnhancedCode| code.subject == 0 || code.detail == 0;
    if field == words {
        return Some(field);
    }
    if is_vague(field) {
        return Some(if is_vague(words) { field } else { words });
    }
    if has_zero(field) && !has_zero(words) {
        return Some(words);
    }
    if is_vague(words) {
        return Some(field);
    }
    let says_more = match (field.subject, field.detail) {
        _ if field == EnhancedCode::new(4, 4, 7) => true,
        (3, _) => field.class == 5,
        (1, 1) if field.class == 5 => !has_zero(words),
        (1, 3) if field.class == 5 => words.class == 5 && words.subject == 7,
        _ => false,
    };
    Some(if says_more { words } else { field })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_code_is_found_among_other_numbers() {
        for (words, code) in [
            ("550 5.1.1 <a@example.com>: unknown", Some((5, 1, 1))),
            ("mx[192.0.2.5] said: 550-5.7.26 This mail", Some((5, 7, 26))),
            ("user unknown (#5.1.1)", Some((5, 1, 1))),
            ("host 5.1.1.1 is down", None),
            ("ESMTP v4.2.1", None),
            ("5.0.0 (permanent failure) 5.2.2", Some((5, 2, 2))),
            ("4.0.0", Some((4, 0, 0))),
            ("10.5.1.1", None),
        ] {
            let found = status_within(words, None).map(|it| (it.class, it.subject, it.detail));
            assert_eq!(found, code, "{words}");
        }
    }

    #[test]
    fn a_reply_code_is_found_among_other_numbers() {
        for (words, code) in [
            ("550 5.1.1 unknown", Some(550)),
            ("said: 550-5.7.1 blocked 421 later", Some(550)),
            ("port 2550, size 550000, 192.0.2.550", None),
            ("(#452) full", Some(452)),
        ] {
            assert_eq!(reply_within(words, None), code, "{words}");
        }
        assert_eq!(reply_within("550 and 421", Some(4)), Some(421));
    }

    #[test]
    fn the_last_step_of_the_session_that_is_named_counts() {
        assert_eq!(
            SmtpVerb::within("(in reply to RCPT TO command)"),
            Some(SmtpVerb::Rcpt)
        );
        assert_eq!(
            SmtpVerb::within("EHLO fine, MAIL FROM fine, DATA refused"),
            Some(SmtpVerb::Data)
        );
        assert_eq!(SmtpVerb::within("your data was refused"), None);
    }
}
