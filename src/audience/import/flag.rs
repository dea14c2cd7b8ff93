//! Columns that say yes or no, or when: whether somebody agreed, confirmed, left, bounced or complained.
//! What is not understood in one of them is refused by its row: nobody gets mail by a guess.

use super::{
    PersonStanding, SubscriberField, names::normal, service::ServiceQuirks,
    standing::JudgedStanding, status_words,
};
use crate::audience::{SuppressionReason, field};
use crate::words::phrased;

/// What a cell answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlagAnswer {
    Yes,
    No,
    /// `동의`, `구독 중`: a yes to mail, whatever was asked.
    Agreed,
    /// `거부`, `미동의`: a no to mail, also where the column asks for the refusal.
    Declined,
    Nothing,
}

/// How a person stands by one such cell.
pub(super) fn standing_by(
    field: SubscriberField,
    column: &str,
    cell: &str,
    sheet: &ServiceQuirks,
) -> Result<JudgedStanding, String> {
    use FlagAnswer::{Agreed, Declined, No, Nothing, Yes};
    use SuppressionReason::{Complaint, HardBounce, Unsubscribed};
    let unclear = || {
        let shown = field::quoted(cell);
        phrased!("what {shown} means under `{column}` can't be known")
    };
    let Some(answer) = answer(cell).or_else(|| mark(cell, column)) else {
        let word = status_words::of_word(&normal(cell), sheet).ok_or_else(unclear)?;
        return Ok(word.into());
    };
    let standing = match (field, answer) {
        (SubscriberField::Subscribed, No | Declined) => PersonStanding::Suppressed(Unsubscribed),
        // There is such a column, and it does not say that they agreed.
        (SubscriberField::Subscribed, Nothing) => PersonStanding::Bystander,
        (SubscriberField::Enabled, No | Declined | Nothing) => PersonStanding::Bystander,
        (SubscriberField::Advertising, No | Declined | Nothing) => {
            return Ok(JudgedStanding {
                standing: PersonStanding::Bystander,
                why: Some(phrased!(
                    "does not agree to advertising by `{column}`; where the newsletter is none, say \
                     --map \"{column}=ignore\""
                )),
            });
        }
        (SubscriberField::Confirmed, No | Declined | Nothing) => PersonStanding::Unconfirmed,
        (SubscriberField::OptedOut, Yes | Declined) => PersonStanding::Suppressed(Unsubscribed),
        (SubscriberField::Bounced, Yes) => PersonStanding::Suppressed(HardBounce),
        (SubscriberField::Complained, Yes) => PersonStanding::Suppressed(Complaint),
        // `수신거부: 동의` may be a yes to mail or to its end.
        (SubscriberField::OptedOut, Agreed)
        | (SubscriberField::Bounced | SubscriberField::Complained, Agreed | Declined) => {
            return Err(unclear());
        }
        _ => PersonStanding::Active,
    };
    Ok(standing.into())
}

/// Whether a cell is as good as empty: programs write much where they know nothing.
pub(super) fn is_blank(cell: &str) -> bool {
    let cell = cell.trim();
    let is_no_date = cell.starts_with("0000-00-00") || cell.starts_with("0001-01-01");
    // No other begins with a digit: dates are many.
    if !is_no_date && cell.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    is_no_date
        || matches!(
            cell.to_lowercase().as_str(),
            "" | "-"
                | "–"
                | "—"
                | "."
                | "[]"
                | "{}"
                | "null"
                | "(null)"
                | "\\n"
                | "nil"
                | "none"
                | "undefined"
                | "nan"
                | "n/a"
                | "#n/a"
                | "na"
                | "없음"
                | "해당없음"
        )
}

/// Whether a cell that should hold the date of a departure says that there was none.
pub(super) fn is_no_departure(cell: &str) -> bool {
    is_blank(cell) || answer(cell) == Some(FlagAnswer::No)
}

/// None: neither yes nor no. (`x` is a tick in English and a no in Korean.)
pub(super) fn answer(cell: &str) -> Option<FlagAnswer> {
    if is_blank(cell) {
        return Some(FlagAnswer::Nothing);
    }
    let word = cell.trim().to_lowercase();
    match word.as_str() {
        "✓" | "✔" | "☑" | "✅" | "○" | "◯" | "〇" | "●" => {
            return Some(FlagAnswer::Yes);
        }
        "×" | "✕" | "✗" | "✘" | "❌" => return Some(FlagAnswer::No),
        _ => {}
    }
    let answer = match normal(&word).as_str() {
        "true" | "t" | "yes" | "y" | "1" | "on" | "o" | "checked" | "wahr" | "ja" | "vrai"
        | "oui" | "sí" | "si" | "sì" | "sim" | "verdadero" | "verdadeiro" | "vero" | "はい"
        | "是" | "да" | "예" | "네" | "참" | "있음" => FlagAnswer::Yes,
        "false" | "f" | "no" | "n" | "0" | "off" | "unchecked" | "falsch" | "nein" | "faux"
        | "non" | "não" | "nao" | "falso" | "nee" | "いいえ" | "否" | "нет" | "아니오"
        | "아니요" | "아니" | "아뇨" | "거짓" => FlagAnswer::No,
        "동의" | "동의함" | "동의합니다" | "예동의합니다" | "네동의합니다" | "예동의" | "수신"
        | "수신함" | "수신동의" | "수신동의함" | "수신허용" | "허용" | "구독" | "구독중"
        | "구독함" | "agree" | "iagree" | "agreed" | "yesiagree" | "accept" | "accepted"
        | "同意する" | "希望する" | "受信する" | "購読する" | "希望" => {
            FlagAnswer::Agreed
        }
        "미동의"
        | "비동의"
        | "부동의"
        | "동의안함"
        | "동의하지않음"
        | "동의하지않습니다"
        | "아니요동의하지않습니다"
        | "아니오동의하지않습니다"
        | "동의거부"
        | "거부"
        | "거부함"
        | "거절"
        | "미수신"
        | "수신안함"
        | "수신하지않음"
        | "수신거부"
        | "미구독"
        | "구독안함"
        | "비구독"
        | "불허"
        | "disagree"
        | "idonotagree"
        | "decline"
        | "declined"
        | "refused"
        | "同意しない"
        | "希望しない"
        | "受信しない"
        | "購読しない"
        | "不要" => FlagAnswer::Declined,
        _ if is_moment(&word) => FlagAnswer::Yes,
        _ => return None,
    };
    Some(answer)
}

/// Beside a circle for yes, a cross is a no: under a column that is named in Korean or Japanese.
fn mark(cell: &str, column: &str) -> Option<FlagAnswer> {
    let is_of_the_east =
        |c: char| matches!(c, '\u{3040}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '가'..='힣');
    let is_no = cell.trim().eq_ignore_ascii_case("x") && column.contains(is_of_the_east);
    is_no.then_some(FlagAnswer::No)
}

/// A date where a yes was expected says yes, and when.
fn is_moment(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() >= 4
        && field::moment(text, chrono_tz::Tz::UTC, None).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(field: SubscriberField, cell: &str) -> Result<PersonStanding, String> {
        let sheet = ServiceQuirks::of_header(&[]);
        standing_by(field, "column", cell, sheet).map(|verdict| verdict.standing)
    }

    #[test]
    fn a_no_to_mail_and_a_yes_to_leaving_are_departures_in_any_words() {
        let left = Ok(PersonStanding::Suppressed(SuppressionReason::Unsubscribed));
        for no in [
            "false",
            "FALSE",
            "No",
            "n",
            "0",
            "off",
            "아니요",
            "nein",
            "non",
            "いいえ",
        ] {
            assert_eq!(by(SubscriberField::Subscribed, no), left, "{no}");
            assert_eq!(
                by(SubscriberField::OptedOut, no),
                Ok(PersonStanding::Active),
                "{no}"
            );
            assert_eq!(
                by(SubscriberField::Confirmed, no),
                Ok(PersonStanding::Unconfirmed),
                "{no}"
            );
        }
        for yes in ["true", "Yes", "Y", "1", "예", "ja", "2024-01-02 03:04:05"] {
            assert_eq!(by(SubscriberField::OptedOut, yes), left, "{yes}");
            assert_eq!(
                by(SubscriberField::Subscribed, yes),
                Ok(PersonStanding::Active),
                "{yes}"
            );
        }
        assert_eq!(by(SubscriberField::Subscribed, "unsubscribed"), left);
    }

    #[test]
    fn a_refusal_in_words_is_one_whatever_the_column_asks() {
        let left = Ok(PersonStanding::Suppressed(SuppressionReason::Unsubscribed));
        for declined in [
            "미동의",
            "동의하지 않습니다",
            "거부",
            "수신 거부",
            "미구독",
            "I do not agree",
        ] {
            for field in [SubscriberField::Subscribed, SubscriberField::OptedOut] {
                assert_eq!(by(field, declined), left, "{declined}");
            }
            assert_eq!(
                by(SubscriberField::Advertising, declined),
                Ok(PersonStanding::Bystander)
            );
        }
        for agreed in ["동의", "예, 동의합니다", "수신", "구독 중", "I agree"] {
            for field in [SubscriberField::Subscribed, SubscriberField::Advertising] {
                assert_eq!(by(field, agreed), Ok(PersonStanding::Active), "{agreed}");
            }
            assert!(by(SubscriberField::OptedOut, agreed).is_err(), "{agreed}");
        }
    }

    #[test]
    fn what_is_neither_is_nobodys_yes() {
        for cell in ["x", "maybe", "2", "?"] {
            assert!(by(SubscriberField::Subscribed, cell).is_err(), "{cell}");
            assert!(by(SubscriberField::OptedOut, cell).is_err(), "{cell}");
        }
        for nothing in ["", "NULL", "-", "0000-00-00 00:00:00"] {
            assert_eq!(
                by(SubscriberField::Subscribed, nothing),
                Ok(PersonStanding::Bystander)
            );
            assert_eq!(
                by(SubscriberField::OptedOut, nothing),
                Ok(PersonStanding::Active)
            );
        }
    }
}
