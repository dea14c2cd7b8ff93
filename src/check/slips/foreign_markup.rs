//! Markup within a line that other programs understand and this one shows: attributes, marks for highlighting.

use super::{
    super::{Findings, issue_text::ReadProse},
    FOREIGN_MARKUP,
};
use crate::words::say;

pub(super) fn check(prose: &ReadProse<'_>, file: &str, findings: &mut Findings<'_>) {
    if let Some((at, length)) = attributes(prose) {
        findings
            .at(
                &FOREIGN_MARKUP,
                prose.span(at..at + length),
                say!("readers would see `{seen}`", seen = &prose.text[at..at + length]),
            )
            .hint(say!("take it out: the design has its place in templates/; a button is `[…](…){{.button}}`, without spaces"));
    }
    if let Some((at, length)) = highlight(prose).or_else(|| inserted(prose)) {
        findings
            .at(
                &FOREIGN_MARKUP,
                prose.span(at..at + length),
                say!(
                    "readers would see `{seen}`",
                    seen = &prose.text[at..at + length]
                ),
            )
            .hint(say!("mark words with `**` instead"));
    }
    let shown_as_it_stands = emoji_name(prose)
        .or_else(|| formula(prose))
        .or_else(|| shortcode(prose));
    if let Some((at, length)) = shown_as_it_stands {
        findings
            .at(
                &FOREIGN_MARKUP,
                prose.span(at..at + length),
                say!(
                    "readers would see `{seen}` as it stands",
                    seen = &prose.text[at..at + length]
                ),
            )
            .hint(say!(
                "write what readers are to see: the sign itself, the formula in words, a picture"
            ));
    }
    if let Some((at, entity)) = entity(prose, file) {
        findings
            .at(
                &FOREIGN_MARKUP,
                prose.span(at..at + entity.len()),
                say!("readers would see `{seen}`", seen = entity),
            )
            .hint(say!("write the sign itself"));
    }
}

/// `&amp;` that is still one when the mail is read: it was escaped twice.
fn entity(prose: &ReadProse<'_>, file: &str) -> Option<(usize, &'static str)> {
    const ENTITIES: [&str; 8] = [
        "&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;", "&#39;", "&#x27;", "&apos;",
    ];
    let mut entities = ENTITIES.into_iter().filter(|_| prose.has_byte(b"&"));
    entities.find_map(|entity| {
        let at = prose.find(entity)?;
        // `\\&amp;` is about entities.
        let is_escaped = file[..prose.span(at..at + 1).start].ends_with('\\');
        (!is_escaped).then_some((at, entity))
    })
}

/// `:tada:`, which chats make a sign of. Not `10:30:00` and `std::vec`.
fn emoji_name(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let text = &prose.text;
    prose.places(":").find_map(|at| {
        let begins = text[..at]
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace);
        let rest = &text[at + 1..];
        let length = rest.find(':')?;
        let is_name = length >= 3
            && rest.starts_with(|char: char| char.is_ascii_lowercase())
            && rest[..length]
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let ends =
            !rest[length + 1..].starts_with(|char: char| char.is_alphanumeric() || char == ':');
        (begins && is_name && ends).then_some((at, length + 2))
    })
}

/// `$$H_2O$$`: TeX.
fn formula(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let at = prose.find("$$")?;
    let text = &prose.text;
    let rest = &text[at + 2..];
    let length = rest.find("$$")?;
    let is_formula = rest[..length].contains(['_', '^', '\\', '=', '{']);
    is_formula.then_some((at, length + 4))
}

/// `[caption id="…"]`, `[gallery ids="1,2"]`, `[/caption]`: WordPress's.
fn shortcode(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let text = &prose.text;
    prose.places("[").find_map(|at| {
        let length = text[at..].find(']')? + 1;
        let inner = &text[at + 1..at + length - 1];
        let name = inner.split([' ', '/']).find(|part| !part.is_empty())?;
        let is_name = name.len() > 2
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let closes = inner.starts_with('/') && inner.len() == name.len() + 1;
        let has_attribute = inner.contains("=\"") || inner.contains("=“") || inner.contains("=”");
        (is_name && (closes && text[..at].contains(&format!("[{name}")) || has_attribute))
            .then_some((at, length))
    })
}

/// `{ .button }`, `{:target="_blank"}`, `{width=50%}`, `{#id}`: kramdown's and pandoc's.
fn attributes(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let text = &prose.text;
    prose.places("{").find_map(|at| {
        let length = text[at..].find('}')? + 1;
        let inner = text[at + 1..at + length - 1]
            .trim()
            .trim_start_matches(':')
            .trim();
        // Ours, where it stands wrong, has a finding of its own.
        let is_ours = &text[at..at + length] == "{.button}" || &text[at..at + length] == "{.wide}";
        let is_attribute = inner.split_whitespace().all(|part| {
            let name = part.trim_start_matches(':');
            let is_mark = name
                .strip_prefix(['.', '#'])
                .is_some_and(|name| name.starts_with(char::is_alphabetic));
            let is_pair = name.split_once('=').is_some_and(|(key, value)| {
                !value.is_empty()
                    && key
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                    && !key.is_empty()
            });
            is_mark || is_pair
        });
        (!inner.is_empty() && !is_ours && is_attribute).then_some((at, length))
    })
}

/// `==words==`. Not `a == b == c`.
fn highlight(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let at = prose.find("==")?;
    let text = &prose.text;
    let rest = &text[at + 2..];
    let length = rest.find("==")?;
    let inner = &rest[..length];
    let is_mark = !inner.is_empty()
        && inner == inner.trim()
        && !inner.contains(['=', '\n'])
        && !text[..at].ends_with(['=', '!', '<', '>']);
    is_mark.then_some((at, length + 4))
}

/// `++words++`. Not `i++ and j++`, nor C++.
fn inserted(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let at = prose.find("++")?;
    let text = &prose.text;
    let rest = &text[at + 2..];
    let length = rest.find("++")?;
    let inner = &rest[..length];
    let begins = !text[..at].ends_with(|char: char| char.is_alphanumeric() || char == '+');
    let ends = !rest[length + 2..].starts_with('+');
    let is_mark = begins
        && ends
        && inner.starts_with(char::is_alphabetic)
        && inner == inner.trim()
        && !inner.contains(['+', '\n']);
    is_mark.then_some((at, length + 4))
}
