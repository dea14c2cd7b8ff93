//! A table as aligned columns; where it is too wide for the page, a record for each row.

use super::wrap::{unglued, width, wrap};

const GAP: &str = "  ";

/// The lines of a table. Cells are already text; `columns` is the page's width.
pub(super) fn table(
    head: &[String],
    rows: Vec<Vec<String>>,
    alignments: &[&str],
    columns: usize,
) -> Vec<String> {
    let flat = |cell: &String| cell.replace('\n', " ");
    let head: Vec<String> = head.iter().map(flat).collect();
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(flat).collect())
        .collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|at| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            cells
                .chain(head.get(at))
                .map(|cell| width(cell))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let total = widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
    if total > columns {
        return records(&head, &rows, columns);
    }
    let line = |cells: &[String]| {
        let cells: Vec<String> = widths
            .iter()
            .enumerate()
            .map(|(at, width)| {
                let cell = cells.get(at).map_or("", String::as_str);
                padded(cell, *width, alignments.get(at).copied().unwrap_or("left"))
            })
            .collect();
        unglued(cells.join(GAP).trim_end()).into_owned()
    };
    let mut lines = vec![line(&head)];
    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    lines.push(rules.join(GAP));
    lines.extend(rows.iter().map(|row| line(row)));
    lines
}

fn padded(cell: &str, columns: usize, alignment: &str) -> String {
    let free = columns.saturating_sub(width(cell));
    let before = match alignment {
        "right" => free,
        "center" => free / 2,
        _ => 0,
    };
    format!("{}{cell}{}", " ".repeat(before), " ".repeat(free - before))
}

fn records(head: &[String], rows: &[Vec<String>], columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for row in rows {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        for (at, cell) in row.iter().enumerate() {
            let name = head.get(at).map_or("", String::as_str);
            let entry = if name.is_empty() {
                cell.clone()
            } else {
                format!("{name}: {cell}")
            };
            lines.extend(wrap(&entry, columns));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn columns_align_by_what_is_seen_and_numbers_end_together() {
        let rows = vec![cells(&["서울", "1,024"]), cells(&["Busan", "9"])];
        assert_eq!(
            table(&cells(&["도시", "수"]), rows, &["left", "right"], 72),
            [
                "도시      수",
                "-----  -----",
                "서울   1,024",
                "Busan      9"
            ]
        );
    }

    #[test]
    fn a_table_too_wide_for_the_page_becomes_records() {
        let rows = vec![cells(&["서울특별시", "구백만 명이 조금 넘는다"])];
        assert_eq!(
            table(&cells(&["도시", "사람"]), rows, &["left", "left"], 20),
            ["도시: 서울특별시", "사람: 구백만 명이", "조금 넘는다"]
        );
    }
}
