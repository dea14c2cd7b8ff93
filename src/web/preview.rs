//! The preview's pages: the issues with the calendar's state beside each, the open one as its
//! readers get it, and what `check` finds. They show what a [`Desk`] has; reading files, rendering
//! and noticing changes is the desk's work.
//!
//! The mail stands in a frame whose policy and sandbox run nothing. It shares the page's origin, so
//! that the page's own script can put a new text into it in place: that is what keeps the scroll.

mod asked;
mod excerpt;
mod inbox_line;
mod list;
mod manuscript;
mod notes;
mod page;
mod readers;
mod scheme;
mod sheet;
mod stage;
mod words;

use std::{borrow::Cow, convert::Infallible, io, sync::Arc, time::Duration};

use async_trait::async_trait;
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
use tokio::{net::TcpListener, sync::watch};

use self::{asked::Asked, scheme::Scheme, words::Words};
pub use self::{
    asked::Wanted,
    sheet::{
        Change, Colors, LinkLine, Message, Open, Picture, Print, Reader, Row, Sheet, Standing,
        Suggestion,
    },
};
use super::{asset, local, markup::outward};
use crate::check::{ClientView, as_shown};

/// The mail: its own styles, the pictures that the desk serves, those on the web; links open in a
/// new tab. Nothing runs: `allow-same-origin` is for the page that holds the frame.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
    sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/// A silent connection is one that a proxy or a sleeping laptop may have closed.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Where the issues lie: what the pages ask of whoever reads and renders them.
#[async_trait]
pub trait Desk: Send + Sync + 'static {
    /// The last change; each further one is a greater revision.
    fn changes(&self) -> watch::Receiver<Change>;

    /// The issue that is shown where nobody asked for one.
    async fn front(&self) -> Option<String>;

    /// Everything that a page shows.
    async fn sheet(&self, wanted: &Wanted) -> Sheet;

    /// The mail as that reader gets it, its pictures named as [`Desk::picture`] knows them.
    async fn print(&self, issue: &str, reader: &str) -> Option<Arc<Print>>;

    /// The message as it would leave, unsigned.
    async fn message(&self, issue: &str, reader: &str) -> Option<Message>;

    /// A picture that travels with the mail: media type and bytes.
    async fn picture(&self, issue: &str, name: &str) -> Option<(String, Vec<u8>)>;

    /// The editions' accents.
    async fn colors(&self) -> Vec<Colors>;
}

type Served = State<Arc<dyn Desk>>;

/// Serves the pages until `stop` is done.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    desk: Arc<dyn Desk>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(desk))
        .with_graceful_shutdown(stop)
        .await
}

/// The pages over that desk.
pub fn router(desk: Arc<dyn Desk>) -> Router {
    Router::new()
        .route("/", get(front))
        .route("/issue/{name}", get(issue))
        .route("/issue/{name}/mail", get(mail))
        .route("/issue/{name}/{picture}", get(picture))
        .route("/changes", get(changes))
        .route("/preview.css", get(style))
        .route("/accents.css", get(accents))
        .route("/preview.js", get(script))
        .layer(middleware::from_fn(local::guard))
        .with_state(desk)
}

async fn front(State(desk): Served, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    match desk.front().await {
        Some(name) => Redirect::to(&asked::address(&name, &asked)).into_response(),
        None => {
            let sheet = desk.sheet(&asked.wanted(None)).await;
            Html(page::page(
                &sheet,
                &asked,
                None,
                Words::for_reader(&headers),
            ))
            .into_response()
        }
    }
}

async fn issue(
    State(desk): Served,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let words = Words::for_reader(&headers);
    let sheet = desk.sheet(&asked.wanted(Some(name.clone()))).await;
    if let Standing::Moved(to) = &sheet.standing {
        return Redirect::to(&asked::address(to, &asked)).into_response();
    }
    let message = match asked.needs_message() {
        true => desk.message(&name, asked.reader()).await,
        false => None,
    };
    let status = match &sheet.standing {
        Standing::Gone => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    };
    let page = page::page(&sheet, &asked, message.as_ref(), words);
    (status, Html(page)).into_response()
}

/// What the frame's address asks for.
#[derive(Debug, Deserialize)]
struct MailAsked {
    #[serde(default)]
    scheme: Scheme,
    #[serde(default, rename = "for")]
    reader: String,
    /// As this family of clients shows it.
    client: Option<ClientView>,
}

async fn mail(
    State(desk): Served,
    Path(name): Path<String>,
    Query(asked): Query<MailAsked>,
) -> Response {
    let Some(print) = desk.print(&name, &asked.reader).await else {
        return not_found();
    };
    let html = match asked.client {
        Some(client) => Cow::Owned(as_shown(&print.shown_html, client)),
        None => Cow::Borrowed(print.shown_html.as_str()),
    };
    let html = scheme::in_scheme(&outward(&html), asked.scheme);
    let policy = [(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(MAIL_POLICY),
    )];
    (policy, Html(html)).into_response()
}

async fn picture(State(desk): Served, Path((name, picture)): Path<(String, String)>) -> Response {
    let Some((media_type, bytes)) = desk.picture(&name, &picture).await else {
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

/// The desk's changes as they come, the last one at once.
async fn changes(State(desk): Served) -> impl IntoResponse {
    let mut changes = desk.changes();
    let (sender, events) = async_channel::bounded(1);
    tokio::spawn(async move {
        loop {
            let change = *changes.borrow_and_update();
            let data = format!("{} {}", change.revision, change.took.as_millis());
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

async fn style() -> Response {
    asset::style_sheet(include_str!("preview/preview.css"))
}

/// The editions' accents as classes, since a page without inline styles can't carry them.
async fn accents(State(desk): Served) -> Response {
    asset::style(page::accents(&desk.colors().await))
}

async fn script() -> Response {
    asset::script(include_str!("preview/preview.js"))
}
