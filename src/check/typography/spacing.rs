//! Spaces that are missing or too many, and words typed twice.

use std::cell::LazyCell;

use super::{
    super::{Findings, issue_text::ReadProse},
    DEPENDENT_NOUN, DOUBLE_SPACE, DOUBLED_WORD, PUNCTUATION_SPACE, UNIT_SPACE,
};
use crate::{korean::hangul, words::say};

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    ability(prose, findings);
    let neighbours: Vec<WordPair<'_>> = neighbours(&prose.text).collect();
    plurals(prose, &neighbours, findings);
    split_words(prose, &neighbours, findings);
    percent(prose, findings);
    punctuation(prose, findings);
    doubled_words(prose, &neighbours, findings);
    doubled_verbs(prose, &neighbours, findings);
    double_space(prose, findings);
}

/// `할 수있다`: the verb behind 수 is a word of its own.
fn ability(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for slip in [" 수있", " 수없", " 수밖에없"] {
        for at in prose.places(slip) {
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

/// `사람 들이`: 들 joins the people whom it makes many.
fn plurals(prose: &ReadProse<'_>, neighbours: &[WordPair<'_>], findings: &mut Findings<'_>) {
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
    for (start, before, at, word) in neighbours.iter().copied() {
        if word.starts_with('들')
            && ENDS.contains(&word)
            && PEOPLE.iter().any(|people| before.ends_with(people))
        {
            findings
                .at(
                    &DEPENDENT_NOUN,
                    prose.span(start..at + word.len()),
                    say!("`{before} {word}` is one word", before, word),
                )
                .hint(say!("write `{before}{word}`", before, word))
                .fix(&[before, word].join(" "), &[before, word].concat());
        }
    }
}

/// `열 두 곳`: a number below a hundred is one word (한글 맞춤법 제44항). `많을 수록`: an ending, and no word (제53항의
/// -(으)ㄹ수록). 수록 behind a noun is what a book holds.
fn split_words(prose: &ReadProse<'_>, neighbours: &[WordPair<'_>], findings: &mut Findings<'_>) {
    const UNITS: [&str; 9] = [
        "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉",
    ];
    const COUNTED: [&str; 9] = ["곳", "명", "개", "살", "시", "달", "권", "마리", "사람"];
    const VERBS: [&str; 22] = [
        "할",
        "될",
        "갈",
        "클",
        "많을",
        "적을",
        "높을",
        "낮을",
        "깊을",
        "작을",
        "좋을",
        "늦을",
        "젊을",
        "잦을",
        "빠를",
        "느릴",
        "어려울",
        "쉬울",
        "가까울",
        "지날",
        "길어질",
        "커질",
    ];
    for (start, before, at, word) in neighbours.iter().copied() {
        let is_number = before == "열" && UNITS.contains(&word) && {
            let next = prose.text[at + word.len()..].strip_prefix(' ');
            next.is_some_and(|next| COUNTED.iter().any(|unit| next.starts_with(unit)))
        };
        let is_ending = word == "수록" && VERBS.contains(&before);
        if is_number || is_ending {
            findings
                .at(
                    &DEPENDENT_NOUN,
                    prose.span(start..at + word.len()),
                    say!("`{before} {word}` is one word", before, word),
                )
                .hint(say!("write `{before}{word}`", before, word))
                .fix(&[before, word].join(" "), &[before, word].concat());
        }
    }
}

/// `30 %` in Korean; the SI's English has the space.
fn percent(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let found = " %";
    for at in prose.places(found).filter(|_| prose.has_syllable()) {
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
fn punctuation(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
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
        // `사과 ,배`: the space is on the wrong side.
        let is_turned = mark == ","
            && before.is_some_and(|before| before.ends_with(hangul::is_syllable))
            && rest.starts_with(hangul::is_syllable);
        if is_turned {
            findings
                .at(
                    &PUNCTUATION_SPACE,
                    prose.span(at - 1..at + 1),
                    say!("a space before `{mark}`", mark),
                )
                .hint(say!("put the space behind it"))
                .fix(" ,", ", ");
            continue;
        }
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
fn doubled_words(prose: &ReadProse<'_>, neighbours: &[WordPair<'_>], findings: &mut Findings<'_>) {
    const ENGLISH: [&str; 23] = [
        "the", "a", "an", "and", "of", "with", "from", "are", "was", "which", "their", "your",
        "our", "my", "we", "they", "were", "or", "but", "when", "than", "into", "by",
    ];
    const KOREAN: [&str; 22] = [
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
        "오늘은",
        "내일은",
        "어제는",
        "이번에는",
    ];
    const ENDINGS: [&str; 4] = ["를", "에서", "에게", "하는"];
    let is_verse = LazyCell::new(|| is_verse(&prose.text));
    let doubled = neighbours
        .iter()
        .filter(|(_, before, _, word)| before == word && !*is_verse);
    for (start, _, at, word) in doubled.copied() {
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
        // `할 수 수 있다`: what a verb waits for comes once.
        let is_bound = matches!(word, "수" | "것" | "및");
        let is_slip = is_korean || is_copula || is_bound || ENGLISH.contains(&word);
        if is_slip && !prose.speech().is_open(start) {
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
fn doubled_verbs(prose: &ReadProse<'_>, neighbours: &[WordPair<'_>], findings: &mut Findings<'_>) {
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
    for (start, before, at, word) in neighbours.iter().copied() {
        let is_doubled = VERBS
            .iter()
            .any(|(joined, finite)| before == *joined && finite.contains(&word));
        if is_doubled && !prose.speech().is_open(start) {
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

/// Two spaces between two words of a sentence: the mail shows one, the text part both. Behind a full stop two are
/// a custom of typists.
fn double_space(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for at in prose.places("  ") {
        let behind = text[at..].trim_start_matches(' ');
        let mark = &text[at..text.len() - behind.len()];
        let is_inside = text[..at].ends_with(|char: char| char.is_alphanumeric() || char == ',')
            && behind.starts_with(char::is_alphanumeric);
        if is_inside {
            findings
                .at(
                    &DOUBLE_SPACE,
                    prose.span(at..at + mark.len()),
                    say!("two spaces between two words"),
                )
                .hint(say!("take one out"))
                .fix(mark, " ");
        }
    }
}

/// Where a word begins, the word, and the same of the one behind it.
type WordPair<'t> = (usize, &'t str, usize, &'t str);

/// Two words with a space and nothing else between them, and where they begin.
fn neighbours(text: &str) -> impl Iterator<Item = WordPair<'_>> {
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
    // Most letters here are Hangul, which the tables of Unicode are slow to find.
    let is_word = |char: char| {
        hangul::is_syllable(char) || char.is_alphanumeric() || matches!(char, '\'' | '’' | '_')
    };
    text.split(move |char| !is_word(char))
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}
