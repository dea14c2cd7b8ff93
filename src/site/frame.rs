//! What every page shows around what it is about: the publication's name and mark, where its pages are, and how
//! its sender is reached.

use serde_json::{Value, json};

use super::{
    address::{PageAddress, SiteAddresses},
    assets::SiteAssets,
    pictures::WebPicture,
};
use crate::{
    publication::{ArchiveAccess, Publication},
    render::{contact_url, direction},
};

/// The frame as templates see it, under `site`.
pub(super) fn frame(
    publication: &Publication,
    addresses: &SiteAddresses,
    assets: &SiteAssets,
    logo: Option<&WebPicture>,
) -> Value {
    let page = |parts: &[&str]| addresses.path(&PageAddress::of(parts));
    // What `serve` answers has no folders.
    let served = |name: &str| format!("{}/{name}", addresses.base_path());
    let (light, dark) = (publication.look.light(), publication.look.dark());
    let contact = publication.contact.as_deref();
    let editions = publication.editions.iter();
    let editions: Vec<Value> = editions
        .map(|edition| {
            json!({
                "key": edition.key,
                "title": edition.title,
                "topic": edition.topic,
                "href": page(&["editions", &edition.key]),
            })
        })
        .collect();
    let mark = publication.look.logo.as_ref();
    json!({
        "name": publication.name,
        "tagline": publication.tagline,
        "about": publication.about,
        "language": publication.language,
        "direction": direction(&publication.language),
        "theme": publication.look.theme.name(),
        "home": page(&[]),
        "all": page(&["issues"]),
        "search": page(&["search"]),
        "subscribe": served("subscribe"),
        "privacy": served("privacy"),
        "manage": served("link"),
        "style": addresses.file_path(&assets.style.file),
        "script": addresses.file_path(&assets.script.file),
        "icon": addresses.file_path(&assets.icon.file),
        "page_color": {"light": light.page, "dark": dark.page},
        "contact": contact,
        "contact_href": contact.and_then(contact_url),
        "postal_address": publication.postal_address,
        "logo": logo.map(|logo| json!({
            "src": addresses.file_path(&logo.large.file),
            "width": mark.map(|mark| mark.width),
            "is_alone": mark.is_some_and(|mark| mark.is_alone),
        })),
        "editions": editions,
        "is_listed": publication.web.archive == ArchiveAccess::Public,
    })
}
