//! How heavy the HTML is, and what makes it so.

use super::{super::Findings, SIZE, page::ExaminedMail};
use crate::words::{Said, say};

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
        (inline, say!("inline styles")),
        (text, say!("text")),
        (links, say!("addresses")),
        (head, "<style>".into()),
    ];
    parts.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    let parts = parts.into_iter().take(3).map(|(size, what)| {
        let kilobytes = size / 1024;
        say!("{kilobytes} KB {what}", kilobytes, what)
    });
    findings
        .in_mail(
            &SIZE,
            "<html>",
            say!(
                "the HTML has {kilobytes} KB: {parts}",
                kilobytes = bytes / 1024,
                parts = Said::row(parts, ", ")
            ),
        )
        .hint(say!(
            "shorten it, or link the rest: the archive page has no limit"
        ));
}
