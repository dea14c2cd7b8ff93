//! Pages for this machine alone: who may ask, and what every answer forbids.

use std::net::IpAddr;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// The pages themselves load nothing from anywhere else.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Answers only under names of this machine (or a bare address), so that no web page elsewhere can
/// read mail through a name of its own that it points here; and locks every answer.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST);
    if !host
        .and_then(|host| host.to_str().ok())
        .is_some_and(is_own_name)
    {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "ask by address or as localhost",
        )
            .into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Elsewhere learns nothing; our own forms say whose they are.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether a request that changes something was sent by one of our own pages. Browsers say so
/// themselves (Fetch Metadata); where they don't, as to an address without TLS that isn't this machine's,
/// the `Origin` has to be the name under which we are asked.
pub(super) fn is_from_own_page(headers: &HeaderMap) -> bool {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match of("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => of("origin")
            .and_then(|origin| origin.strip_prefix("http://"))
            .is_some_and(|origin| Some(origin) == of("host")),
    }
}

fn is_own_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_change_anything() {
        let is_ours = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static("192.0.2.1:8025"));
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            is_from_own_page(&headers)
        };
        assert!(is_ours(&[("sec-fetch-site", "same-origin")]));
        assert!(is_ours(&[("origin", "http://192.0.2.1:8025")]));
        for theirs in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "http://evil.example.com")],
            &[("origin", "http://192.0.2.1:8025.example.com")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://192.0.2.1:8025"),
            ],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
        ] {
            assert!(!is_ours(theirs), "{theirs:?}");
        }
    }

    #[test]
    fn only_this_machines_own_names_are_answered() {
        for host in [
            "localhost",
            "localhost:8025",
            "127.0.0.1:8025",
            "[::1]:8025",
            "192.0.2.1",
        ] {
            assert!(is_own_name(host), "{host}");
        }
        for host in [
            "evil.example.com",
            "localhost.evil.example.com:8025",
            "",
            "127.0.0.1.nip.io",
        ] {
            assert!(!is_own_name(host), "{host}");
        }
    }
}
