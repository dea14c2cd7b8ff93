//! A body of Markdown: code is left alone, everything else goes through the dialects and the tags; headings get their
//! level below the title.

use std::collections::BTreeSet;

use super::{dialect, html};
use crate::words::phrase;

/// Markdown of other programs as ours.
pub(super) fn of_markdown(text: &str, notes: &mut BTreeSet<String>) -> String {
    let text = text.replace("\r\n", "\n");
    let text = dialect::fences(&text, notes);
    let mut out = String::with_capacity(text.len());
    for part in parts(&text) {
        match part {
            MarkdownRun::Code(code) => out.push_str(code),
            MarkdownRun::Text(text) => {
                let text = dialect::blocks(text, notes);
                out.push_str(&beside_code(&text, |text| {
                    let text = dialect::within_lines(text, notes);
                    html::within_markdown(&text, notes)
                }));
            }
        }
    }
    out
}

/// A run of lines.
enum MarkdownRun<'t> {
    Code(&'t str),
    Text(&'t str),
}

/// Fenced code and what is none, in their order.
fn parts(text: &str) -> Vec<MarkdownRun<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut fence: Option<(char, usize)> = None;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let mark = bare.chars().next().filter(|mark| matches!(mark, '`' | '~'));
        let length = mark.map_or(0, |mark| {
            bare.chars().take_while(|char| *char == mark).count()
        });
        match (fence, mark) {
            (None, Some(mark)) if length >= 3 && !bare[length..].contains('`') => {
                parts.push(MarkdownRun::Text(&text[start..at]));
                start = at;
                fence = Some((mark, length));
            }
            (Some((open, least)), Some(mark))
                if mark == open && length >= least && length == bare.len() =>
            {
                parts.push(MarkdownRun::Code(&text[start..at + line.len()]));
                start = at + line.len();
                fence = None;
            }
            _ => {}
        }
        at += line.len();
    }
    parts.push(match fence {
        Some(_) => MarkdownRun::Code(&text[start..]),
        None => MarkdownRun::Text(&text[start..]),
    });
    parts
}

/// Changes a text, and leaves code between backticks as it is: each stands for itself while the rest is looked at.
fn beside_code(text: &str, change: impl FnOnce(&str) -> String) -> String {
    const STAND_IN: char = '\u{fdd0}';
    let mut kept = Vec::new();
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        let length = rest[at..].bytes().take_while(|byte| *byte == b'`').count();
        let mark = &rest[at..at + length];
        let after = &rest[at + length..];
        // Code ends in its paragraph.
        let end = after
            .find(mark)
            .filter(|end| !after[..*end].contains("\n\n"));
        bare.push_str(&rest[..at]);
        match end {
            Some(end) => {
                kept.push(&rest[at..at + length + end + length]);
                bare.push(STAND_IN);
                rest = &after[end + length..];
            }
            None => {
                bare.push_str(mark);
                rest = after;
            }
        }
    }
    bare.push_str(rest);
    let changed = change(&bare);
    let mut out = String::with_capacity(changed.len());
    let mut kept = kept.into_iter();
    for char in changed.chars() {
        match char {
            STAND_IN => out.push_str(kept.next().unwrap_or_default()),
            char => out.push(char),
        }
    }
    out
}

/// The body with its headings below the title: a first `# …` is the title (answered where the head has none), and what
/// is highest becomes `##`.
pub(super) fn below_title(
    body: &str,
    title: Option<&str>,
    notes: &mut BTreeSet<String>,
) -> (String, Option<String>) {
    let body = with_marked_headings(body);
    let mut levels = Vec::new();
    for part in parts(&body) {
        if let MarkdownRun::Text(text) = part {
            levels.extend(text.lines().filter_map(level));
        }
    }
    let first = body.trim_start().lines().next().unwrap_or_default();
    let words = first.strip_prefix("# ").map(str::trim);
    let is_title = words.is_some_and(|words| title.is_none_or(|title| title == words));
    let found = words.filter(|_| is_title).map(ToOwned::to_owned);
    let body = match is_title {
        true => body.trim_start()[first.len()..].to_owned(),
        false => body,
    };
    let rest = &levels[usize::from(is_title)..];
    let highest = rest.iter().min().copied().unwrap_or(2);
    if highest == 2 || rest.is_empty() {
        return (body, found);
    }
    notes.insert(phrase!("headings have another level: a story begins with `##`").to_owned());
    let mut out = String::with_capacity(body.len());
    for part in parts(&body) {
        match part {
            MarkdownRun::Code(code) => out.push_str(code),
            MarkdownRun::Text(text) => {
                for line in text.split_inclusive('\n') {
                    match level(line) {
                        Some(level) => {
                            let level_now = (level + 2).saturating_sub(highest).clamp(2, 6);
                            out.push_str(&"#".repeat(level_now));
                            out.push_str(&line[level..]);
                        }
                        None => out.push_str(line),
                    }
                }
            }
        }
    }
    (out, found)
}

fn level(line: &str) -> Option<usize> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    ((1..=6).contains(&level) && line[level..].starts_with([' ', '\t'])).then_some(level)
}

/// `Title` over `====` or `----` as `# Title` and `## Title`.
fn with_marked_headings(body: &str) -> String {
    let lines: Vec<&str> = body.split_inclusive('\n').collect();
    let mut out = String::with_capacity(body.len());
    let mut at = 0;
    let mut is_code = false;
    while let Some(line) = lines.get(at) {
        is_code ^= line.trim_start().starts_with("```");
        let rule = lines
            .get(at + 1)
            .map(|next| next.trim())
            .unwrap_or_default();
        let is_rule = rule.len() >= 3
            && (rule.bytes().all(|byte| byte == b'=') || rule.bytes().all(|byte| byte == b'-'));
        let above = at.checked_sub(1).and_then(|above| lines.get(above));
        let stands_alone = above.is_none_or(|above| above.trim().is_empty());
        let is_text = line.starts_with(char::is_alphanumeric) && !line.contains('|');
        if is_rule && is_text && stands_alone && !is_code {
            let mark = if rule.starts_with('=') { "#" } else { "##" };
            out.push_str(&format!("{mark} {}\n", line.trim()));
            at += 2;
        } else {
            out.push_str(line);
            at += 1;
        }
    }
    out
}
