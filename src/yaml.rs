//! YAML with places: a text parsed into a [`Tree`] whose every key and value knows where it
//! stands, and read from there into any `serde` type, so that each error points at its line.
//!
//! serde_yaml gives scalars their types; saphyr-parser tells where they are, which serde_yaml does
//! not. Knows nothing of what the keys mean.

mod build;
mod read;

pub(crate) use self::read::nearest;

use std::sync::Arc;

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_yaml::Value;

use crate::{
    source::{Source, SourceError, Span},
    words::Said,
};

/// A YAML document and the text it came from.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    source: Source,
    root: Node,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Where.
    pub place: ValuePlace,
    /// What.
    pub kind: ValueKind,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub(crate) enum ValuePlace {
    /// These bytes of the tree's source.
    Text(Span),
    /// An environment variable of this name.
    Variable(Arc<str>),
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum ValueKind {
    /// Text, a number, true or false, or nothing.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with values, in the order of the text; no key stands twice.
    Mapping(Vec<MappingEntry>),
}

/// A single value.
#[derive(Debug, Clone)]
pub(crate) struct Scalar {
    /// As written, quotes and escapes resolved.
    pub text: String,
    /// With its type: never a sequence or a mapping.
    pub value: Value,
    /// Out of the environment, which knows text only: `123` is also the text "123".
    pub is_loose: bool,
}

impl Scalar {
    /// Text out of the environment, typed as if it stood in a file without quotes.
    #[must_use]
    pub(crate) fn from_outside(text: String) -> Self {
        Self {
            value: build::resolve(&text),
            text,
            is_loose: true,
        }
    }
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(crate) struct MappingEntry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_place: ValuePlace,
    /// The value.
    pub value: Node,
}

/// The JSON Schema of what [`Tree::read`] takes for a `T`, in the draft that editors' YAML servers
/// know best.
#[must_use]
pub(crate) fn schema_of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<T>()
}

impl Tree {
    /// Parses the bytes `within` of a source (the whole file, or the front matter of an issue).
    /// A byte order mark before them is skipped.
    ///
    /// # Errors
    /// The place where the text stops being YAML; or every key that stands twice in a mapping.
    pub(crate) fn parse(source: &Source, within: Span) -> Result<Self, Vec<SourceError>> {
        let root = build::build(source, within)?;
        Ok(Self {
            source: source.clone(),
            root,
        })
    }

    /// No error about the tree repeats these texts from now on, nor what stands where the source shows
    /// nothing, in whatever way it is written there.
    pub(crate) fn conceal(&mut self, mut texts: Vec<String>) {
        self.root.hidden(&self.source, &mut texts);
        self.source = self.source.concealing(texts);
    }

    /// The text.
    #[must_use]
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// The document's value.
    #[must_use]
    pub(crate) fn root(&self) -> &Node {
        &self.root
    }

    /// The document's value, to change.
    pub(crate) fn root_mut(&mut self) -> &mut Node {
        &mut self.root
    }

    /// Reads the whole document as a `T`.
    ///
    /// # Errors
    /// Every unknown key, wrong type and bad value, each at its place. An error of `T`'s own
    /// (`serde::de::Error::custom`) may have a second line, which becomes the hint.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Vec<SourceError>> {
        read::read(self, &self.root)
    }

    /// Reads one of the document's values as a `T`.
    ///
    /// # Errors
    /// As [`Tree::read`].
    pub(crate) fn read_node<T: DeserializeOwned>(
        &self,
        node: &Node,
    ) -> Result<T, Vec<SourceError>> {
        read::read(self, node)
    }

    /// The value at a path of keys.
    #[must_use]
    pub(crate) fn get(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(&self.root, |node, key| node.get(key))
    }

    /// An error about the value at a path of keys; where there is none, about the nearest of its
    /// parents that there is.
    #[must_use]
    pub(crate) fn error(&self, path: &[&str], message: impl Into<Said>) -> SourceError {
        let mut place = self.root.place.clone();
        let mut node = &self.root;
        for key in path {
            let Some(entry) = node.entry(key) else { break };
            place = match (&entry.value.kind, &entry.value.place) {
                (ValueKind::Scalar(_), place) | (_, place @ ValuePlace::Variable(_)) => {
                    place.clone()
                }
                _ => entry.key_place.clone(),
            };
            node = &entry.value;
        }
        self.error_at(&place, message)
    }

    /// An error at a place.
    #[must_use]
    pub(crate) fn error_at(&self, place: &ValuePlace, message: impl Into<Said>) -> SourceError {
        match place {
            ValuePlace::Text(span) => {
                // A value of many lines is shown by its first.
                let text = self.source.text().get(span.clone()).unwrap_or_default();
                let first_line = text.lines().next().unwrap_or_default().trim_end();
                let end = span.start + first_line.len();
                SourceError::at(&self.source, span.start..end, message)
            }
            ValuePlace::Variable(name) => {
                let parts = [Said::from(&**name), message.into()];
                SourceError::about(&self.source, Said::row(parts, ": "))
            }
        }
    }
}

impl Node {
    /// The value under a key, where this is a mapping that has it.
    #[must_use]
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, where this is a mapping that has it.
    #[must_use]
    pub(crate) fn entry(&self, key: &str) -> Option<&MappingEntry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a mapping; none where this is something else.
    #[must_use]
    pub(crate) fn entries(&self) -> &[MappingEntry] {
        match &self.kind {
            ValueKind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The text of a scalar, as written.
    #[must_use]
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Collects the scalars that the source does not show.
    fn hidden(&self, source: &Source, texts: &mut Vec<String>) {
        match &self.kind {
            ValueKind::Scalar(scalar) => {
                let Some(span) = self.span().filter(|span| source.hides(span)) else {
                    return;
                };
                // As it is written there, it is known.
                let written = source.text().get(span).unwrap_or_default();
                let read = [scalar.text.clone(), scalar_text(&scalar.value)];
                texts.extend(read.into_iter().filter(|text| !written.contains(text)));
            }
            ValueKind::Sequence(items) => items.iter().for_each(|item| item.hidden(source, texts)),
            ValueKind::Mapping(entries) => {
                for entry in entries {
                    if entry
                        .key_place
                        .span()
                        .is_some_and(|span| source.hides(&span))
                    {
                        texts.push(entry.key.clone());
                    }
                    entry.value.hidden(source, texts);
                }
            }
        }
    }

    /// Where it stands in the source, unless it came from elsewhere.
    #[must_use]
    pub(crate) fn span(&self) -> Option<Span> {
        self.place.span()
    }

    /// Whether nothing is written here.
    #[must_use]
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.kind, ValueKind::Scalar(scalar) if scalar.value.is_null())
    }

    /// Puts a value at a path of keys, over what stands there; mappings on the way are made.
    pub(crate) fn set(&mut self, path: &[String], value: Node) {
        let Some((key, rest)) = path.split_first() else {
            *self = value;
            return;
        };
        if !matches!(self.kind, ValueKind::Mapping(_)) {
            *self = Self {
                place: value.place.clone(),
                kind: ValueKind::Mapping(Vec::new()),
            };
        }
        let ValueKind::Mapping(entries) = &mut self.kind else {
            return;
        };
        if let Some(entry) = entries.iter_mut().find(|entry| entry.key == *key) {
            entry.value.set(rest, value);
            return;
        }
        let mut made = Self {
            place: value.place.clone(),
            kind: ValueKind::Mapping(Vec::new()),
        };
        let key_place = value.place.clone();
        made.set(rest, value);
        entries.push(MappingEntry {
            key: key.clone(),
            key_place,
            value: made,
        });
    }

    /// Takes away what stands at a path of keys.
    pub(crate) fn take(&mut self, path: &[&str]) -> Option<Node> {
        let (key, rest) = path.split_first()?;
        let ValueKind::Mapping(entries) = &mut self.kind else {
            return None;
        };
        let at = entries.iter().position(|entry| entry.key == *key)?;
        match rest {
            [] => Some(entries.remove(at).value),
            rest => entries[at].value.take(rest),
        }
    }

    /// The text of an environment variable as a YAML value: a scalar, or a list or mapping in
    /// flow style. What isn't YAML is text.
    #[must_use]
    pub(crate) fn from_variable(name: &str, text: &str) -> Self {
        let place = ValuePlace::Variable(name.into());
        let value = serde_yaml::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        Self::from_value(&place, value, text)
    }

    fn from_value(place: &ValuePlace, value: Value, text: &str) -> Self {
        let kind = match value {
            Value::Sequence(items) => ValueKind::Sequence(
                items
                    .into_iter()
                    .map(|item| Self::from_nested(place, item))
                    .collect(),
            ),
            Value::Mapping(mapping) => ValueKind::Mapping(
                mapping
                    .into_iter()
                    .map(|(key, value)| MappingEntry {
                        key: scalar_text(&key),
                        key_place: place.clone(),
                        value: Self::from_nested(place, value),
                    })
                    .collect(),
            ),
            Value::Tagged(tagged) => return Self::from_value(place, tagged.value, text),
            value => ValueKind::Scalar(Scalar {
                text: value.as_str().unwrap_or(text).to_owned(),
                value,
                is_loose: true,
            }),
        };
        Self {
            place: place.clone(),
            kind,
        }
    }

    fn from_nested(place: &ValuePlace, value: Value) -> Self {
        let text = scalar_text(&value);
        Self::from_value(place, value, &text)
    }
}

impl ValuePlace {
    /// The bytes of the source, unless it came from elsewhere.
    #[must_use]
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            Self::Text(span) => Some(span.clone()),
            Self::Variable(_) => None,
        }
    }
}

fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
