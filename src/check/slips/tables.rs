//! Tables that come out other than they were typed: without their line of dashes, with rows that have more cells than
//! the head, with the next paragraph for a last row.

use super::{
    super::Findings,
    NO_RULE_LINE, RAGGED_TABLE, TABLE_TAIL,
    source_lines::{SourceLine, SourceLines, without_container},
};
use crate::words::say;

pub(super) fn check(lines: &SourceLines<'_>, findings: &mut Findings<'_>) {
    let mut block: Vec<&SourceLine<'_>> = Vec::new();
    for line in &lines.lines {
        let is_next = block
            .last()
            .is_none_or(|last| last.number + 1 == line.number);
        if !is_next || line.text.trim().is_empty() {
            look_at(&std::mem::take(&mut block), findings);
        }
        if !line.text.trim().is_empty() {
            block.push(line);
        }
    }
    look_at(&block, findings);
}

/// A run of lines without an empty one.
fn look_at(block: &[&SourceLine<'_>], findings: &mut Findings<'_>) {
    let rule = block
        .iter()
        .position(|line| is_rule_line(without_container(line.text)));
    let Some((rule, head)) = rule.and_then(|at| Some((at, block.get(at.checked_sub(1)?)?))) else {
        return without_rule(block, findings);
    };
    let columns = cells(without_container(head.text));
    // Markdown sees no table where the two differ.
    if columns != cells(without_container(block[rule].text)) {
        let finding = findings
            .at(
                &NO_RULE_LINE,
                block[rule].whole(),
                say!("the line of dashes has another number of cells than the head: readers would see bars"),
            )
            .hint(say!("write {columns} cells of `---` between bars", columns));
        let is_even = block[rule + 1..]
            .iter()
            .all(|row| cells(without_container(row.text)) == columns);
        if is_even && block.len() > rule + 1 {
            let line = block[rule];
            let container = line.text.len() - without_container(line.text).len();
            finding.fix_at(line.span(container..line.text.trim_end().len()), |_| {
                format!("|{}", " --- |".repeat(columns))
            });
        }
        return;
    }
    for row in &block[rule + 1..] {
        let text = without_container(row.text);
        if !text.contains('|') {
            findings
                .at(
                    &TABLE_TAIL,
                    row.whole(),
                    say!("readers would see this line as the table's last row"),
                )
                .hint(say!("put an empty line below the table"));
            return;
        }
        let count = cells(text);
        if count > columns {
            findings
                .at(
                    &RAGGED_TABLE,
                    row.whole(),
                    say!("this row has {count} cells, the head {columns}: readers would not see the rest", count, columns),
                )
                .hint(say!("add a cell to the head, or write `\\|` for a bar within a cell"));
        // A row of one cell is a line across.
        } else if (2..columns).contains(&count)
            && text.starts_with('|')
            && text.trim_end().ends_with('|')
        {
            findings
                .at(
                    &RAGGED_TABLE,
                    row.whole(),
                    say!("this row has {count} cells, the head {columns}: readers would see nothing in the last ones", count, columns),
                )
                .hint(say!("write a cell of one space between bars where nothing is meant"));
        }
    }
}

/// Two lines or more that begin and end with a bar, and none of dashes.
fn without_rule(block: &[&SourceLine<'_>], findings: &mut Findings<'_>) {
    let is_row = |line: &&&SourceLine<'_>| {
        let text = without_container(line.text).trim_end();
        text.starts_with('|') && text.ends_with('|') && cells(text) >= 2
    };
    let rows = block.iter().filter(is_row).count();
    // `Day | Room`, without bars at its ends: three lines of the same number of cells are no accident.
    let is_bare = |line: &&SourceLine<'_>| {
        let text = without_container(line.text).trim();
        text.contains(" | ") && !text.starts_with(['#', '-', '*', '>'])
    };
    let columns = block
        .first()
        .map_or(0, |line| cells(without_container(line.text)));
    let is_bare_table = block.len() >= 3
        && block.iter().all(is_bare)
        && block
            .iter()
            .all(|line| cells(without_container(line.text)) == columns);
    let is_wide = block.len() >= 2
        && block
            .iter()
            .all(|line| without_container(line.text).trim().starts_with('｜'));
    if is_wide {
        findings
            .at(
                &NO_RULE_LINE,
                block[0].whole(),
                say!("readers would see bars instead of a table"),
            )
            .hint(say!("write the bar of ASCII, `|`, instead of `｜`"));
        return;
    }
    if rows >= 2 && rows == block.len() || is_bare_table {
        let finding = findings
            .at(
                &NO_RULE_LINE,
                block[0].whole(),
                say!("readers would see bars instead of a table"),
            )
            .hint(say!(
                "put a line below the head: |{cells}",
                cells = " --- |".repeat(columns)
            ));
        // A row of other cells than the head may not be of this table.
        let is_even = block
            .iter()
            .all(|line| cells(without_container(line.text)) == columns);
        let dashes = block.get(1).filter(|line| {
            let text = without_container(line.text).trim();
            text.contains(['—', '–', '─', '―'])
                && text.chars().all(|char| "|—–─―- :".contains(char))
        });
        // An editor that made one long dash of the dashes.
        if let Some(line) = dashes {
            let container = line.text.len() - without_container(line.text).len();
            finding.fix_at(line.span(container..line.text.trim_end().len()), |_| {
                format!("|{}", " --- |".repeat(columns))
            });
        } else if is_even {
            let head = block[0];
            let container = &head.text[..head.text.len() - without_container(head.text).len()];
            let end = head.text.trim_end().len();
            finding.fix_at(head.span(end..end), |_| {
                format!("\n{container}|{}", " --- |".repeat(columns))
            });
        }
    }
}

fn is_rule_line(text: &str) -> bool {
    let text = text.trim();
    text.contains('|')
        && text.contains("--")
        && text
            .chars()
            .all(|char| matches!(char, '|' | '-' | ':' | ' '))
}

/// How many cells a row has; `\|` and bars within code are none's border.
fn cells(row: &str) -> usize {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let row = match row.ends_with("\\|") {
        true => row,
        false => row.strip_suffix('|').unwrap_or(row),
    };
    let mut count = 1;
    let mut is_escaped = false;
    for char in row.chars() {
        match char {
            '|' if !is_escaped => count += 1,
            _ => {}
        }
        is_escaped = char == '\\' && !is_escaped;
    }
    count
}
