//! Bare addresses in running text → links: GFM's extended autolinks (`https://`, `www.`, e-mail),
//! made to end where a Korean reader sees them end. A particle is written straight after a word,
//! so `https://example.com/docs를` links `https://example.com/docs`, while in
//! `https://ko.wikipedia.org/wiki/가을` the Hangul after the slash is the address.

use std::ops::Range;

/// A bare address: its place in the text and where it goes, not yet normalised.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BareAddress {
    pub(super) range: Range<usize>,
    pub(super) url: String,
}

/// Host names in Hangul that end a domain; what follows them is a particle.
const HANGUL_TOP_LEVELS: [&str; 4] = ["한국", "닷컴", "닷넷", "삼성"];

/// Every bare address in `text`, in order.
pub(super) fn find(text: &str) -> Vec<BareAddress> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(found_here) = next(text, from) {
        from = found_here.range.end;
        found.push(found_here);
    }
    found
}

fn next(text: &str, from: usize) -> Option<BareAddress> {
    text[from..]
        .char_indices()
        .map(|(at, char)| (from + at, char))
        .find_map(|(at, char)| match char {
            'h' | 'H' => web(text, from, at),
            'w' | 'W' => bare_www(text, from, at),
            '@' => mail(text, from, at),
            _ => None,
        })
}

fn web(text: &str, from: usize, at: usize) -> Option<BareAddress> {
    let rest = &text[at..];
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        rest.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })?;
    if !begins_word(&text[from..at]) {
        return None;
    }
    let length = scheme.len() + address_length(&rest[scheme.len()..], false)?;
    Some(BareAddress {
        range: at..at + length,
        url: rest[..length].to_owned(),
    })
}

fn bare_www(text: &str, from: usize, at: usize) -> Option<BareAddress> {
    let rest = &text[at..];
    let is_www = rest
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("www."));
    let before = &text[from..at];
    if !is_www || !begins_word(before) || before.ends_with(['.', '/', '@', '-', '_']) {
        return None;
    }
    let length = address_length(rest, true)?;
    Some(BareAddress {
        range: at..at + length,
        url: format!("https://{}", &rest[..length]),
    })
}

/// `local@domain` around the `@` at `at`.
fn mail(text: &str, from: usize, at: usize) -> Option<BareAddress> {
    let is_local =
        |char: &char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '+' | '-');
    let local = text[from..at].chars().rev().take_while(is_local).count();
    let start = at - local;
    if local == 0 || text[start..at].starts_with('.') || text[from..start].ends_with('/') {
        return None;
    }
    let rest = &text[at + 1..];
    let length = host_length(rest)?;
    let host = &rest[..length];
    let is_domain = host.contains('.') && !host.ends_with(['-', '_']);
    // `git@github.com:owner/name` is no address.
    let is_address = is_domain && !rest[length..].starts_with(['@', '/']) && {
        let mut after = rest[length..].chars();
        !(after.next() == Some(':') && after.next().is_some_and(char::is_alphanumeric))
    };
    is_address.then(|| BareAddress {
        range: start..at + 1 + length,
        url: format!("mailto:{}", &text[start..at + 1 + length]),
    })
}

/// Not in the middle of a Latin word.
fn begins_word(before: &str) -> bool {
    !before.ends_with(|char: char| char.is_ascii_alphanumeric())
}

/// How many bytes of `rest` (from the host on) are the address.
fn address_length(rest: &str, needs_dot: bool) -> Option<usize> {
    let host = host_length(rest)?;
    if needs_dot && rest[..host].matches('.').count() < 2 {
        return None;
    }
    let port = port_length(&rest[host..]);
    let path_start = host + port;
    if !rest[path_start..].starts_with(['/', '?', '#']) {
        return Some(path_start);
    }
    let path = path_length(&rest[path_start..]);
    Some(path_start + path)
}

/// A host name: dot-separated labels, each either ASCII or of another script throughout.
fn host_length(rest: &str) -> Option<usize> {
    let end = rest
        .find(|char: char| !(char.is_alphanumeric() || matches!(char, '-' | '.' | '_')))
        .unwrap_or(rest.len());
    let mut length = 0;
    for label in rest[..end].split('.') {
        let used = label_length(label);
        if used == 0 {
            break;
        }
        length += used;
        if used < label.len() {
            break;
        }
        length += 1;
    }
    let host = rest[..length.min(end)].trim_end_matches('.');
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_host =
        !host.is_empty() && (host.contains('.') || host.eq_ignore_ascii_case("localhost"));
    (is_host && !last.contains('_')).then_some(host.len())
}

/// How much of a label belongs to the host, where a particle may cling to it.
fn label_length(label: &str) -> usize {
    if label.starts_with(|char: char| char.is_ascii()) {
        return label
            .find(|char: char| !char.is_ascii())
            .unwrap_or(label.len());
    }
    HANGUL_TOP_LEVELS
        .into_iter()
        .find(|top| label.starts_with(top))
        .map_or(label.len(), str::len)
}

fn port_length(rest: &str) -> usize {
    let Some(digits) = rest.strip_prefix(':') else {
        return 0;
    };
    match digits.bytes().take_while(u8::is_ascii_digit).count() {
        0 => 0,
        count => count + 1,
    }
}

/// Path, query and fragment.
fn path_length(path: &str) -> usize {
    let mut end = path.len();
    let mut open: Vec<char> = Vec::new();
    let mut previous = '/';
    for (at, char) in path.char_indices() {
        let is_end = match char {
            '(' | '[' => {
                open.push(char);
                false
            }
            ')' => open.pop_if(|open| *open == '(').is_none(),
            ']' => open.pop_if(|open| *open == '[').is_none(),
            _ => ends_address(char) || clings(previous, &path[at..]),
        };
        if is_end {
            end = at;
            break;
        }
        previous = char;
    }
    trimmed(&path[..end])
}

/// Spaces, quotes and the punctuation of CJK text never belong to an address.
fn ends_address(char: char) -> bool {
    char.is_whitespace()
        || char.is_control()
        || matches!(
            char,
            '"' | '<' | '>' | '`' | '|' | '\\' | '^' | '{' | '}' | '\u{FFFC}'
        )
        || matches!(
            char,
            '\u{2010}'..='\u{203A}' | '\u{00AB}' | '\u{00BB}' | '·'
        )
        || matches!(char, '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3020}' | '\u{30FB}')
        || matches!(char, '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}')
}

/// Hangul straight after a Latin letter or a digit is a particle (`…/docs를`), unless the address
/// visibly goes on after it (`…/2024년-회고`).
fn clings(previous: char, rest: &str) -> bool {
    let is_hangul = |char: char| matches!(char, '\u{AC00}'..='\u{D7A3}');
    if !previous.is_ascii_alphanumeric() || !rest.starts_with(is_hangul) {
        return false;
    }
    let mut after = rest.trim_start_matches(is_hangul).chars();
    let goes_on = after
        .next()
        .is_some_and(|char| matches!(char, '-' | '_' | '/' | '%' | '=' | '&' | '+'))
        && after.next().is_some_and(char::is_alphanumeric);
    !goes_on
}

/// Without the punctuation that ends a sentence rather than an address (GFM).
fn trimmed(path: &str) -> usize {
    let mut kept = path;
    loop {
        let shorter = kept.trim_end_matches(['?', '!', '.', ',', ':', '*', '_', '~', '\'', ';']);
        // An entity that the Markdown parser did not know is text: `&copy;`.
        let shorter = match shorter.rfind('&') {
            Some(at)
                if kept.ends_with(';')
                    && shorter[at + 1..]
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric()) =>
            {
                &shorter[..at]
            }
            _ => shorter,
        };
        if shorter.len() == kept.len() {
            return kept.len();
        }
        kept = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<String> {
        find(text)
            .into_iter()
            .map(|found| text[found.range].to_owned())
            .collect()
    }

    #[test]
    fn a_particle_is_not_part_of_the_address() {
        assert_eq!(urls("https://example.com을 보면"), ["https://example.com"]);
        assert_eq!(urls("(https://example.com)을"), ["https://example.com"]);
        assert_eq!(
            urls("여기https://example.com/docs에서는"),
            ["https://example.com/docs"]
        );
        assert_eq!(
            urls("(https://example.com/a)을 보라"),
            ["https://example.com/a"]
        );
        assert_eq!(urls("https://한글.한국에서"), ["https://한글.한국"]);
        assert_eq!(
            urls("minji@example.com으로, (ops+a@mail.example.com)"),
            ["minji@example.com", "ops+a@mail.example.com"]
        );
        assert_eq!(urls("www.example.com이나 www.example"), ["www.example.com"]);
        assert_eq!(
            urls("“https://example.com/x”라는 https://example.com/a·https://example.com/b"),
            [
                "https://example.com/x",
                "https://example.com/a",
                "https://example.com/b"
            ]
        );
    }

    #[test]
    fn hangul_within_the_address_stays() {
        assert_eq!(
            urls("https://ko.wikipedia.org/wiki/가을"),
            ["https://ko.wikipedia.org/wiki/가을"]
        );
        assert_eq!(
            urls("https://example.com/글을 보면"),
            ["https://example.com/글을"]
        );
        assert_eq!(
            urls("https://example.com/2024년-회고를"),
            ["https://example.com/2024년-회고를"]
        );
        assert_eq!(
            urls("https://ko.wikipedia.org/wiki/러스트_(언어)"),
            ["https://ko.wikipedia.org/wiki/러스트_(언어)"]
        );
        assert_eq!(
            urls("https://example.com/?q=한글&p=1"),
            ["https://example.com/?q=한글&p=1"]
        );
    }

    #[test]
    fn sentence_punctuation_is_left_out() {
        assert_eq!(
            urls("See https://example.com/a_b?x=1&y=2. Or http://example.com:8080/!"),
            [
                "https://example.com/a_b?x=1&y=2",
                "http://example.com:8080/"
            ]
        );
        assert_eq!(
            urls("https://example.com。그리고 https://example.com/가，"),
            ["https://example.com", "https://example.com/가"]
        );
        assert_eq!(
            urls("https://example.com/a&copy;"),
            ["https://example.com/a"]
        );
    }

    #[test]
    fn what_only_looks_like_an_address_is_text() {
        for text in [
            "xhttps://example.com",
            "https://",
            "http://foo",
            "a@b",
            "@handle",
            "git@example.com:owner/name",
            "www.",
            "1.5배",
            "https:// example.com",
        ] {
            assert_eq!(urls(text), Vec::<String>::new(), "{text}");
        }
    }
}
