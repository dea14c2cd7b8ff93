//! Columns that say yes or no, or when: whether somebody agreed, confirmed, left, bounced or complained.
//! What is not understood in one of them is refused by its row: nobody gets mail by a guess.

use super::{Field, Service, Standing, columns::normal, standing};
use crate::audience::{SuppressionReason, field};

/// What a cell answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    Nothing,
}

/// How a person stands by one such cell.
pub(super) fn standing_by(
    field: Field,
    column: &str,
    cell: &str,
    service: Service,
) -> Result<Standing, String> {
    use SuppressionReason::{Complaint, HardBounce, Unsubscribed};
    let Some(answer) = answer(cell) else {
        let word = standing::of_word(&normal(cell), service);
        return word.ok_or_else(|| {
            let shown = field::quoted(cell);
            format!("what {shown} means under `{column}` can't be told")
        });
    };
    Ok(match (field, answer) {
        (Field::Subscribed, Answer::No) => Standing::Suppressed(Unsubscribed),
        // There is such a column, and it does not say that they agreed.
        (Field::Subscribed, Answer::Nothing) => Standing::Bystander,
        (Field::Confirmed, Answer::No | Answer::Nothing) => Standing::Unconfirmed,
        (Field::OptedOut, Answer::Yes) => Standing::Suppressed(Unsubscribed),
        (Field::Bounced, Answer::Yes) => Standing::Suppressed(HardBounce),
        (Field::Complained, Answer::Yes) => Standing::Suppressed(Complaint),
        _ => Standing::Active,
    })
}

/// Whether a cell is as good as empty: programs write much where they know nothing.
pub(super) fn is_blank(cell: &str) -> bool {
    let cell = cell.trim();
    let is_no_date = cell.starts_with("0000-00-00");
    is_no_date
        || matches!(
            cell.to_lowercase().as_str(),
            "" | "-" | "–" | "—" | "null" | "nil" | "none" | "n/a" | "na" | "없음"
        )
}

/// Whether a cell that should hold the date of a departure says that there was none.
pub(super) fn is_no_departure(cell: &str) -> bool {
    is_blank(cell) || answer(cell) == Some(Answer::No)
}

/// None: neither yes nor no. (`x` is a tick in English and a no in Korean.)
fn answer(cell: &str) -> Option<Answer> {
    if is_blank(cell) {
        return Some(Answer::Nothing);
    }
    let word = cell.trim().to_lowercase();
    match word.as_str() {
        "true" | "t" | "yes" | "y" | "1" | "on" | "o" | "✓" | "✔" | "예" | "네" | "참" | "동의"
        | "동의함" | "수신" | "수신함" | "수신동의" | "구독" | "구독중" | "구독 중" => {
            Some(Answer::Yes)
        }
        "false"
        | "f"
        | "no"
        | "n"
        | "0"
        | "off"
        | "아니오"
        | "아니요"
        | "아니"
        | "거짓"
        | "미동의"
        | "비동의"
        | "동의안함"
        | "동의 안 함"
        | "동의하지 않음"
        | "거부"
        | "미수신"
        | "수신안함"
        | "수신 안 함"
        | "미구독"
        | "구독안함"
        | "구독 안 함" => Some(Answer::No),
        _ if is_moment(&word) => Some(Answer::Yes),
        _ => None,
    }
}

/// A date where a yes was expected says yes, and when.
fn is_moment(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() >= 4
        && field::moment(text, chrono_tz::Tz::UTC).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(field: Field, cell: &str) -> Result<Standing, String> {
        standing_by(field, "column", cell, Service::Generic)
    }

    #[test]
    fn a_no_to_mail_and_a_yes_to_leaving_are_departures_in_any_words() {
        let left = Ok(Standing::Suppressed(SuppressionReason::Unsubscribed));
        for no in [
            "false",
            "FALSE",
            "No",
            "n",
            "0",
            "off",
            "아니요",
            "미동의",
            "거부",
            "미구독",
        ] {
            assert_eq!(by(Field::Subscribed, no), left, "{no}");
            assert_eq!(by(Field::OptedOut, no), Ok(Standing::Active), "{no}");
            assert_eq!(by(Field::Confirmed, no), Ok(Standing::Unconfirmed), "{no}");
        }
        for yes in ["true", "Yes", "Y", "1", "예", "2024-01-02 03:04:05"] {
            assert_eq!(by(Field::OptedOut, yes), left, "{yes}");
            assert_eq!(by(Field::Subscribed, yes), Ok(Standing::Active), "{yes}");
        }
        assert_eq!(by(Field::Subscribed, "unsubscribed"), left);
        assert_eq!(by(Field::OptedOut, "수신거부"), left);
    }

    #[test]
    fn what_is_neither_is_nobodys_yes() {
        for cell in ["x", "maybe", "2", "?"] {
            assert!(by(Field::Subscribed, cell).is_err(), "{cell}");
            assert!(by(Field::OptedOut, cell).is_err(), "{cell}");
        }
        for nothing in ["", "NULL", "-", "0000-00-00 00:00:00"] {
            assert_eq!(by(Field::Subscribed, nothing), Ok(Standing::Bystander));
            assert_eq!(by(Field::OptedOut, nothing), Ok(Standing::Active));
        }
    }
}
