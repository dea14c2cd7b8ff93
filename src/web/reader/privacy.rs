//! What is kept of readers, and why: the publication's notice, laid out.

use axum::{extract::State, http::StatusCode, response::Response};
use serde::Serialize;

use super::{desk::Desk, fault::ReaderFault, view::PrivacySection, visit::Visit};

/// The page's template.
const PRIVACY: &str = "web/reader/privacy.html";

/// The notice.
#[derive(Serialize)]
struct PrivacyPage {
    sections: Vec<PrivacySection>,
}

/// `/privacy`.
pub(super) async fn show(State(desk): State<Desk>, visit: Visit) -> Result<Response, ReaderFault> {
    if !visit.site.has_privacy {
        return Err(ReaderFault::NOT_FOUND);
    }
    let voice = visit.voice(None);
    let sections = desk.service.privacy(voice.language()).await?;
    Ok(voice.page(StatusCode::OK, PRIVACY, &PrivacyPage { sections }))
}
