//! The numbers that relays give our messages, in their answers to the dot (`250 2.0.0 Ok: queued as 4XyZ`): which words
//! of an answer may be one, and how long they are known. No database here.

use chrono::TimeDelta;

use crate::fingerprint::sha256;

/// A batch that is under way is read again so long after the last time.
pub(super) const AGAIN: TimeDelta = TimeDelta::seconds(60);
/// Of older batches nothing is found, for nothing would follow.
pub(super) const KEPT: TimeDelta = TimeDelta::days(31);
/// Shorter words are no numbers.
const SHORTEST: usize = 6;
/// Words of one answer that are looked at.
const MOST_WORDS: usize = 24;

/// The words of an answer that may be a relay's number for the message.
pub(super) fn numbers_in(answer: &str) -> impl Iterator<Item = &str> {
    let is_edge = |c: char| !c.is_ascii_alphanumeric();
    answer
        .split(|c: char| c.is_ascii_whitespace() || "<>[]()=,;\"'".contains(c))
        .skip(1)
        .take(MOST_WORDS)
        .map(move |word| word.trim_matches(is_edge))
        .filter(|word| word.len() >= SHORTEST && word.bytes().any(|byte| byte.is_ascii_digit()))
        // `2.0.0` and its like say how it went.
        .filter(|word| {
            !word
                .bytes()
                .all(|byte| byte == b'.' || byte.is_ascii_digit())
                || word.len() > 9
        })
}

/// A number, and its beginnings up to a dot or an at sign: SendGrid's events have more behind it, Amazon's less.
pub(super) fn with_beginnings(id: &str) -> impl Iterator<Item = &str> {
    let id = id.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let cuts = id.match_indices(['.', '@']).map(|(at, _)| &id[..at]);
    let mut all: Vec<&str> = cuts.collect();
    all.push(id);
    all.into_iter().rev().filter(|part| part.len() >= SHORTEST)
}

/// What a number is known by: the first 64 bits of its SHA-256.
pub(super) fn hashed(id: &str) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = sha256(id.as_bytes());
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_s_number_is_found_in_its_answer() {
        for (answer, id) in [
            ("250 2.0.0 Ok: queued as 4XyZ12", "4XyZ12"),
            (
                "250 Ok 0100018c1f2e3d4c-aaaa-bbbb-000000",
                "0100018c1f2e3d4c-aaaa-bbbb-000000",
            ),
            (
                "250 2.6.0 <abc123@mail.example.com> [InternalId=123456789]",
                "abc123@mail.example.com",
            ),
            ("250 OK id=1rABCD-0001xy-Zz", "1rABCD-0001xy-Zz"),
        ] {
            assert!(numbers_in(answer).any(|found| found == id), "{answer}");
        }
        assert_eq!(numbers_in("250 2.0.0 Ok").count(), 0);
    }

    #[test]
    fn a_number_with_more_behind_it_is_the_same_number() {
        let event = "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0";
        assert!(with_beginnings(event).any(|part| part == "14c5d75ce93.dfd.64b469"));
    }
}
