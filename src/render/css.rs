//! As much CSS as a mail holds: declarations, and the rules of a `<style>` with their conditions.
//! Tolerant: what it can't read it passes over, as browsers do.

use std::{borrow::Cow, fmt};

/// `color: #112233 !important`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declaration {
    /// In lower case.
    pub(crate) name: String,
    /// Trimmed, without `!important`.
    pub(crate) value: String,
    pub(crate) is_important: bool,
}

/// A rule of a style sheet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StyleRule {
    /// The conditions of the at-rules around it, outermost first: `@media (max-width: 600px)`.
    pub(crate) conditions: Vec<String>,
    pub(crate) selectors: Vec<String>,
    pub(crate) declarations: Vec<Declaration>,
}

/// A `<style>`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct StyleSheet {
    pub(crate) rules: Vec<StyleRule>,
    /// At-rules without a block: `@import url(…)`.
    pub(crate) statements: Vec<String>,
}

impl fmt::Display for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let importance = if self.is_important { "!important" } else { "" };
        write!(f, "{}:{}{importance}", self.name, self.value)
    }
}

/// Without needless white space, and without rules that select or say nothing.
impl fmt::Display for StyleSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for statement in &self.statements {
            write!(f, "{statement};")?;
        }
        let mut open: &[String] = &[];
        let rules = self.rules.iter();
        for rule in rules.filter(|it| !it.selectors.is_empty() && !it.declarations.is_empty()) {
            if rule.conditions != open {
                f.write_str(&"}".repeat(open.len()))?;
                for condition in &rule.conditions {
                    write!(f, "{condition}{{")?;
                }
                open = &rule.conditions;
            }
            write!(
                f,
                "{}{{{}}}",
                rule.selectors.join(","),
                inline(&rule.declarations)
            )?;
        }
        f.write_str(&"}".repeat(open.len()))
    }
}

/// Declarations as a `style` attribute has them.
pub(crate) fn inline(declarations: &[Declaration]) -> String {
    let written: Vec<String> = declarations.iter().map(ToString::to_string).collect();
    written.join(";")
}

/// The declarations of a `style` attribute or of a block.
pub(crate) fn declarations(text: &str) -> Vec<Declaration> {
    split(&without_comments(text), ';')
        .filter_map(|part| {
            let (name, value) = part.split_once(':')?;
            let value = value.trim();
            let bare = value
                .rsplit_once('!')
                .filter(|(_, word)| word.trim().eq_ignore_ascii_case("important"))
                .map(|(value, _)| value.trim());
            Some(Declaration {
                name: name.trim().to_ascii_lowercase(),
                value: bare.unwrap_or(value).to_owned(),
                is_important: bare.is_some(),
            })
        })
        .filter(|declaration| !declaration.name.is_empty() && !declaration.value.is_empty())
        .collect()
}

/// The rules of a style sheet.
pub(crate) fn sheet(text: &str) -> StyleSheet {
    let text = without_comments(text);
    let mut sheet = StyleSheet::default();
    let mut conditions: Vec<String> = Vec::new();
    let mut rest = &*text;
    while let Some(end) = find_outside(rest, &['{', '}', ';']) {
        let (head, tail) = rest.split_at(end);
        let head = head.trim();
        rest = &tail[1..];
        match tail.as_bytes()[0] {
            b'}' => drop(conditions.pop()),
            b';' if head.starts_with('@') => sheet.statements.push(head.to_owned()),
            b';' => {}
            _ if head.starts_with('@') && !holds_declarations(head) => {
                conditions.push(head.to_owned());
            }
            _ => {
                let end = find_outside(rest, &['}']).unwrap_or(rest.len());
                sheet.rules.push(StyleRule {
                    conditions: conditions.clone(),
                    selectors: split(head, ',')
                        .map(|part| part.trim().to_owned())
                        .collect(),
                    declarations: declarations(&rest[..end]),
                });
                rest = rest.get(end + 1..).unwrap_or_default();
            }
        }
    }
    sheet
}

fn holds_declarations(head: &str) -> bool {
    ["@font-face", "@page", "@-ms-viewport", "@viewport"]
        .iter()
        .any(|name| head.starts_with(name))
}

/// The parts between separators that stand neither in quotes nor in brackets.
pub(crate) fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        match find_outside(text, &[separator]) {
            Some(at) => {
                rest = Some(&text[at + separator.len_utf8()..]);
                Some(&text[..at])
            }
            None => rest.take(),
        }
    })
}

/// The first of some characters outside quotes and brackets.
fn find_outside(text: &str, wanted: &[char]) -> Option<usize> {
    let mut quote: Option<char> = None;
    let mut depth = 0_usize;
    let mut is_escaped = false;
    for (at, char) in text.char_indices() {
        if std::mem::take(&mut is_escaped) {
            continue;
        }
        match (char, quote) {
            ('\\', _) => is_escaped = true,
            (char, Some(open)) if char == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None) => quote = Some(char),
            (char, None) if depth == 0 && wanted.contains(&char) => return Some(at),
            ('(' | '[', None) => depth += 1,
            (')' | ']', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn without_comments(text: &str) -> Cow<'_, str> {
    // Most have none, and are asked for often.
    if !text.contains(['/', '<', '>']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    // What old mail editors wrap around a style.
    Cow::Owned(out.replace("<!--", "").replace("-->", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_know_quotes_and_importance() {
        let read = declarations(
            "Color: #112233 !important; font-family: 'a;b', \"c:d\"; background: url(data:x;y);; bad",
        );
        let shown: Vec<String> = read
            .iter()
            .map(|one| {
                format!(
                    "{}={}{}",
                    one.name,
                    one.value,
                    if one.is_important { "!" } else { "" }
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                "color=#112233!",
                "font-family='a;b', \"c:d\"",
                "background=url(data:x;y)"
            ]
        );
    }

    #[test]
    fn rules_know_their_conditions() {
        let sheet = sheet(
            "@import url(x); /* a { } */ a, .b:is(c, d) { color: red } @media (max-width: 600px) { .c { width: 100% } } e{}",
        );
        assert_eq!(sheet.statements, ["@import url(x)"]);
        let shown: Vec<String> = sheet
            .rules
            .iter()
            .map(|rule| {
                format!(
                    "{:?} {:?} {}",
                    rule.conditions,
                    rule.selectors,
                    rule.declarations.len()
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                r#"[] ["a", ".b:is(c, d)"] 1"#,
                r#"["@media (max-width: 600px)"] [".c"] 1"#,
                r#"[] ["e"] 0"#,
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in "[a-z{}();:@,'\"\\\\/*! 가#-]{0,60}") {
            let _ = sheet(&text);
            let _ = declarations(&text);
        }
    }
}
