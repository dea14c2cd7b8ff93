//! The embedded inbox's page: the mail that the folder holds, as a reader would see it, as text,
//! and as source. Shows strangers' HTML, so everything around it is locked: no scripts, no forms,
//! no remote loads unless asked for, and answers to this machine's own names alone.

mod clear;
mod failure;
mod folder;
mod letter;
mod letter_list;
mod letter_page;
mod page;
mod query;
mod service;
mod site;

use std::{io, sync::Arc};

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use tokio::net::TcpListener;

pub use self::service::{ClearedInbox, InboxService};
use self::{
    failure::{InboxFailure, blocking},
    letter::InboxLetter,
    letter_page::LetterPage,
    page::InboxPage,
    query::InboxQuery,
    site::Site,
};
use super::{asset, local, pages::PageTemplates};

/// A letter's HTML: its own styles and the images it carries; links open in a new tab.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:REMOTE; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
    sandbox allow-popups allow-popups-to-escape-sandbox";

/// Serves the pages until `stop` is done.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    service: Arc<dyn InboxService>,
    pages: PageTemplates,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(service, pages))
        .with_graceful_shutdown(stop)
        .await
}

/// The pages over that service's mail.
pub(crate) fn router(service: Arc<dyn InboxService>, pages: PageTemplates) -> Router {
    let site = Site {
        service,
        pages: Arc::new(pages),
    };
    Router::new()
        .route("/", get(list))
        .route("/latest", get(latest))
        .route("/clear", get(clear::ask).post(clear::clear))
        .route("/mail/{name}", get(show))
        .route("/mail/{name}/html", get(html))
        .route("/mail/{name}/file", get(file))
        .route("/inbox.css", get(style))
        .route("/inbox.js", get(script))
        .layer(middleware::from_fn(local::guard))
        .with_state(site)
}

async fn list(
    State(site): State<Site>,
    Query(query): Query<InboxQuery>,
    headers: HeaderMap,
) -> Result<Response, InboxFailure> {
    blocking(move || {
        let found = site.folder().listing(&query.search, query.page)?;
        let pages = site.pages.for_reader(&headers);
        let page = InboxPage::new(&found, query.cleared(), pages.words());
        let made = pages.page(page::INBOX, &page);
        Ok(asset::page(StatusCode::OK, made))
    })
    .await
}

async fn show(
    State(site): State<Site>,
    Path(name): Path<String>,
    Query(query): Query<InboxQuery>,
    headers: HeaderMap,
) -> Result<Response, InboxFailure> {
    blocking(move || {
        let folder = site.folder();
        let letter = InboxLetter::parse(&name, folder.read(&name)?);
        let found = folder.listing(&query.search, query.page)?;
        let pages = site.pages.for_reader(&headers);
        let page = LetterPage::new(&found, &letter, &query, pages.words());
        let made = pages.page(letter_page::LETTER, &page);
        Ok(asset::page(StatusCode::OK, made))
    })
    .await
}

async fn html(
    State(site): State<Site>,
    Path(name): Path<String>,
    Query(query): Query<InboxQuery>,
) -> Result<Response, InboxFailure> {
    let letter =
        blocking(move || Ok(InboxLetter::parse(&name, site.folder().read(&name)?))).await?;
    let html = letter.html.ok_or(InboxFailure::NotFound)?;
    let remote = if query.remote { " https: http:" } else { "" };
    let policy = LETTER_POLICY.replace("REMOTE", remote);
    let mut response = Html(html).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

async fn file(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Response, InboxFailure> {
    let bytes = blocking(move || site.folder().read(&name)).await?;
    let headers = [
        (header::CONTENT_TYPE, "message/rfc822"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"mail.eml\"",
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// The newest letter's name, which the page asks for now and then.
async fn latest(State(site): State<Site>) -> Result<String, InboxFailure> {
    blocking(move || Ok(site.folder().latest()?)).await
}

async fn style(State(site): State<Site>) -> Response {
    asset::style(site.pages.style_sheet("web/inbox.css"))
}

async fn script() -> Response {
    asset::script(include_str!("inbox/inbox.js"))
}
