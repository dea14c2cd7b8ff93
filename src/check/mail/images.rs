//! Images as they stand in the HTML.

use super::{super::Findings, IMAGE, IMAGE_SOURCE, page::Page};

pub(super) fn check(page: &Page<'_>, findings: &mut Findings<'_>) {
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
                    format!("an image without {}", lacks.join(", ")),
                )
                .hint("alt=\"\" where it only decorates");
        }
        let source = seen.attr("src").unwrap_or_default();
        if let Some(why) = unfit(source) {
            findings
                .in_mail(&IMAGE_SOURCE, &seen.tag(), format!("an image {why}"))
                .hint("PNG, JPEG or GIF, by https or with the mail");
        }
    }
}

/// Why a picture does not show.
fn unfit(source: &str) -> Option<&'static str> {
    let path = source
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if source.starts_with("data:") {
        Some("in a data: address")
    } else if !source.starts_with("https://")
        && !source.starts_with("http://")
        && !source.starts_with("cid:")
    {
        Some("without a whole address")
    } else if path.ends_with(".svg") {
        Some("of type SVG")
    } else {
        None
    }
}
