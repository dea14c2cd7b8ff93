//! Columns that stand under one another on a terminal, where a Hangul syllable is two wide.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Output;
use crate::words::Said;

/// No column but the last grows beyond this for alignment's sake; a longer cell pushes its row on.
const WIDEST: usize = 40;

/// Rows aligned by the width that a terminal gives them; the last column is left as it is.
pub(crate) fn table<const N: usize>(
    header: [Said; N],
    rows: &[[String; N]],
    output: &Output,
) -> String {
    aligned(header.map(|head| output.words(head)), rows)
}

fn aligned<const N: usize>(header: [String; N], rows: &[[String; N]]) -> String {
    let mut widths = header.each_ref().map(|head| head.width());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width().min(WIDEST));
        }
    }
    let mut text = String::new();
    for row in std::iter::once(&header).chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            let padding = width.saturating_sub(cell.width()) + 2;
            line.extend(std::iter::repeat_n(' ', padding));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// `text` with spaces up to a width.
pub(crate) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// `text` no wider than `width`; what is cut off leaves a `…`.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        if kept.width() + character.width().unwrap_or_default() + 1 > width {
            break;
        }
        kept.push(character);
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_never_wider_than_its_column() {
        assert_eq!(cut("열두 칸의 규칙", 14), "열두 칸의 규칙");
        assert_eq!(cut("열두 칸의 규칙", 13), "열두 칸의 규…");
        assert_eq!(cut("열두 칸의 규칙", 12), "열두 칸의…");
        assert_eq!(cut("열두 칸의 규칙", 4), "열…");
        assert_eq!(padded("열두", 6), "열두  ");
        for width in 1..20 {
            assert!(cut("a열b두c칸d의e규f칙", width).width() <= width);
        }
    }

    #[test]
    fn hangul_counts_two() {
        let rows = [
            ["민지".to_owned(), "a@example.com".to_owned()],
            ["Ada L.".to_owned(), "b@example.com".to_owned()],
            [String::new(), "c@example.com".to_owned()],
        ];
        assert_eq!(
            aligned(["NAME".to_owned(), "ADDRESS".to_owned()], &rows),
            "NAME    ADDRESS\n민지    a@example.com\nAda L.  b@example.com\n        c@example.com\n"
        );
    }
}
