//! Pages behind a link that ends: GET shows one button, since scanners follow links; the button does what it says.

use axum::response::{IntoResponse, Response};

use super::{act::ActOutcome, note::NotePage, view::PlainView, visit::Visit};

/// The button.
pub(super) fn button(
    visit: &Visit,
    view: &PlainView,
    page: &'static str,
    label: &'static str,
) -> Response {
    let voice = visit.voice(view.language.as_deref());
    NotePage::new(voice, page).button(label).into_response()
}

/// What it did, and the way to what the reader may choose.
pub(super) fn done(visit: &Visit, outcome: &ActOutcome, page: &'static str) -> Response {
    let voice = visit.voice(outcome.language.as_deref());
    let page = NotePage::new(voice, page);
    let preferences = outcome.preferences.as_deref();
    page.preferences(preferences).into_response()
}
