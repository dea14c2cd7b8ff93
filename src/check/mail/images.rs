//! Images as they stand in the HTML.

use super::{super::Findings, IMAGE, IMAGE_SOURCE, page::ExaminedMail};
use crate::words::{Said, say};

pub(super) fn check(page: &ExaminedMail<'_>, findings: &mut Findings<'_>) {
    for seen in page.elements().iter().filter(|seen| seen.name() == "img") {
        let mut lacks = Vec::new();
        if seen.attr("alt").is_none() {
            lacks.push("alt");
        }
        if seen.attr("width").is_none() {
            lacks.push("width");
        }
        if seen.attr("height").is_none() && seen.property("height") != Some("auto") {
            lacks.push("height:auto");
        }
        if !lacks.is_empty() {
            findings
                .in_mail(
                    &IMAGE,
                    &seen.tag(),
                    say!("an image without {lacks}", lacks = lacks.join(", ")),
                )
                .hint(say!("alt=\"\" where it only decorates"));
        }
        let source = seen.attr("src").unwrap_or_default();
        if let Some(why) = poor(source) {
            findings
                .in_mail(&IMAGE, &seen.tag(), say!("an image {why}", why))
                .hint(say!("PNG, JPEG or GIF, by https or with the mail"));
        }
        if let Some(why) = unfit(source) {
            findings
                .in_mail(&IMAGE_SOURCE, &seen.tag(), say!("an image {why}", why))
                .hint(say!("PNG, JPEG or GIF, by https or with the mail"));
        }
    }
}

/// Why a picture does not show.
fn unfit(source: &str) -> Option<Said> {
    let path = source
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if source.starts_with("data:") {
        Some(say!("in a data: address"))
    } else if !source.starts_with("https://")
        && !source.starts_with("http://")
        && !source.starts_with("cid:")
    {
        Some(say!("without a whole address"))
    } else if path.ends_with(".svg") {
        Some(say!("of type SVG"))
    } else {
        None
    }
}

/// Why many clients don't show a picture that others do.
fn poor(source: &str) -> Option<Said> {
    let path = source
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_of = |types: &[&str]| types.iter().any(|end| path.ends_with(end));
    if source.starts_with("http://") {
        Some(say!("over http"))
    } else if is_of(&[".webp", ".avif", ".heic", ".heif", ".tif", ".tiff", ".bmp"]) {
        Some(say!("of a type that not every client shows"))
    } else {
        None
    }
}
