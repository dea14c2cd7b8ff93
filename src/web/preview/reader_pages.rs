//! Where a writer finds the readers' pages, and mail about what readers did: a list of them all, each over a reader who is
//! made up.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Serialize;

use super::service::PreviewService;
use crate::{render::percent_encode, web::asset};

/// Where the readers' pages are, beside the preview's own.
pub(crate) const READER_PAGES: &str = "/readers";
/// The made-up reader's token.
pub(crate) const SAMPLE: &str = "sample";
/// The list's template.
const LIST: &str = "web/preview/reader_pages.html";

/// What the list shows.
#[derive(Serialize)]
struct ReaderPageList {
    base: &'static str,
    token: &'static str,
    /// The issue that opens first, as it stands in an address.
    issue: Option<String>,
    mails: Vec<ReaderMailLink>,
}

/// A mail to readers, in the list.
#[derive(Serialize)]
struct ReaderMailLink {
    kind: &'static str,
    subject: String,
}

/// `/reader-pages`.
pub(super) async fn list(
    State(service): State<Arc<dyn PreviewService>>,
    headers: HeaderMap,
) -> Response {
    let mails = service.reader_mail().await;
    let page = ReaderPageList {
        base: READER_PAGES,
        token: SAMPLE,
        issue: service.front().await.map(|name| percent_encode(&name)),
        mails: mails
            .into_iter()
            .map(|mail| ReaderMailLink {
                kind: mail.kind,
                subject: mail.subject,
            })
            .collect(),
    };
    let pages = service.pages();
    let made = pages.for_reader(&headers).page(LIST, &page);
    asset::page(StatusCode::OK, made)
}
