//! Nodes → any `serde` type. All errors of a document are found, not only the first: the value
//! that failed is left out and the rest read again.

mod fault;

use std::{collections::HashSet, ptr};

use serde::{
    Deserializer,
    de::{
        self, DeserializeOwned, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, Unexpected,
        VariantAccess, Visitor,
        value::{StrDeserializer, StringDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_yaml::Value;

use self::fault::ReadFault;
pub(crate) use self::fault::nearest;
use super::{MappingEntry, Node, Scalar, Tree, ValueKind, ValuePlace};
use crate::{source::SourceError, words::phrase};

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
