//! The issue's pictures, as the rendered mail has them, and the folders where pictures lie.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use scraper::{Html, Selector};

use crate::{
    issue::{Archive, Issue},
    publication::Publication,
    render::Composition,
    web::preview::PictureLine,
};

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

/// The folders outside issues/ whose pictures the mail shows, relative to the root.
pub(super) fn folders(publication: &Publication, archive: &Archive) -> BTreeSet<PathBuf> {
    let root = &publication.root;
    let images = archive.issues().flat_map(|issue| {
        let beside = issue.path.parent().unwrap_or(root);
        let beside = beside.strip_prefix(root).unwrap_or(beside);
        let locations = issue.document.images.iter().map(|it| &*it.image.location);
        locations.map(move |location| (beside, location))
    });
    let look = publication.look.pictures();
    let look = look.map(|picture| (Path::new(""), &*picture.location));
    images
        .chain(look)
        .filter(|(_, location)| !location.contains("://"))
        .filter_map(|(beside, location)| match location.strip_prefix('/') {
            Some(below_root) => without_climbs(Path::new(below_root)),
            None => without_climbs(&beside.join(location)),
        })
        .filter_map(|path| Some(path.parent()?.to_owned()))
        .filter(|folder| !folder.starts_with("issues"))
        .collect()
}

/// A path below the root without its `..`; None where it climbs out.
fn without_climbs(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if !plain.pop() => return None,
            Component::ParentDir | Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Some(plain)
}
