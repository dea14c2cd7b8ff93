//! A YAML text as a tree that keeps doubled keys, and the place of each node. Used only once
//! something is wrong: the straight way from YAML to entries does without either.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error as _, IgnoredAny, MapAccess, SeqAccess, VariantAccess,
    },
};

use crate::source::Position;

/// What stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Nothing,
    Text(String),
    /// A number, a truth value: its name and how it reads.
    Plain(&'static str, String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Tagged,
}

impl Node {
    /// What a person would call it.
    pub(super) fn called(&self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::Text(_) => "text".to_owned(),
            Self::Plain(kind, _) => format!("a {kind}"),
            Self::List(_) => "a list".to_owned(),
            Self::Map(_) => "a mapping".to_owned(),
            Self::Tagged => "a tagged value".to_owned(),
        }
    }

    /// The text of a text.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// One step down from a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The nth item of a list.
    Item(usize),
    /// The key of a mapping's nth pair.
    Key(usize),
    /// The value of a mapping's nth pair.
    Value(usize),
}

/// Where the node at the end of `steps` begins; `text` must be YAML as far as that node.
pub(super) fn locate(text: &str, steps: &[Step]) -> Option<Position> {
    let error = Seeker(steps)
        .deserialize(serde_yaml::Deserializer::from_str(text))
        .err()?;
    position(&error)
}

/// Where the YAML parser saw the error.
pub(super) fn position(error: &serde_yaml::Error) -> Option<Position> {
    error.location().map(|location| Position {
        line: location.line(),
        column: location.column(),
    })
}

/// Walks to a node and refuses it: the refusal carries the node's place.
#[derive(Clone, Copy)]
struct Seeker<'s>(&'s [Step]);

impl<'de> DeserializeSeed<'de> for Seeker<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0.first() {
            None => deserializer.deserialize_any(Refusal),
            Some(Step::Item(_)) => deserializer.deserialize_seq(self),
            Some(Step::Key(_) | Step::Value(_)) => deserializer.deserialize_map(self),
        }
    }
}

impl<'de> serde::de::Visitor<'de> for Seeker<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the node that was there before")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if let Some((Step::Item(nth), rest)) = self.0.split_first() {
            for _ in 0..*nth {
                seq.next_element::<IgnoredAny>()?;
            }
            seq.next_element_seed(Seeker(rest))?;
        }
        Err(A::Error::custom("no such node"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if let Some((Step::Key(nth) | Step::Value(nth), rest)) = self.0.split_first() {
            for _ in 0..*nth {
                map.next_entry::<IgnoredAny, IgnoredAny>()?;
            }
            if matches!(self.0.first(), Some(Step::Key(_))) {
                map.next_key_seed(Seeker(&[]))?;
            } else {
                map.next_key::<IgnoredAny>()?;
                map.next_value_seed(Seeker(rest))?;
            }
        }
        Err(A::Error::custom("no such node"))
    }
}

/// Refuses whatever it meets.
struct Refusal;

impl serde::de::Visitor<'_> for Refusal {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("its place")
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Builder)
    }
}

struct Builder;

impl<'de> serde::de::Visitor<'de> for Builder {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Plain("truth value", value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Plain("number", value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Plain("number", value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Node, E> {
        Ok(Node::Plain("number", value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Node, E> {
        Ok(Node::Plain("number", value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Plain("number", value.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Node::Map(pairs))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Node, A::Error> {
        let (_, variant) = data.variant::<String>()?;
        variant.newtype_variant::<IgnoredAny>()?;
        Ok(Node::Tagged)
    }
}
