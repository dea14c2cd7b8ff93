//! What a fresh link opens: another address, everything that is kept, being forgotten. Each is a POST; what
//! can't be undone asks twice.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    desk::Desk,
    fault::ReaderFault,
    form::{self, Fields},
    note::NotePage,
    signed_path::SignedPath,
    signup,
    view::ManageView,
    visit::{Visit, Voice},
};
use crate::address::Address;

/// The page's template.
const MANAGE: &str = "web/reader/manage.html";

/// What the second press says.
const ERASE: [(&str, &str); 2] = [("act", "erase"), ("sure", "yes")];

/// What can be done.
#[derive(Serialize)]
struct ManagePage<'v> {
    address: &'v str,
    minutes: String,
    /// The new address as it was sent, where it is none.
    email: &'v str,
    is_wrong: bool,
}

/// `/m/TOKEN`.
pub(super) async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let view = desk.service.management(&token).await?;
    let voice = visit.voice(view.language.as_deref());
    Ok(page(voice, StatusCode::OK, &view, ""))
}

/// One of its forms.
pub(super) async fn act(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
    body: Body,
) -> Result<Response, ReaderFault> {
    let fields = Fields::parse(visit.headers(), &form::body(body).await?)?;
    match (fields.get("act"), fields.has("sure")) {
        (Some("move"), _) => move_to(&desk, &visit, &token, &fields).await,
        (Some("record"), _) => Ok(record(desk.service.personal_record(&token).await?)),
        (Some("erase"), false) => {
            let view = desk.service.management(&token).await?;
            let voice = visit.voice(view.language.as_deref());
            let page = NotePage::new(voice, "erase").grave_button("erase_button", &ERASE);
            Ok(page.into_response())
        }
        (Some("erase"), true) => {
            let done = desk.service.erase(&token).await?;
            let voice = visit.voice(done.language.as_deref());
            Ok(NotePage::new(voice, "erased").into_response())
        }
        _ => Err(ReaderFault::Nonsense),
    }
}

async fn move_to(
    desk: &Desk,
    visit: &Visit,
    token: &str,
    fields: &Fields,
) -> Result<Response, ReaderFault> {
    let text = fields.get("email").unwrap_or_default();
    let Ok(to) = Address::parse(text) else {
        let view = desk.service.management(token).await?;
        let voice = visit.voice(view.language.as_deref());
        return Ok(page(voice, StatusCode::UNPROCESSABLE_ENTITY, &view, text));
    };
    let mail = desk.service.ask_move(token, &to, &visit.network).await?;
    let voice = visit.voice(mail.language.as_deref());
    let page = NotePage::new(voice, "move_asked");
    Ok(signup::promised(page, mail.leaves).into_response())
}

/// A document to keep, not to look at.
fn record(json: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"about-me.json\"",
        ),
    ];
    (
        headers.map(|(name, value)| (name, HeaderValue::from_static(value))),
        json,
    )
        .into_response()
}

fn page(voice: Voice<'_>, status: StatusCode, view: &ManageView, email: &str) -> Response {
    let minutes = view.minutes_left.to_string();
    let page = ManagePage {
        address: &view.masked_address,
        minutes: voice.words().filled("manage_minutes", "n", &minutes),
        email,
        is_wrong: status != StatusCode::OK,
    };
    voice.page(status, MANAGE, &page)
}
