//! The text part: all of the issue is in it, and it reads well in a terminal.

use unicode_width::UnicodeWidthStr;

use super::{super::Findings, TEXT_PART};
use crate::{
    issue::{Document, LinkTarget},
    render::RenderedIssue,
};

/// RFC 5322 §2.1.1, in octets.
const MAX_OCTETS: usize = 998;
/// Wider than any terminal's half, and than any reader likes; Hangul is two columns.
const MAX_COLUMNS: usize = 100;

pub(super) fn check(rendered: &RenderedIssue, issue: &Document, findings: &mut Findings<'_>) {
    let text = &rendered.text;
    if text.trim().is_empty() {
        findings
            .in_mail(&TEXT_PART, "issue.txt", "the text part is empty")
            .hint("templates/email/issue.txt makes it");
        return;
    }
    lines(text, findings);
    let tag = ["</p>", "<br", "</td>", "</a>", "&nbsp;"]
        .into_iter()
        .find(|tag| text.contains(tag));
    if let Some(tag) = tag {
        findings
            .in_mail(&TEXT_PART, tag, "HTML in the text part")
            .hint("use the `text` values in templates/email/issue.txt, not the `html` ones");
    }
    missing(text, issue, findings);
}

fn lines(text: &str, findings: &mut Findings<'_>) {
    let start = |line: &str| line.chars().take(60).collect::<String>();
    if let Some(line) = text.lines().find(|line| line.len() > MAX_OCTETS) {
        findings
            .in_mail(
                &TEXT_PART,
                &start(line),
                format!("a line of {} octets in the text part", line.len()),
            )
            .hint("the text part is wrapped by its template's `text` values");
        return;
    }
    // A long address has nowhere to break.
    let breaks = |line: &&str| line.trim().contains(' ') && !line.contains("://");
    let wide = text
        .lines()
        .filter(breaks)
        .find(|line| line.width() > MAX_COLUMNS);
    if let Some(line) = wide {
        findings
            .in_mail(
                &TEXT_PART,
                &start(line),
                format!("a line of {} columns in the text part", line.width()),
            )
            .hint("`| wrapped` in templates/email/issue.txt breaks it");
    }
}

/// What the issue says and the text part does not.
fn missing(text: &str, issue: &Document, findings: &mut Findings<'_>) {
    let bare = |text: &str| -> String {
        text.chars()
            .filter(|char| !char.is_whitespace() && !matches!(char, '|' | '>'))
            .collect()
    };
    let whole = bare(text);
    let titles = issue
        .sections
        .iter()
        .map(|section| ("heading", section.title.as_str()));
    let images = issue
        .images
        .iter()
        .map(|used| ("image\u{2019}s text", used.image.alt.as_str()));
    let links = issue.links.iter().filter_map(|link| match &link.target {
        LinkTarget::Url(url) if url.contains("://") => Some(("address", url.as_str())),
        _ => None,
    });
    for (what, words) in titles.chain(images).chain(links) {
        if !whole.contains(&bare(words)) {
            findings
                .in_mail(
                    &TEXT_PART,
                    words,
                    format!("the text part lacks this {what}: `{words}`"),
                )
                .hint("templates/email/issue.txt prints introduction, stories and footnotes");
        }
    }
}
