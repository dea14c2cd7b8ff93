//! The link in the first mail: GET shows one button, since scanners follow links; the button confirms.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use super::{
    desk::Desk, fault::ReaderFault, note::NotePage, signed_path::SignedPath, visit::Visit,
};

/// `/confirm/TOKEN`.
pub(super) async fn ask(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let view = desk.service.confirmation(&token).await?;
    let voice = visit.voice(view.language.as_deref());
    if view.is_confirmed {
        return Ok(NotePage::new(voice, "confirmed_before").into_response());
    }
    let chosen = view.editions.iter().flatten();
    let titles: Vec<&str> = chosen
        .filter_map(|key| voice.site.edition(key))
        .map(|edition| edition.title.as_str())
        .collect();
    let page = NotePage::new(voice, "confirm");
    let page = match titles.is_empty() {
        true => page,
        false => page
            .saying("confirm_editions")
            .with("editions", &titles.join(", ")),
    };
    Ok(page
        .button("confirm_button")
        .hint("confirm_hint")
        .into_response())
}

/// The button.
pub(super) async fn confirm(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let done = desk.service.confirm(&token).await?;
    let voice = visit.voice(done.language.as_deref());
    let key = match done.was_done {
        true => "confirmed_before",
        false => "confirmed",
    };
    let page = NotePage::new(voice, key).preferences(done.preferences.as_deref());
    Ok(page
        .link("to_front", voice.site.path(&[""]))
        .into_response())
}
