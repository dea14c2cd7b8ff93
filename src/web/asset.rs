//! Style sheets and scripts as the pages ask for them, and pages as they are answered.

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::{render::RenderError, source::with_causes};

pub(super) fn style(css: impl Into<Body>) -> Response {
    let media_type = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (media_type, css.into()).into_response()
}

pub(super) fn script(js: &'static str) -> Response {
    let media_type = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (media_type, js).into_response()
}

/// A page that was made, or could not be: what is wrong is for the log.
pub(super) fn page(status: StatusCode, made: Result<String, RenderError>) -> Response {
    match made {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(error = with_causes(&error), "a page can't be made");
            let text = "the page can't be made; the log says why";
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}
