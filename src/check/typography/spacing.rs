//! Spaces that are missing or too many, and words typed twice.

use super::{
    super::{Findings, speech::QuotedSpeech},
    DEPENDENT_NOUN, DOUBLED_WORD, PUNCTUATION_SPACE, UNIT_SPACE,
};
use crate::words::say;
use crate::{issue::Prose, korean::hangul};

pub(super) fn check(prose: &Prose, findings: &mut Findings<'_>) {
    dependent_nouns(prose, findings);
    ability(prose, findings);
    counters(prose, findings);
    plurals(prose, findings);
    percent(prose, findings);
    punctuation(prose, findings);
    doubled_words(prose, findings);
    doubled_verbs(prose, findings);
}

/// A verb form, the dependent noun that clings to it, and what must or must not follow.
const DEPENDENT: [(&str, &str); 23] = [
    ("할수", "할 수"),
    ("될수", "될 수"),
    ("볼수", "볼 수"),
    ("갈수", "갈 수"),
    ("알수", "알 수"),
    ("쓸수", "쓸 수"),
    ("줄수", "줄 수"),
    ("을수", "을 수"),
    ("는것", "는 것"),
    ("할것", "할 것"),
    ("한것", "한 것"),
    ("될것", "될 것"),
    ("된것", "된 것"),
    ("을것", "을 것"),
    ("던것", "던 것"),
    ("할때", "할 때"),
    ("될때", "될 때"),
    ("볼때", "볼 때"),
    ("갈때", "갈 때"),
    ("을때", "을 때"),
    ("뿐만아니라", "뿐만 아니라"),
    ("하는동안", "하는 동안"),
    ("기때문", "기 때문"),
];

fn dependent_nouns(prose: &Prose, findings: &mut Findings<'_>) {
    for (wrong, right) in DEPENDENT {
        for (at, _) in prose.text.match_indices(wrong) {
            let rest = &prose.text[at + wrong.len()..];
            let is_certain = match wrong.chars().last() {
                // 할수록 is an ending; 할수 is a slip only before 있다 and 없다.
                Some('수') => {
                    let next = rest.trim_start_matches(['는', '도', '가', '만', ' ']);
                    next.starts_with('있') || next.starts_with('없')
                }
                // 때문에, 볼때기.
                Some('때') => !rest.starts_with(['문', '기']),
                _ => true,
            };
            if is_certain {
                findings
                    .at(
                        &DEPENDENT_NOUN,
                        prose.span(at..at + wrong.len()),
                        say!("`{wrong}` is two words", wrong),
                    )
                    .hint(say!("write `{right}`", right))
                    .fix(wrong, right);
            }
        }
    }
}

/// `할 수있다`: the verb behind 수 is a word of its own.
fn ability(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for slip in [" 수있", " 수없", " 수밖에없"] {
        for (at, _) in text.match_indices(slip) {
            let is_verb = text[..at]
                .chars()
                .next_back()
                .and_then(hangul::final_consonant)
                == Some(hangul::RIEUL);
            if is_verb {
                let right = slip
                    .replace("수있", "수 있")
                    .replace("수없", "수 없")
                    .replace("밖에없", "밖에 없");
                findings
                    .at(
                        &DEPENDENT_NOUN,
                        prose.span(at + 1..at + slip.len()),
                        say!("`{wrong}` is two words", wrong = slip.trim_start()),
                    )
                    .hint(say!("write `{right}`", right = right.trim_start()))
                    .fix(slip.trim_start(), right.trim_start());
            }
        }
    }
}

/// `두번`, `세번째`: what counts stands apart from how many. 한번 is a word too.
fn counters(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for (number, counter) in [
        ("두", "번"),
        ("세", "번"),
        ("네", "번째"),
        ("다섯", "번"),
        ("여섯", "번"),
        ("두", "가지"),
        ("세", "가지"),
        ("네", "가지"),
    ] {
        let slip = format!("{number}{counter}");
        for (at, _) in text.match_indices(&slip) {
            let begins = !text[..at].ends_with(char::is_alphanumeric);
            let rest = &text[at + slip.len()..];
            let particles = [
                "",
                "째",
                "이나",
                "은",
                "을",
                "의",
                "도",
                "만",
                "다",
                "를",
                "는",
                "가",
                "로",
                "째로",
                "째는",
                "째의",
                "째로는",
            ];
            let word_end = rest
                .find(|char| !hangul::is_syllable(char))
                .unwrap_or(rest.len());
            if begins && particles.contains(&&rest[..word_end]) {
                findings
                    .at(
                        &DEPENDENT_NOUN,
                        prose.span(at..at + slip.len()),
                        say!("`{wrong}` is two words", wrong = slip),
                    )
                    .hint(say!("write `{number} {counter}`", number, counter))
                    .fix(&slip, &format!("{number} {counter}"));
            }
        }
    }
}

/// `사람 들이`: 들 joins the people whom it makes many.
fn plurals(prose: &Prose, findings: &mut Findings<'_>) {
    const PEOPLE: [&str; 11] = [
        "사람",
        "친구",
        "학생",
        "아이",
        "개발자",
        "사용자",
        "구독자",
        "기업",
        "직원",
        "고객",
        "디자이너",
    ];
    const ENDS: [&str; 8] = [
        "들이",
        "들은",
        "들의",
        "들도",
        "들에게",
        "들과",
        "들까지",
        "들만",
    ];
    for (start, before, at, word) in neighbours(&prose.text) {
        if ENDS.contains(&word) && PEOPLE.iter().any(|people| before.ends_with(people)) {
            findings
                .at(
                    &DEPENDENT_NOUN,
                    prose.span(start..at + word.len()),
                    say!("`{before} {word}` is one word", before, word),
                )
                .hint(say!("write `{before}{word}`", before, word))
                .fix(&format!("{before} {word}"), &format!("{before}{word}"));
        }
    }
}

/// `30 %` in Korean; the SI's English has the space.
fn percent(prose: &Prose, findings: &mut Findings<'_>) {
    if !prose.text.contains(hangul::is_syllable) {
        return;
    }
    for (at, found) in prose.text.match_indices(" %") {
        let is_number = prose.text[..at].ends_with(|char: char| char.is_ascii_digit());
        let is_unit = !prose.text[at + found.len()..]
            .starts_with(|char: char| char.is_ascii_alphanumeric() || char == '%');
        if is_number && is_unit {
            findings
                .at(
                    &UNIT_SPACE,
                    prose.span(at..at + found.len()),
                    say!("a space before the percent sign"),
                )
                .hint(say!("write it together with the number"))
                .fix(found, "%");
        }
    }
}

/// `끝 .`, `끝 ,`, and `했다.그리고`.
fn punctuation(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for (at, mark) in text.match_indices([',', '.']) {
        let before = text[..at].strip_suffix(' ');
        // `git add .` and `. . .` are no slips of Korean.
        let follows_word = before.is_some_and(|before| match mark {
            "." => before.ends_with(hangul::is_syllable),
            _ => before.ends_with(char::is_alphanumeric),
        });
        let rest = &text[at + 1..];
        let is_spaced_ellipsis = rest.starts_with(" .") || rest.starts_with(" ,");
        let ends = rest.chars().next().is_none_or(char::is_whitespace) && !is_spaced_ellipsis;
        if follows_word && ends {
            findings
                .at(
                    &PUNCTUATION_SPACE,
                    prose.span(at - 1..at + 1),
                    say!("a space before `{mark}`", mark),
                )
                .hint(say!("take the space out"))
                .fix(&format!(" {mark}"), mark);
            continue;
        }
        let before = &text[..at];
        let after = &text[at + 1..];
        let is_sentence_end = mark == "."
            && [
                "니다", "했다", "한다", "이다", "있다", "없다", "된다", "됐다", "어요", "아요",
                "세요", "네요", "지요", "죠", "데요",
            ]
            .iter()
            .any(|end| before.ends_with(end));
        let mut next = after.chars();
        let starts_sentence = next.next().is_some_and(hangul::is_syllable)
            && next.next().is_some_and(|char| char != '.');
        if is_sentence_end && starts_sentence {
            findings
                .at(
                    &PUNCTUATION_SPACE,
                    prose.span(at..at + 1),
                    say!("no space after the sentence"),
                )
                .hint(say!("put a space between the two sentences"))
                .fix(".", ". ");
        }
    }
}

/// Words that are never meant twice in a row. Korean doubles words on purpose (하나 하나, 앞으로
/// 앞으로, 고맙습니다 고맙습니다), English too (whom I spoke to to learn this): only those that no such
/// pair has. Verse and speech repeat what they like.
fn doubled_words(prose: &Prose, findings: &mut Findings<'_>) {
    const ENGLISH: [&str; 10] = [
        "the", "a", "an", "and", "of", "with", "from", "are", "was", "which",
    ];
    const KOREAN: [&str; 18] = [
        "어제",
        "지난주",
        "지난달",
        "올해",
        "작년",
        "대한",
        "위해",
        "통해",
        "관한",
        "그리고",
        "그런데",
        "그래서",
        "하지만",
        "그러나",
        "또한",
        "따라서",
        "그러므로",
        "그렇지만",
    ];
    const ENDINGS: [&str; 4] = ["를", "에서", "에게", "하는"];
    if is_verse(&prose.text) {
        return;
    }
    let speech = QuotedSpeech::of(&prose.text);
    for (start, before, at, word) in neighbours(&prose.text) {
        let is_korean = word.chars().all(hangul::is_syllable)
            && (KOREAN.contains(&word)
                || ENDINGS
                    .iter()
                    .any(|end| word.len() > end.len() && word.ends_with(end)));
        // `this is is` has no other reading; `what it is is` has.
        let is_copula = word == "is"
            && prose.text[..start]
                .trim_end()
                .rsplit(' ')
                .next()
                .is_some_and(|word| {
                    matches!(
                        word.to_ascii_lowercase().as_str(),
                        "this" | "there" | "here"
                    )
                });
        let is_slip = before == word && (is_korean || is_copula || ENGLISH.contains(&word));
        if is_slip && !speech.is_open(start) {
            findings
                .at(
                    &DOUBLED_WORD,
                    prose.span(start..at + word.len()),
                    say!("`{word}` twice", word),
                )
                .hint(say!("take one out"));
        }
    }
}

/// `가서 갑니다`: a verb joined to itself. Not here: 사서 산다, which is to buy and to live.
fn doubled_verbs(prose: &Prose, findings: &mut Findings<'_>) {
    const VERBS: [(&str, &[&str]); 4] = [
        (
            "가서",
            &["갑니다", "갔습니다", "갔다", "간다", "가요", "갔어요"],
        ),
        (
            "와서",
            &["옵니다", "왔습니다", "왔다", "온다", "와요", "왔어요"],
        ),
        (
            "읽어서",
            &[
                "읽습니다",
                "읽었습니다",
                "읽었다",
                "읽는다",
                "읽어요",
                "읽었어요",
            ],
        ),
        (
            "만들어서",
            &[
                "만듭니다",
                "만들었습니다",
                "만들었다",
                "만든다",
                "만들어요",
                "만들었어요",
            ],
        ),
    ];
    let speech = QuotedSpeech::of(&prose.text);
    for (start, before, at, word) in neighbours(&prose.text) {
        let is_doubled = VERBS
            .iter()
            .any(|(joined, finite)| before == *joined && finite.contains(&word));
        if is_doubled && !speech.is_open(start) {
            findings
                .at(
                    &DOUBLED_WORD,
                    prose.span(start..at + word.len()),
                    say!("`{before} {word}` says the verb twice", before, word),
                )
                .hint(say!("take one of the two out"));
        }
    }
}

/// Two words with a space and nothing else between them, and where they begin.
fn neighbours(text: &str) -> impl Iterator<Item = (usize, &str, usize, &str)> {
    let mut previous: Option<(usize, &str)> = None;
    words(text).filter_map(move |(at, word)| {
        let (start, before) = previous.replace((at, word))?;
        (&text[start + before.len()..at] == " ").then_some((start, before, at, word))
    })
}

/// Lines as short as those of a poem, or divided by ` / `.
fn is_verse(text: &str) -> bool {
    let is_broken = text.contains('\n') && text.lines().all(|line| line.chars().count() < 30);
    is_broken || text.contains(" / ")
}

/// Runs of letters and digits; `is_some_and` is one.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |char: char| char.is_alphanumeric() || matches!(char, '\'' | '’' | '_');
    text.split(move |char| !is_word(char))
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}
