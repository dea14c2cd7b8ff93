//! What addresses and the words on them tell: lists, and how a text is held against them.

use crate::http::is_public;

/// Words that say nothing once the link stands alone.
const VAGUE: [&str; 51] = [
    "여기",
    "여기를 클릭",
    "여기 클릭",
    "여기를 클릭하세요",
    "여기를 눌러",
    "여기를 누르세요",
    "이곳",
    "이곳을 클릭",
    "이곳에서",
    "여기서",
    "여기에서",
    "클릭",
    "클릭하세요",
    "클릭하기",
    "보기",
    "읽기",
    "이동",
    "이동하기",
    "더보기",
    "더 보기",
    "더 읽기",
    "더 알아보기",
    "자세히",
    "자세히 보기",
    "자세히보기",
    "바로가기",
    "바로 가기",
    "보러가기",
    "보러 가기",
    "확인하기",
    "링크",
    "원문",
    "이 링크",
    "링크 클릭",
    "here",
    "click",
    "click here",
    "tap here",
    "this",
    "this link",
    "link",
    "more",
    "read more",
    "learn more",
    "see more",
    "details",
    "go",
    "continue",
    "continue reading",
    "this page",
    "website",
];

/// Whether a link's text says nothing of where it goes. `<link>` names an element.
pub(super) fn is_vague(text: &str) -> bool {
    let words = text
        .trim_matches(|char: char| !char.is_alphanumeric() && !matches!(char, '<' | '>'))
        .to_lowercase();
    VAGUE.contains(&words.as_str())
}

const SHORTENERS: [&str; 24] = [
    "bit.ly",
    "bitly.com",
    "t.co",
    "goo.gl",
    "tinyurl.com",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "lnkd.in",
    "rebrand.ly",
    "cutt.ly",
    "shorturl.at",
    "t.ly",
    "rb.gy",
    "tiny.cc",
    "s.id",
    "me2.do",
    "han.gl",
    "vo.la",
    "url.kr",
    "zrr.kr",
    "buly.kr",
    "c11.kr",
    "abit.ly",
];

pub(super) fn is_shortener(host: &str) -> bool {
    let host = host.strip_prefix("www.").unwrap_or(host);
    SHORTENERS.contains(&host)
}

/// What no reader reaches: loopback, private and reserved ranges, names without a public zone.
pub(super) fn is_private(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<std::net::IpAddr>() {
        return !is_public(address);
    }
    let last = host
        .trim_end_matches('.')
        .rsplit('.')
        .next()
        .unwrap_or_default();
    host == "localhost"
        || matches!(
            last,
            "localhost" | "local" | "internal" | "lan" | "home" | "corp" | "intranet"
        )
}

/// Parameters that identify a click, a mailing's recipient or a sharer.
const TRACKING: [&str; 11] = [
    "fbclid", "gclid", "mc_eid", "mc_cid", "igshid", "igsh", "yclid", "msclkid", "_hsenc", "si",
    "vero_id",
];

pub(super) fn tracking_parameter(path: &str) -> Option<&str> {
    let query = path.split_once('?')?.1.split('#').next()?;
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, _)| name)
        .find(|name| TRACKING.contains(name))
}

/// The host that a link's text shows, where the text is an address.
pub(super) fn shown_host(text: &str) -> Option<&str> {
    let text = text.trim();
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .or_else(|| text.starts_with("www.").then_some(text))?;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    let is_host = host.contains('.') && !host.contains(char::is_whitespace);
    // A text cut short (`https://example.com…`) still names its host.
    is_host.then(|| host.trim_end_matches(['…', '.']))
}

pub(super) fn is_same_site(shown: &str, host: &str) -> bool {
    let bare = |host: &str| {
        let host = host.to_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
        idna::domain_to_ascii(&host).unwrap_or(host)
    };
    let (shown, host) = (bare(shown), bare(host));
    shown == host || host.ends_with(&format!(".{shown}")) || shown.ends_with(&format!(".{host}"))
}

/// Particles that cling to a noun and rarely end one. Those that are themselves common endings of
/// words (을 in 가을, 이 in 종이, 도 in 지도) need a longer look than one syllable allows.
const PARTICLES: [&str; 14] = [
    "에서",
    "에서는",
    "으로",
    "에는",
    "에게",
    "까지",
    "부터",
    "라는",
    "이라는",
    "입니다",
    "처럼",
    "를",
    "에서도",
    "과는",
];

/// A bare address whose last path segment is Hangul and ends like a noun with its particle.
pub(super) fn ends_with_particle(written: &str) -> bool {
    let is_bare = written.starts_with("http") || written.starts_with("www.");
    let segment = tail(written);
    is_bare
        && PARTICLES.iter().any(|particle| {
            segment
                .strip_suffix(particle)
                .is_some_and(|noun| !noun.is_empty())
        })
}

/// The Hangul at the end.
pub(super) fn tail(written: &str) -> &str {
    let start = written
        .char_indices()
        .rev()
        .take_while(|(_, char)| matches!(char, '\u{AC00}'..='\u{D7A3}'))
        .last()
        .map_or(written.len(), |(at, _)| at);
    &written[start..]
}

/// What an address leads to, however it is written: without scheme, `www.`, a slash at the end and
/// the parameters that count clicks.
pub(super) fn place(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (rest, None),
    };
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, query),
        None => (rest, ""),
    };
    let (host, path) = path.split_once('/').unwrap_or((path, ""));
    let host = host.to_lowercase();
    let mut place = host.strip_prefix("www.").unwrap_or(&host).to_owned();
    let path = path.trim_end_matches('/');
    if !path.is_empty() {
        place.push('/');
        place.push_str(path);
    }
    let counts = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        name.starts_with("utm_") || TRACKING.contains(&name)
    };
    for pair in query
        .split('&')
        .filter(|pair| !pair.is_empty() && !counts(pair))
    {
        place.push('?');
        place.push_str(pair);
    }
    if let Some(fragment) = fragment {
        place.push('#');
        place.push_str(fragment);
    }
    place
}
