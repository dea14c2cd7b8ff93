//! Particles: their form, their number, and that they join the word before them.

use super::{super::Findings, DOUBLED_PARTICLE, PARTICLE_FORM, PARTICLE_SPACE, QUOTED_PARTICLE};
use crate::{
    issue::Prose,
    korean::hangul::{self, RIEUL, final_consonant},
    words::say,
};

pub(super) fn check(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for range in hangul::words(text) {
        let word = &text[range.clone()];
        if let Some((doubled, single)) = doubled(word) {
            findings
                .at(
                    &DOUBLED_PARTICLE,
                    prose.span(range.clone()),
                    say!("`{word}` ends with two particles", word),
                )
                .hint(say!("`{single}` instead of `{doubled}`", single, doubled));
        } else if let Some(right) = misformed(word).filter(|_| !is_name(word, &text[range.end..])) {
            findings
                .at(
                    &PARTICLE_FORM,
                    prose.span(range.clone()),
                    say!("`{word}` should be `{right}`", word, right),
                )
                .hint(say!("the form of the particle follows the final consonant"));
        }
        if let Some(before) = spaced(text, range.start, word) {
            findings
                .at(
                    &PARTICLE_SPACE,
                    prose.span(range.start - 1..range.end),
                    say!("a space before the particle `{word}`", word),
                )
                .hint(say!("write `{before}{word}`", before, word));
        }
    }
    quoted(prose, findings);
}

/// Two particles where one was meant. Not here: pairs that also end nouns (이가 in 아이가, 의의 in
/// 회의의, 도도 in 태도도, 을을 in 마을을).
const DOUBLED: [(&str, &str); 14] = [
    ("은는", "은"),
    ("는은", "는"),
    ("는는", "는"),
    ("을를", "을"),
    ("를을", "를"),
    ("를를", "를"),
    ("에서에서", "에서"),
    ("으로으로", "으로"),
    ("에게에게", "에게"),
    ("부터부터", "부터"),
    ("까지까지", "까지"),
    ("처럼처럼", "처럼"),
    ("에서는에서", "에서는"),
    ("에는에는", "에는"),
];

fn doubled(word: &str) -> Option<(&'static str, &'static str)> {
    DOUBLED
        .into_iter()
        .find(|(pair, _)| word.len() > pair.len() && word.ends_with(pair))
}

/// The word with the right form of its particle, where it has a wrong one for certain.
fn misformed(word: &str) -> Option<String> {
    object(word)
        .or_else(|| topic(word))
        .or_else(|| direction(word))
        .or_else(|| company(word))
}

/// 을 after a vowel, 를 after a consonant.
fn object(word: &str) -> Option<String> {
    // Nouns and verb forms that end so by themselves: 가을, 지을, 들를 …
    const NO_PARTICLE: [&str; 14] = [
        "가을", "마을", "노을", "고을", "지을", "이을", "나을", "그을", "부을", "저을", "모을",
        "자을", "리을", "들를",
    ];
    let (before, last) = hangul::last_two(word);
    let (before, last) = (before?, last?);
    let has_final = final_consonant(before)? != 0;
    if NO_PARTICLE.iter().any(|end| word.ends_with(end)) {
        return None;
    }
    match (last, has_final) {
        ('를', true) => Some(with_end(word, '를', "을")),
        ('을', false) => Some(with_end(word, '을', "를")),
        _ => None,
    }
}

/// 는 after nouns that end in a consonant and can be no verb: 먹는 and 서울는 look alike to whoever knows no words.
fn topic(word: &str) -> Option<String> {
    const NOUNS: [&str; 19] = [
        "사람",
        "서울",
        "한국",
        "미국",
        "중국",
        "일본",
        "오늘",
        "내일",
        "지금",
        "것들",
        "우리들",
        "구독자들",
        "사람들",
        "개발자들",
        "직원들",
        "책",
        "글",
        "팀",
        "부산",
    ];
    let noun = word.strip_suffix('는')?;
    NOUNS.contains(&noun).then(|| format!("{noun}은"))
}

/// 태을, 하을 and other names that end so, alone or behind a family name and before a title. Not:
/// `예을 들어`, `주소을`.
fn is_name(word: &str, rest: &str) -> bool {
    const NAMES: [&str; 4] = ["태을", "예을", "하을", "소을"];
    const TITLES: [&str; 8] = ["씨", "님", "작가", "기자", "감독", "배우", "교수", "선수"];
    let next = rest.strip_prefix(' ').unwrap_or_default();
    if NAMES.contains(&word) {
        return !(word == "예을" && next.starts_with('들'));
    }
    let mut chars = word.chars();
    chars.next();
    NAMES.contains(&chars.as_str()) && TITLES.iter().any(|title| next.starts_with(title))
}

/// 으로 after a vowel or ㄹ.
fn direction(word: &str) -> Option<String> {
    for end in [
        "으로",
        "으로는",
        "으로도",
        "으로의",
        "으로서",
        "으로써",
        "으로만",
    ] {
        let Some(noun) = word.strip_suffix(end) else {
            continue;
        };
        let before = final_consonant(noun.chars().next_back()?)?;
        let is_wrong = before == 0 || before == RIEUL;
        return is_wrong.then(|| format!("{noun}{}", end.trim_start_matches('으')));
    }
    None
}

/// 와 after a consonant.
fn company(word: &str) -> Option<String> {
    for end in ["와", "와는", "와의", "와도"] {
        let Some(noun) = word.strip_suffix(end) else {
            continue;
        };
        let before = noun.chars().next_back()?;
        // 도와, 가까와 … are verbs; so is whatever ends with 놔, 봐 contracted otherwise.
        let is_wrong = final_consonant(before)? != 0 && noun.chars().count() > 1;
        return is_wrong.then(|| format!("{noun}과{}", end.trim_start_matches('와')));
    }
    None
}

fn with_end(word: &str, old: char, new: &str) -> String {
    format!("{}{new}", word.strip_suffix(old).unwrap_or(word))
}

/// Particles that are no words of their own. Not here: 은 (silver), 을 (乙), 에도 (Edo), 이, 가, 와, 과,
/// 도, 만, 의, 로, 보다.
const BOUND: [&str; 13] = [
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
];

/// The word before a particle that stands alone.
fn spaced<'t>(text: &'t str, start: usize, word: &str) -> Option<&'t str> {
    let before = text[..start].strip_suffix(' ')?;
    let is_bound = BOUND.contains(&word);
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
    (is_bound && is_word && !is_listed && !is_interjection).then_some(previous)
}

/// `”` and a space before 라고, 라는 …
fn quoted(prose: &Prose, findings: &mut Findings<'_>) {
    for mark in ["” ", "’ ", "\" ", "' "] {
        for (at, _) in prose.text.match_indices(mark) {
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
