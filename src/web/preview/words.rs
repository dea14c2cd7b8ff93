//! The pages' words, in the reader's language. Findings speak English, as `check` does.

use std::time::Duration;

use axum::http::HeaderMap;
use chrono::{Datelike, NaiveDate};

use super::asked::{Part, View};
use crate::{
    check::{ClientView, Level},
    schedule::SlotState,
    web::language,
};

/// What the pages say.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) language: &'static str,
    pub(super) preview: &'static str,
    pub(super) skip: &'static str,
    pub(super) issues: &'static str,
    pub(super) show_all: &'static str,
    pub(super) views: &'static str,
    pub(super) sources: &'static str,
    pub(super) clients: &'static str,
    pub(super) width: &'static str,
    pub(super) wide: &'static str,
    pub(super) narrow: &'static str,
    pub(super) mail: &'static str,
    pub(super) reader: &'static str,
    pub(super) nameless: &'static str,
    pub(super) named: &'static str,
    pub(super) find_reader: &'static str,
    pub(super) no_such_reader: &'static str,
    /// `{}` is how many.
    pub(super) further_readers: &'static str,
    pub(super) unknown_reader: &'static str,
    pub(super) faults: &'static str,
    pub(super) stale: &'static str,
    pub(super) never_good: &'static str,
    pub(super) gone: &'static str,
    pub(super) nothing: &'static str,
    pub(super) nothing_hint: &'static str,
    pub(super) findings: &'static str,
    pub(super) clean: &'static str,
    pub(super) allowed: &'static str,
    pub(super) silence: &'static str,
    pub(super) reason: &'static str,
    pub(super) size: &'static str,
    pub(super) clip: &'static str,
    pub(super) clipped: &'static str,
    pub(super) reading: &'static str,
    pub(super) links: &'static str,
    pub(super) no_links: &'static str,
    pub(super) pictures: &'static str,
    pub(super) no_pictures: &'static str,
    pub(super) no_alt: &'static str,
    pub(super) open_lines: &'static str,
    pub(super) here: &'static str,
    pub(super) sender: &'static str,
    pub(super) subject: &'static str,
    pub(super) preheader: &'static str,
    pub(super) characters: &'static str,
    pub(super) unread_widths: &'static str,
    pub(super) desktop: &'static str,
    pub(super) phone: &'static str,
    pub(super) keys: &'static str,
    pub(super) key_views: &'static str,
    pub(super) key_findings: &'static str,
    pub(super) key_issues: &'static str,
    pub(super) key_readers: &'static str,
    pub(super) key_help: &'static str,
    pub(super) keys_on: &'static str,
    pub(super) close: &'static str,
    pub(super) live: &'static str,
    pub(super) lost: &'static str,
    pub(super) renewed: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    preview: "Preview",
    skip: "To the mail",
    issues: "Issues",
    show_all: "The whole archive",
    views: "Views",
    sources: "Sources",
    clients: "Clients",
    width: "Width",
    wide: "Desktop",
    narrow: "Phone",
    mail: "The mail",
    reader: "As",
    nameless: "somebody without a name",
    named: "somebody with a name",
    find_reader: "Find a reader",
    no_such_reader: "No reader of that name or address.",
    further_readers: "and {} more: find them by name or address",
    unknown_reader: "not on the list",
    faults: "This keeps the files from being shown as they are",
    stale: "Below is the last good one.",
    never_good: "Nothing can be shown until this is mended.",
    gone: "There is no issue of that name.",
    nothing: "No issues yet.",
    nothing_hint: "Begin one; this page notices by itself:",
    findings: "Findings",
    clean: "Nothing to mend.",
    allowed: "Allowed",
    silence: "To leave it so, in the front matter:",
    reason: "your reason",
    size: "Size",
    clip: "Gmail clips at 102 KB",
    clipped: "Gmail will clip this mail",
    reading: "Reading time",
    links: "Links",
    no_links: "None.",
    pictures: "Images",
    no_pictures: "None.",
    no_alt: "no alternative text",
    open_lines: "Lines open in",
    here: "this page",
    sender: "Sender",
    subject: "Subject",
    preheader: "Preheader",
    characters: " characters",
    unread_widths: "Cut at the usual widths of each list, in this machine’s fonts; windows and settings differ. Naver’s list on the desktop shows no preheader.",
    desktop: "Desktop",
    phone: "Phone",
    keys: "Keys",
    key_views: "the views, from left to right",
    key_findings: "next and previous finding",
    key_issues: "previous and next issue",
    key_readers: "choose a reader",
    key_help: "this help",
    keys_on: "Single keys work",
    close: "Close",
    live: "Follows your files",
    lost: "Not connected; trying again",
    renewed: "Renewed",
};

const KOREAN: Words = Words {
    language: "ko",
    preview: "미리보기",
    skip: "메일로 건너뛰기",
    issues: "호 목록",
    show_all: "지난 호 모두 보기",
    views: "보기",
    sources: "원본",
    clients: "메일 앱",
    width: "너비",
    wide: "데스크톱",
    narrow: "휴대폰",
    mail: "메일",
    reader: "받는 사람",
    nameless: "이름을 모르는 독자",
    named: "이름이 있는 독자",
    find_reader: "독자 찾기",
    no_such_reader: "그런 이름이나 주소의 독자가 없습니다.",
    further_readers: "그 밖에 {}명이 더 있습니다. 이름이나 주소로 찾아보세요.",
    unknown_reader: "명단에 없음",
    faults: "파일을 지금 모습대로 보여 줄 수 없습니다",
    stale: "아래는 마지막으로 제대로 만들어진 메일입니다.",
    never_good: "이것을 고쳐야 메일을 볼 수 있습니다.",
    gone: "그런 이름의 호가 없습니다.",
    nothing: "아직 쓴 호가 없습니다.",
    nothing_hint: "새 호를 시작하면 이 화면에 바로 나타납니다.",
    findings: "점검",
    clean: "고칠 것이 없습니다.",
    allowed: "허용함",
    silence: "그대로 두려면 머리말에 적으세요.",
    reason: "이유",
    size: "크기",
    clip: "지메일은 102KB에서 자릅니다",
    clipped: "지메일이 이 메일을 자릅니다",
    reading: "읽는 시간",
    links: "링크",
    no_links: "없습니다.",
    pictures: "이미지",
    no_pictures: "없습니다.",
    no_alt: "대체 텍스트 없음",
    open_lines: "줄을 여는 곳",
    here: "이 화면",
    sender: "보낸 사람",
    subject: "제목",
    preheader: "미리보기 문구",
    characters: "자",
    unread_widths: "각 목록의 보통 너비에서, 이 컴퓨터의 글꼴로 자른 모습입니다. 창 크기와 설정에 따라 다릅니다. 네이버 메일의 데스크톱 목록에는 미리보기 문구가 없습니다.",
    desktop: "데스크톱",
    phone: "휴대폰",
    keys: "단축키",
    key_views: "보기를 왼쪽부터 차례로",
    key_findings: "다음·이전 점검 항목",
    key_issues: "이전·다음 호",
    key_readers: "독자 고르기",
    key_help: "이 도움말",
    keys_on: "한 글자 단축키 쓰기",
    close: "닫기",
    live: "파일을 따라갑니다",
    lost: "연결이 끊겨 다시 잇는 중입니다",
    renewed: "새로 그렸습니다",
};

impl Words {
    /// The first language of Accept-Language that we have words for.
    pub(super) fn for_reader(headers: &HeaderMap) -> &'static Self {
        language::chosen(headers, &KOREAN, &ENGLISH)
    }

    fn is_korean(&self) -> bool {
        self.language == KOREAN.language
    }

    /// A view's name.
    pub(super) fn view(&self, view: View) -> &'static str {
        let [english, korean] = match view {
            View::Desktop => ["Desktop", "데스크톱"],
            View::Phone => ["Phone", "휴대폰"],
            View::Dark => ["Dark", "어두운 화면"],
            View::Text => ["Text", "텍스트"],
            View::Inbox => ["Inbox line", "받은편지함"],
            View::Source => ["Source", "원본"],
            View::Clients => ["Clients", "메일 앱"],
        };
        if self.is_korean() { korean } else { english }
    }

    /// A source's name.
    pub(super) fn part(&self, part: Part) -> &'static str {
        let [english, korean] = match part {
            Part::Manuscript => ["Manuscript", "원고"],
            Part::Html => ["HTML", "HTML"],
            Part::Text => ["Text", "텍스트"],
            Part::Message => ["Message", "메일 전체"],
        };
        if self.is_korean() { korean } else { english }
    }

    /// Whose view it is.
    pub(super) fn client(&self, client: ClientView) -> &'static str {
        let [english, korean] = match client {
            ClientView::Gmail => ["Gmail", "Gmail"],
            ClientView::GmailForeign => ["Gmail app, other account", "Gmail 앱, 다른 계정"],
            ClientView::Outlook => ["Outlook on Windows", "윈도 Outlook"],
            ClientView::Yahoo => ["Yahoo", "Yahoo"],
            ClientView::ForcedDark => ["Forced dark", "색 반전"],
            ClientView::NoPictures => ["Images off", "이미지 끔"],
            ClientView::Naver => ["Naver", "네이버 메일"],
        };
        if self.is_korean() { korean } else { english }
    }

    /// What of it is simulated, and by whose word.
    pub(super) fn simulation(&self, client: ClientView) -> &'static str {
        let [english, korean] = match client {
            ClientView::Gmail | ClientView::Yahoo => [
                "A simulation: what caniemail.com (June 2026) says this client drops is gone.",
                "모의 화면입니다. caniemail.com(2026년 6월)에 따라 이 앱이 버리는 것을 뺐습니다.",
            ],
            ClientView::GmailForeign => [
                "A simulation: no style sheet, as caniemail.com says of Gmail’s app with an account of another provider.",
                "모의 화면입니다. 다른 회사 계정을 쓰는 Gmail 앱처럼 스타일 시트가 없습니다(caniemail.com).",
            ],
            ClientView::Outlook => [
                "A simulation of Word’s rules: conditional comments, no rounded corners, padding in cells alone, images cut by exact line heights (caniemail.com; MJML #2946).",
                "Word의 규칙을 흉내 낸 화면입니다. 조건부 주석을 읽고, 둥근 모서리가 없고, 여백은 칸에만 있으며, 줄 높이가 고정되면 이미지가 잘립니다(caniemail.com, MJML #2946).",
            ],
            ClientView::ForcedDark => [
                "A simulation: every colour inverted, as some Android apps do, and dark styles ignored.",
                "모의 화면입니다. 일부 안드로이드 앱처럼 색을 모두 뒤집고, 어두운 화면용 스타일은 무시합니다.",
            ],
            ClientView::NoPictures => [
                "Images off: their alternative text is what is left.",
                "이미지를 끈 화면입니다. 대체 텍스트만 보입니다.",
            ],
            ClientView::Naver => [
                "A guess, since Naver publishes nothing: what no webmail lets through is gone.",
                "짐작입니다. 네이버는 공개한 자료가 없어, 어느 웹메일도 받아들이지 않는 것만 뺐습니다.",
            ],
        };
        if self.is_korean() { korean } else { english }
    }

    /// How a slot stands.
    pub(super) fn state(&self, state: Option<SlotState>) -> &'static str {
        let [english, korean] = match state {
            None => ["can’t be read", "읽을 수 없음"],
            Some(SlotState::Missing) => ["missing", "없음"],
            Some(SlotState::Draft) => ["draft", "초안"],
            Some(SlotState::Ready) => ["ready", "준비됨"],
            Some(SlotState::Late) => ["late", "늦음"],
            Some(SlotState::Missed) => ["missed", "지나감"],
            Some(SlotState::Past) => ["past", "지난 날짜"],
            Some(SlotState::Held) => ["on hold", "보류"],
            Some(SlotState::Sending) => ["on its way", "보내는 중"],
            Some(SlotState::Paused) => ["paused", "멈춤"],
            Some(SlotState::Sent) => ["sent", "보냄"],
            Some(SlotState::Cancelled) => ["cancelled", "취소함"],
            Some(SlotState::Conflict) => ["two of a date", "날짜 겹침"],
        };
        if self.is_korean() { korean } else { english }
    }

    /// How bad a finding is.
    pub(super) fn level(&self, level: Level) -> &'static str {
        let [english, korean] = match level {
            Level::Error => ["error", "오류"],
            Level::Warning => ["warning", "경고"],
            Level::Advice => ["advice", "조언"],
        };
        if self.is_korean() { korean } else { english }
    }

    /// `11월 26일 (목)`, `Thu 26 Nov`.
    pub(super) fn date(&self, date: NaiveDate) -> String {
        let weekday = date.weekday().num_days_from_monday() as usize;
        if self.is_korean() {
            let day = ["월", "화", "수", "목", "금", "토", "일"][weekday];
            format!("{}월 {}일 ({day})", date.month(), date.day())
        } else {
            let day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][weekday];
            format!("{day} {} {}", date.day(), MONTHS[date.month0() as usize])
        }
    }

    /// `약 4분`, `about 4 min`.
    pub(super) fn minutes(&self, time: Duration) -> String {
        let minutes = time.as_secs().div_ceil(60).max(1);
        if self.is_korean() {
            format!("약 {minutes}분")
        } else {
            format!("about {minutes} min")
        }
    }

    /// How much there is to read.
    pub(super) fn extent(&self, characters: usize, words: usize) -> String {
        if self.is_korean() {
            format!("{characters}자 · {words}어절")
        } else {
            format!("{words} words · {characters} characters")
        }
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_said_as_people_say_them() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
        assert_eq!(KOREAN.date(date), "11월 26일 (목)");
        assert_eq!(ENGLISH.date(date), "Thu 26 Nov");
        assert_eq!(KOREAN.minutes(Duration::from_secs(181)), "약 4분");
        assert_eq!(ENGLISH.minutes(Duration::ZERO), "about 1 min");
    }
}
