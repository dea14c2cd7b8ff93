//! Where a link may go: the schemes we let through, and URLs in the ASCII form that every mail
//! client understands (RFC 3986, with IDNA for the host).

use std::fmt::Write as _;

/// A destination that does not become a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RefusedUrl {
    /// A scheme that is not on the list: `javascript:`, `data:`, `file:` …
    Scheme(String),
    /// Control characters, or a host that is none.
    Malformed,
}

/// What a mail client can do something with, and no harm.
const SCHEMES: [&str; 5] = ["http", "https", "mailto", "tel", "sms"];

/// The destination in ASCII, safe in an attribute once `&` and quotes are escaped.
pub(super) fn normalise(raw: &str) -> Result<String, RefusedUrl> {
    let raw = raw.trim();
    // Browsers drop tabs and line breaks inside a scheme, so nothing with them is judged safe.
    if raw.chars().any(char::is_control) {
        return Err(RefusedUrl::Malformed);
    }
    if let Some(rest) = raw.strip_prefix("//") {
        return web("https", rest);
    }
    match scheme(raw) {
        None => Ok(encode(raw)),
        Some((scheme, rest)) => match scheme.as_str() {
            "http" | "https" => web(
                &scheme,
                rest.strip_prefix("//").ok_or(RefusedUrl::Malformed)?,
            ),
            "mailto" => mail(rest),
            known if SCHEMES.contains(&known) => Ok(format!("{known}:{}", encode(rest))),
            _ => Err(RefusedUrl::Scheme(scheme)),
        },
    }
}

/// Whether the destination has a scheme or a host of its own, rather than a path beside the file.
pub(super) fn is_absolute(raw: &str) -> bool {
    raw.starts_with("//") || scheme(raw).is_some()
}

/// The scheme in lower case (RFC 3986 §3.1) and what follows its colon.
fn scheme(raw: &str) -> Option<(String, &str)> {
    let (scheme, rest) = raw.split_once(':')?;
    let is_scheme = scheme.starts_with(|char: char| char.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '.'));
    is_scheme.then(|| (scheme.to_ascii_lowercase(), rest))
}

fn web(scheme: &str, rest: &str) -> Result<String, RefusedUrl> {
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, host_and_port) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let (host, port) = match host_and_port.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
        _ => (host_and_port, None),
    };
    let mut url = format!("{scheme}://");
    if let Some(user) = user {
        let _ = write!(url, "{}@", encode(user));
    }
    url.push_str(&ascii_host(host)?);
    if let Some(port) = port.filter(|port| !port.is_empty()) {
        let _ = write!(url, ":{port}");
    }
    url.push_str(&encode(path));
    Ok(url)
}

fn mail(rest: &str) -> Result<String, RefusedUrl> {
    let (to, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let Some((local, domain)) = to.rsplit_once('@') else {
        return Ok(format!("mailto:{}", encode(rest)));
    };
    let domain = ascii_host(domain)?;
    Ok(format!(
        "mailto:{}@{domain}{}",
        encode(local),
        encode(query)
    ))
}

fn ascii_host(host: &str) -> Result<String, RefusedUrl> {
    let is_address = host.starts_with('[') && host.ends_with(']');
    let is_plain = is_address
        || host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    match host {
        "" => Err(RefusedUrl::Malformed),
        host if is_plain => Ok(host.to_ascii_lowercase()),
        host if host.is_ascii() => Err(RefusedUrl::Malformed),
        host => idna::domain_to_ascii(host).map_err(|_| RefusedUrl::Malformed),
    }
}

/// Percent-encodes what may not stand in a URL; what is encoded already stays.
fn encode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    for (at, byte) in bytes.iter().enumerate() {
        let is_escape = || {
            bytes
                .get(at + 1..at + 3)
                .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
        };
        match byte {
            b'%' if !is_escape() => out.push_str("%25"),
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b' ' => {
                let _ = write!(out, "%{byte:02X}");
            }
            0x21..=0x7e => out.push(char::from(*byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// `my%20picture.png` → `my picture.png`: a path as the disk knows it.
pub(super) fn decode_path(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| path.get(at + 1..at + 3))
            .flatten()
            .filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escaped {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_any_script_become_ascii() {
        assert_eq!(
            normalise("https://한글.한국/소개?q=값#끝").as_deref(),
            Ok("https://xn--bj0bj06e.xn--3e0b707e/%EC%86%8C%EA%B0%9C?q=%EA%B0%92#%EB%81%9D")
        );
        assert_eq!(
            normalise("HTTPS://Example.COM/a b%20c%").as_deref(),
            Ok("https://example.com/a%20b%20c%25")
        );
        assert_eq!(
            normalise("//example.com/x").as_deref(),
            Ok("https://example.com/x")
        );
        assert_eq!(
            normalise("mailto:a@예시.kr?subject=안").as_deref(),
            Ok("mailto:a@xn--vv4b11d.kr?subject=%EC%95%88")
        );
        assert_eq!(normalise("about.html#top").as_deref(), Ok("about.html#top"));
    }

    #[test]
    fn what_could_run_or_read_files_is_refused() {
        for raw in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            " data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:x",
        ] {
            assert!(
                matches!(normalise(raw), Err(RefusedUrl::Scheme(_))),
                "{raw}"
            );
        }
        for raw in [
            "java\nscript:alert(1)",
            "\u{1}javascript:x",
            "https://",
            "https:example.com",
            "https://a b/",
        ] {
            assert!(normalise(raw).is_err(), "{raw}");
        }
    }
}
