//! Stars in the place of what is hidden: byte for byte as long, so that places stay where they are.

/// Writes a text as stars, but for its white space and the `${VAR}` in it, whose name is no secret.
pub(super) fn star_into(shown: &mut String, text: &str) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = variable(rest).unwrap_or_else(|| {
            let sign = if c.is_ascii_whitespace() { c } else { '*' };
            shown.extend(std::iter::repeat_n(sign, c.len_utf8()));
            0
        });
        shown.push_str(&rest[..length]);
        rest = &rest[length.max(c.len_utf8())..];
    }
}

/// Writes of a URL its scheme, its host and how it is protected; answers what was hidden. What does not
/// look like a URL is hidden, unless it is a word or a host's name.
pub(super) fn url_into(shown: &mut String, text: &str) -> String {
    let is_sign = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '}' | ']' | ',');
    let start = text.len() - text.trim_start_matches(is_sign).len();
    let mut end = text.len();
    while let Some(sign) = text[start..end].chars().next_back().filter(|c| is_sign(*c)) {
        let opening = text[start..end].rfind("${").unwrap_or_default();
        if variable(&text[start + opening..end]) == Some(end - start - opening) {
            break;
        }
        end -= sign.len_utf8();
    }
    let url = &text[start..end];
    let mut kept = vec![0..start, end..text.len()];
    let scheme = url.find("://").map_or(0, |at| at + 3);
    let authority = start + scheme + url[scheme..].rfind('@').map_or(0, |at| at);
    let rest = &text[authority..end];
    let host = rest.strip_prefix('@').unwrap_or(rest);
    let is_user = host.len() < rest.len();
    let length = host.find(['/', '?', '#']).unwrap_or(host.len());
    let is_word = scheme == 0 && matches!(host, "inbox" | "sqlite");
    if is_scheme(&url[..scheme]) {
        kept.push(start..start + scheme);
    }
    if is_word || is_host(&host[..length], scheme > 0) && (scheme > 0 || !is_user) {
        let from = authority + rest.len() - host.len();
        kept.push(authority..from + length);
        kept.extend(protection(&host[length..]).map(|end| from + length..from + length + end));
    }
    let mut hidden = String::new();
    let mut run = (0, false);
    let mut flush = |run: (usize, bool), to: usize| match run.1 {
        true => shown.push_str(&text[run.0..to]),
        false => {
            hidden.push_str(&text[run.0..to]);
            hidden.push(' ');
            star_into(shown, &text[run.0..to]);
        }
    };
    for (at, _) in text.char_indices() {
        let is_kept = kept.iter().any(|range| range.contains(&at));
        if is_kept != run.1 {
            flush(run, at);
            run = (at, is_kept);
        }
    }
    flush(run, text.len());
    // A user and a password are told apart by the first colon.
    let parts: Vec<&str> = hidden.splitn(2, ':').collect();
    format!("{hidden} {}", parts.join(" "))
}

fn is_scheme(text: &str) -> bool {
    let name = text.strip_suffix("://").unwrap_or_default();
    (1..=10).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether this can be a host with a port and nothing else: what is behind a colon there may be a
/// password whose host was forgotten.
fn is_host(text: &str, is_url: bool) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((_, behind)) => text.split_at(text.len() - behind.len()),
            None => return false,
        },
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_dotted = host.contains('.') || host.starts_with('[') || host == "localhost";
    let is_name = !host.is_empty()
        && host.chars().all(|c| {
            c.is_alphanumeric()
                || matches!(c, '-' | '.' | '_')
                || host.starts_with('[') && "[]:".contains(c)
        });
    let is_port = port.is_empty()
        || port.strip_prefix(':').is_some_and(|digits| {
            digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
    is_name
        && is_port
        && (is_dotted
            || is_url && (port.is_empty() || matches!(port, ":25" | ":465" | ":587" | ":2525")))
}

/// How much of what is behind a host is no secret: the slash, and `tls=`.
fn protection(text: &str) -> Option<usize> {
    let path = usize::from(text.starts_with('/'));
    let query = text[path..].strip_prefix("?tls=").unwrap_or_default();
    let is_word = !query.is_empty() && query.bytes().all(|byte| byte.is_ascii_lowercase());
    match is_word {
        true => Some(text.len()),
        false => (path > 0).then_some(path),
    }
}

/// What a hidden text holds, in all ways in which words may repeat it; the `${VAR}` in it is no part.
pub(in crate::source) fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let bare = |text: &str| {
        let signs =
            |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '{' | '}' | '[' | ']');
        text.trim_matches(signs).to_owned()
    };
    for text in between_variables(text) {
        for word in text.split_whitespace() {
            pieces.push(word.to_owned());
            pieces.push(bare(word));
        }
        pieces.push(bare(text));
        pieces.push(bare(text.split(" #").next().unwrap_or_default()));
    }
    // Signs alone stand in every sentence.
    pieces.retain(|piece| piece.len() > 3 || piece.contains(char::is_alphanumeric));
    pieces
}

fn between_variables(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices("${") {
        if let Some(length) = variable(&text[at..]) {
            parts.push(&text[from..at]);
            from = at + length;
        }
    }
    parts.push(&text[from..]);
    parts
}

/// The sign before a text of several lines.
pub(super) fn is_block_mark(value: &str) -> bool {
    matches!(value, "" | "|" | ">" | "|-" | ">-" | "|+" | ">+")
}

/// How long the `${VAR}` is that a text begins with.
pub(super) fn variable(text: &str) -> Option<usize> {
    let name = text.strip_prefix("${")?;
    let length = name.find('}')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (length > 0 && name[..length].bytes().all(is_name)).then_some(length + 3)
}
