//! The preview's pages: the issues with the calendar's state beside each, the open one as its
//! readers get it, and what `check` finds. They show what a [`PreviewService`] answers; reading files,
//! rendering and noticing changes is the service's work.
//!
//! The mail stands in a frame whose policy and sandbox run nothing. It shares the page's origin, so
//! that the page's own script can put a new text into it in place: that is what keeps the scroll.

mod content;
mod excerpt;
mod inbox_line;
mod inputs;
mod issue_list;
mod look_choice;
mod notes;
mod numbered;
mod page;
mod phrases;
mod query;
mod reader_chooser;
mod reader_pages;
mod scheme;
mod sentence;
mod service;
mod stage;

use std::{borrow::Cow, convert::Infallible, io, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::{
        Html, IntoResponse, Redirect, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use serde::Deserialize;
use tokio::net::TcpListener;

pub(crate) use self::{
    content::{
        AccentColors, IssueRow, IssueStanding, LinkLine, OpenIssue, OwnLook, PictureLine,
        PreviewContent, ReaderChoice, ReaderMailSample, RenderedPreview, Revision, SampleReader,
        WholeMessage,
    },
    look_choice::{LookChoice, Typeface},
    query::PageRequest,
    reader_pages::{READER_PAGES, SAMPLE},
    service::PreviewService,
};
use self::{
    inputs::PageInputs, page::PreviewPage, phrases::PreviewPhrases, query::PageQuery,
    scheme::Scheme,
};
use super::{asset, framed::outward, local};
use crate::{
    check::{ClientView, as_shown},
    look::Theme,
    render::RenderError,
    source::{SourceError, with_causes},
};

/// The mail: its own styles, the pictures that the service has, those on the web; links open in a
/// new tab. Nothing runs: `allow-same-origin` is for the page that holds the frame.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
    sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/// A silent connection is one that a proxy or a sleeping laptop may have closed.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

type Served = State<Arc<dyn PreviewService>>;

/// Serves the pages until `stop` is done, and the readers' pages among them.
///
/// # Errors
/// When the listener fails.
pub(crate) async fn serve(
    listener: TcpListener,
    service: Arc<dyn PreviewService>,
    readers: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(service, readers))
        .with_graceful_shutdown(stop)
        .await
}

/// The pages over that service, and the readers' below their own path.
pub(crate) fn router(service: Arc<dyn PreviewService>, readers: Router) -> Router {
    Router::new()
        .route("/", get(front))
        .route("/issue/{name}", get(issue))
        .route("/issue/{name}/mail", get(mail))
        .route("/issue/{name}/{picture}", get(picture))
        .route("/reader-pages", get(reader_pages::list))
        .route("/reader-mail/{kind}", get(reader_mail))
        .nest_service(READER_PAGES, readers)
        .route("/changes", get(changes))
        .route("/preview.css", get(style))
        .route("/accents.css", get(accents))
        .route("/preview.js", get(script))
        .layer(middleware::from_fn(local::guard))
        .with_state(service)
}

async fn front(
    State(service): Served,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> Response {
    match service.front().await {
        Some(name) => Redirect::to(&query::address(&name, &query)).into_response(),
        None => {
            let content = service.content(&query.request(None)).await;
            page(&*service, &content, &query, None, &headers)
        }
    }
}

async fn issue(
    State(service): Served,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> Response {
    let content = service.content(&query.request(Some(name.clone()))).await;
    if let IssueStanding::Moved(to) = &content.standing {
        return Redirect::to(&query::address(to, &query)).into_response();
    }
    let message = match query.needs_message() {
        true => service.message(&name, query.reader()).await,
        false => None,
    };
    page(&*service, &content, &query, message.as_ref(), &headers)
}

/// The page of that content. A template of the publication's own that fails is one more fault on it.
fn page(
    service: &dyn PreviewService,
    content: &PreviewContent,
    query: &PageQuery,
    message: Option<&WholeMessage>,
    headers: &HeaderMap,
) -> Response {
    let status = match &content.standing {
        IssueStanding::Gone => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    };
    let pages = service.pages();
    let pages = pages.for_reader(headers);
    let inputs = PageInputs {
        content,
        query,
        message,
        phrases: PreviewPhrases::new(pages.words(), pages.tag),
    };
    let made = match pages.own(page::PREVIEW, &PreviewPage::new(inputs)) {
        Ok(html) => Ok(html),
        Err(error) => {
            let mut content = content.clone();
            content.faults.push(fault(&error));
            let content = &content;
            pages.built_in(
                page::PREVIEW,
                &PreviewPage::new(PageInputs { content, ..inputs }),
            )
        }
    };
    asset::page(status, made)
}

fn fault(error: &RenderError) -> SourceError {
    match error {
        RenderError::Source(error) => (**error).clone(),
        error => SourceError::new(with_causes(error)),
    }
}

/// What the frame's address asks for.
#[derive(Debug, Deserialize)]
struct FrameQuery {
    #[serde(default)]
    scheme: Scheme,
    #[serde(default, rename = "for")]
    reader: String,
    /// As this family of clients shows it.
    client: Option<ClientView>,
    theme: Option<Theme>,
    font: Option<Typeface>,
}

async fn mail(
    State(service): Served,
    Path(name): Path<String>,
    Query(query): Query<FrameQuery>,
) -> Response {
    let look = LookChoice {
        theme: query.theme,
        font: query.font,
    };
    let Some(mail) = service.mail(&name, &query.reader, look).await else {
        return not_found();
    };
    let html = match query.client {
        Some(client) => Cow::Owned(as_shown(&mail.shown_html, client)),
        None => Cow::Borrowed(mail.shown_html.as_str()),
    };
    framed(scheme::in_scheme(&outward(&html), query.scheme))
}

/// One of the mails to readers about what they did.
async fn reader_mail(State(service): Served, Path(kind): Path<String>) -> Response {
    let mails = service.reader_mail().await;
    match mails.into_iter().find(|mail| mail.kind == kind) {
        Some(mail) => framed(outward(&mail.html)),
        None => not_found(),
    }
}

/// A mail's own page, in which nothing runs.
fn framed(html: String) -> Response {
    let policy = [(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(MAIL_POLICY),
    )];
    (policy, Html(html)).into_response()
}

async fn picture(
    State(service): Served,
    Path((name, picture)): Path<(String, String)>,
) -> Response {
    let Some((media_type, bytes)) = service.picture(&name, &picture).await else {
        return not_found();
    };
    let Ok(media_type) = HeaderValue::from_str(&media_type) else {
        return not_found();
    };
    let headers = [
        (header::CONTENT_TYPE, media_type),
        // The name is the content's hash: it never shows another picture.
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=31536000, immutable"),
        ),
        // An SVG opened by itself would be a document of this origin.
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
    ];
    (headers, bytes).into_response()
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "no such issue").into_response()
}

/// The changes as they come, the last one at once.
async fn changes(State(service): Served) -> impl IntoResponse {
    let mut changes = service.changes();
    let (sender, events) = async_channel::bounded(1);
    tokio::spawn(async move {
        loop {
            let change = *changes.borrow_and_update();
            let data = format!("{} {}", change.number, change.took.as_millis());
            let event = Event::default().data(data);
            if sender.send(Ok::<_, Infallible>(event)).await.is_err() {
                return;
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                () = sender.closed() => return,
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

async fn style(State(service): Served) -> Response {
    asset::style(service.pages().style_sheet("web/preview.css"))
}

/// The editions' accents as classes, since a page without inline styles can't carry them.
async fn accents(State(service): Served) -> Response {
    asset::style(page::accents(&service.accents().await))
}

async fn script() -> Response {
    asset::script(include_str!("preview/preview.js"))
}

#[cfg(test)]
mod tests;
