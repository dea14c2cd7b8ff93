//! What holds for every request: how large its head may be, whose page may send what, what every answer
//! forbids, and the line that the log has of it, which names no address, no query and no token.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    api,
    desk::Desk,
    fault::{self, ReaderFault},
    visit::Visit,
};
use crate::{clock::Stopwatch, links::PublicPage};

/// Our own style sheet, our own pictures and our own forms; nothing else, and in nobody's frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Longer than any address of ours.
const MAX_ADDRESS_BYTES: usize = 2_048;
/// More than browsers and proxies send.
const MAX_HEADERS: usize = 64;
const MAX_HEAD_BYTES: usize = 16 << 10;
/// Who sent a request, as browsers say it themselves (Fetch Metadata).
const FETCH_SITE: &str = "sec-fetch-site";

/// Lets a request in, and locks what is answered.
pub(super) async fn guard(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let watch = Stopwatch::start();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let visit = Visit::new(
        &desk,
        request.headers(),
        request.extensions().get().copied(),
    );
    let answered = match refusal(&request, route) {
        Some(fault) => fault.into_response(),
        None => next.run(request).await,
    };
    let is_for_programs = route == PublicPage::SubscribeApi.route();
    let mut response = fault::faced(answered, &visit, is_for_programs);
    lock(response.headers_mut());
    if is_for_programs {
        api::open_to_all(response.headers_mut());
    }
    let (status, milliseconds) = (response.status().as_u16(), watch.elapsed().as_millis());
    if response.status().is_server_error() {
        tracing::warn!(%method, route, status, milliseconds, "a page failed");
    } else {
        tracing::info!(%method, route, status, milliseconds, "a page was asked for");
    }
    response
}

fn refusal(request: &Request, route: &str) -> Option<ReaderFault> {
    let address = request.uri().path_and_query();
    if address.is_some_and(|address| address.as_str().len() > MAX_ADDRESS_BYTES) {
        return Some(ReaderFault::LongAddress);
    }
    let headers = request.headers();
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEAD_BYTES {
        return Some(ReaderFault::LargeHead);
    }
    let takes_from_anywhere = [
        PublicPage::Subscribe,
        PublicPage::SubscribeApi,
        PublicPage::Unsubscribe,
    ];
    let is_open = takes_from_anywhere.iter().any(|page| page.route() == route);
    (request.method() == Method::POST && !is_open && is_from_elsewhere(headers))
        .then_some(ReaderFault::CrossSite)
}

/// Whether a browser says that another site's page sent this. No cookie is forged here, since there is
/// none: what is kept out is a page that makes its visitors press our buttons.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers
        .get(FETCH_SITE)
        .is_some_and(|site| site != "same-origin" && site != "none")
}

fn lock(headers: &mut HeaderMap) {
    let defaults = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in defaults {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    let always = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // A token stands in the address.
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
