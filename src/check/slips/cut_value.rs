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
            continue;
        };
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
        if tag.starts_with('!') && tag.len() > 1 {
            let whole = written.trim_end();
            findings
                .at(
                    &CUT_VALUE,
                    value.start..value.start + whole.len(),
                    say!(
                        "readers would not see `{tag}`: YAML takes it for a type",
                        tag
                    ),
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

/// JSON's strings are YAML's double-quoted ones.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
