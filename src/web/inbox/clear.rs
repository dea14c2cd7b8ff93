//! Throwing the inbox's mail away from its page: asked first, then done by the operation that
//! `inbox clear` is, then told.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    failure::{InboxFailure, blocking},
    page::{self, ClearPage},
    site::Site,
};
use crate::web::{address::with_query, asset, local};

/// The question. Nothing changes by asking it, whoever follows a link here.
pub(super) async fn ask(
    State(site): State<Site>,
    headers: HeaderMap,
) -> Result<Response, InboxFailure> {
    question(site, headers, StatusCode::OK, None).await
}

/// Throws it away, where the form of the question was sent, and leads to the list, which says what is
/// gone.
pub(super) async fn clear(
    State(site): State<Site>,
    headers: HeaderMap,
) -> Result<Response, InboxFailure> {
    if !local::is_from_own_page(&headers) {
        let text = "only the inbox's own page may ask for that";
        return Ok((StatusCode::FORBIDDEN, text).into_response());
    }
    match site.service.clear().await {
        Ok(cleared) => {
            let (mails, rehearsals) = (cleared.mails.to_string(), cleared.rehearsals.to_string());
            let told = [("mails", mails), ("rehearsals", rehearsals)];
            Ok(Redirect::to(&with_query("/", told)).into_response())
        }
        Err(why) => question(site, headers, StatusCode::CONFLICT, Some(why)).await,
    }
}

async fn question(
    site: Site,
    headers: HeaderMap,
    status: StatusCode,
    refused: Option<String>,
) -> Result<Response, InboxFailure> {
    blocking(move || {
        let folder = site.folder();
        let found = folder.listing("", 1)?;
        let pages = site.pages.for_reader(&headers);
        let page = ClearPage::new(&found, refused.as_deref(), pages.words());
        Ok(asset::page(status, pages.page(page::CLEAR, &page)))
    })
    .await
}
