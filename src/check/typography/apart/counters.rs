//! Numbers in words and what they count: `두번`, `세사람`, `몇개`, `여러가지`, `첫번째`.

use super::{Cut, starts};

/// What counts, and what is one word with some numbers: 한번, 두통, 세대, 열대 …
const COUNTERS: [&str; 34] = [
    "번째", "번", "사람", "명", "개월", "개", "권", "장", "마리", "잔", "병", "시간", "달", "살",
    "가지", "군데", "곳", "편", "쪽", "줄", "송이", "그루", "켤레", "벌", "봉지", "그릇", "조각",
    "걸음", "차례", "끼", "배", "대", "채", "통",
];
const NUMBERS: [&str; 12] = [
    "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "스무", "몇",
];
/// Words of their own. 한 joins so much that only what is never a word with it is named.
const WORDS: [&str; 27] = [
    "두통",
    "두대",
    "두장",
    "두개골",
    "두편",
    "두배",
    "두채",
    "세대",
    "세주",
    "세통",
    "세장",
    "세채",
    "세배",
    "세편",
    "세달",
    "세병",
    "세명",
    "네명",
    "네통",
    "열대",
    "열병",
    "열권",
    "열장",
    "열통",
    "열배",
    "네편",
    "세줄",
];
const WITH_ONE: [&str; 9] = [
    "한개",
    "한명",
    "한시간",
    "한마리",
    "한권",
    "한달",
    "한사람",
    "한그루",
    "한켤레",
];
/// What may follow a counter.
const TAILS: [&str; 26] = [
    "이", "가", "을", "를", "은", "는", "의", "에", "도", "만", "로", "으로", "과", "와", "씩",
    "째", "쯤", "이나", "나", "까지", "부터", "정도", "동안", "마다", "입", "뿐",
];

/// Whether the space between a number and its counter is missing there.
pub(super) fn is_joint(cut: &Cut<'_>) -> bool {
    match cut.before {
        "여러" => return starts(cut.rest, &["가지", "번", "명", "개", "사람", "군데", "곳"]),
        "첫" => return starts(cut.rest, &["번째", "째 "]),
        "더" => return cut.rest.starts_with("이상") && !cut.rest.starts_with("이상하"),
        _ => {}
    }
    if !NUMBERS.contains(&cut.before) {
        return false;
    }
    let Some(counter) = COUNTERS
        .iter()
        .find(|counter| cut.rest.starts_with(**counter))
    else {
        return cut.before == "몇"
            && starts(cut.rest, &["시", "년", "주", "분", "월"])
            && cut.rest.chars().count() <= 2;
    };
    let tail = &cut.rest[counter.len()..];
    let whole = format!("{}{counter}", cut.before);
    let is_word = match cut.before {
        "한" => !WITH_ONE.contains(&whole.as_str()),
        _ => WORDS.iter().any(|word| whole.starts_with(word)),
    };
    !is_word && (tail.is_empty() || starts(tail, &TAILS))
}
