//! The archive, answered: the bytes of the files that `site` writes, under the addresses of their folders; with a
//! tag by which browsers ask whether anything changed, and compressed where they want that.

use std::io::Write as _;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use tokio::task::spawn_blocking;

use super::{desk::Desk, fault::ReaderFault, service::ReaderRefusal};
use crate::{fingerprint, render::RenderError, site::SiteFile, source::with_causes};

/// Whoever asks again within this time gets a page's new text a little later.
const REVALIDATED: &str = "no-cache";
/// As for every page, with our own script, which asks for files of our own.
const SEARCH_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const KEPT: &str = "public, max-age=31536000, immutable";
/// Of less, packing saves nothing.
const LEAST_PACKED: usize = 860;
/// How many digits tell two texts apart.
const TAG_DIGITS: usize = 32;

/// Whatever no other route has.
pub(super) async fn show(
    State(desk): State<Desk>,
    request: Request,
) -> Result<Response, ReaderFault> {
    let is_asked = [Method::GET, Method::HEAD].contains(request.method());
    let answered = match is_asked {
        true => {
            let query = request.uri().query().and_then(words_of);
            answered(&desk, request.uri().path(), query, request.headers()).await?
        }
        false => None,
    };
    answered.ok_or(ReaderFault::NOT_FOUND)
}

/// The archive's file at that address, if it has one.
pub(super) async fn answer(
    desk: &Desk,
    address: &str,
    asked: &HeaderMap,
) -> Result<Option<Response>, ReaderFault> {
    answered(desk, address, None, asked).await
}

/// The same, where words may be looked for.
async fn answered(
    desk: &Desk,
    address: &str,
    query: Option<String>,
    asked: &HeaderMap,
) -> Result<Option<Response>, ReaderFault> {
    let Some(site) = desk.service.archive().await? else {
        return Ok(None);
    };
    let Some(path) = site.path_at(address) else {
        return Ok(None);
    };
    let asked = asked.clone();
    let failed = |error: &dyn std::error::Error| {
        tracing::error!(
            error = with_causes(error),
            "a page of the archive can't be made"
        );
        ReaderFault::from(ReaderRefusal::Unavailable)
    };
    let made = spawn_blocking(move || {
        let found = query.map(|query| site.answer(&path, &query)).transpose()?;
        let file = match found.flatten() {
            Some(found) => Some(found),
            None => site.file(&path)?,
        };
        let is_search = site.is_search(&path);
        Ok::<_, RenderError>(file.map(|file| {
            let mut response = response(&file, &asked);
            if is_search {
                let policy = HeaderValue::from_static(SEARCH_POLICY);
                response
                    .headers_mut()
                    .insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            response
        }))
    });
    let made = made.await.map_err(|error| failed(&error))?;
    made.map_err(|error| failed(&error))
}

/// What somebody looks for: `q` of a form.
fn words_of(query: &str) -> Option<String> {
    let mut fields = url::form_urlencoded::parse(query.as_bytes());
    fields
        .find(|(name, _)| name == "q")
        .map(|(_, words)| words.into_owned())
}

fn response(file: &SiteFile, asked: &HeaderMap) -> Response {
    let is_packed =
        is_text(file.media_type) && file.bytes.len() >= LEAST_PACKED && takes_gzip(asked);
    let tag = tag(&file.bytes, is_packed);
    let mut headers = HeaderMap::new();
    let keep = if file.is_immutable { KEPT } else { REVALIDATED };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if is_text(file.media_type) {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    let is_known = is_listed(asked, &tag);
    headers.extend(HeaderValue::from_str(&tag).map(|tag| (header::ETAG, tag)));
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let media_type = HeaderValue::from_static(file.media_type);
    headers.insert(header::CONTENT_TYPE, media_type);
    let target = file.moved_to.as_deref().map(HeaderValue::from_str);
    let status = match target {
        Some(Ok(target)) => {
            headers.insert(header::LOCATION, target);
            StatusCode::MOVED_PERMANENTLY
        }
        _ => StatusCode::OK,
    };
    let bytes = match is_packed.then(|| packed(&file.bytes)) {
        Some(Ok(packed)) => {
            let encoding = HeaderValue::from_static("gzip");
            headers.insert(header::CONTENT_ENCODING, encoding);
            packed
        }
        // What can't be packed goes as it is; its tag is one of its own all the same.
        _ => file.bytes.clone(),
    };
    (status, headers, bytes).into_response()
}

fn is_text(media_type: &str) -> bool {
    let texts = ["text/", "application/", "image/svg"];
    texts.iter().any(|kind| media_type.starts_with(kind))
}

/// Whether a browser unpacks gzip: `gzip` or `*`, unless its weight is nothing (RFC 9110 §12.5.3).
fn takes_gzip(asked: &HeaderMap) -> bool {
    let accepted = asked.get_all(header::ACCEPT_ENCODING).iter();
    let accepted = accepted.filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).any(|entry| {
        let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
        let is_wanted = weight
            .trim()
            .parse::<f32>()
            .is_ok_and(|weight| weight > 0.0);
        is_wanted && ["gzip", "x-gzip", "*"].contains(&name.trim().to_ascii_lowercase().as_str())
    })
}

fn packed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// A strong tag: packed and unpacked are two (RFC 9110 §8.8.3).
fn tag(bytes: &[u8], is_packed: bool) -> String {
    let mut digits = fingerprint::sha256_hex(bytes);
    digits.truncate(TAG_DIGITS);
    let packing = if is_packed { "-gzip" } else { "" };
    format!("\"{digits}{packing}\"")
}

/// Whether a browser has it already; it compares weakly (RFC 9110 §13.1.2).
fn is_listed(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok());
    known.flat_map(|list| list.split(',')).any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_goes_to_those_who_want_it() {
        for (accepted, is_wanted) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, gzip;q=0.8", true),
            ("*", true),
            ("gzip;q=0", false),
            ("identity", false),
            ("gzip;q=nonsense", false),
        ] {
            let headers = asking(header::ACCEPT_ENCODING, accepted);
            assert_eq!(takes_gzip(&headers), is_wanted, "{accepted}");
        }
    }

    #[test]
    fn who_has_a_text_already_is_told_so_and_no_more() {
        let file = SiteFile {
            media_type: "text/html; charset=utf-8",
            bytes: "노트 ".repeat(500).into_bytes(),
            is_immutable: false,
            moved_to: None,
        };
        let first = response(&file, &HeaderMap::new());
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let listed = format!("\"other\", W/{tag}");
        let asked = HeaderMap::from_iter([(
            header::IF_NONE_MATCH,
            HeaderValue::from_str(&listed).unwrap(),
        )]);
        let again = response(&file, &asked);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], tag.as_str());
        let packed = response(&file, &asking(header::ACCEPT_ENCODING, "gzip"));
        assert_ne!(packed.headers()[header::ETAG], tag.as_str());
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
    }
}
