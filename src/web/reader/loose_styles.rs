//! A mail's HTML as a page may show it: the rules that stand in its elements, as mail needs them, move into
//! one style sheet, so that the page's policy can name that sheet by its hash and forbid all others.

use std::{borrow::Cow, collections::BTreeMap, fmt::Write};

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::fingerprint;

/// A mail's body, and its sheet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LooseMail {
    /// What stands within the body.
    pub(super) body: String,
    /// Its attributes: classes.
    pub(super) body_class: String,
    /// The sheet.
    pub(super) css: String,
}

/// The classes that stand for rules, by the rules.
#[derive(Default)]
struct StyleClasses(BTreeMap<String, usize>);

impl LooseMail {
    /// Takes a whole document apart. Comments, which are for mail programs, are left out.
    pub(super) fn parse(html: &str) -> Self {
        let mut classes = StyleClasses::default();
        let (mut mail, mut sheets) = (Self::default(), String::new());
        let mut is_in_body = false;
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            let (text, tag) = rest.split_at(at);
            if is_in_body {
                mail.body.push_str(text);
            }
            if tag.starts_with("<!--") {
                rest = after(tag, "-->");
                continue;
            }
            let end = tag_end(tag);
            let (tag, following) = tag.split_at(end);
            rest = following;
            match name(tag).as_str() {
                "style" => {
                    let css = following.split("</style").next().unwrap_or_default();
                    sheets.push_str(css);
                    sheets.push('\n');
                    rest = after(following, "</style>");
                }
                "script" => rest = after(following, "</script>"),
                "body" => {
                    is_in_body = true;
                    let own = classes.loosened(tag);
                    mail.body_class = attribute(&own, "class").unwrap_or_default().into_owned();
                }
                "/body" => is_in_body = false,
                _ if is_in_body => mail.body.push_str(&classes.loosened(tag)),
                _ => {}
            }
        }
        mail.css = sheets + &classes.sheet();
        // No rule ends the sheet early, and no line end is changed on the way.
        mail.css = mail.css.replace("</", "<\\/").replace('\r', "");
        mail
    }

    /// How a page's policy names the sheet.
    pub(super) fn policy_source(&self) -> String {
        let hash = fingerprint::sha256(self.css.as_bytes());
        format!("'sha256-{}'", STANDARD.encode(hash))
    }
}

impl StyleClasses {
    /// The tag with a class in place of its rules.
    fn loosened(&mut self, tag: &str) -> String {
        let Some(rules) = attribute(tag, "style") else {
            return tag.to_owned();
        };
        let next = self.0.len();
        let number = *self.0.entry(rules.into_owned()).or_insert(next);
        let own = attribute(tag, "class").unwrap_or_default().into_owned();
        let tag = without(&without(tag, "style"), "class");
        let at = tag
            .find(|char: char| char.is_whitespace() || matches!(char, '/' | '>'))
            .unwrap_or(tag.len());
        let (name, rest) = tag.split_at(at);
        format!("{name} class=\"{own} s{number}\"{rest}")
    }

    /// As strong as they were within their elements.
    fn sheet(&self) -> String {
        let mut css = String::new();
        for (rules, number) in &self.0 {
            // Writing into a String never fails.
            let _ = writeln!(css, ".s{number}.s{number}.s{number}{{{rules}}}");
        }
        css
    }
}

/// What follows the end of something.
fn after<'t>(text: &'t str, end: &str) -> &'t str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// Where a tag ends: a `>` within quotes does not end it.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    tag.len()
}

fn name(tag: &str) -> String {
    let name = tag.trim_start_matches('<');
    let end = name.find(|char: char| char.is_whitespace() || char == '>');
    name[..end.unwrap_or(name.len())].to_ascii_lowercase()
}

/// Where a quoted attribute stands: from its space to behind its quote, and its value.
fn place<'t>(tag: &'t str, name: &str) -> Option<(usize, usize, &'t str)> {
    let mut from = 0;
    while let Some(at) = tag[from..].find(name).map(|at| from + at) {
        let value = tag[at + name.len()..].strip_prefix("=\"");
        if let Some(value) = value.filter(|_| tag[..at].ends_with(char::is_whitespace)) {
            let end = value.find('"')?;
            let start = tag[..at].trim_end().len();
            return Some((start, at + name.len() + 2 + end + 1, &value[..end]));
        }
        from = at + name.len();
    }
    None
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<Cow<'t, str>> {
    let (_, _, value) = place(tag, name)?;
    if !value.contains('&') {
        return Some(Cow::Borrowed(value));
    }
    let entities = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    let mut plain = value.to_owned();
    for (entity, char) in entities {
        plain = plain.replace(entity, char);
    }
    Some(Cow::Owned(plain))
}

fn without(tag: &str, name: &str) -> String {
    match place(tag, name) {
        Some((start, end, _)) => [&tag[..start], &tag[end..]].concat(),
        None => tag.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rules_within_elements_become_one_sheet() {
        let mail = LooseMail::parse(
            "<!DOCTYPE html><html><head><style>.a { color: red }</style></head>\
             <body class=\"body\" style=\"margin: 0\"><!--[if mso]><table><![endif]-->\
             <p class=\"p\" style=\"font-family: &quot;A&quot;\" title=\"a > b\">x</p><p style=\"margin: 0\">y</p>\
             <br style=\"margin: 0\"/><script>no()</script>z</body></html>",
        );
        assert_eq!(
            mail.body,
            "<p class=\"p s1\" title=\"a > b\">x</p><p class=\" s0\">y</p><br class=\" s0\"/>z"
        );
        assert_eq!(mail.body_class, "body s0");
        assert_eq!(
            mail.css,
            ".a { color: red }\n.s1.s1.s1{font-family: \"A\"}\n.s0.s0.s0{margin: 0}\n"
        );
        assert!(mail.policy_source().starts_with("'sha256-"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "(<[a-z/!-]{0,4}|style=\"|class=\"|\"|>|-->|[a-z 가&;]{0,5}){0,40}") {
            let mail = LooseMail::parse(&format!("<body>{text}</body>"));
            prop_assert!(!mail.css.contains("</style"));
        }
    }
}
