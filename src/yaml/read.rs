//! Nodes → any `serde` type. All errors of a document are found, not only the first: the value
//! that failed is left out and the rest read again.

use std::{collections::HashSet, fmt, ptr};

use serde::{
    Deserializer,
    de::{
        self, DeserializeOwned, DeserializeSeed, EnumAccess, Expected, MapAccess, SeqAccess,
        Unexpected, VariantAccess, Visitor,
        value::{StrDeserializer, StringDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_yaml::Value;

use super::{MappingEntry, Node, Scalar, Tree, ValueKind, ValuePlace};
use crate::{
    source::SourceError,
    words::{phrase, phrased},
};

/// Nobody reads more of them.
const MAX_FAULTS: usize = 20;

/// Reads a node as a `T`.
pub(super) fn read<T: DeserializeOwned>(tree: &Tree, node: &Node) -> Result<T, Vec<SourceError>> {
    // The node itself can't be left out: what is wrong with all of it is said once.
    let mut left_out = HashSet::from([ptr::from_ref(node)]);
    let mut errors = Vec::new();
    loop {
        let at = ValueReader {
            node,
            shown: &node.place,
            left_out: &left_out,
        };
        match T::deserialize(at) {
            Ok(value) if errors.is_empty() => return Ok(value),
            Ok(_) => return Err(errors),
            Err(fault) => {
                let culprit = fault.culprit;
                // Only consequences of earlier ones remain once one is missing what was left out.
                if !fault.is_consequence {
                    let place = fault.place.as_ref().unwrap_or(&node.place);
                    let error = tree.error_at(place, fault.message);
                    errors.push(match fault.hint {
                        Some(hint) => error.with_hint(hint),
                        None => error,
                    });
                }
                let is_new = culprit.is_some_and(|culprit| left_out.insert(culprit));
                if !is_new || errors.len() >= MAX_FAULTS {
                    return Err(errors);
                }
            }
        }
    }
}

/// What went wrong, and where once it is known.
#[derive(Debug)]
struct ReadFault {
    message: String,
    hint: Option<String>,
    place: Option<ValuePlace>,
    /// The node to leave out when reading on.
    culprit: Option<*const Node>,
    missing: Option<&'static str>,
    is_consequence: bool,
}

impl ReadFault {
    fn new(message: String, hint: Option<String>) -> Self {
        Self {
            message,
            hint,
            place: None,
            culprit: None,
            missing: None,
            is_consequence: false,
        }
    }

    /// Says where, unless a deeper place is known.
    fn at(mut self, node: &Node, place: &ValuePlace) -> Self {
        self.place.get_or_insert_with(|| place.clone());
        self.culprit.get_or_insert(ptr::from_ref(node));
        self
    }
}

impl fmt::Display for ReadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadFault {}

impl de::Error for ReadFault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        match message.split_once('\n') {
            Some((message, hint)) => Self::new(message.to_owned(), Some(hint.to_owned())),
            None => Self::new(message, None),
        }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        let hint = match (&unexpected, expected.as_str()) {
            (Unexpected::Bool(_) | Unexpected::Signed(_) | Unexpected::Unsigned(_), "a string") => {
                Some(phrase!("put it in quotes").to_owned())
            }
            _ => None,
        };
        Self::new(
            phrased!(
                "expected {expected}, found {unexpected}",
                expected = wanted(&expected),
                unexpected = found(&unexpected)
            ),
            hint,
        )
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        Self::new(
            phrased!(
                "expected {expected}, found {unexpected}",
                expected = wanted(&expected),
                unexpected = found(&unexpected)
            ),
            None,
        )
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(
            phrased!(
                "`{variant}` is not one of {expected}",
                expected = listed(expected)
            ),
            did_you_mean(variant, expected),
        )
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let hint = did_you_mean(field, expected).unwrap_or_else(|| {
            phrased!("the keys here are {expected}", expected = listed(expected))
        });
        Self::new(phrased!("unknown key `{field}`"), Some(hint))
    }

    fn missing_field(field: &'static str) -> Self {
        let mut fault = Self::new(phrased!("`{field}` is missing"), None);
        fault.missing = Some(field);
        fault
    }
}

/// Type names of serde in people's words.
fn wanted(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" => "text",
        "a boolean" => phrase!("true or false"),
        "a sequence" => phrase!("a list"),
        "a map" => phrase!("a mapping (`key: value` lines)"),
        "u8" | "u16" | "u32" | "u64" | "usize" => phrase!("a whole number, zero or more"),
        "i8" | "i16" | "i32" | "i64" | "isize" => phrase!("a whole number"),
        "f32" | "f64" => phrase!("a number"),
        "unit" => "nothing",
        _ if expected.starts_with("struct ") => phrase!("a mapping (`key: value` lines)"),
        other => other,
    }
}

fn found(unexpected: &Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(flag) => format!("`{flag}`"),
        Unexpected::Unsigned(number) => phrased!("the number {number}"),
        Unexpected::Signed(number) => phrased!("the number {number}"),
        Unexpected::Float(number) => phrased!("the number {number}"),
        Unexpected::Str(text) => phrased!("the text `{text}`", text = shortened(text)),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => phrase!("a list").to_owned(),
        Unexpected::Map => phrase!("a mapping").to_owned(),
        other => other.to_string(),
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// The nearest of the names, where one is near enough to be meant.
pub(crate) fn nearest<'n>(word: &str, names: &[&'n str]) -> Option<&'n str> {
    let word = word.to_lowercase();
    names
        .iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(&word, &name.to_lowercase()),
                *name,
            )
        })
        .filter(|(distance, name)| *distance <= name.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

fn did_you_mean(word: &str, names: &[&str]) -> Option<String> {
    nearest(word, names).map(|name| phrased!("did you mean `{name}`?"))
}

/// A node being read.
#[derive(Clone, Copy)]
struct ValueReader<'t> {
    node: &'t Node,
    /// What errors about it point at: the key for lists and mappings.
    shown: &'t ValuePlace,
    left_out: &'t HashSet<*const Node>,
}

impl<'t> ValueReader<'t> {
    fn wrap<T>(self, result: Result<T, ReadFault>) -> Result<T, ReadFault> {
        result.map_err(|fault| fault.at(self.node, self.shown))
    }

    fn visit_entries<V: Visitor<'t>>(
        self,
        entries: &'t [MappingEntry],
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        let mut map = MappingReader {
            rest: entries.iter(),
            value: None,
            left_out: self.left_out,
        };
        let result = visitor.visit_map(&mut map).map_err(|mut fault| {
            fault.is_consequence |= fault.missing.is_some_and(|missing| {
                fault.place.is_none()
                    && entries.iter().any(|entry| {
                        entry.key == missing && self.left_out.contains(&ptr::from_ref(&entry.value))
                    })
            });
            fault
        });
        self.wrap(result)
    }
}

fn visit_scalar<'t, V: Visitor<'t>>(scalar: &'t Scalar, visitor: V) -> Result<V::Value, ReadFault> {
    match &scalar.value {
        Value::Bool(flag) => visitor.visit_bool(*flag),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => visitor.visit_u64(number),
            (None, Some(number)) => visitor.visit_i64(number),
            (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::Null => visitor.visit_unit(),
        _ => visitor.visit_borrowed_str(&scalar.text),
    }
}

impl<'t> Deserializer<'t> for ValueReader<'t> {
    type Error = ReadFault;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        match &self.node.kind {
            ValueKind::Scalar(scalar) => self.wrap(visit_scalar(scalar, visitor)),
            ValueKind::Sequence(items) => {
                let items = SequenceReader {
                    rest: items.iter(),
                    left_out: self.left_out,
                };
                self.wrap(visitor.visit_seq(items))
            }
            ValueKind::Mapping(entries) => self.visit_entries(entries, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        if self.node.is_null() {
            visitor.visit_none()
        } else {
            self.wrap(visitor.visit_some(self))
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        self.wrap(visitor.visit_newtype_struct(self))
    }

    /// Where text is asked for, `123` out of the environment is text.
    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        match &self.node.kind {
            ValueKind::Scalar(scalar) if scalar.is_loose && !scalar.value.is_null() => {
                self.wrap(visitor.visit_borrowed_str(&scalar.text))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        self.deserialize_str(visitor)
    }

    /// A key with nothing under it (all its lines commented out) is an empty mapping.
    fn deserialize_map<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        if self.node.is_null() {
            self.visit_entries(&[], visitor)
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        if matches!(self.node.kind, ValueKind::Sequence(_)) {
            let fault = de::Error::invalid_type(Unexpected::Seq, &phrase!("a map"));
            return self.wrap(Err(fault));
        }
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        match &self.node.kind {
            ValueKind::Scalar(scalar) if !scalar.value.is_null() => {
                let variant: StrDeserializer<'t, ReadFault> =
                    de::IntoDeserializer::into_deserializer(scalar.text.as_str());
                self.wrap(visitor.visit_enum(variant))
            }
            ValueKind::Mapping(entries) if entries.len() == 1 => {
                let variant = EnumReader {
                    entry: &entries[0],
                    left_out: self.left_out,
                };
                self.wrap(visitor.visit_enum(variant))
            }
            _ => self.wrap(self.deserialize_any(visitor)),
        }
    }

    forward_to_deserialize_any! {
        <V: Visitor<'t>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        seq tuple tuple_struct identifier ignored_any
    }
}

struct SequenceReader<'t> {
    rest: std::slice::Iter<'t, Node>,
    left_out: &'t HashSet<*const Node>,
}

impl<'t> SeqAccess<'t> for SequenceReader<'t> {
    type Error = ReadFault;

    fn next_element_seed<T: DeserializeSeed<'t>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadFault> {
        let left_out = self.left_out;
        let Some(node) = self
            .rest
            .find(|node| !left_out.contains(&ptr::from_ref(*node)))
        else {
            return Ok(None);
        };
        let at = ValueReader {
            node,
            shown: &node.place,
            left_out,
        };
        at.wrap(seed.deserialize(at)).map(Some)
    }
}

struct MappingReader<'t> {
    rest: std::slice::Iter<'t, MappingEntry>,
    value: Option<&'t MappingEntry>,
    left_out: &'t HashSet<*const Node>,
}

/// What errors about an entry's value point at.
fn shown(entry: &MappingEntry) -> &ValuePlace {
    match (&entry.value.kind, &entry.value.place) {
        (ValueKind::Scalar(_), place) | (_, place @ ValuePlace::Variable(_)) => place,
        _ => &entry.key_place,
    }
}

impl<'t> MapAccess<'t> for MappingReader<'t> {
    type Error = ReadFault;

    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadFault> {
        let left_out = self.left_out;
        let Some(entry) = self
            .rest
            .find(|entry| !left_out.contains(&ptr::from_ref(&entry.value)))
        else {
            return Ok(None);
        };
        self.value = Some(entry);
        let key: StringDeserializer<ReadFault> =
            de::IntoDeserializer::into_deserializer(entry.key.clone());
        seed.deserialize(key)
            .map(Some)
            .map_err(|fault| fault.at(&entry.value, &entry.key_place))
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, ReadFault> {
        let Some(entry) = self.value.take() else {
            return Err(de::Error::custom(phrase!(
                "a value was asked for before its key"
            )));
        };
        let at = ValueReader {
            node: &entry.value,
            shown: shown(entry),
            left_out: self.left_out,
        };
        at.wrap(seed.deserialize(at))
    }
}

/// `variant: value`.
struct EnumReader<'t> {
    entry: &'t MappingEntry,
    left_out: &'t HashSet<*const Node>,
}

impl<'t> EnumAccess<'t> for EnumReader<'t> {
    type Error = ReadFault;
    type Variant = ValueReader<'t>;

    fn variant_seed<V: DeserializeSeed<'t>>(
        self,
        seed: V,
    ) -> Result<(V::Value, ValueReader<'t>), ReadFault> {
        let key: StrDeserializer<'t, ReadFault> =
            de::IntoDeserializer::into_deserializer(self.entry.key.as_str());
        let variant = seed
            .deserialize(key)
            .map_err(|fault: ReadFault| fault.at(&self.entry.value, &self.entry.key_place))?;
        let at = ValueReader {
            node: &self.entry.value,
            shown: shown(self.entry),
            left_out: self.left_out,
        };
        Ok((variant, at))
    }
}

impl<'t> VariantAccess<'t> for ValueReader<'t> {
    type Error = ReadFault;

    fn unit_variant(self) -> Result<(), ReadFault> {
        serde::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'t>>(self, seed: T) -> Result<T::Value, ReadFault> {
        self.wrap(seed.deserialize(self))
    }

    fn tuple_variant<V: Visitor<'t>>(self, _: usize, visitor: V) -> Result<V::Value, ReadFault> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'t>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        self.deserialize_map(visitor)
    }
}
