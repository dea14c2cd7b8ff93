//! What is written apart though it is spoken in one breath: dependent nouns and helping verbs behind a verb, counters
//! behind their number (한글 맞춤법 제42항, 제43항, 제47항). How the word before ends tells a verb from a noun: 할수 있다, and
//! 필수 with its few kin; 서울까지, and 마을을위해. What the rules leave open (먹어보다) is left to the writer.

mod counters;

use super::{
    super::{Findings, issue_text::ReadProse},
    DEPENDENT_NOUN, tell_right,
};
use crate::korean::hangul::{RIEUL, final_consonant};

/// A run of syllables cut in two: what stands before the cut, behind it, and behind the run.
struct Cut<'t> {
    before: &'t str,
    rest: &'t str,
    after: &'t str,
}

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for run in prose.runs() {
        let word = &text[run.clone()];
        let begins_word = !text[..run.start].ends_with(char::is_alphanumeric);
        let joints: Vec<usize> = word
            .char_indices()
            .skip(1)
            .map(|(at, _)| at)
            .filter(|at| {
                let cut = Cut {
                    before: &word[..*at],
                    rest: &word[*at..],
                    after: &text[run.end..],
                };
                is_joint(&cut) || begins_word && counters::is_joint(&cut)
            })
            .collect();
        if joints.is_empty() {
            continue;
        }
        let right = with_spaces(word, &joints);
        tell_right(findings, &DEPENDENT_NOUN, prose, run, &right);
    }
}

fn with_spaces(word: &str, joints: &[usize]) -> String {
    let mut spaced = String::with_capacity(word.len() + joints.len());
    let mut from = 0;
    for joint in joints {
        spaced.push_str(&word[from..*joint]);
        spaced.push(' ');
        from = *joint;
    }
    spaced.push_str(&word[from..]);
    spaced
}

/// Whether what is judged here may begin with a syllable, behind a cut.
fn may_begin(syllable: char) -> bool {
    matches!(
        syllable,
        '수' | '것'
            | '때'
            | '줄'
            | '리'
            | '텐'
            | '테'
            | '터'
            | '중'
            | '대'
            | '동'
            | '척'
            | '듯'
            | '만'
            | '바'
            | '위'
            | '있'
            | '싶'
            | '되'
            | '됐'
            | '된'
            | '됩'
            | '될'
            | '돼'
            | '됨'
            | '않'
            | '못'
            | '통'
            | '비'
            | '의'
            | '관'
            | '따'
            | '함'
            | '같'
            | '달'
            | '인'
            | '없'
            | '아'
            | '뿐'
    )
}

/// Whether a space is missing there for certain.
fn is_joint(cut: &Cut<'_>) -> bool {
    let Some(last) = cut.before.chars().next_back() else {
        return false;
    };
    if !cut.rest.starts_with(may_begin) {
        return false;
    }
    let is_future = final_consonant(last) == Some(RIEUL);
    let is_long = cut.before.len() > last.len_utf8();
    is_future && behind_future(cut)
        || cut.before.ends_with('는') && is_long && behind_present(cut)
        || is_thing(cut)
        || is_reason(cut)
        || is_long && (is_helping_verb(cut) || behind_particle(cut))
        || is_comparison(cut)
        || is_ability(cut)
        || is_amount(cut)
}

fn starts(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.starts_with(word))
}

fn ends(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.ends_with(word))
}

/// What may follow in the run, or behind one space.
fn next<'t>(in_run: &'t str, after: &'t str) -> &'t str {
    match in_run.is_empty() {
        true => after.strip_prefix(' ').unwrap_or_default(),
        false => in_run,
    }
}

/// 필수, 실수: nouns that end so, and no verb before 수.
const BEFORE_ABILITY: [&str; 12] = [
    "필", "실", "별", "철", "몰", "술", "골", "탈", "물", "발", "홀", "말",
];

/// `할수 있다`, `갈것이다`, `올때`, `할텐데`, `할줄 안다`, `그럴리 없다`: behind a verb's ㄹ.
fn behind_future(cut: &Cut<'_>) -> bool {
    // 탈것: nouns.
    const BEFORE_THING: [&str; 6] = ["탈", "날", "들", "별", "잘", "풀"];
    let rest = cut.rest;
    if let Some(tail) = rest.strip_prefix('수') {
        let tail = ["밖에", "조차", "는", "도", "가", "만"]
            .iter()
            .find_map(|particle| tail.strip_prefix(particle))
            .unwrap_or(tail);
        let is_verb = starts(next(tail, cut.after), &["있", "없"]);
        return is_verb && !ends(cut.before, &BEFORE_ABILITY);
    }
    if rest.starts_with('것') {
        return !ends(cut.before, &BEFORE_THING);
    }
    if let Some(tail) = rest.strip_prefix('때') {
        const TAILS: [&str; 11] = [
            "에", "는", "의", "마다", "까지", "부터", "도", "가", "를", "면", "처럼",
        ];
        return (tail.is_empty() || starts(tail, &TAILS)) && cut.before != "물";
    }
    if let Some(tail) = rest.strip_prefix('줄') {
        let tail = tail.trim_start_matches(['은', '도', '만', '을']);
        return starts(
            next(tail, cut.after),
            &["알", "아", "압", "모르", "몰", "모릅"],
        );
    }
    if let Some(tail) = rest.strip_prefix('리') {
        let tail = tail.trim_start_matches(['가', '는', '도']);
        return starts(next(tail, cut.after), &["없", "만무"])
            && ends(cut.before, &["할", "될", "럴", "을", "올", "길"]);
    }
    starts(rest, &["텐데", "테니", "테지", "터이", "테고"])
}

/// `하는중`, `하는동안`, `하는대로`, `하는척`, `하는듯`, `하는만큼`.
fn behind_present(cut: &Cut<'_>) -> bool {
    let rest = cut.rest;
    let is_middle = rest
        .strip_prefix('중')
        .is_some_and(|tail| tail.is_empty() || starts(tail, &["이", "인", "입", "에", "일"]));
    let is_way = matches!(rest, "대로" | "대로의" | "대로만");
    is_middle || is_way || starts(rest, &["동안", "척", "듯", "만큼", "바람에"])
}

/// `는것`, `한것`, `던것`, `은것`.
fn is_thing(cut: &Cut<'_>) -> bool {
    cut.rest.starts_with('것') && ends(cut.before, &["는", "한", "된", "던", "은", "큰"])
}

/// `비때문에`, `하기때문에`; `하기위해`.
fn is_reason(cut: &Cut<'_>) -> bool {
    let is_reason = cut.rest.strip_prefix("때문").is_some_and(|tail| {
        tail.is_empty() || starts(tail, &["에", "이", "인", "입", "일", "도", "만"])
    });
    is_reason || cut.before.ends_with('기') && starts(cut.rest, &["위해", "위한", "위하"])
}

/// `하고있다`, `하고싶다`, `하게되었다`, `하지않는다`, `하지못했다`.
fn is_helping_verb(cut: &Cut<'_>) -> bool {
    const BEING: [&str; 16] = [
        "있다", "있는", "있습", "있어", "있었", "있을", "있던", "있지", "있으", "있고", "있음",
        "있네", "있기", "있도", "있게", "있나",
    ];
    let rest = cut.rest;
    if cut.before.ends_with('고') {
        return starts(rest, &BEING) || rest.starts_with('싶');
    }
    if cut.before.ends_with('게') {
        let is_noun = ends(cut.before, &["무게", "집게", "가게", "번개", "조게"]);
        return !is_noun && starts(rest, &["되", "됐", "된", "됩", "될", "돼", "됨"]);
    }
    // 머지않아, 못지않게, 마지않다 are words.
    cut.before.ends_with('지')
        && !ends(cut.before, &["머지", "못지", "마지"])
        && starts(
            rest,
            &["않", "못하", "못했", "못합", "못한", "못할", "못해"],
        )
}

/// `나라를위해`, `이에대한`, `친구와함께`, `비로인해`.
fn behind_particle(cut: &Cut<'_>) -> bool {
    let rest = cut.rest;
    ends(cut.before, &["을", "를"])
        && starts(
            rest,
            &["위해", "위한", "위하", "통해", "통한", "통하", "비롯"],
        )
        || cut.before.ends_with('에')
            && starts(
                rest,
                &[
                    "대한", "대해", "의해", "의한", "관한", "관해", "비해", "따라", "따른",
                ],
            )
        || ends(cut.before, &["와", "과"]) && starts(rest, &["함께", "같은", "달리"])
        || cut.before.ends_with('로') && starts(rest, &["인해", "인한", "인하여"])
}

/// `것같다`, `것같은`; not `것같이`, where it is a particle.
fn is_comparison(cut: &Cut<'_>) -> bool {
    let is_thing = ends(cut.before, &["것", "거"]) && cut.before.len() > "것".len()
        || cut.before == "것"
        || cut.before == "거";
    is_thing && cut.rest.starts_with('같') && !cut.rest.starts_with("같이")
}

/// `할 수도있다`, `할 수밖에없다`, and the second joint of `할수있다`; the bare `수있다` has its verb before the space.
fn is_ability(cut: &Cut<'_>) -> bool {
    let verb = cut.before.strip_suffix('수').unwrap_or_default();
    let is_verb = verb.chars().next_back().and_then(final_consonant) == Some(RIEUL)
        && !ends(verb, &BEFORE_ABILITY);
    (is_verb || ends(cut.before, &["수도", "수가", "수는", "수밖에"]))
        && starts(cut.rest, &["있", "없"])
}

/// `뿐만아니라`, `있을뿐`, `먹을만큼`, `할만큼`.
fn is_amount(cut: &Cut<'_>) -> bool {
    const SS: u32 = 20;
    const BS: u32 = 18;
    if cut.before.ends_with("뿐만") && cut.rest.starts_with("아니") {
        return true;
    }
    let mut back = cut.before.chars().rev();
    let (last, stem) = (back.next(), back.next().and_then(final_consonant));
    let is_verb = last == Some('을') && stem.is_some_and(|stem| stem != 0);
    let is_past = last == Some('을') && matches!(stem, Some(SS | BS));
    is_past && cut.rest.starts_with('뿐')
        || (is_verb || ends(cut.before, &["할", "될"])) && cut.rest.starts_with("만큼")
}
