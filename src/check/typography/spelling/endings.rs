//! Endings and suffixes that are never spelled so, behind whatever word: `안 돼고`, `했읍니다`, `올런지`, `먹을려고`,
//! `출석율`. The syllable before decides, so no list of words is needed (한글 맞춤법 제11항, 제35항, 제40항, 제53항, 제57항).

use crate::korean::hangul::{RIEUL, final_consonant, first_consonant, with_final};

const NIEUN: u32 = 4;
const MIEUM: u32 = 16;
const BIEUP: u32 = 17;
const BIEUP_SIOT: u32 = 18;
const SIOT: u32 = 19;
const SSANG_SIOT: u32 = 20;
const GIYEOK: u32 = 1;

/// A run of syllables with what stands around it.
pub(super) struct RunInText<'t> {
    pub(super) word: &'t str,
    /// The text before it.
    pub(super) before: &'t str,
    /// The text behind it.
    pub(super) after: &'t str,
}

impl<'t> RunInText<'t> {
    /// The run of syllables before it, with one space between.
    fn previous(&self) -> &'t str {
        let before = self.before.strip_suffix(' ').unwrap_or_default();
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, char)| final_consonant(*char).is_some())
            .last()
            .map_or(before.len(), |(at, _)| at);
        &before[start..]
    }

    fn ends_sentence(&self) -> bool {
        self.after.trim_start().is_empty() || self.after.starts_with(['.', '?', '!', '…'])
    }
}

/// The word as it should be. None: nothing is wrong with its ending for certain.
pub(super) fn right(run: &RunInText<'_>) -> Option<String> {
    final_doe(run)
        .or_else(|| contracted(run))
        .or_else(|| polite(run.word))
        .or_else(|| intention(run))
        .or_else(|| suffix(run.word))
        .or_else(|| between_nouns(run.word))
        .or_else(|| copula(run.word))
        .or_else(|| standing(run.word))
        .or_else(|| choice(run))
        .or_else(|| denial(run))
}

/// `가도 되?`, `안되요`: the stem of 되다 ends no sentence. Not `하되`, and not 되, a measure.
fn final_doe(run: &RunInText<'_>) -> Option<String> {
    const NUMBERS: [&str; 11] = [
        "한", "두", "세", "서", "석", "네", "너", "넉", "닷", "반", "몇",
    ];
    let stem = run.word.strip_suffix('되')?;
    let is_measure = stem.is_empty()
        && (NUMBERS.contains(&run.previous())
            || run
                .before
                .trim_end()
                .ends_with(|char: char| char.is_ascii_digit()));
    let is_ending = stem.ends_with(['하', '이', '으', '시', '지']);
    (run.ends_sentence() && !is_measure && !is_ending).then(|| format!("{stem}돼"))
}

/// `돼고`, `돼는`, `안 돼지요`: 돼 is 되어, which takes no such ending. Not 돼지, the animal.
fn contracted(run: &RunInText<'_>) -> Option<String> {
    const ENDINGS: [&str; 18] = [
        "고",
        "면",
        "는",
        "니",
        "기",
        "게",
        "거나",
        "므로",
        "며",
        "던",
        "겠",
        "네",
        "냐",
        "려",
        "길",
        "ㄹ",
        "도록",
        "자마자",
    ];
    let word = run.word;
    if !word.contains(['됀', '됄', '됌', '됍', '돼']) {
        return None;
    }
    for (broken, whole) in [("됀", "된"), ("됄", "될"), ("됌", "됨"), ("됍", "됩")] {
        if word.contains(broken) {
            return Some(word.replace(broken, whole));
        }
    }
    let at = word.find('돼')?;
    let rest = &word[at + '돼'.len_utf8()..];
    let is_denied = word[..at].ends_with('안') || at == 0 && run.previous() == "안";
    let is_animal = rest.starts_with('지') && !is_denied;
    let is_wrong = ENDINGS.iter().any(|ending| rest.starts_with(ending)) || rest.starts_with('지');
    (is_wrong && !is_animal).then(|| word.replacen('돼', "되", 1))
}

/// `했읍니다`, `있슴`, `함니다`, `오십시요`.
fn polite(word: &str) -> Option<String> {
    let mut previous: Option<char> = None;
    for (at, char) in word.char_indices() {
        let before = previous.replace(char);
        // What all of them begin with.
        if !matches!(char, '읍' | '슴' | '니' | '나' | '십' | '하' | '마') {
            continue;
        }
        let rest = &word[at..];
        let end = before.and_then(final_consonant).unwrap_or_default();
        let is_past = matches!(end, SSANG_SIOT | BIEUP_SIOT);
        let cut =
            |length: usize, new: &str| Some(format!("{}{new}{}", &word[..at], &rest[length..]));
        if end != 0 && rest.starts_with("읍니") {
            return cut('읍'.len_utf8(), "습");
        }
        if is_past && rest.starts_with("슴니") {
            return cut('슴'.len_utf8(), "습");
        }
        if is_past && char == '슴' {
            return cut(char.len_utf8(), "음");
        }
        if rest.starts_with("니다")
            && end == MIEUM
            && let Some(stem) = before
        {
            let at = at - stem.len_utf8();
            return Some(format!("{}{}{rest}", &word[..at], with_final(stem, BIEUP)));
        }
        if rest == "나다" && end == BIEUP {
            return cut(rest.len(), "니다");
        }
        if matches!(rest, "십시요" | "하시요" | "마시요") {
            return cut(rest.len(), &rest.replace("시요", "시오"));
        }
    }
    None
}

/// `올런지`, `먹을려고`, `집에 갈려고`.
fn intention(run: &RunInText<'_>) -> Option<String> {
    // Verbs whose own stem ends in ㄹ have 려고 right: 살려고, 만들려고. These have none.
    const NO_STEM: [&str; 13] = [
        "럴", "할", "될", "볼", "올", "쉴", "낼", "꿀", "킬", "릴", "질", "탈", "잘",
    ];
    const ENDINGS: [&str; 6] = ["려고", "려면", "려는", "려던", "려다", "려니"];
    let word = run.word;
    let mut previous: Option<char> = None;
    for (at, char) in word.char_indices() {
        let Some(stem) = previous.replace(char) else {
            continue;
        };
        let rest = &word[at..];
        if final_consonant(stem) != Some(RIEUL) {
            continue;
        }
        if let Some(behind) = rest.strip_prefix("런지") {
            return Some(format!("{}는지{behind}", &word[..at]));
        }
        if !ENDINGS.iter().any(|ending| rest.starts_with(ending)) {
            continue;
        }
        // 올려다보다 and 올려는 놓고 are of 올리다.
        if stem == '올' && (rest.starts_with("려다") || rest.starts_with("려는")) {
            continue;
        }
        let head = &word[..at];
        let start = at - stem.len_utf8();
        // 마을, 가을 … take no 려고.
        let has_stem = head[..start].chars().next_back().is_some();
        let goes = head == "갈" && run.previous().ends_with(['에', '로', '러']);
        let is_wrong =
            stem == '을' && has_stem || goes || NO_STEM.iter().any(|verb| head.ends_with(verb));
        if is_wrong {
            let stem = if stem == '을' {
                '으'
            } else {
                with_final(stem, 0)
            };
            return Some(format!("{}{stem}{rest}", &word[..start]));
        }
    }
    None
}

/// What may stand behind a noun.
const NOUN_TAILS: [&str; 12] = [
    "", "이", "을", "은", "의", "도", "에", "과", "로", "만", "으로", "이나",
];

/// `출석율`, `비률`, `리더쉽`.
fn suffix(word: &str) -> Option<String> {
    let mut previous: Option<char> = None;
    for (at, char) in word.char_indices() {
        let Some(before) = previous.replace(char) else {
            continue;
        };
        let tail = &word[at + char.len_utf8()..];
        if !matches!(char, '율' | '률' | '쉽') || !NOUN_TAILS.contains(&tail) {
            continue;
        }
        let end = final_consonant(before).unwrap_or_default();
        let is_after_two = at > before.len_utf8();
        let new = match char {
            '율' if !matches!(end, 0 | NIEUN) && is_after_two => '률',
            '률' if matches!(end, 0 | NIEUN) => '율',
            '쉽' if is_after_two => '십',
            _ => continue,
        };
        return Some(format!("{}{new}{tail}", &word[..at]));
    }
    None
}

/// `윗층`, `뒷풀이`: no ㅅ before a strong or an aspirated sound (제30항).
fn between_nouns(word: &str) -> Option<String> {
    let mut chars = word.char_indices();
    let (_, first) = chars.next()?;
    let (at, second) = chars.next()?;
    let (joint, next, joint_at) = match first {
        '뒷' | '윗' => (first, second, 0),
        '아' if second == '랫' => (second, chars.next()?.1, at),
        _ => return None,
    };
    let is_strong = matches!(
        first_consonant(next)?,
        'ㄲ' | 'ㄸ' | 'ㅃ' | 'ㅆ' | 'ㅉ' | 'ㅊ' | 'ㅋ' | 'ㅌ' | 'ㅍ'
    );
    let rest = &word[joint_at + joint.len_utf8()..];
    is_strong.then(|| format!("{}{}{rest}", &word[..joint_at], with_final(joint, 0)))
}

/// `것이예요`, `거에요`, `처음이였습니다`. Names and nouns end in 이 of their own: 지민이예요, 고양이였다.
fn copula(word: &str) -> Option<String> {
    const NOUNS: [&str; 18] = [
        "것", "곳", "때문", "뿐", "점", "책", "편", "들", "사람", "생각", "마음", "적", "처음",
        "순간", "시간", "결론", "방법", "계획",
    ];
    const PRONOUNS: [&str; 6] = ["거", "꺼", "저", "뭐", "누구", "건가"];
    if let Some(noun) = word.strip_suffix("이예요") {
        let is_known = NOUNS.iter().any(|known| noun.ends_with(known));
        return is_known.then(|| format!("{noun}이에요"));
    }
    if let Some((noun, ending)) = word.split_once("이였") {
        let is_known = NOUNS.iter().any(|known| noun.ends_with(known));
        return is_known.then(|| format!("{noun}이었{ending}"));
    }
    let noun = word.strip_suffix("에요")?;
    let is_known = PRONOUNS.contains(&noun) || noun.ends_with('거') && noun.len() > '거'.len_utf8();
    is_known.then(|| format!("{noun}예요"))
}

/// `학생으로써`: what somebody is, 로서; 로써 is what something is done with.
fn standing(word: &str) -> Option<String> {
    const PEOPLE: [&str; 34] = [
        "담당자",
        "책임자",
        "관리자",
        "운영자",
        "편집자",
        "기획자",
        "연구자",
        "당사자",
        "소비자",
        "디자이너",
        "전문가",
        "독자",
        "저자",
        "필자",
        "회원",
        "팀장",
        "편집장",
        "변호사",
        "어머니",
        "아버지",
        "학생",
        "교사",
        "선생님",
        "부모",
        "개발자",
        "시민",
        "국민",
        "대표",
        "작가",
        "기자",
        "의사",
        "사람",
        "친구",
        "리더",
    ];
    let who = word
        .strip_suffix("으로써")
        .or_else(|| word.strip_suffix("로써"))?;
    let is_person = PEOPLE.iter().any(|person| who.ends_with(person));
    is_person.then(|| word.replace("로써", "로서"))
}

/// `가던지 말던지`, `뭐던지`: 던 is of the past, 든 of a choice.
fn choice(run: &RunInText<'_>) -> Option<String> {
    const ANY: [&str; 10] = [
        "무엇이",
        "뭐",
        "누구",
        "누구이",
        "어디",
        "언제",
        "어떻게",
        "얼마",
        "어디서",
        "누가",
    ];
    let stem = run.word.strip_suffix("던지")?;
    let is_pair = run.previous().ends_with("던지") || run.after.starts_with(" 말던지");
    (is_pair || ANY.contains(&stem)).then(|| format!("{stem}든지"))
}

/// `춥지 안습니다`, `말도 않되는`, `넉넉치 않다`.
fn denial(run: &RunInText<'_>) -> Option<String> {
    // What 않 can never go on with, since it is a verb's beginning and no ending.
    const VERBS: [&str; 38] = [
        "먹", "하", "했", "해", "할", "한", "함", "합", "가", "갔", "갈", "간", "돼", "된", "될",
        "됐", "됩", "좋", "보", "봤", "본", "볼", "왔", "온", "올", "났", "썼", "써", "쓰", "끝",
        "맞", "팔", "줘", "줬", "샀", "믿", "읽", "쉽",
    ];
    const HUGGED: [&str; 11] = [
        "습니다",
        "는다",
        "는데",
        "아서",
        "았",
        "아도",
        "으면",
        "으시",
        "으셔",
        "읍니다",
        "고",
    ];
    const NOUNS: [&str; 9] = [
        "강아지",
        "아버지",
        "송아지",
        "망아지",
        "돼지",
        "거지",
        "까지",
        "아기지",
        "바지",
    ];
    let word = run.word;
    if let Some(rest) = word.strip_prefix('않')
        && !run.before.ends_with(|char: char| char.is_alphanumeric())
        && VERBS.iter().any(|verb| rest.starts_with(verb))
    {
        return Some(format!("안 {rest}"));
    }
    if let Some(rest) = word.strip_prefix('안') {
        let previous = run.previous();
        let is_verb = previous.ends_with('지')
            && previous.chars().count() > 1
            && !NOUNS.iter().any(|noun| previous.ends_with(noun));
        // `지 안는`, `지 안은` may end a clause: 품에 안는 사람. Behind 지 nobody is hugged.
        let is_denied = HUGGED.iter().any(|ending| rest.starts_with(ending)) || rest == "는";
        if is_verb && is_denied {
            return Some(format!("않{}", rest.replacen("읍니", "습니", 1)));
        }
    }
    let stem = word.strip_suffix('치')?;
    let is_short = matches!(
        stem.chars().next_back().and_then(final_consonant)?,
        GIYEOK | BIEUP | SIOT
    );
    let is_denied = run.after.starts_with(" 않") || run.after.starts_with(" 못");
    (is_short && is_denied && stem.chars().count() > 1).then(|| format!("{stem}지"))
}
