//! Unsubscribing. A POST of a mail client is RFC 8058's one click: whatever its body and its type are, it
//! takes effect at once and answers 200 without a redirect. Our own page's form says with a field of its own
//! what is to be left, and gets a page.

use axum::{
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    act::{LeaveAnswer, LeaveScope},
    desk::Desk,
    edition_box::EditionBox,
    ending_link,
    fault::ReaderFault,
    form::{self, Fields},
    note::NotePage,
    signed_path::SignedPath,
    visit::{Visit, Voice},
};

/// The pages' templates.
const LEAVE: &str = "web/reader/leave.html";
const LEFT: &str = "web/reader/left.html";
/// The field of our own form, and what it says for everything.
const SCOPE: &str = "scope";
const ALL: &str = "all";
/// What RFC 8058 has mail clients send.
const ONE_CLICK: &str = "List-Unsubscribe";
/// The longest reason that is kept.
const MAX_REASON_CHARS: usize = 300;
/// What a mail client's one click is answered; nobody reads it.
const ONE_CLICK_DONE: &str = "Unsubscribed.\n";

/// What can be left.
#[derive(Serialize)]
struct LeavePage {
    /// The editions that are got, where there is more than one.
    editions: Vec<EditionBox>,
}

/// What was left, and the way back.
#[derive(Serialize)]
struct LeftPage<'v> {
    title: &'v str,
    text: String,
    /// Where the way back is.
    undo: Option<String>,
    preferences: Option<String>,
    asks_why: bool,
}

/// `/u/TOKEN`.
pub(super) async fn ask(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let view = desk.service.departure(&token).await?;
    let voice = visit.voice(view.language.as_deref());
    if view.has_left {
        let page = NotePage::new(voice, "left_before");
        let page = match view.undo {
            Some(undo) => page.button_to("undo_button", voice.site.path(&["undo", &undo])),
            None => page,
        };
        return Ok(page.into_response());
    }
    let mut editions = EditionBox::all(voice, view.editions.as_ref());
    editions.retain(EditionBox::is_chosen);
    if editions.len() < 2 {
        editions.clear();
    }
    Ok(voice.page(StatusCode::OK, LEAVE, &LeavePage { editions }))
}

/// One click, our page's button, or why.
pub(super) async fn leave(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
    body: Body,
) -> Result<Response, ReaderFault> {
    let body = form::body(body).await?;
    let fields = match Fields::parse(visit.headers(), &body) {
        Ok(fields) if !fields.has(ONE_CLICK) => fields,
        // A mail client's own, whatever it looks like: that it was sent is what counts.
        _ => Fields::default(),
    };
    if let Some(reason) = fields.get("reason") {
        let reason: String = reason.chars().take(MAX_REASON_CHARS).collect();
        let view = desk.service.say_why(&token, &reason).await?;
        let voice = visit.voice(view.language.as_deref());
        return Ok(NotePage::new(voice, "reason").into_response());
    }
    let scope = match fields.get(SCOPE) {
        None => LeaveScope::OneClick,
        Some(ALL) => LeaveScope::All,
        Some(scope) => {
            let key = scope.strip_prefix("edition:").unwrap_or_default();
            visit.site.edition(key).ok_or(ReaderFault::Nonsense)?;
            LeaveScope::Edition(key.to_owned())
        }
    };
    let left = match desk.service.leave(&token, &scope).await {
        Ok(left) => left,
        // Our own `send` asks whether a click would be answered here, and changes nothing.
        Err(refusal) => match desk.service.probe_answer(&token).await {
            Some(answer) => return Ok(plain(answer)),
            None => return Err(refusal.into()),
        },
    };
    if scope == LeaveScope::OneClick {
        return Ok(plain(ONE_CLICK_DONE.to_owned()));
    }
    Ok(left_page(
        visit.voice(left.language.as_deref()),
        &left,
        &scope,
    ))
}

/// What programs are answered.
fn plain(text: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (kind, text).into_response()
}

fn left_page(voice: Voice<'_>, left: &LeaveAnswer, scope: &LeaveScope) -> Response {
    let words = voice.words();
    let edition = match scope {
        LeaveScope::Edition(key) => voice.site.edition(key),
        LeaveScope::All | LeaveScope::OneClick => None,
    };
    let (title, text) = match edition.filter(|_| !left.has_left) {
        Some(edition) => (
            "left_edition_title",
            words.filled("left_edition_text", "edition", &edition.title),
        ),
        None => (
            "left_title",
            words.filled("left_text", "name", &voice.site.name),
        ),
    };
    let page = LeftPage {
        title: words.get(title),
        text,
        undo: left
            .undo
            .as_deref()
            .map(|it| voice.site.path(&["undo", it])),
        preferences: left
            .preferences
            .as_deref()
            .map(|it| voice.site.path(&["p", it])),
        asks_why: left.has_left,
    };
    voice.page(StatusCode::OK, LEFT, &page)
}

/// `/undo/TOKEN`.
pub(super) async fn ask_undo(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let view = desk.service.returning(&token).await?;
    Ok(ending_link::button(&visit, &view, "undo", "undo_button"))
}

/// Its button.
pub(super) async fn undo(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let outcome = desk.service.undo_leave(&token).await?;
    Ok(ending_link::done(&visit, &outcome, "undone"))
}
