//! A new address says that it is the reader's; the old one may say that it was not.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use super::{
    desk::Desk, fault::ReaderFault, note::NotePage, signed_path::SignedPath, visit::Visit,
};

/// `/move/TOKEN`.
pub(super) async fn ask(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let view = desk.service.moving(&token).await?;
    let voice = visit.voice(view.language.as_deref());
    let page = NotePage::new(voice, "move").button("move_button");
    Ok(page.into_response())
}

/// Its button.
pub(super) async fn confirm(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let done = desk.service.confirm_move(&token).await?;
    let voice = visit.voice(done.language.as_deref());
    let page = NotePage::new(voice, "moved").preferences(done.preferences.as_deref());
    Ok(page.into_response())
}

/// `/move/undo/TOKEN`.
pub(super) async fn ask_undo(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let view = desk.service.moving_back(&token).await?;
    let voice = visit.voice(view.language.as_deref());
    let page = NotePage::new(voice, "move_undo").button("move_undo_button");
    Ok(page.into_response())
}

/// Its button.
pub(super) async fn undo(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let done = desk.service.undo_move(&token).await?;
    let voice = visit.voice(done.language.as_deref());
    let page = NotePage::new(voice, "move_undone");
    Ok(page
        .preferences(done.preferences.as_deref())
        .into_response())
}
