//! Style sheets and scripts as the pages ask for them.

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};

use crate::look::Look;

pub(super) fn style(css: impl Into<Body>) -> Response {
    let media_type = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (media_type, css.into()).into_response()
}

/// The house's look and what its pages share, before a page's own rules.
pub(super) fn style_sheet(own: &str) -> Response {
    let tokens = Look::default().custom_properties("ko");
    style([&tokens, include_str!("paper.css"), own].concat())
}

pub(super) fn script(js: &'static str) -> Response {
    let media_type = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (media_type, js).into_response()
}
