//! One entry of subscribers.yaml: from YAML to a [`Profile`], from a [`Profile`] to YAML.

use std::{collections::BTreeSet, fmt};

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    audience::{
        Consent, Profile,
        field::{self, FieldError},
    },
    publication::Publication,
    source::SourceError,
    words::{phrase, phrased},
    yaml::{self, Node, Tree, ValueKind, ValuePlace},
};

/// A reader.
#[derive(Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListEntry {
    /// The address.
    pub(super) email: PlainText,
    /// The name used in the salutation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<PlainText>,
    /// The keys of the editions they get. Without it: all, future ones too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) editions: Option<Vec<PlainText>>,
    /// Your own labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tags: Option<Vec<PlainText>>,
    /// Their time zone, like Asia/Seoul.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) timezone: Option<PlainText>,
    /// Their language, like ko or en.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<PlainText>,
    /// That they agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) consent: Option<ConsentEntry>,
}

/// That a reader agreed, when and where.
#[derive(Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentEntry {
    /// When, like 2026-03-01T09:00:00+09:00.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<PlainText>,
    /// Where: `web form`, `event`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<PlainText>,
}

/// The JSON Schema of subscribers.yaml; `editions` are the publication's, where one is given.
#[must_use]
pub(crate) fn schema(publication: Option<&Publication>) -> Schema {
    let mut schema = yaml::schema_of::<Vec<ListEntry>>();
    schema.insert("title".into(), "subscribers.yaml".into());
    schema.insert(
        "description".into(),
        "The part of the list that is kept by hand.".into(),
    );
    let items = "/definitions/Entry/properties/editions/items";
    if let (Some(publication), Some(items)) = (publication, schema.pointer_mut(items)) {
        items["enum"] = publication
            .editions
            .iter()
            .map(|edition| edition.key.as_str())
            .collect();
    }
    schema
}

/// Where in an entry a fault lies: a key, an item of its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FieldPath {
    /// The key, or two.
    pub(super) keys: &'static [&'static str],
    /// Which item of its list.
    pub(super) item: Option<usize>,
}

impl FieldPath {
    const fn key(keys: &'static [&'static str]) -> Self {
        Self { keys, item: None }
    }
}

/// The profile of an entry whose places are known.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn read(
    tree: &Tree,
    node: &Node,
    publication: &Publication,
) -> Result<Profile, Vec<SourceError>> {
    if let Some(text) = node.text().filter(|text| text.contains('@')) {
        let error = tree.error_at(&node.place, phrase!("an entry is more than an address"));
        return Err(vec![error.with_hint(phrased!(
            "write `- email: {address}`",
            address = text.trim()
        ))]);
    }
    let entry: ListEntry = tree.read_node(node)?;
    entry.profile(publication).map_err(|(path, fault)| {
        let error = tree.error_at(&path.place(node), fault.message);
        vec![match fault.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }]
    })
}

impl FieldPath {
    fn place(self, node: &Node) -> ValuePlace {
        let value = self.keys.iter().try_fold(node, |node, key| node.get(key));
        let item = match (value.map(|value| &value.kind), self.item) {
            (Some(ValueKind::Sequence(items)), Some(item)) => items.get(item),
            _ => None,
        };
        item.or(value).unwrap_or(node).place.clone()
    }
}

impl ListEntry {
    /// What the entry says, once every field makes sense.
    pub(super) fn profile(
        self,
        publication: &Publication,
    ) -> Result<Profile, (FieldPath, FieldError)> {
        let at = |keys| move |fault| (FieldPath::key(keys), fault);
        let email = field::email(&self.email.0).map_err(at(&["email"]))?;
        let name = match self.name {
            Some(name) => field::name(&name.0).map_err(at(&["name"]))?,
            None => None,
        };
        let timezone = self.timezone.map(|zone| field::timezone(&zone.0));
        let language = self.language.map(|language| field::language(&language.0));
        Ok(Profile {
            email,
            name,
            editions: editions(self.editions, publication)?,
            tags: tags(self.tags.unwrap_or_default())?,
            timezone: timezone.transpose().map_err(at(&["timezone"]))?,
            language: language.transpose().map_err(at(&["language"]))?,
            consent: match self.consent {
                Some(consent) => consent.consent(publication)?,
                None => None,
            },
        })
    }
}

impl ConsentEntry {
    fn consent(
        self,
        publication: &Publication,
    ) -> Result<Option<Consent>, (FieldPath, FieldError)> {
        let at = self
            .at
            .map(|at| field::moment(&at.0, publication.timezone, None))
            .transpose()
            .map_err(|fault| (FieldPath::key(&["consent", "at"]), fault))?;
        let source = match self.source {
            Some(source) => field::name(&source.0)
                .map_err(|fault| (FieldPath::key(&["consent", "source"]), fault))?,
            None => None,
        };
        Ok((at.is_some() || source.is_some()).then_some(Consent { at, source }))
    }
}

fn editions(
    texts: Option<Vec<PlainText>>,
    publication: &Publication,
) -> Result<Option<BTreeSet<String>>, (FieldPath, FieldError)> {
    const KEYS: &[&str] = &["editions"];
    let Some(texts) = texts else {
        return Ok(None);
    };
    if texts.is_empty() {
        let fault = FieldError::new(phrase!("the list of editions is empty"))
            .with_hint(phrase!("leave the key out for all editions"));
        return Err((FieldPath::key(KEYS), fault));
    }
    let keys = texts.iter().enumerate().map(|(index, text)| {
        field::edition(&text.0, publication).map_err(|fault| {
            let item = Some(index);
            (FieldPath { keys: KEYS, item }, fault)
        })
    });
    keys.collect::<Result<_, _>>().map(Some)
}

fn tags(texts: Vec<PlainText>) -> Result<BTreeSet<String>, (FieldPath, FieldError)> {
    let mut tags = BTreeSet::new();
    for (index, text) in texts.into_iter().enumerate() {
        let tag = field::tag(&text.0).map_err(|fault| {
            let (keys, item) = (&["tags"], Some(index));
            (FieldPath { keys, item }, fault)
        })?;
        tags.extend(tag);
    }
    Ok(tags)
}

impl From<&Profile> for ListEntry {
    fn from(profile: &Profile) -> Self {
        let text = |text: &String| PlainText(text.clone());
        Self {
            email: PlainText(profile.email.as_str().to_owned()),
            name: profile.name.as_ref().map(text),
            editions: profile
                .editions
                .as_ref()
                .map(|keys| keys.iter().map(text).collect()),
            tags: (!profile.tags.is_empty()).then(|| profile.tags.iter().map(text).collect()),
            timezone: profile
                .timezone
                .map(|zone| PlainText(zone.name().to_owned())),
            language: profile.language.as_ref().map(text),
            consent: profile.consent.as_ref().map(|consent| ConsentEntry {
                at: consent.at.map(|at| PlainText(at.to_rfc3339())),
                source: consent.source.as_ref().map(text),
            }),
        }
    }
}

/// The entry of a profile, as subscribers.yaml wants it.
///
/// # Errors
/// Never for a [`Profile`]; the serialiser's signature says it could.
pub(crate) fn render(profile: &Profile) -> Result<String, serde_yaml::Error> {
    serde_yaml::to_string(&[ListEntry::from(profile)])
}

/// A text that YAML also sees as one: `name: 123` and `name: yes` have no place in a salutation.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline, description = "")]
pub(super) struct PlainText(pub(super) String);

impl<'de> Deserialize<'de> for PlainText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PlainTextVisitor;

        impl de::Visitor<'_> for PlainTextVisitor {
            type Value = PlainText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<PlainText, E> {
                Ok(PlainText(text.to_owned()))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<PlainText, E> {
                Ok(PlainText(text))
            }
        }

        deserializer.deserialize_any(PlainTextVisitor)
    }
}
