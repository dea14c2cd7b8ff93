//! What every page shows around what it is about: the publication's name and mark, where its pages are, and
//! how its sender is reached.

use serde::Serialize;

use super::{
    site::{ReaderSite, SiteLogo},
    style::{self, ReaderSheet},
};

/// The frame as templates see it.
#[derive(Debug, Serialize)]
pub(super) struct SiteFrame<'s> {
    name: &'s str,
    tagline: Option<&'s str>,
    about: Option<&'s str>,
    contact: Option<&'s str>,
    /// Where the contact leads, where it is an address of either kind.
    contact_href: Option<String>,
    postal_address: Option<&'s str>,
    logo: Option<&'s SiteLogo>,
    /// `paper` or `letter`.
    theme: &'static str,
    /// What the publication's own words are in.
    language: &'s str,
    /// Before every path: empty, or `/note`.
    base: &'s str,
    style: String,
    has_privacy: bool,
    takes_sign_ups: bool,
}

impl<'s> SiteFrame<'s> {
    pub(super) fn new(site: &'s ReaderSite, language: &str) -> Self {
        Self {
            name: &site.name,
            tagline: site.tagline.as_deref(),
            about: site.about.as_deref(),
            contact: site.contact.as_deref(),
            contact_href: site.contact.as_deref().and_then(linked),
            postal_address: site.postal_address.as_deref(),
            logo: site.logo.as_ref(),
            theme: site.look.theme.name(),
            language: &site.language,
            base: &site.base_path,
            style: style::address(site, language, ReaderSheet::Pages),
            has_privacy: site.has_privacy,
            takes_sign_ups: site.signup.is_open,
        }
    }
}

fn linked(contact: &str) -> Option<String> {
    if contact.starts_with("https://") {
        return Some(contact.to_owned());
    }
    let address = crate::address::Address::parse(contact).ok()?;
    Some(format!("mailto:{address}"))
}
