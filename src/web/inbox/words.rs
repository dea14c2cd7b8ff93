//! The page's words, in the reader's language.

use axum::http::HeaderMap;

use crate::web::language;

/// What the page says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) language: &'static str,
    pub(super) inbox: &'static str,
    /// After the figure: of one, of any other number.
    pub(super) count: [&'static str; 2],
    pub(super) search: &'static str,
    pub(super) empty: &'static str,
    pub(super) empty_hint: &'static str,
    pub(super) nothing_found: &'static str,
    pub(super) choose: &'static str,
    pub(super) new_mail: &'static str,
    pub(super) newer: &'static str,
    pub(super) older: &'static str,
    pub(super) back: &'static str,
    pub(super) no_subject: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) html: &'static str,
    pub(super) text: &'static str,
    pub(super) source: &'static str,
    pub(super) desktop: &'static str,
    pub(super) phone: &'static str,
    pub(super) download: &'static str,
    pub(super) blocked: &'static str,
    pub(super) load: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    inbox: "Inbox",
    count: [" message", " messages"],
    search: "Find a recipient",
    empty: "No mail yet.",
    empty_hint: "Whatever is sent through the embedded inbox arrives here; this page notices by itself.",
    nothing_found: "No mail to anybody of that name.",
    choose: "Choose a message to read it as its reader does.",
    new_mail: "New mail",
    newer: "Newer",
    older: "Older",
    back: "All mail",
    no_subject: "(no subject)",
    from: "From",
    to: "To",
    html: "Mail",
    text: "Text",
    source: "Source",
    desktop: "Desktop",
    phone: "Phone",
    download: "Download .eml",
    blocked: "Images from elsewhere are not loaded.",
    load: "Load them",
};

const KOREAN: Words = Words {
    language: "ko",
    inbox: "받은 편지함",
    count: ["통", "통"],
    search: "받는 사람 찾기",
    empty: "아직 온 메일이 없습니다.",
    empty_hint: "내장 편지함으로 보낸 메일이 이곳에 도착합니다. 새 메일이 오면 화면이 스스로 바뀝니다.",
    nothing_found: "그런 이름으로 온 메일이 없습니다.",
    choose: "메일을 고르면 독자가 보는 모습 그대로 펼쳐집니다.",
    new_mail: "새 메일이 왔습니다",
    newer: "이전 쪽",
    older: "다음 쪽",
    back: "전체 메일",
    no_subject: "(제목 없음)",
    from: "보낸 사람",
    to: "받는 사람",
    html: "메일",
    text: "텍스트",
    source: "원문",
    desktop: "데스크톱",
    phone: "휴대폰",
    download: ".eml 내려받기",
    blocked: "외부 이미지를 불러오지 않았습니다.",
    load: "불러오기",
};

impl Words {
    /// The first language of Accept-Language that we have words for.
    pub(super) fn for_reader(headers: &HeaderMap) -> &'static Self {
        language::chosen(headers, &KOREAN, &ENGLISH)
    }
}
