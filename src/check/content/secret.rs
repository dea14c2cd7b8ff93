//! What must never leave in a mail: keys of services, numbers of people and of cards. Known shapes alone, with their
//! check digits where they have some.

use super::{
    super::{Findings, issue_text::ReadProse},
    PERSONAL_NUMBER, SECRET,
};
use crate::words::say;

/// How a service's keys begin, how many letters and digits follow at least, and whose they are. Read in the services'
/// own documents on secret scanning.
const KEYS: [(&str, usize, &str); 18] = [
    ("AKIA", 16, "AWS"),
    ("ASIA", 16, "AWS"),
    ("ghp_", 36, "GitHub"),
    ("gho_", 36, "GitHub"),
    ("ghs_", 36, "GitHub"),
    ("github_pat_", 40, "GitHub"),
    ("glpat-", 20, "GitLab"),
    ("sk-proj-", 20, "OpenAI"),
    ("sk-ant-", 20, "Anthropic"),
    ("sk_live_", 20, "Stripe"),
    ("rk_live_", 20, "Stripe"),
    ("xoxb-", 20, "Slack"),
    ("xoxp-", 20, "Slack"),
    ("AIza", 35, "Google"),
    ("SG.", 40, "SendGrid"),
    ("hf_", 30, "Hugging Face"),
    ("npm_", 36, "npm"),
    // Header, claims and signature, each in Base64 (RFC 7519).
    ("eyJhbGciOi", 60, "JSON Web Token"),
];

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    if let Some((at, length, whose)) = key(prose) {
        findings
            .at(
                &SECRET,
                prose.span(at..at + length),
                say!("this looks like a key of {whose}", whose),
            )
            .hint(say!(
                "take it out, and make a new one there: whoever has seen it can use it"
            ));
    }
    if let Some((at, length)) = private_key(prose) {
        findings
            .at(
                &SECRET,
                prose.span(at..at + length),
                say!("a private key begins here"),
            )
            .hint(say!(
                "take it out, and make a new one: whoever has seen it can use it"
            ));
    }
    if let Some((at, length)) = password(prose) {
        findings
            .at(
                &SECRET,
                prose.span(at..at + length),
                say!("this looks like a password"),
            )
            .hint(say!(
                "take it out, and choose a new one: whoever has seen it can use it"
            ));
    }
    if !prose.has_digit() {
        return;
    }
    for range in number_runs(text) {
        let digits: Vec<u32> = text[range.clone()]
            .chars()
            .filter_map(|char| char.to_digit(10))
            .collect();
        let what = match () {
            () if is_resident_number(&text[range.clone()], &digits) => say!("a 주민등록번호"),
            () if is_card_number(&digits) => say!("the number of a card"),
            () => continue,
        };
        findings
            .at(
                &PERSONAL_NUMBER,
                prose.span(range),
                say!("this looks like {what}", what),
            )
            .hint(say!("take it out, or make all but its first digits `*`"));
    }
}

fn key(prose: &ReadProse<'_>) -> Option<(usize, usize, &'static str)> {
    let text = &prose.text;
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    KEYS.iter().find_map(|(start, least, whose)| {
        prose.places(start).find_map(|at| {
            let rest = &text[at + start.len()..];
            let length = rest.find(|char| !is_part(char)).unwrap_or(rest.len());
            let begins = !text[..at].ends_with(is_part);
            // Keys have digits; a long word has none.
            let is_key = begins
                && length >= *least
                && rest[..length]
                    .contains(|char: char| char.is_ascii_digit() || char.is_ascii_uppercase());
            is_key.then_some((at, start.len() + length, *whose))
        })
    })
}

/// `비밀번호: hunter2024`, `password = …`, `postgres://notes:secret@db…`. What has no digit beside its letters may be an
/// ordinary word.
fn password(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    const LABELS: [&str; 7] = [
        "비밀번호",
        "패스워드",
        "비번",
        "password",
        "passwd",
        "passphrase",
        "pw",
    ];
    /// What has a password that readers are to have.
    const FOR_READERS: [&str; 12] = [
        "wi-fi",
        "wifi",
        "와이파이",
        "zoom",
        "줌",
        "meeting",
        "webinar",
        "회의",
        "미팅",
        "웨비나",
        "압축",
        "파일",
    ];
    let is_secret = |word: &str| {
        word.chars().count() >= 8
            && word.is_ascii()
            && word.contains(|char: char| char.is_ascii_digit())
            && word.contains(|char: char| char.is_ascii_alphabetic())
            && !word.contains("://")
    };
    // A label and a sign before the word, or an address with both.
    if !prose.has_byte(b":=") && !prose.contains("：") {
        return None;
    }
    let (text, lower) = (&prose.text, prose.lower());
    // A café's is on the wall for everybody, and a meeting's is for whoever is invited.
    let is_public = || FOR_READERS.iter().any(|word| lower.contains(word));
    let labelled = LABELS.iter().find_map(|label| {
        lower.match_indices(label).find_map(|(at, _)| {
            let begins = !lower[..at].ends_with(|char: char| char.is_ascii_alphanumeric());
            let rest = text[at + label.len()..]
                .trim_start()
                .strip_prefix([':', '=', '：'])?;
            let word = rest
                .split_whitespace()
                .next()?
                .trim_matches(['"', '\'', '“', '”']);
            let from = word.as_ptr() as usize - text.as_ptr() as usize;
            (begins && is_secret(word) && !is_public()).then_some((from, word.len()))
        })
    });
    labelled.or_else(|| {
        let mark = "://";
        prose.places(mark).find_map(|at| {
            let rest = &text[at + mark.len()..];
            let end = rest
                .find(|char: char| char.is_whitespace() || char == '/')
                .unwrap_or(rest.len());
            let (user, password) = rest[..end].rsplit_once('@')?.0.split_once(':')?;
            let is_shown =
                ["password", "passwd", "pass", "secret", "****", "..."].contains(&password);
            let from = at + mark.len() + user.len() + 1;
            (!user.is_empty() && !password.is_empty() && !is_shown)
                .then_some((from, password.len()))
        })
    })
}

fn private_key(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let at = prose.find("-----BEGIN ")?;
    let line = prose.text[at..].lines().next().unwrap_or_default();
    line.contains("PRIVATE KEY").then_some((at, line.len()))
}

/// Runs of digits, with a hyphen or a space between groups.
fn number_runs(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|char: char| char.is_ascii_digit())?;
        let mut end = start;
        let bytes = text.as_bytes();
        while let Some(byte) = bytes.get(end) {
            let goes_on = byte.is_ascii_digit()
                || matches!(byte, b'-' | b' ')
                    && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
            if !goes_on {
                break;
            }
            end += 1;
        }
        at = end;
        Some(start..end)
    })
}

/// `900101-1234567`: a day of birth, and a digit from 1 to 8 behind the hyphen. Since 2020 the last digit checks
/// nothing, so it is not asked.
fn is_resident_number(text: &str, digits: &[u32]) -> bool {
    let has_form = text.len() == 14 && text.as_bytes()[6] == b'-' && digits.len() == 13;
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    has_form
        && (1..=12).contains(&two(2))
        && (1..=31).contains(&two(4))
        && (1..=8).contains(&digits[6])
}

/// 13 to 19 digits that begin as the large brands do and agree with their check digit (Luhn, ISO/IEC 7812).
fn is_card_number(digits: &[u32]) -> bool {
    let is_brand = matches!(
        digits,
        [4, ..]
            | [5, 1..=5, ..]
            | [2, 2..=7, ..]
            | [3, 4 | 7, ..]
            | [6, 0 | 5, ..]
            | [3, 5, ..]
            | [9, ..]
    );
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 => *digit,
            _ => digit * 2 - if *digit > 4 { 9 } else { 0 },
        })
        .sum();
    let is_long_enough = match digits {
        [3, 4 | 7, ..] => digits.len() == 15,
        _ => digits.len() == 16,
    };
    is_brand
        && is_long_enough
        && sum.is_multiple_of(10)
        && digits.iter().any(|digit| *digit != digits[0])
}
