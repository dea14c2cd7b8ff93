//! A new address says that it is the reader's; the old one may say that it was not.

use axum::{extract::State, response::Response};

use super::{desk::Desk, ending_link, fault::ReaderFault, signed_path::SignedPath, visit::Visit};

/// `/move/TOKEN`.
pub(super) async fn ask(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let view = desk.service.moving(&token).await?;
    Ok(ending_link::button(&visit, &view, "move", "move_button"))
}

/// Its button.
pub(super) async fn confirm(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let outcome = desk.service.confirm_move(&token).await?;
    Ok(ending_link::done(&visit, &outcome, "moved"))
}

/// `/move/undo/TOKEN`.
pub(super) async fn ask_undo(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let view = desk.service.moving_back(&token).await?;
    let (page, label) = ("move_undo", "move_undo_button");
    Ok(ending_link::button(&visit, &view, page, label))
}

/// Its button.
pub(super) async fn undo(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let outcome = desk.service.undo_move(&token).await?;
    Ok(ending_link::done(&visit, &outcome, "move_undone"))
}
