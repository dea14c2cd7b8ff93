//! The pages' style sheets: the publication's look, then what its pages are set in. A sheet's address changes
//! with what it says, so that browsers keep it.

use std::collections::BTreeMap;

use axum::{
    extract::{Query, State},
    http::{HeaderValue, header},
    response::Response,
};

use super::{desk::Desk, site::ReaderSite};
use crate::{
    fingerprint,
    web::{address::with_query, asset},
};

/// Which pages a sheet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReaderSheet {
    /// All that are ours alone.
    Pages,
    /// What stands around an issue's mail, which brings its own.
    Issue,
}

/// How many digits tell two sheets apart.
const DIGITS: usize = 12;

impl ReaderSheet {
    fn name(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Issue => "issue",
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Pages => "web/reader.css",
            Self::Issue => "web/reader/issue.css",
        }
    }

    fn text(self, site: &ReaderSite, language: &str) -> String {
        let pages = &site.pages;
        pages.own_style_sheet(self.template(), &site.look, language)
    }
}

/// Where the sheet for pages in that language is.
pub(super) fn address(site: &ReaderSite, language: &str, sheet: ReaderSheet) -> String {
    let version = version(&sheet.text(site, language));
    let asked = [("for", sheet.name()), ("in", language), ("v", &version)];
    with_query(&site.path(&["style.css"]), asked)
}

/// `/style.css`.
pub(super) async fn show(
    State(desk): State<Desk>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Response {
    let site = desk.service.site();
    let of = |key: &str| asked.get(key).map(String::as_str);
    let sheet = match of("for") == Some(ReaderSheet::Issue.name()) {
        true => ReaderSheet::Issue,
        false => ReaderSheet::Pages,
    };
    let text = sheet.text(&site, of("in").unwrap_or(&site.language));
    let keep = match of("v") == Some(&version(&text)) {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let mut response = asset::style(text);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    response
}

fn version(sheet: &str) -> String {
    let mut digits = fingerprint::sha256_hex(sheet.as_bytes());
    digits.truncate(DIGITS);
    digits
}
