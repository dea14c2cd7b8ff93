//! Style sheets and scripts as the pages ask for them.

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};

pub(super) fn style(css: impl Into<Body>) -> Response {
    let media_type = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (media_type, css.into()).into_response()
}

pub(super) fn script(js: &'static str) -> Response {
    let media_type = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (media_type, js).into_response()
}
