//! The form of a particle behind a word in Hangul: 은 or 는, 을 or 를, 와 or 과, 로 or 으로. Verbs and names look like a
//! word with its particle (먹는, 가은, 아이): only what can be neither is told.

use crate::korean::{
    hangul::{self, RIEUL, final_consonant},
    names::is_given_name,
};

const GIYEOK: u32 = 1;
const NIEUN: u32 = 4;
const MIEUM: u32 = 16;
const BIEUP: u32 = 17;
const SIOT: u32 = 19;
const IEUNG: u32 = 21;

/// What those particles end with that are judged here.
const ENDS: [char; 14] = [
    '를', '을', '는', '은', '가', '이', '로', '도', '의', '서', '써', '만', '와', '과',
];

/// The word with the right form of its particle, where it has a wrong one for certain. `after`: what follows it.
pub(super) fn right_form(word: &str, after: &str) -> Option<String> {
    if !word.ends_with(ENDS) {
        return None;
    }
    object(word)
        .or_else(|| topic(word))
        .or_else(|| topic_behind_vowel(word))
        .or_else(|| subject(word))
        .or_else(|| subject_behind_vowel(word))
        .or_else(|| direction(word))
        .or_else(|| company(word))
        .or_else(|| company_behind_vowel(word, after))
        .filter(|_| !is_given_name(word, after))
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
    let right = match (last, has_final) {
        ('를', true) => "을",
        ('을', false) => "를",
        _ => return None,
    };
    let is_whole = NO_PARTICLE.iter().any(|end| word.ends_with(end));
    (!is_whole).then(|| with_end(word, last, right))
}

/// 는 after a consonant with which no verb ends: 서울는, 시장는, 사진는. 먹는, 남는 and their like are verbs.
fn topic(word: &str) -> Option<String> {
    const STEMS: &str = "먹막녹박썩죽속찍적식삭익묵닥떡눅안신남넘참감담숨품심뿜듬금삼움잠옴입잡접뽑씹집줍눕굽돕깁업꼽뵙겁럽쭙곱꿉웃씻짓벗솟뺏빗잇긋붓젓낫앗엿줏";
    let noun = word.strip_suffix('는')?;
    let last = noun.chars().next_back()?;
    let is_noun = match final_consonant(last)? {
        RIEUL | IEUNG => true,
        GIYEOK | NIEUN | MIEUM | BIEUP | SIOT => !STEMS.contains(last),
        _ => false,
    };
    // 은는 is two particles, told elsewhere.
    (is_noun && noun != "은").then(|| format!("{noun}은"))
}

/// 은 after a vowel: 바다은, 친구은. Not 지은, 나은, which are verbs, 보은, a noun, and not 가은, 하은, which are people.
fn topic_behind_vowel(word: &str) -> Option<String> {
    const VERBS: [&str; 7] = ["지은", "이은", "나은", "부은", "그은", "저은", "쏘은"];
    const WORDS: [&str; 5] = ["은은", "보은", "사은", "수은", "자은"];
    let noun = word.strip_suffix('은')?;
    let last = noun.chars().next_back()?;
    let is_certain = final_consonant(last)? == 0
        && noun.chars().count() >= 2
        && !WORDS.contains(&word)
        && !VERBS.iter().any(|verb| word.ends_with(verb));
    is_certain.then(|| format!("{noun}는"))
}

/// 이 after a vowel, behind nouns with which no word ends so: 서버이, 독자이. 아이, 사이 and 종이 are words, 친구이자 is one.
fn subject_behind_vowel(word: &str) -> Option<String> {
    const NOUNS: [&str; 30] = [
        "서버",
        "코드",
        "독자",
        "기자",
        "저자",
        "사용자",
        "개발자",
        "관리자",
        "담당자",
        "편집자",
        "디자이너",
        "친구",
        "회사",
        "뉴스레터",
        "페이지",
        "이미지",
        "메시지",
        "데이터",
        "브라우저",
        "서비스",
        "테스트",
        "도구",
        "문제",
        "결과",
        "자료",
        "주소",
        "버그",
        "배포",
        "이유",
        "제도",
    ];
    let noun = word.strip_suffix('이')?;
    let is_noun = NOUNS.iter().any(|end| noun.ends_with(end));
    is_noun.then(|| format!("{noun}가"))
}

/// 가 after a consonant, where no noun ends so: 사람들가, 것가, 화면가. 문장가, 회원가 and 대학가 are words.
fn subject(word: &str) -> Option<String> {
    const NOUNS: [&str; 21] = [
        "사람", "들", "것", "님", "오늘", "마음", "생각", "이름", "화면", "버튼", "메일", "파일",
        "제목", "질문", "답장", "글꼴", "낱말", "기능", "방법", "내용", "모임",
    ];
    let noun = word.strip_suffix('가')?;
    let is_noun = NOUNS.iter().any(|end| noun.ends_with(end)) && noun.chars().count() > 1;
    is_noun.then(|| format!("{noun}이"))
}

/// 으로 after a vowel or ㄹ; 로 after 적, 것 and 들's kin that take none.
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
    const NOUNS: [&str; 8] = ["적", "것", "사람", "방법", "마음", "생각", "이름", "집"];
    let noun = word.strip_suffix('로')?;
    let is_noun = NOUNS.iter().any(|end| noun.ends_with(end))
        && (noun.chars().count() > 1 || matches!(noun, "것" | "집"));
    is_noun.then(|| format!("{noun}으로"))
}

/// 와 after a consonant; behind a single syllable, where that is a noun.
fn company(word: &str) -> Option<String> {
    const SHORT: [&str; 30] = [
        "팀", "책", "글", "말", "집", "일", "돈", "눈", "손", "물", "밥", "빛", "색", "선", "점",
        "곳", "것", "땅", "꽃", "옷", "벽", "문", "창", "별", "꿈", "힘", "숲", "길", "값", "몸",
    ];
    for end in ["와", "와는", "와의", "와도"] {
        let Some(noun) = word.strip_suffix(end) else {
            continue;
        };
        let before = noun.chars().next_back()?;
        // 도와, 가까와 … are verbs; so is whatever ends with 놔, 봐 contracted otherwise.
        let is_noun = noun.chars().count() > 1 || SHORT.contains(&noun);
        let is_wrong = final_consonant(before)? != 0 && is_noun;
        return is_wrong.then(|| format!("{noun}과{}", end.trim_start_matches('와')));
    }
    None
}

/// 과 after a vowel, before 함께 and its kin: 친구과 함께. 사과, 효과 and 내과 are words.
fn company_behind_vowel(word: &str, after: &str) -> Option<String> {
    const NOUNS: [&str; 17] = [
        "사과",
        "효과",
        "내과",
        "외과",
        "치과",
        "교과",
        "초과",
        "투과",
        "여과",
        "부과",
        "제과",
        "다과",
        "이과",
        "고과",
        "소아과",
        "피부과",
        "후과",
    ];
    const COMPANIONS: [&str; 6] = ["함께", "같이", "같은", "달리", "다른", "비슷"];
    let noun = word.strip_suffix('과')?;
    let is_behind_vowel = final_consonant(noun.chars().next_back()?)? == 0;
    let next = after.strip_prefix(' ')?;
    let is_particle = COMPANIONS.iter().any(|word| next.starts_with(word))
        && !NOUNS.iter().any(|noun| word.ends_with(noun));
    (is_behind_vowel && is_particle).then(|| format!("{noun}와"))
}

fn with_end(word: &str, old: char, new: &str) -> String {
    format!("{}{new}", word.strip_suffix(old).unwrap_or(word))
}
