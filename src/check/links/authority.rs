//! Hosts and ports that lead nowhere, and hosts that are not whom they look like.

use crate::words::{Said, say};

/// What is wrong with an address, in words.
pub(super) fn fault(authority: &str, path: &str) -> Option<Said> {
    let host_and_port = authority.rsplit('@').next().unwrap_or(authority);
    if host_and_port.starts_with('[') {
        return None;
    }
    let (host, port) = host_and_port.split_once(':').unwrap_or((host_and_port, ""));
    let is_doubled = matches!(host, "http" | "https")
        || host.ends_with(".http")
        || host.ends_with(".https")
        || host.starts_with("http.")
        || host.starts_with("https.");
    if is_doubled && (path.starts_with("//") || host.contains('.') || path.contains('.')) {
        return Some(say!("the address begins twice"));
    }
    if host.starts_with('.') || host.contains("..") {
        return Some(say!("`{host}` has a dot too many", host));
    }
    let is_number = host.parse::<std::net::IpAddr>().is_ok();
    let last = host.trim_end_matches('.').rsplit('.').next()?;
    if !host.trim_end_matches('.').contains('.') && host != "localhost" {
        return Some(say!(
            "`{host}` is no host on the internet: it has no dot",
            host
        ));
    }
    // RFC 2606 keeps these from ever being anybody's. `example` stands in documents on purpose.
    // And these are fingers that slipped on `com`, `net` and `org`.
    if matches!(
        last,
        "invalid" | "test" | "con" | "cmo" | "ocm" | "comm" | "vom" | "nett" | "ent" | "ogr"
    ) {
        return Some(say!("nobody ever answers at `.{last}`", last));
    }
    if !is_number && last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(say!("`{host}` is no host: its last part is a number", host));
    }
    if port
        .parse::<u32>()
        .is_ok_and(|port| port > 65_535 || port == 0)
    {
        return Some(say!("there is no port {port}", port));
    }
    None
}

/// The first of two schemes in a link as it is written: `https://https://example.com`.
pub(super) fn doubled_scheme(written: &str) -> Option<std::ops::Range<usize>> {
    let second = ["://https://", "://http://"]
        .iter()
        .find_map(|doubled| written.find(doubled))?
        + "://".len();
    let first = ["https://", "http://"]
        .iter()
        .find(|scheme| written[..second].ends_with(*scheme))?;
    Some(second - first.len()..second)
}

/// A place where something is made, not shown: readers get a question for a password, or can change it.
pub(super) fn is_workplace(host: &str, path: &str) -> bool {
    const STAGES: [&str; 6] = ["staging", "stage", "stg", "uat", "preprod", "preview"];
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let is_preview = query.split(['&', '#']).any(|pair| {
        matches!(
            pair,
            "preview=true" | "preview=1" | "draft=true" | "draft=1"
        )
    });
    let ends = |end: &str| path.trim_end_matches('/').ends_with(end);
    let mut labels = host.split('.');
    let first = labels.next().unwrap_or_default();
    let is_stage = labels.count() >= 2
        && STAGES
            .iter()
            .any(|stage| first == *stage || first.starts_with(&format!("{stage}-")));
    let is_deploy = host.ends_with(".netlify.app") && first.contains("--")
        || host.ends_with(".vercel.app") && first.contains("-git-");
    let is_editor = match host {
        "docs.google.com" => ends("/edit"),
        "mail.google.com" | "mail.naver.com" | "outlook.office.com" | "outlook.live.com" => true,
        "github.com" => path.contains("/edit/"),
        "medium.com" => ends("/edit"),
        "www.canva.com" => ends("/edit"),
        "www.figma.com" => path.starts_with("/file/") || path.starts_with("/design/"),
        "stibee.com" | "www.stibee.com" => path.starts_with("/email/"),
        "app.buttondown.com" | "app.beehiiv.com" => true,
        _ => path.contains("/wp-admin/") || path.contains("/ghost/#/") || ends("/ghost"),
    };
    is_stage || is_deploy || is_editor || is_preview
}

/// The host as it would be shown, where it mixes scripts or borrows another's letters to look like somebody else:
/// `аpple.com` with a Cyrillic а.
pub(super) fn look_alike(host: &str) -> Option<String> {
    if !host.contains("xn--") {
        return None;
    }
    let (shown, result) = idna::domain_to_unicode(host);
    result.ok()?;
    let is_disguised = shown.split('.').any(|label| {
        let letters = || label.chars().filter(|char| char.is_alphabetic());
        let has_latin = letters().any(|char| char.is_ascii());
        let has_borrowed = letters().any(is_cyrillic_or_greek);
        let is_all_alike = has_borrowed && letters().all(|char| LATIN_LIKE.contains(char));
        has_latin && has_borrowed || is_all_alike
    });
    is_disguised.then_some(shown)
}

fn is_cyrillic_or_greek(char: char) -> bool {
    matches!(char, '\u{0370}'..='\u{052F}')
}

/// Letters of Cyrillic and Greek that nobody tells from Latin ones (Unicode's confusables).
const LATIN_LIKE: &str = "аеорсухіјѕһԁӏԛԝοανρυχ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_nowhere_is_told_from_what_is_merely_strange() {
        for (authority, path) in [
            ("https:", "//example.com"),
            ("https", "//example.com"),
            ("www.https:", "//example.com"),
            ("example", "/"),
            ("example..com", "/"),
            (".example.com", ""),
            ("example.com:99999", "/"),
            ("example.invalid", "/"),
            ("1.2.3.456", "/"),
        ] {
            assert!(fault(authority, path).is_some(), "{authority}{path}");
        }
        for (authority, path) in [
            ("example.com", "/https://example.org/"),
            ("web.archive.org", "/web/2020/http://example.com/"),
            ("user@example.com:8443", "/"),
            ("[2606:4700::1111]", "/"),
            ("1.1.1.1", ""),
            ("xn--bj0bj06e.xn--3e0b707e", "/"),
            ("httpbin.org", "/"),
        ] {
            assert_eq!(fault(authority, path), None, "{authority}{path}");
        }
    }

    #[test]
    fn a_workplace_is_no_page() {
        assert!(is_workplace(
            "docs.google.com",
            "/document/d/1/edit?usp=sharing"
        ));
        assert!(is_workplace("staging.example.org", "/"));
        assert!(is_workplace("deploy-preview-12--site.netlify.app", "/"));
        assert!(!is_workplace("docs.google.com", "/document/d/e/1/pub"));
        assert!(!is_workplace("preview.com", "/"));
        assert!(!is_workplace("dev.to", "/edit"));
    }

    #[test]
    fn borrowed_letters_are_seen_through() {
        assert_eq!(
            look_alike("xn--80ak6aa92e.com").as_deref(),
            Some("аррӏе.com")
        );
        assert!(look_alike("xn--pple-43d.com").is_some());
        assert_eq!(look_alike("xn--bj0bj06e.xn--3e0b707e"), None);
        // Moscow's own name.
        assert_eq!(look_alike("xn--80adxhks.xn--p1ai"), None);
    }
}
