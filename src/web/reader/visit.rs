//! One request for a page: the publication as it is at that moment, what the browser reads, which network
//! it came from; and the pages as this visitor gets them.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, request::Parts},
    response::Response,
};
use serde::Serialize;

use super::{
    desk::Desk,
    network::{self, PeerAddress},
    site::ReaderSite,
    site_frame::SiteFrame,
};
use crate::{
    render::MailWords,
    web::{asset, language, pages::PagesInLanguage},
};

/// One request.
pub(super) struct Visit {
    pub(super) site: Arc<ReaderSite>,
    headers: HeaderMap,
    /// Where it came from, cut.
    pub(super) network: String,
}

/// The pages in the language of one page's reader.
#[derive(Clone, Copy)]
pub(super) struct Voice<'v> {
    pub(super) site: &'v ReaderSite,
    pages: PagesInLanguage<'v>,
}

/// A page's own data within what every page shows.
#[derive(Serialize)]
struct FramedPage<'p, P> {
    frame: &'p SiteFrame<'p>,
    #[serde(flatten)]
    page: &'p P,
}

impl FromRequestParts<Desk> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get().copied();
        Ok(Self::new(desk, &parts.headers, peer))
    }
}

impl Visit {
    pub(super) fn new(desk: &Desk, headers: &HeaderMap, peer: Option<PeerAddress>) -> Self {
        Self {
            site: desk.service.site(),
            headers: headers.clone(),
            network: network::of_request(peer, headers, &desk.settings.trusted_proxies),
        }
    }

    /// The pages in the reader's own language, where it is known; else in one that the browser asks for;
    /// else in the publication's.
    pub(super) fn voice(&self, own: Option<&str>) -> Voice<'_> {
        let accepted = language::accepted(&self.headers);
        let wanted = own.into_iter().chain(accepted);
        let wanted = wanted.chain([self.site.language.as_str()]);
        Voice {
            site: &self.site,
            pages: self.site.pages.in_first(wanted),
        }
    }

    /// What the request says of itself.
    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

impl<'v> Voice<'v> {
    pub(super) fn words(self) -> &'v MailWords {
        self.pages.words()
    }

    pub(super) fn language(self) -> &'v str {
        self.pages.tag
    }

    /// A page of that template.
    pub(super) fn page(
        self,
        status: StatusCode,
        template: &str,
        page: &impl Serialize,
    ) -> Response {
        self.page_with(status, template, page, |html| html)
    }

    /// The same with something put into it afterwards that is HTML already.
    pub(super) fn page_with(
        self,
        status: StatusCode,
        template: &str,
        page: &impl Serialize,
        fill: impl FnOnce(String) -> String,
    ) -> Response {
        let frame = SiteFrame::new(self.site, self.pages.tag);
        let framed = FramedPage {
            frame: &frame,
            page,
        };
        asset::page(status, self.pages.page(template, &framed).map(fill))
    }
}
