//! Markup within a line that other programs understand and this one shows: attributes, marks for highlighting.

use super::{super::Findings, FOREIGN_MARKUP};
use crate::{issue::Prose, words::say};

pub(super) fn check(prose: &Prose, findings: &mut Findings<'_>) {
    if let Some((at, length)) = attributes(&prose.text) {
        findings
            .at(
                &FOREIGN_MARKUP,
                prose.span(at..at + length),
                say!("readers would see `{seen}`", seen = &prose.text[at..at + length]),
            )
            .hint(say!("take it out: the design has its place in templates/; a button is `[…](…){{.button}}`, without spaces"));
    }
    if let Some((at, length)) = highlight(&prose.text) {
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
}

/// `{ .button }`, `{:target="_blank"}`, `{width=50%}`, `{#id}`: kramdown's and pandoc's.
fn attributes(text: &str) -> Option<(usize, usize)> {
    text.match_indices('{').find_map(|(at, _)| {
        let length = text[at..].find('}')? + 1;
        let inner = text[at + 1..at + length - 1].trim();
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
fn highlight(text: &str) -> Option<(usize, usize)> {
    let at = text.find("==")?;
    let rest = &text[at + 2..];
    let length = rest.find("==")?;
    let inner = &rest[..length];
    let is_mark = !inner.is_empty()
        && inner == inner.trim()
        && !inner.contains(['=', '\n'])
        && !text[..at].ends_with(['=', '!', '<', '>']);
    is_mark.then_some((at, length + 4))
}
