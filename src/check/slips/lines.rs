//! What lines begin with: headings and items without their space, dates that become lists, rules that make headings.

use super::{
    super::Findings,
    DATE_LIST, FOREIGN_MARKUP, HEADING_SPACE, RULE_HEADING, YEAR_LIST, items,
    source_lines::{SourceLine, SourceLines, shown, without_container},
};
use crate::words::say;

pub(super) fn check(lines: &SourceLines<'_>, findings: &mut Findings<'_>) {
    let mut before: Option<&SourceLine<'_>> = None;
    for (index, line) in lines.lines.iter().enumerate() {
        // A list is as many lines; one line that begins with a dash may be speech or a number.
        let above = before.filter(|above| above.number + 1 == line.number);
        heading(line, findings);
        items::check(line, above, findings);
        date(line, findings);
        match above.filter(|above| !above.text.trim().is_empty()) {
            Some(above) => rule_below(above, line, findings),
            None => year(line, lines.lines.get(index + 1), findings),
        }
        block_mark(line, findings);
        before = Some(line);
    }
}

/// `##Title`, and `＃＃ Title` in the width of Hangul. Not `#tag`, which is one.
fn heading(line: &SourceLine<'_>, findings: &mut Findings<'_>) {
    let text = without_container(line.text);
    let mark = if text.starts_with('＃') { '＃' } else { '#' };
    let behind_marks = text.trim_start_matches(mark);
    let marks = text.chars().take_while(|char| *char == mark).count();
    if mark == '#' && is_marked_twice(text) {
        findings
            .at(
                &HEADING_SPACE,
                line.whole(),
                say!(
                    "readers would see `{seen}` in the heading",
                    seen = shown(behind_marks.trim_start())
                ),
            )
            .hint(say!("write its marks once"));
        return;
    }
    let is_slip = mark == '＃' || behind_marks.starts_with(char::is_alphanumeric);
    if !(2..=6).contains(&marks) || !is_slip {
        return;
    }
    let title = behind_marks.trim_start();
    let right = "#".repeat(marks);
    // Of what is right already nothing is replaced.
    let at = |rest: &str| line.text.len() - rest.len();
    let (place, new) = match mark {
        '#' => (at(behind_marks)..at(title), " ".to_owned()),
        _ => (at(text)..at(title), format!("{right} ")),
    };
    findings
        .at(
            &HEADING_SPACE,
            line.whole(),
            say!(
                "readers would see `{seen}`, and no heading",
                seen = shown(text)
            ),
        )
        .hint(say!(
            "write `{marks} {rest}`",
            marks = &*right,
            rest = shown(title)
        ))
        .fix_at(line.span(place), |_| new);
}

/// `### ### Title`; not `## #1` or `## C #`.
fn is_marked_twice(text: &str) -> bool {
    let Some(rest) = text.trim_start_matches('#').strip_prefix(' ') else {
        return false;
    };
    let behind = rest.trim_start().trim_start_matches('#');
    let again = rest.trim_start().len() - behind.len();
    text.starts_with("##") && again >= 2 && behind.starts_with(' ')
}

/// `2026. 11. 30. …`: three lists, one within the other. Also `11. 30. …`, which is two.
fn date(line: &SourceLine<'_>, findings: &mut Findings<'_>) {
    let text = without_container(line.text);
    let mut rest = text;
    let mut numbers = Vec::new();
    while let Some((number, after)) = rest.split_once(". ") {
        let is_number =
            (1..=4).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        let Some(number) = is_number.then(|| number.parse::<u32>().ok()).flatten() else {
            break;
        };
        numbers.push(number);
        rest = after.trim_start();
    }
    let is_date = match numbers[..] {
        [year, month, day, ..] => {
            (1900..2200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
        }
        // `2026. 11. 30(월)`: two lists and a text.
        [year, month] => {
            (1900..2200).contains(&year)
                && (1..=12).contains(&month)
                && rest.starts_with(|char: char| char.is_ascii_digit())
        }
        _ => false,
    };
    if is_date {
        findings
            .at(
                &DATE_LIST,
                line.whole(),
                say!("readers would see lists within lists instead of this date"),
            )
            .hint(say!("write the year as `2026년 11월 30일`, put a word before it, or `\\` before its first dot: `2026\\. 11. 30.`"));
    }
}

/// `1986. A good year.` at the beginning of a paragraph. Not where the next line goes on counting.
fn year(line: &SourceLine<'_>, below: Option<&SourceLine<'_>>, findings: &mut Findings<'_>) {
    let numbered = |line: &SourceLine<'_>| -> Option<u32> {
        let text = without_container(line.text);
        let (number, rest) = text.split_once(". ")?;
        let is_year = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        let goes_on = rest.trim_start().starts_with(char::is_alphabetic);
        number.parse().ok().filter(|_| is_year && goes_on)
    };
    let counts_on = below.and_then(numbered).is_some();
    if let Some(year) = numbered(line).filter(|year| (1000..2200).contains(year) && !counts_on) {
        let text = without_container(line.text);
        findings
            .at(
                &YEAR_LIST,
                line.whole(),
                say!(
                    "readers would see `{seen}` as a list that counts from {year}",
                    seen = shown(text),
                    year
                ),
            )
            .hint(say!(
                "put a word before it, or `\\` before its dot: `{year}\\.`",
                year
            ));
    }
}

/// `---` below a line of text. A heading of two words may be meant so; a sentence never is.
fn rule_below(above: &SourceLine<'_>, line: &SourceLine<'_>, findings: &mut Findings<'_>) {
    let rule = line.text.trim();
    let is_rule = rule.len() >= 2
        && (rule.bytes().all(|byte| byte == b'-') || rule.bytes().all(|byte| byte == b'='));
    let text = above.text.trim();
    let begins_block = text.is_empty()
        || text.starts_with(['#', '|', '>', '-', '*', '+', '<', '='])
        || text.contains('|');
    if is_rule && !begins_block {
        findings
            .at(
                &RULE_HEADING,
                above.at..line.at + line.text.trim_end().len(),
                say!(
                    "readers would see `{seen}` as a heading",
                    seen = shown(text)
                ),
            )
            .hint(say!(
                "put an empty line before the rule; for a heading write `## …`"
            ));
    }
}

/// `:::note`, `[TOC]`, `{:toc}`, `[[toc]]`, `@import`, alone on their line.
fn block_mark(line: &SourceLine<'_>, findings: &mut Findings<'_>) {
    let text = without_container(line.text).trim_end();
    let lower = text.to_ascii_lowercase();
    let is_foreign = text.starts_with(":::")
        || matches!(
            lower.as_str(),
            "[toc]"
                | "[[toc]]"
                | "{:toc}"
                | "* toc"
                | "[[_toc_]]"
                | "<!-- toc -->"
                | "\\tableofcontents"
        )
        || (text.starts_with("{{<") || text.starts_with("{{%")) && text.ends_with("}}")
        || text.starts_with("{% ") && text.ends_with("%}")
        || text.starts_with("!!! ")
        || is_directive(text)
        || text.len() > 4
            && text
                .strip_prefix('\\')
                .is_some_and(|command| command.bytes().all(|byte| byte.is_ascii_lowercase()))
        || text.len() > 4 && text.starts_with("%%") && text.ends_with("%%") && text.contains(' ');
    if is_foreign {
        findings
            .at(
                &FOREIGN_MARKUP,
                line.whole(),
                say!(
                    "readers would see `{seen}` as it stands",
                    seen = shown(text)
                ),
            )
            .hint(
                match [":::", "!!!", ".. "]
                    .iter()
                    .any(|mark| text.starts_with(mark))
                {
                    true => say!("for a note write `> [!NOTE]` and `> ` before each of its lines"),
                    false if lower.contains("toc") || lower.contains("contents") => {
                        say!("take it out: the contents are made from the headings")
                    }
                    false => say!("take it out, or write it as `<!-- … -->`, which nobody sees"),
                },
            );
    }
}

/// `.. note:: …`: reStructuredText's.
fn is_directive(text: &str) -> bool {
    let name = text
        .strip_prefix(".. ")
        .and_then(|rest| Some(rest.split_once("::")?.0));
    name.is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    })
}
