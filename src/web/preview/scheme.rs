//! A mail in one colour scheme, whatever the scheme of the machine that shows it: a browser's own
//! media feature can't be set from a page, so the mail's questions about it are answered here.

use serde::Deserialize;

/// The reader's scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Scheme {
    #[default]
    Light,
    Dark,
}

const FEATURE: &str = "prefers-color-scheme";
/// Media features that always hold, and never.
const YES: &str = "(min-width: 0)";
const NO: &str = "(max-width: 0)";

/// The same mail, for readers of that scheme alone. What the mail says *about* schemes in its text
/// stays as it is: only style sheets and `media` attributes are touched.
pub(super) fn in_scheme(html: &str, scheme: Scheme) -> String {
    let mut out = String::with_capacity(html.len() + 128);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = tag_end(rest);
        let tag = &rest[..end];
        if starts_with(tag, "</head") {
            out.push_str(&palette(scheme));
        }
        out.push_str(&answered(tag, scheme));
        rest = &rest[end..];
        if starts_with(tag, "<style") {
            let end = find_ignoring_case(rest, "</style").unwrap_or(rest.len());
            out.push_str(&answered(&rest[..end], scheme));
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

/// What a client of that scheme does besides: its own ground and its default ink.
fn palette(scheme: Scheme) -> String {
    let name = match scheme {
        Scheme::Light => "light",
        Scheme::Dark => "dark",
    };
    format!("<style>:root {{ color-scheme: only {name} !important; }}</style>\n")
}

/// The length of the tag or comment that the text begins with; quoted `>` don't end it.
fn tag_end(text: &str) -> usize {
    if text.starts_with("<!--") {
        return text.find("-->").map_or(text.len(), |at| at + 3);
    }
    let mut quote = None;
    for (at, char) in text.char_indices() {
        match (quote, char) {
            (None, '"' | '\'') => quote = Some(char),
            (None, '>') => return at + 1,
            (Some(open), _) if open == char => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// `(prefers-color-scheme: dark)` → a feature that holds, or one that doesn't.
fn answered(text: &str, scheme: Scheme) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('(') {
        let end = rest[open..]
            .find(')')
            .map_or(rest.len(), |at| open + at + 1);
        out.push_str(&rest[..open]);
        out.push_str(answer(&rest[open..end], scheme).unwrap_or(&rest[open..end]));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

fn answer(feature: &str, scheme: Scheme) -> Option<&'static str> {
    let inner = feature.strip_prefix('(')?.strip_suffix(')')?;
    let (name, value) = inner.split_once(':').unwrap_or((inner, ""));
    if !name.trim().eq_ignore_ascii_case(FEATURE) {
        return None;
    }
    let asked = value.trim();
    let is_asked = match scheme {
        Scheme::Light => asked.eq_ignore_ascii_case("light"),
        Scheme::Dark => asked.eq_ignore_ascii_case("dark"),
    };
    // Without a value the question is whether the client knows the feature.
    Some(if is_asked || asked.is_empty() {
        YES
    } else {
        NO
    })
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    text.match_indices('<')
        .map(|(at, _)| at)
        .find(|at| starts_with(&text[*at..], needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "<html><head><style>\
        @media (prefers-color-scheme: dark) { .a { color: #FFFFFF } }\
        @media screen and (Prefers-Color-Scheme:light) and (max-width: 600px) { .b { color: red } }\
        </style></head><body><p title=\"a > b\">@media (prefers-color-scheme: dark)</p>\
        <source media=\"(prefers-color-scheme: dark)\"></body></html>";

    #[test]
    fn a_dark_mail_shows_its_dark_rules_and_hides_its_light_ones() {
        let dark = in_scheme(MAIL, Scheme::Dark);
        assert!(dark.contains("@media (min-width: 0) { .a"), "{dark}");
        assert!(
            dark.contains("screen and (max-width: 0) and (max-width: 600px) { .b"),
            "{dark}"
        );
        assert!(dark.contains("<source media=\"(min-width: 0)\">"), "{dark}");
        assert!(
            dark.contains("color-scheme: only dark !important; }</style>\n</head>"),
            "{dark}"
        );
    }

    #[test]
    fn a_light_mail_stays_light_on_a_dark_machine() {
        let light = in_scheme(MAIL, Scheme::Light);
        assert!(light.contains("@media (max-width: 0) { .a"), "{light}");
        assert!(light.contains("color-scheme: only light"), "{light}");
    }

    #[test]
    fn what_the_mail_says_about_schemes_stays_as_it_is() {
        for scheme in [Scheme::Light, Scheme::Dark] {
            let html = in_scheme(MAIL, scheme);
            assert!(
                html.contains(">@media (prefers-color-scheme: dark)</p>"),
                "{html}"
            );
        }
    }

    #[test]
    fn broken_html_passes_through() {
        for html in [
            "<",
            "<style",
            "<style>(",
            "<!-- (",
            "가<p title='",
            "(prefers-color-scheme",
        ] {
            let shown = in_scheme(html, Scheme::Dark);
            assert!(shown.starts_with(html), "{html}: {shown}");
        }
    }
}
