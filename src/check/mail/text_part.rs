//! The text part.

use super::{super::Findings, TEXT_PART};
use crate::render::RenderedIssue;

/// RFC 5322 §2.1.1, in octets.
const MAX_LINE: usize = 998;

pub(super) fn check(rendered: &RenderedIssue, findings: &mut Findings<'_>) {
    let text = &rendered.text;
    if text.trim().is_empty() {
        findings
            .in_mail(&TEXT_PART, "issue.txt", "the text part is empty")
            .hint("templates/email/issue.txt makes it");
        return;
    }
    if let Some(line) = text.lines().find(|line| line.len() > MAX_LINE) {
        let start: String = line.chars().take(60).collect();
        findings
            .in_mail(
                &TEXT_PART,
                &start,
                format!("a line of {} octets in the text part", line.len()),
            )
            .hint("the text part is wrapped by its template's `text` values");
    }
    let tag = ["</p>", "<br", "</td>", "</a>", "&nbsp;"]
        .into_iter()
        .find(|tag| text.contains(tag));
    if let Some(tag) = tag {
        findings
            .in_mail(&TEXT_PART, tag, "HTML in the text part")
            .hint("use the `text` values in templates/email/issue.txt, not the `html` ones");
    }
}
