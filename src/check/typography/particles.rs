//! Particles: their form, their number, and that they join the word before them.

use super::{
    super::{Findings, issue_text::ReadProse},
    DOUBLED_PARTICLE, PARTICLE_FORM, PARTICLE_SPACE, QUOTED_PARTICLE, particle_form, tell_right,
};
use crate::{korean::hangul, words::say};

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for range in prose.words() {
        let word = &text[range.clone()];
        if let Some((doubled, single)) = doubled(word) {
            findings
                .at(
                    &DOUBLED_PARTICLE,
                    prose.span(range.clone()),
                    say!("`{word}` ends with two particles", word),
                )
                .hint(say!("`{single}` instead of `{doubled}`", single, doubled));
        } else if let Some(right) = particle_form::right_form(word, &text[range.end..]) {
            tell_right(findings, &PARTICLE_FORM, prose, range.clone(), &right)
                .hint(say!("the form of the particle follows the final consonant"));
        }
        if let Some(before) = spaced(text, range.start, word) {
            findings
                .at(
                    &PARTICLE_SPACE,
                    prose.span(range.start - 1..range.end),
                    say!("a space before the particle `{word}`", word),
                )
                .hint(say!("write `{before}{word}`", before, word))
                .fix(&format!(" {word}"), word);
        }
    }
    quoted(prose, findings);
}

/// Two particles where one was meant. Not here: pairs that also end nouns (이가 in 아이가, 의의 in
/// 회의의, 도도 in 태도도, 을을 in 마을을).
const DOUBLED: [(&str, &str); 16] = [
    ("은는", "은"),
    ("는은", "는"),
    ("는는", "는"),
    ("을를", "을"),
    ("를을", "를"),
    ("를를", "를"),
    ("에서에서", "에서"),
    ("으로으로", "으로"),
    ("에게에게", "에게"),
    ("께께", "께"),
    ("께서께서", "께서"),
    ("부터부터", "부터"),
    ("까지까지", "까지"),
    ("처럼처럼", "처럼"),
    ("에서는에서", "에서는"),
    ("에는에는", "에는"),
];

fn doubled(word: &str) -> Option<(&'static str, &'static str)> {
    let mut pairs = DOUBLED.into_iter().filter(|_| {
        word.ends_with([
            '은', '는', '을', '를', '서', '로', '게', '터', '지', '럼', '께',
        ])
    });
    pairs.find(|(pair, _)| word.len() > pair.len() && word.ends_with(pair))
}

/// Particles that are no words of their own. Not here: 은 (silver), 을 (乙), 에도 (Edo), 이, 가, 와, 과,
/// 도, 만, 의, 로, 보다, 마다.
const BOUND: [&str; 34] = [
    "는",
    "를",
    "에",
    "에서",
    "으로",
    "에게",
    "께서",
    "에는",
    "에서는",
    "에서도",
    "으로는",
    "으로써",
    "에게서",
    "부터",
    "부터는",
    "부터의",
    "까지",
    "까지는",
    "까지도",
    "까지의",
    "에서부터",
    "으로부터",
    "로부터",
    "처럼",
    "조차",
    "한테",
    "한테는",
    "께서는",
    "에게는",
    "에게도",
    "으로도",
    "으로서",
    "에서의",
    "에게로",
];

/// The word before a particle that stands alone.
fn spaced<'t>(text: &'t str, start: usize, word: &str) -> Option<&'t str> {
    let before = text[..start].strip_suffix(' ')?;
    if !BOUND.contains(&word) && !is_object(text, start, word) {
        return None;
    }
    // A grammarian lists particles: `조사 는, 를`.
    let is_listed = text[start + word.len()..].starts_with([',', '/', '·'])
        || before.ends_with([',', '/', '·'])
        || ["조사", "어미", "토씨"]
            .iter()
            .any(|word| before.ends_with(word));
    let previous = before.rsplit(char::is_whitespace).next()?;
    // `음, 에 또`: an interjection of speech. `리베르테 에 에갈리테`: French.
    let is_interjection = word == "에"
        && text[start + word.len()..]
            .trim_start()
            .starts_with(['또', '에', '…', '.', ',']);
    let is_word =
        previous.ends_with(|char: char| hangul::is_syllable(char) || char.is_ascii_alphanumeric());
    (is_word && !is_listed && !is_interjection).then_some(previous)
}

/// `디자인 을 바꾸는`: behind a noun of two syllables or more that ends in a consonant, and before a word that is no
/// particle of 을 (乙), whom contracts know beside 갑.
fn is_object(text: &str, start: usize, word: &str) -> bool {
    let before = text[..start].trim_end();
    let noun = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let mut syllables = noun.chars().rev();
    let ends_in_consonant = syllables
        .next()
        .and_then(hangul::final_consonant)
        .is_some_and(|end| end != 0);
    let is_noun = ends_in_consonant && syllables.next().is_some_and(hangul::is_syllable);
    let next = text[start + word.len()..].strip_prefix(' ');
    let goes_on = next.is_some_and(|next| next.starts_with(hangul::is_syllable));
    word == "을" && is_noun && goes_on && !text.contains('갑')
}

/// `”` and a space before 라고, 라는 …
fn quoted(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    for mark in ["” ", "’ ", "\" ", "' "] {
        for at in prose.places(mark) {
            let rest = &prose.text[at + mark.len()..];
            let particle = [
                "라고",
                "라는",
                "라며",
                "라면서",
                "이라고",
                "이라는",
                "이라며",
                "란",
            ]
            .into_iter()
            .find(|particle| {
                rest.strip_prefix(particle).is_some_and(|after| {
                    !after.starts_with(hangul::is_syllable) || after.starts_with(['는', '도', '요'])
                })
            });
            if let Some(particle) = particle {
                findings
                    .at(
                        &QUOTED_PARTICLE,
                        prose.span(at..at + mark.len() + particle.len()),
                        say!("a space between the quotation and `{particle}`", particle),
                    )
                    .hint(say!(
                        "write `{mark}{particle}`",
                        mark = mark.trim_end(),
                        particle
                    ));
            }
        }
    }
}
