//! Where a report's own words end and the message that it is about begins: the lines by which mail systems say so.

/// Lines that begin the original, in lower case, as they start. From the reports of Exim, qmail, sendmail, GMX,
/// 1&1, Gmail, Exchange, IMail, Notes, MXLogic, m-FILTER, DragonFly, fml, OpenSMTPD, Yahoo, Lotus, Domino.
const OPENINGS: &[&str] = &[
    "------ this is a copy of",
    "----- original message",
    "----- message header follows",
    "----- unsent message follows",
    "----- no message was collected",
    "----- the original message",
    "----- below this line",
    "----- this is a copy of",
    "------- returned message",
    "--- below this line is a copy",
    "--- original message follows",
    "--- the header of the original message",
    "--- here is a copy",
    "---original message",
    "-------original m",
    "-----original message",
    "below is a copy of the original message",
    "below this line is a copy of the message",
    "cabeçalhos originais da mensagem:",
    "en-têtes de message d'origine",
    "included is a copy of the message header",
    "intestazioni originali del messaggio:",
    "message header follow",
    "message headers follow",
    "oorspronkelijke berichtkoppen:",
    "original mail as follows",
    "original message follows",
    "original message headers:",
    "original message header:",
    "received: from mail.zoho.com by mx.zohomail.com",
    "received:from mail.zoho.com by mx.zohomail.com",
    "the attachment contains the original mail headers",
    "ursprüngliche nachrichtenkopfzeilen:",
    "元のメッセージ ヘッダー:",
    "원본 메시지 헤더:",
    "원본 메일",
];

/// A report's own words, and the original that it quotes.
pub(super) fn split(text: &str) -> (&str, &str) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_opening(line) {
            return (&text[..at], &text[at + line.len()..]);
        }
        at += line.len();
    }
    (text, "")
}

fn is_opening(line: &str) -> bool {
    let line = line.trim_start();
    // Few lines begin as one of the openings does.
    let Some(first) = line.chars().next() else {
        return false;
    };
    let may_be = matches!(
        first.to_ascii_lowercase(),
        '-' | 'b' | 'c' | 'e' | 'i' | 'm' | 'o' | 'r' | 't' | 'u' | '元' | '원'
    );
    may_be
        && OPENINGS.iter().any(|opening| {
            line.get(..opening.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(opening))
                || (!line.is_ascii()
                    && !opening.is_ascii()
                    && line.to_lowercase().starts_with(opening))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_ends_where_the_original_begins() {
        let report = "Hi.\n<a@example.com>:\nNo such user.\n\n   ----- Unsent message follows -----\nFrom: b";
        let (told, quoted) = split(report);
        assert!(told.ends_with("No such user.\n\n"));
        assert_eq!(quoted, "From: b");
        assert_eq!(split("no quotation"), ("no quotation", ""));
    }
}
