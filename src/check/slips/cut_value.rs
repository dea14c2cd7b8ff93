//! Values of the front matter that YAML reads otherwise than they look: `title: 데일리 노트 #123`.

use super::{
    super::{CheckSubject, Findings},
    CUT_VALUE,
};
use crate::words::say;

/// What readers see of the front matter.
const SHOWN: [&str; 3] = ["title", "subject", "preheader"];

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let text = proof.issue.source.text();
    for key in SHOWN {
        let Some(value) = proof.issue.front_matter.spans.get(key).cloned() else {
            nothing_but_comment(text, key, findings);
            continue;
        };
        let written = text[value.clone()].trim();
        if written.is_empty() || written.starts_with('#') {
            nothing_but_comment(text, key, findings);
            continue;
        }
        let line_end = text[value.end..]
            .find('\n')
            .map_or(text.len(), |length| value.end + length);
        let after = text[value.end..line_end].trim_end();
        let comment = after.trim_start();
        // `# a note` is a comment that was meant as one.
        let is_cut = comment.starts_with('#') && !comment.starts_with("# ") && comment.len() > 1;
        if is_cut {
            let seen = text[value.clone()].trim();
            let found = findings
                .at(
                    &CUT_VALUE,
                    value.start..value.end + after.len(),
                    say!(
                        "readers would see `{seen}` alone: YAML takes `{comment}` for a comment",
                        seen,
                        comment
                    ),
                )
                .hint(say!(
                    "put the whole line in quotes: {key}: \"{seen} {comment}\"",
                    key,
                    seen,
                    comment
                ));
            // Behind quotes it is a comment, or a slip of another kind.
            if !seen.starts_with(['"', '\'']) {
                found.fix_at(value.start..value.end + after.len(), quoted);
            }
        }
        let written = &text[value.clone()];
        let tag = written.split_whitespace().next().unwrap_or_default();
        if tag.starts_with(['!', '&']) && tag.len() > 1 {
            let whole = written.trim_end();
            findings
                .at(
                    &CUT_VALUE,
                    value.start..value.start + whole.len(),
                    match tag.starts_with('!') {
                        true => say!(
                            "readers would not see `{tag}`: YAML takes it for a type",
                            tag
                        ),
                        false => say!(
                            "readers would not see `{tag}`: YAML takes it for a name",
                            tag
                        ),
                    },
                )
                .hint(say!(
                    "put the whole line in quotes: {key}: \"{whole}\"",
                    key,
                    whole
                ))
                .fix_at(value.start..value.start + whole.len(), quoted);
        }
    }
}

/// `subject: #1 of a series`: the whole value is a comment.
fn nothing_but_comment(text: &str, key: &str, findings: &mut Findings<'_>) {
    let mut at = 0;
    // The file begins with a line of `---`, and the head ends with another one.
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += line.len();
        if number > 0 && line.trim_end() == "---" {
            return;
        }
        let Some(value) = line
            .strip_prefix(key)
            .and_then(|rest| rest.strip_prefix(':'))
        else {
            continue;
        };
        let comment = value.trim();
        if comment.starts_with('#') && !comment.starts_with("# ") && comment.len() > 1 {
            let from = start + line.len() - value.trim_start().len();
            let span = from..from + comment.len();
            findings
                .at(
                    &CUT_VALUE,
                    span.clone(),
                    say!(
                        "readers would see nothing of it: YAML takes `{comment}` for a comment",
                        comment
                    ),
                )
                .hint(say!(
                    "put the whole line in quotes: {key}: \"{whole}\"",
                    key,
                    whole = comment
                ))
                .fix_at(span, quoted);
        }
    }
}

/// JSON's strings are YAML's double-quoted ones.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
