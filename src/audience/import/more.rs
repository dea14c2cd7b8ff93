//! What a JSON object in a cell says of a person: listmonk's attributes, Buttondown's metadata, Keila's data.

use super::cells::{joined_name, or};

/// What it says that the columns do not.
#[derive(Default)]
pub(super) struct ExtraFacts {
    pub(super) name: String,
    pub(super) timezone: String,
    pub(super) language: String,
    pub(super) tags: Vec<String>,
}

impl ExtraFacts {
    pub(super) fn parse(text: &str) -> Self {
        // Most tables have no such column.
        if text.is_empty() {
            return Self::default();
        }
        let Ok(serde_json::Value::Object(object)) = serde_json::from_str(text) else {
            return Self::default();
        };
        let text = |keys: &[&str]| {
            let value = keys.iter().find_map(|key| object.get(*key)?.as_str());
            value.unwrap_or_default().trim().to_owned()
        };
        let tags = object.get("tags").and_then(|tags| tags.as_array());
        let full = text(&["name", "full_name"]);
        let (first, last) = (
            text(&["first_name", "firstname"]),
            text(&["last_name", "lastname"]),
        );
        Self {
            name: or(&full, &joined_name(&first, &last)).to_owned(),
            timezone: text(&["timezone"]),
            language: text(&["language", "lang", "locale"]),
            tags: tags
                .into_iter()
                .flatten()
                .filter_map(|tag| tag.as_str().map(str::to_owned))
                .collect(),
        }
    }
}
