//! The parser's events → nodes with byte spans. Hostile text ends in an error, never in a stack
//! overflow or in memory out of proportion to the text.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Marks, Tag};
use serde_yaml::Value;

use super::{MappingEntry, Node, Scalar, ValueKind, ValuePlace};
use crate::source::{Position, Source, SourceError, Span};
use crate::words::{phrase, phrased};

/// Lists and mappings inside one another.
const MAX_DEPTH: usize = 64;
/// Values that aliases may add to those of the text.
const MAX_ALIASED: usize = 10_000;

/// Parses `within` of the source.
pub(super) fn build(source: &Source, within: Span) -> Result<Node, Vec<SourceError>> {
    let mut builder = TreeBuilder::new(source, within);
    let text = builder.text;
    builder.refuse_a_staircase()?;
    for event in Parser::new_from_str(text) {
        let (event, marks) = event.map_err(|error| vec![builder.syntax_error(&error)])?;
        let span = builder.span(marks);
        builder.take(event, span).map_err(|error| vec![error])?;
    }
    builder.finish()
}

/// A list or a mapping whose end has not come yet.
struct OpenValue {
    start: usize,
    anchor: usize,
    kind: ValueKind,
    key: Option<(String, Span)>,
}

struct TreeBuilder<'s> {
    source: &'s Source,
    text: &'s str,
    base: usize,
    /// Byte offset of each character; empty where the text is ASCII and both are the same.
    offsets: Vec<usize>,
    open: Vec<OpenValue>,
    root: Option<Node>,
    anchors: HashMap<usize, Node>,
    aliased: usize,
    documents: usize,
    doubled: Vec<SourceError>,
}

impl<'s> TreeBuilder<'s> {
    fn new(source: &'s Source, within: Span) -> Self {
        let end = within.end.min(source.text().len());
        let mut base = within.start.min(end);
        let mut text = source.text().get(base..end).unwrap_or_default();
        if let Some(rest) = text.strip_prefix('\u{feff}') {
            base += text.len() - rest.len();
            text = rest;
        }
        let offsets = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at).collect()
        };
        Self {
            source,
            text,
            base,
            offsets,
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            aliased: 0,
            documents: 0,
            doubled: Vec::new(),
        }
    }

    fn byte(&self, character: usize) -> usize {
        if self.offsets.is_empty() {
            character.min(self.text.len())
        } else {
            self.offsets
                .get(character)
                .copied()
                .unwrap_or(self.text.len())
        }
    }

    /// The bytes between two marks of the parser, without white space at the end.
    fn span(&self, marks: Marks) -> Span {
        let start = self.byte(marks.start.index());
        let end = self.byte(marks.end.index()).max(start);
        let length = self.text.get(start..end).unwrap_or_default().trim_end();
        self.base + start..self.base + start + length.len()
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), SourceError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if let Some(open) = self.open.last_mut()
                    && matches!(open.kind, ValueKind::Mapping(_))
                    && open.key.is_none()
                {
                    open.key = Some((text.into_owned(), span));
                    return Ok(());
                }
                let scalar = scalar(&text, style, tag.as_deref());
                self.add(ValueKind::Scalar(scalar), span, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                self.start(ValueKind::Sequence(Vec::new()), span.start, anchor)
            }
            Event::MappingStart(anchor, _) => {
                self.start(ValueKind::Mapping(Vec::new()), span.start, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else {
                    return Ok(());
                };
                let end = self.trimmed_end(open.start, span.end);
                self.add(open.kind, open.start..end, open.anchor)
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(SourceError::at(
                        self.source,
                        span,
                        phrase!("a second YAML document"),
                    )
                    .with_hint(phrase!("only one belongs here: remove the line `---`")));
                }
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn trimmed_end(&self, start: usize, end: usize) -> usize {
        let text = self.source.text().get(start..end).unwrap_or_default();
        start + text.trim_end().len()
    }

    /// Lists in lists on one line: the scanner reads a line to its end before it says anything of it, in the
    /// square of their number.
    fn refuse_a_staircase(&self) -> Result<(), Vec<SourceError>> {
        let mut start = self.base;
        for line in self.text.split_inclusive('\n') {
            let dashes = line.split_ascii_whitespace().take_while(|it| *it == "-");
            if dashes.take(MAX_DEPTH + 1).count() > MAX_DEPTH {
                return Err(vec![self.too_deep(start)]);
            }
            start += line.len();
        }
        Ok(())
    }

    fn too_deep(&self, at: usize) -> SourceError {
        let message = phrased!(
            "more than {most} lists or mappings inside one another",
            most = MAX_DEPTH
        );
        SourceError::at(self.source, at..at, message)
    }

    fn start(&mut self, kind: ValueKind, start: usize, anchor: usize) -> Result<(), SourceError> {
        self.refuse_as_key(start..start)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(self.too_deep(start));
        }
        self.open.push(OpenValue {
            start,
            anchor,
            kind,
            key: None,
        });
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), SourceError> {
        self.refuse_as_key(span.clone())?;
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(SourceError::at(
                self.source,
                span,
                phrase!("this alias stands inside the value that it names"),
            ));
        };
        self.aliased += size(node);
        if self.aliased > MAX_ALIASED {
            return Err(SourceError::at(
                self.source,
                span,
                phrase!("too many aliases"),
            ));
        }
        let kind = node.kind.clone();
        self.add(kind, span, 0)
    }

    fn refuse_as_key(&self, span: Span) -> Result<(), SourceError> {
        match self.open.last() {
            Some(open) if matches!(open.kind, ValueKind::Mapping(_)) && open.key.is_none() => Err(
                SourceError::at(self.source, span, phrase!("a key must be plain text")).with_hint(
                    phrase!("text that begins with `{`, `[` or `*` needs quotes around it"),
                ),
            ),
            _ => Ok(()),
        }
    }

    fn add(&mut self, kind: ValueKind, span: Span, anchor: usize) -> Result<(), SourceError> {
        let mut node = Node {
            place: ValuePlace::Text(span.clone()),
            kind,
        };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.kind {
            ValueKind::Sequence(items) => items.push(node),
            ValueKind::Mapping(entries) => {
                let Some((key, key_span)) = open.key.take() else {
                    return Ok(());
                };
                if span.is_empty() {
                    // Nothing written after the key: errors about the value show the key.
                    node.place = ValuePlace::Text(key_span.clone());
                }
                if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                    let error = doubled(self.source, &key, key_span, &first.key_place);
                    self.doubled.push(error);
                } else {
                    entries.push(MappingEntry {
                        key,
                        key_place: ValuePlace::Text(key_span),
                        value: node,
                    });
                }
            }
            ValueKind::Scalar(_) => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Node, Vec<SourceError>> {
        if !self.doubled.is_empty() {
            return Err(self.doubled);
        }
        Ok(self.root.unwrap_or(Node {
            place: ValuePlace::Text(self.base..self.base),
            kind: ValueKind::Scalar(Scalar {
                text: String::new(),
                value: Value::Null,
                is_loose: false,
            }),
        }))
    }

    fn syntax_error(&self, error: &ScanError) -> SourceError {
        let at = self.byte(error.marker().index());
        if let Some(tab) = first_indenting_tab(self.text, at) {
            let place = self.base + tab..self.base + tab + 1;
            return SourceError::at(
                self.source,
                place,
                phrase!("this line is indented with a tab"),
            )
            .with_hint(phrase!("YAML indents with spaces"));
        }
        let place = self.base + at..self.base + at;
        let error = SourceError::at(
            self.source,
            place,
            phrased!("not YAML: {info}", info = error.info()),
        );
        error.with_hint(phrase!("text with `: `, ` #` or a leading `[`, `{`, `*`, `&`, `!`, `%`, `@` needs quotes around it"))
    }
}

fn doubled(source: &Source, key: &str, span: Span, first: &ValuePlace) -> SourceError {
    let error = SourceError::at(source, span, phrased!("`{key}` stands here twice"));
    match first.span() {
        Some(first) => {
            let Position { line, .. } = source.position(first.start);
            error.with_hint(phrased!(
                "the first one is in line {line}: keep one of them"
            ))
        }
        None => error,
    }
}

/// The first tab within the indentation of a line, up to the line after the place `at`.
fn first_indenting_tab(text: &str, at: usize) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indentation].find('\t')
            && indentation < line.trim_end().len()
        {
            return Some(start + tab);
        }
        if start > at {
            return None;
        }
        start += line.len();
    }
    None
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Scalar {
    let is_text = style != ScalarStyle::Plain
        || tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
    let value = if is_text {
        Value::String(text.to_owned())
    } else {
        resolve(text)
    };
    Scalar {
        text: text.to_owned(),
        value,
        is_loose: false,
    }
}

/// The typed value of a plain scalar, by serde_yaml's rules.
pub(super) fn resolve(text: &str) -> Value {
    if is_surely_text(text) {
        return Value::String(text.to_owned());
    }
    match serde_yaml::from_str(text) {
        Ok(value @ (Value::Null | Value::Bool(_) | Value::Number(_))) => value,
        _ => Value::String(text.to_owned()),
    }
}

/// Whether it needs no asking: serde_yaml opens a whole parser for each answer, and nearly all that people write begins
/// with a letter, or is a date.
fn is_surely_text(text: &str) -> bool {
    // Of words only these three are more than text.
    let word = text.split(|char: char| !char.is_ascii_alphabetic()).next();
    let is_special = |word: &str| {
        let special = ["null", "true", "false"];
        special.iter().any(|it| it.eq_ignore_ascii_case(word))
    };
    let is_number_so_far = |byte: u8| byte.is_ascii_digit() || byte == b'-';
    match text.chars().next() {
        Some('0'..='9') => text.bytes().all(is_number_so_far) && text.contains('-'),
        Some(char) => char.is_alphabetic() && !word.is_some_and(is_special),
        None => false,
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.kind {
        ValueKind::Scalar(_) => 0,
        ValueKind::Sequence(items) => items.iter().map(size).sum(),
        ValueKind::Mapping(entries) => entries.iter().map(|entry| size(&entry.value)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_letter_begins_is_asked_about_if_it_may_be_more() {
        for word in [
            "null",
            "NULL",
            "True",
            "false",
            "true # so",
            "null\n",
            "5",
            "1e-5",
            "-7",
        ] {
            assert!(!is_surely_text(word), "{word}");
        }
        for text in [
            "thursday",
            "글",
            "nullify",
            "truely yours",
            "2026-11-23",
            "5-",
            "é",
        ] {
            assert!(is_surely_text(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_surely_text_is_no_value_for_serde_yaml(
            text in "(?s)(null|NULL|true|True|FALSE|[0-9-]{1,10}|0x1|[a-zA-Z한é\u{feff}\u{2028}])?[-+.a-zA-Z0-9:# ,\\[{'\"&*!|>%@`\t\n한]{0,12}"
        ) {
            if is_surely_text(&text) {
                let value: Option<Value> = serde_yaml::from_str(&text).ok();
                let is_more = matches!(value, Some(Value::Null | Value::Bool(_) | Value::Number(_)));
                prop_assert!(!is_more, "{text:?}");
            }
        }
    }
}
