//! How heavy the HTML is, and what makes it so.

use super::{super::Findings, SIZE, page::ExaminedMail};

/// Gmail clips at 102 KB; a little is left for what relays and lists add.
const MAX_BYTES: usize = 100 * 1024;

pub(super) fn check(page: &ExaminedMail<'_>, findings: &mut Findings<'_>) {
    let bytes = page.html.len();
    if bytes <= MAX_BYTES {
        return;
    }
    let elements = page.elements();
    let inline: usize = elements
        .iter()
        .filter_map(|seen| seen.attr("style"))
        .map(str::len)
        .sum();
    let text: usize = elements.iter().map(|seen| seen.text.len()).sum();
    let links: usize = elements
        .iter()
        .filter_map(|seen| seen.attr("href"))
        .map(str::len)
        .sum();
    let head: usize = page.styles.iter().map(String::len).sum();
    let mut parts = [
        (inline, "inline styles"),
        (text, "text"),
        (links, "addresses"),
        (head, "<style>"),
    ];
    parts.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    let parts: Vec<String> = parts
        .iter()
        .take(3)
        .map(|(size, what)| format!("{} KB {what}", size / 1024))
        .collect();
    findings
        .in_mail(
            &SIZE,
            "<html>",
            format!("the HTML has {} KB: {}", bytes / 1024, parts.join(", ")),
        )
        .hint("shorten it, or link the rest: the archive page has no limit");
}
