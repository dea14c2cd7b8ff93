//! What keeps a page of the inbox from being shown.

use std::io;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// What went wrong; the page says no more.
pub(super) enum InboxFailure {
    NotFound,
    Unreadable(io::Error),
}

impl From<io::Error> for InboxFailure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::Unreadable(error),
        }
    }
}

impl IntoResponse for InboxFailure {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "no such mail").into_response(),
            Self::Unreadable(error) => {
                tracing::error!(%error, "the inbox's folder can't be read");
                let text = "the inbox's folder can't be read; the log says why";
                (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
            }
        }
    }
}

/// Work with files, off the threads that answer.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, InboxFailure> + Send + 'static,
) -> Result<T, InboxFailure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panicked) => Err(InboxFailure::Unreadable(io::Error::other(panicked))),
    }
}
