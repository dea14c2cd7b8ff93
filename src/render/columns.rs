//! A table's columns, whichever part of the mail shows them: where their cells stand, and what in them is a
//! number.

use crate::issue::{Alignment, Inline, plain_text};

/// What the writer said of each column; where they said nothing, numbers go to the right.
pub(crate) fn alignments_of(
    alignments: &[Alignment],
    columns: usize,
    rows: &[Vec<Vec<Inline>>],
) -> Vec<&'static str> {
    (0..columns)
        .map(|at| match alignments.get(at) {
            Some(Alignment::Left) => "left",
            Some(Alignment::Center) => "center",
            Some(Alignment::Right) => "right",
            // The first column names its row, even where the name is a number.
            Some(Alignment::None) | None if at > 0 && is_numeric(at, rows) => "right",
            Some(Alignment::None) | None => "left",
        })
        .collect()
}

fn is_numeric(column: usize, rows: &[Vec<Vec<Inline>>]) -> bool {
    let mut numbers = 0;
    for row in rows {
        let text = row
            .get(column)
            .map(|cell| plain_text(cell))
            .unwrap_or_default();
        let text = text.trim();
        if text.is_empty() || ["-", "–", "—"].contains(&text) {
            continue;
        }
        if !is_number(text) {
            return false;
        }
        numbers += 1;
    }
    numbers > 0
}

/// `1,200`, `₩3.5`, `12%`, `3배`, `-0.4`, `24.9%p`: digits, with at most two letters of unit.
pub(super) fn is_number(text: &str) -> bool {
    let letters = text
        .chars()
        .filter(|character| character.is_alphabetic())
        .count();
    text.chars().any(|character| character.is_ascii_digit())
        && letters <= 2
        && text.chars().all(|character| {
            character.is_alphanumeric() || " .,%+-−–~/₩$€£¥()×".contains(character)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_signs_currencies_and_short_units_are_numbers() {
        for text in [
            "1,200", "₩3.5", "12%", "3배", "−0.4", "24.9%p", "1984년", "(12)",
        ] {
            assert!(is_number(text), "{text}");
        }
        for text in ["GPT-4", "오전 8시 반", "없음", "v2 이상"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
