//! What went wrong, for programs: `{"error": {"code": …, "message": …}}`.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// The document.
#[derive(Debug, Serialize)]
pub(super) struct FaultReport<'w> {
    error: FaultDetail<'w>,
}

/// What it says.
#[derive(Debug, Serialize)]
pub(super) struct FaultDetail<'w> {
    /// Always the same for the same fault.
    pub(super) code: &'w str,
    /// A sentence for people, in their language.
    pub(super) message: &'w str,
    /// The address that was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meant: Option<&'w str>,
}

impl<'w> FaultReport<'w> {
    pub(super) fn new(error: FaultDetail<'w>) -> Self {
        Self { error }
    }

    pub(super) fn answered(&self, status: StatusCode) -> Response {
        (status, Json(self)).into_response()
    }
}
