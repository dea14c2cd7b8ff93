//! Given names that look like a word with its particle: 가은, 하을.

/// Names that end in 을.
const IN_EUL: [&str; 4] = ["태을", "예을", "하을", "소을"];
/// Names that end in 은 behind a vowel.
const IN_EUN: [&str; 33] = [
    "가은", "고은", "나은", "다은", "도은", "라은", "려은", "리은", "미은", "보은", "서은", "세은",
    "소은", "수은", "시은", "아은", "애은", "여은", "예은", "유은", "이은", "재은", "제은", "조은",
    "주은", "지은", "채은", "태은", "하은", "해은", "혜은", "효은", "희은",
];
/// Family names that most people have.
const FAMILIES: &str = "김이박최정강조윤장임한오서신권황안송류유홍전고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국어은편용";
const TITLES: [&str; 8] = ["씨", "님", "작가", "기자", "감독", "배우", "교수", "선수"];

/// Whether a word is a person's name, alone, behind a family name, or before a title. Not: `예을 들어`, `주소을`.
pub(crate) fn is_given_name(word: &str, after: &str) -> bool {
    let next = after.strip_prefix(' ').unwrap_or_default();
    if IN_EUL.contains(&word) {
        return !(word == "예을" && next.starts_with('들'));
    }
    let mut chars = word.chars();
    let family = chars.next();
    let given = chars.as_str();
    let has_title = || TITLES.iter().any(|title| next.starts_with(title));
    let has_family = family.is_some_and(|family| FAMILIES.contains(family));
    IN_EUL.contains(&given) && has_title() || IN_EUN.contains(&given) && has_family
}
