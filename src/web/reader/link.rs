//! "Write me a link": for whoever has lost theirs, or has one that does no more. The answer is the same
//! whether or not the address is on the list.

use axum::{
    body::Body,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    desk::Desk,
    fault::ReaderFault,
    form::{self, Fields},
    note::NotePage,
    signup,
    visit::{Visit, Voice},
};
use crate::address::Address;

/// The page's template.
const LINK: &str = "web/reader/link.html";

/// The form.
#[derive(Serialize)]
struct LinkPage<'f> {
    email: &'f str,
    /// It is no address.
    is_wrong: bool,
}

/// `/link`.
pub(super) async fn ask(visit: Visit) -> Response {
    page(visit.voice(None), StatusCode::OK, "")
}

/// The form.
pub(super) async fn write(
    State(desk): State<Desk>,
    visit: Visit,
    body: Body,
) -> Result<Response, ReaderFault> {
    let fields = Fields::parse(visit.headers(), &form::body(body).await?)?;
    let voice = visit.voice(None);
    let text = fields.get("email").unwrap_or_default();
    let Ok(email) = Address::parse(text) else {
        return Ok(page(voice, StatusCode::UNPROCESSABLE_ENTITY, text));
    };
    let promise = desk.service.write_link(&email, &visit.network).await?;
    let page = NotePage::new(voice, "link");
    Ok(signup::promised(page, promise).into_response())
}

fn page(voice: Voice<'_>, status: StatusCode, email: &str) -> Response {
    let page = LinkPage {
        email,
        is_wrong: status != StatusCode::OK,
    };
    voice.page(status, LINK, &page)
}
