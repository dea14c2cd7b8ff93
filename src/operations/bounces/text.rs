//! What a person wrote in an answer: its own text, without what it quotes.

use mail_parser::MessageParser;

/// Mails are read no farther: what a person types is short.
const READ_BYTES: usize = 512 * 1024;
/// More of a text is not kept.
const MOST_CHARS: usize = 8_000;

/// The text of an answer; None: there is none.
pub(super) fn of_person(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(READ_BYTES)];
    let message = MessageParser::default().parse(head)?;
    let text = message.body_text(0)?;
    let own = without_quotes(&text);
    let kept: String = own.trim().chars().take(MOST_CHARS).collect();
    (!kept.is_empty()).then_some(kept)
}

/// Without the lines that a mail program quotes, and the one that announces them.
fn without_quotes(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let is_quote = |line: &str| line.trim_start().starts_with('>');
    if let Some(at) = lines.iter().position(|line| is_quote(line)) {
        // `2026년 11월 30일, 데일리 노트 <…>님이 작성:`, `On … wrote:`, perhaps over two lines.
        let before = lines[..at].iter().rposition(|line| !line.is_empty());
        let announces = before.is_some_and(|before| lines[before].ends_with(':'));
        if let (Some(before), true) = (before, announces) {
            lines.drain(before..at);
        }
    }
    let own: Vec<&str> = lines.into_iter().filter(|line| !is_quote(line)).collect();
    let clean = |c: char| !c.is_control() || c == '\n';
    own.join("\n").chars().filter(|c| clean(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_without_what_it_quotes() {
        let mail = b"From: a@example.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
            Thank you!\r\n\r\nOn Monday, Daily Note <x@example.com> wrote:\r\n> An issue\r\n> of words\r\n";
        assert_eq!(of_person(mail).as_deref(), Some("Thank you!"));
    }

    #[test]
    fn a_mail_of_nothing_has_no_text() {
        assert_eq!(of_person(b""), None);
        assert_eq!(of_person(b"Subject: hi\r\n\r\n\r\n"), None);
    }
}
