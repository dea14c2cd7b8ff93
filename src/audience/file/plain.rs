//! The plain spelling that nearly every entry has, read without a YAML parser, which takes ten
//! times as long. Anything unusual is left to the parser: `None` says only "not plain".
//!
//! The rule that keeps this honest: what is plain here, serde_yaml reads the same (a property
//! test compares the two).

use super::entry::{ConsentEntry, ListEntry, PlainText};

/// The entry of a piece of text that begins with `- `, where all of it is plain.
pub(super) fn parse(text: &str) -> Option<ListEntry> {
    if text.chars().any(is_unusual) {
        return None;
    }
    let mut lines = TrimmedLines { rest: text };
    let mut entry = Unfinished::default();
    let first = lines.next()?.strip_prefix("- ")?;
    entry.pair(first, &mut lines)?;
    while let Some(line) = lines.next() {
        if line.is_empty() || line.trim_start_matches(' ').starts_with('#') {
            continue;
        }
        entry.pair(line.strip_prefix("  ")?, &mut lines)?;
    }
    entry.finish()
}

/// Characters that YAML forbids, or takes for the end of a line.
fn is_unusual(c: char) -> bool {
    match c {
        '\n' => false,
        c if c.is_ascii() => c.is_ascii_control(),
        c => {
            c.is_control()
                || matches!(
                    c,
                    '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
                )
        }
    }
}

/// Lines without the white space at their ends.
struct TrimmedLines<'t> {
    rest: &'t str,
}

impl<'t> TrimmedLines<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let line = self.peek()?;
        self.rest = match self.rest.find('\n') {
            Some(end) => &self.rest[end + 1..],
            None => "",
        };
        Some(line)
    }

    fn peek(&self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        Some(self.rest.split('\n').next()?.trim_end_matches(' '))
    }

    /// The lines that follow with one of these indentations, without it.
    fn block<const N: usize>(&mut self, indents: [&str; N]) -> Option<Vec<&'t str>> {
        let mut items = Vec::new();
        let mut chosen = None;
        while let Some(line) = self.peek() {
            let indent = match chosen {
                Some(indent) => indent,
                None => match indents.iter().find(|indent| line.starts_with(**indent)) {
                    Some(indent) => *chosen.insert(*indent),
                    None => break,
                },
            };
            let Some(item) = line.strip_prefix(indent) else {
                break;
            };
            items.push(item);
            self.next();
        }
        (!items.is_empty()).then_some(items)
    }
}

#[derive(Default)]
struct Unfinished {
    email: Option<PlainText>,
    name: Option<PlainText>,
    editions: Option<Vec<PlainText>>,
    tags: Option<Vec<PlainText>>,
    timezone: Option<PlainText>,
    language: Option<PlainText>,
    consent: Option<ConsentEntry>,
}

impl Unfinished {
    /// Takes `key: value`, and the lines of a block that follows it.
    fn pair(&mut self, pair: &str, lines: &mut TrimmedLines<'_>) -> Option<()> {
        let (key, value) = key_and_value(pair)?;
        match key {
            "email" => put(&mut self.email, scalar(value)?),
            "name" => put(&mut self.name, scalar(value)?),
            "timezone" => put(&mut self.timezone, scalar(value)?),
            "language" => put(&mut self.language, scalar(value)?),
            "editions" => put(&mut self.editions, list(value, lines)?),
            "tags" => put(&mut self.tags, list(value, lines)?),
            "consent" => put(&mut self.consent, consent(value, lines)?),
            _ => None,
        }
    }

    fn finish(self) -> Option<ListEntry> {
        Some(ListEntry {
            email: self.email?,
            name: self.name,
            editions: self.editions,
            tags: self.tags,
            timezone: self.timezone,
            language: self.language,
            consent: self.consent,
        })
    }
}

/// Fills a place once: doubled keys are for the parser to explain.
fn put<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

fn key_and_value(pair: &str) -> Option<(&str, &str)> {
    let (key, value) = pair.split_once(':')?;
    match value.strip_prefix(' ') {
        Some(value) => Some((key, value.trim_matches(' '))),
        None => value.is_empty().then_some((key, "")),
    }
}

fn list(value: &str, lines: &mut TrimmedLines<'_>) -> Option<Vec<PlainText>> {
    if value.is_empty() {
        let items = lines.block(["  - ", "    - "])?;
        return items.into_iter().map(scalar).collect();
    }
    let inner = value.strip_prefix('[')?.strip_suffix(']')?;
    flow_items(inner)?.into_iter().map(scalar).collect()
}

fn consent(value: &str, lines: &mut TrimmedLines<'_>) -> Option<ConsentEntry> {
    let pairs = if value.is_empty() {
        lines.block(["    "])?
    } else {
        flow_items(value.strip_prefix('{')?.strip_suffix('}')?)?
    };
    let (mut at, mut source) = (None, None);
    for pair in pairs {
        let (key, value) = key_and_value(pair)?;
        match key {
            "at" => put(&mut at, scalar(value)?)?,
            "source" => put(&mut source, scalar(value)?)?,
            _ => return None,
        }
    }
    Some(ConsentEntry { at, source })
}

/// The items between commas; brackets, and commas within quotation marks, are not plain.
fn flow_items(inner: &str) -> Option<Vec<&str>> {
    if inner.contains(['[', ']', '{', '}']) {
        return None;
    }
    let items: Vec<&str> = inner
        .split(',')
        .map(|item| item.trim_matches(' '))
        .collect();
    let is_whole = |item: &&str| item.matches(['"', '\'']).count().is_multiple_of(2);
    items.iter().all(is_whole).then_some(items)
}

/// A text on one line, in quotation marks without escapes or in none.
fn scalar(value: &str) -> Option<PlainText> {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            let inner = rest.strip_suffix(quote)?;
            let is_plain = !inner.contains([quote, '\\']);
            return is_plain.then(|| PlainText(inner.to_owned()));
        }
    }
    is_plain_text(value).then(|| PlainText(value.to_owned()))
}

/// Whether YAML takes the value, without quotation marks, for text and for nothing else.
fn is_plain_text(value: &str) -> bool {
    let Some(first) = value.chars().next() else {
        return false;
    };
    if value.contains(": ") || value.contains(" #") || value.contains([',', '[', ']', '{', '}']) {
        return false;
    }
    if value.ends_with(':') {
        return false;
    }
    if first.is_ascii_digit() {
        // An address, or a date: numbers have neither sign within.
        let is_date = value.bytes().skip(1).any(|byte| byte == b'-')
            && value
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b"TZ:+.- ".contains(&byte));
        return value.contains('@') || is_date;
    }
    let is_word = matches!(
        value,
        "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE"
    );
    !is_word && (first.is_ascii_alphabetic() || (!first.is_ascii() && first.is_alphabetic()))
}
