//! A person's own words in an answer: what they quote, what announces it and their signature left out.

use mail_parser::decoders::html::html_to_text;

use super::mail_parts::MailParts;

/// A text is read no farther: what a person types is short.
const MOST_BYTES: usize = 64 << 10;

/// How a line ends that announces what is quoted below it, in lower case.
const ANNOUNCEMENTS: &[&str] = &[
    "wrote:",
    "작성:",
    "님의 말:",
    "님의 메시지:",
    "書きました:",
    "書きました：",
    "のメール:",
    "写道:",
    "写道：",
    "schrieb:",
    "a écrit :",
    "a écrit\u{a0}:",
    "escribió:",
    "escreveu:",
    "ha scritto:",
    "كتب:",
];

/// What begins all that is quoted, behind dashes and spaces, in lower case.
const SEPARATORS: &[&str] = &[
    "original message",
    "original appointment",
    "forwarded message",
    "begin forwarded message",
    "원본 메일",
    "원본 메시지",
    "원본메일",
    "전달된 메시지",
    "元のメッセージ",
    "ursprüngliche nachricht",
    "message d'origine",
    "mensaje original",
];

/// The fields that mail programs quote of a header, in lower case; the sender comes first.
const QUOTED_SENDER: &[&str] = &[
    "from",
    "보낸 사람",
    "보낸사람",
    "差出人",
    "von",
    "de",
    "da",
    "发件人",
];
const QUOTED_FIELD: &[&str] = &[
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "보낸 날짜",
    "보낸날짜",
    "날짜",
    "받는 사람",
    "받는사람",
    "참조",
    "제목",
    "送信日時",
    "日付",
    "宛先",
    "件名",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "envoyé",
    "à",
    "objet",
    "enviado",
    "para",
    "asunto",
    "inviato",
    "发送时间",
    "收件人",
    "主题",
];

/// What programs put below a mail, as its last lines begin or end, in lower case.
const PROGRAM_SIGNATURES: &[&str] = &[
    "sent from my ",
    "sent from mail for",
    "sent from outlook",
    "sent via ",
    "get outlook for ",
    "outlook for ios",
    "나의 iphone에서 보냄",
    "내 iphone에서 보냄",
    "iphone에서 보냄",
    "내 galaxy에서 보낸",
    "내 galaxy에서 전송",
    "galaxy에서 보냄",
    "네이버 메일앱에서",
    "iphoneから送信",
    "von meinem ",
    "envoyé de mon ",
    "enviado desde mi ",
];

/// What HTML of mail programs calls the part in which all is quoted.
const QUOTING_HTML: &[&str] = &[
    "gmail_quote",
    "moz-cite-prefix",
    "yahoo_quoted",
    "divrplyfwdmsg",
    "appendonsend",
    "protonmail_quote",
    "mail-editor-reference-message-container",
];

/// The words of whoever wrote a mail; None: there are none.
#[must_use]
pub fn own_words_of(mail: &[u8]) -> Option<String> {
    let parts = MailParts::of(mail);
    let own = match &parts.html {
        Some(html) => own_words(&html_to_text(&without_quoted_html(html))),
        None => own_words(&parts.narrative),
    };
    (!own.is_empty()).then_some(own)
}

/// A person's own words in a text.
pub(super) fn own_words(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(MOST_BYTES.min(text.len()))];
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    if let Some(end) = (0..lines.len()).find(|at| begins_the_quoted(&lines, *at)) {
        lines.truncate(end);
    }
    if let Some(at) = lines.iter().position(|line| announces(line)) {
        let first = first_of_announcement(&lines, at);
        // Where what is quoted bears no mark, all that follows is.
        match lines[at..].iter().any(|line| is_marked(line)) {
            true => drop(lines.drain(first..=at)),
            false => lines.truncate(first),
        }
    }
    if let Some(signature) = lines.iter().position(|line| line.trim_start() == "--") {
        lines.truncate(signature);
    }
    lines.retain(|line| !is_marked(line));
    while lines.last().is_some_and(|line| is_below_a_mail(line)) {
        lines.pop();
    }
    let clean = |c: &char| !c.is_control() || *c == '\n';
    let own: String = lines.join("\n").chars().filter(clean).collect();
    own.trim().to_owned()
}

fn is_marked(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

fn announces(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    !is_marked(&line) && ANNOUNCEMENTS.iter().any(|end| line.ends_with(end))
}

/// `On Monday, 30 November 2026, The Daily Note <…>` may stand on a line of its own above `wrote:`.
fn first_of_announcement(lines: &[&str], at: usize) -> usize {
    let tells_when = |line: &str| line.chars().any(|c| c.is_ascii_digit());
    let is_begun_above = !tells_when(lines[at]);
    match at.checked_sub(1).map(|above| lines[above]) {
        Some(above) if is_begun_above && (tells_when(above) || above.contains('<')) => at - 1,
        _ => at,
    }
}

/// Whether all that is quoted begins here: a separator, or the header of the mail that is answered.
fn begins_the_quoted(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim();
    if line.len() >= 8 && line.bytes().all(|byte| byte == b'_') {
        return true;
    }
    let bare = line
        .trim_matches(['-', ' ', '=', '<', '>', ':'])
        .to_lowercase();
    let is_ruled = line.starts_with("--") || bare.starts_with("begin forwarded");
    if is_ruled && SEPARATORS.iter().any(|words| bare.starts_with(words)) {
        return true;
    }
    let next = lines[at + 1..].iter().find(|line| !line.trim().is_empty());
    has_field(line, QUOTED_SENDER) && next.is_some_and(|next| has_field(next, QUOTED_FIELD))
}

/// Whether a line is such a field: `보낸 사람: …`, `*From:* …`.
fn has_field(line: &str, names: &[&str]) -> bool {
    let line = line.trim_start_matches(['*', ' ']).to_lowercase();
    let Some((name, _)) = line.split_once([':', '：']) else {
        return false;
    };
    names.contains(&name.trim_matches(['*', ' ', '\u{a0}']))
}

fn is_below_a_mail(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let is_signed = |words: &&str| line.starts_with(*words) || line.ends_with(words.trim_end());
    line.is_empty() || (line.chars().count() < 80 && PROGRAM_SIGNATURES.iter().any(is_signed))
}

/// HTML without what it quotes.
fn without_quoted_html(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let end = QUOTING_HTML
        .iter()
        .filter_map(|mark| lower.find(mark))
        // From the tag on that bears the mark.
        .filter_map(|at| lower[..at].rfind('<'))
        .min()
        .unwrap_or(html.len());
    let (mut own, mut depth, mut at) = (String::with_capacity(end), 0_usize, 0);
    while let Some(tag) = lower[at..end].find('<').map(|tag| at + tag) {
        if depth == 0 {
            own.push_str(&html[at..tag]);
        }
        let rest = &lower[tag..end];
        let after = rest.find('>').map_or(end, |close| tag + close + 1);
        if rest.starts_with("<blockquote") {
            depth += 1;
        } else if rest.starts_with("</blockquote") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 {
            own.push_str(&html[tag..after]);
        }
        at = after;
    }
    if depth == 0 {
        own.push_str(&html[at..end]);
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_text(text: &str) -> String {
        own_words(text)
    }

    #[test]
    fn what_programs_quote_below_an_answer_is_none_of_its_words() {
        for quoted in [
            "On Mon, Nov 30, 2026 at 8:00 AM The Daily Note <hello@example.com> wrote:\n> An issue\n> of words\n",
            "On Mon, Nov 30, 2026 at 8:00 AM The Daily Note <hello@example.com>\nwrote:\n\n> An issue\n",
            "2026년 11월 30일 (월) 오전 8:00, 데일리 노트 <hello@example.com>님이 작성:\n\n> 글 하나\n",
            "2026. 11. 30. 오전 8:00, 데일리 노트 <hello@example.com> 작성:\n\n글 하나, 표시 없이\n",
            "-----Original Message-----\nFrom: \"데일리 노트\"<hello@example.com>\nTo: <a@example.com>\n\n글 하나\n",
            "--------- 원본 메일 ---------\n보낸사람: 데일리 노트\n글 하나\n",
            "________________________________\nFrom: The Daily Note\nSent: Monday\n\nAn issue\n",
            "보낸 사람: 데일리 노트 <hello@example.com>\n보낸 날짜: 2026년 11월 30일 월요일\n받는 사람: a@example.com\n제목: 글\n\n글 하나\n",
            "-- \nMinji Kim\n+82 2 000 0000\n",
            "나의 iPhone에서 보냄\n",
            "Sent from my iPhone\n\nOn 30 Nov 2026, at 08:00, The Daily Note <hello@example.com> wrote:\n\nAn issue\n",
        ] {
            let answer = format!("잘 읽었습니다.\n두 번째 이야기가 좋았어요.\n\n{quoted}");
            assert_eq!(
                of_text(&answer),
                "잘 읽었습니다.\n두 번째 이야기가 좋았어요.",
                "{quoted}"
            );
        }
    }

    #[test]
    fn what_is_answered_between_and_below_the_quoted_stays() {
        let answer = "Hello!\n\nOn Monday, 30 November 2026, The Daily Note <x@example.com> wrote:\n\
                      > An issue\nThis was good.\n> of words\n\nAnd thank you.\n";
        assert_eq!(
            of_text(answer),
            "Hello!\n\nThis was good.\n\nAnd thank you."
        );
    }

    #[test]
    fn a_person_may_write_as_programs_do() {
        for own in [
            "From: everything I read this week, yours was best.\nThank you.",
            "She wrote a letter, and I read it.",
            "-- you know what I mean -- it was good",
            "제목: 이 낱말로 시작해도 제 글입니다.",
        ] {
            assert_eq!(of_text(own), own);
        }
    }

    #[test]
    fn html_alone_is_read_without_its_quotations() {
        let html = "<html><head><style>p{color:red}</style></head><body><p>좋은 글이었어요. 1 &lt; 2</p>\
                    <blockquote type=\"cite\"><p>글 하나</p><blockquote>더</blockquote></blockquote><p>고맙습니다.</p>\
                    <div class=\"gmail_quote\">On Monday wrote: <p>An issue</p></div></body></html>";
        let mail =
            format!("From: a@example.com\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}");
        let own = own_words_of(mail.as_bytes()).unwrap();
        assert!(
            own.contains("좋은 글이었어요. 1 < 2") && own.contains("고맙습니다."),
            "{own}"
        );
        assert!(
            !own.contains("글 하나") && !own.contains("더") && !own.contains("issue"),
            "{own}"
        );
        assert!(!own.contains("color"), "{own}");
    }

    #[test]
    fn a_mail_of_nothing_has_no_words() {
        assert_eq!(own_words_of(b""), None);
        assert_eq!(own_words_of(b"Subject: hi\r\n\r\n\r\n"), None);
        assert_eq!(
            own_words_of(b"Subject: hi\r\n\r\n> all\r\n> quoted\r\n"),
            None
        );
    }
}
