//! The issue's pictures, as the rendered mail has them.

use scraper::{Html, Selector};

use crate::{issue::Issue, render::Composition, web::preview::PictureLine};

/// Every picture of the manuscript, with what the mail made of it.
pub(super) fn pictures(
    issue: &Issue,
    name: &str,
    shown_html: &str,
    composition: &Composition,
) -> Vec<PictureLine> {
    let mut rendered = rendered(shown_html);
    let uses = issue.document.images.iter();
    uses.map(|used| {
        let image = &used.image;
        // The mail keeps their order; the alternative text tells them from the logo.
        let place = rendered.iter().position(|(alt, _)| *alt == image.alt);
        let src = place.map(|at| rendered.remove(at).1);
        let attached = src.as_ref().and_then(|src| {
            let images = composition.images.iter();
            images.into_iter().find(|one| one.disk_name() == *src)
        });
        PictureLine {
            location: image.location.clone(),
            alt: image.alt.clone(),
            line: issue.source.position(used.span.start).line,
            bytes: attached.map(|image| image.bytes.len()),
            src: match (&src, attached) {
                (Some(src), Some(_)) => Some(format!(
                    "/issue/{}/{src}",
                    crate::render::percent_encode(name)
                )),
                _ => None,
            },
        }
    })
    .collect()
}

/// Alternative text and source of every image of the page.
fn rendered(html: &str) -> Vec<(String, String)> {
    let Ok(images) = Selector::parse("img[src]") else {
        return Vec::new();
    };
    let page = Html::parse_document(html);
    page.select(&images)
        .map(|image| {
            let of = |name| image.attr(name).unwrap_or_default().to_owned();
            (of("alt"), of("src"))
        })
        .collect()
}
