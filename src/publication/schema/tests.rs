//! The schema agrees with what is read.

use serde_json::Value;

use super::*;

fn schema() -> Value {
    config().to_value()
}

/// Every object of the schema that has properties, with its name.
fn blocks(schema: &Value) -> Vec<(String, &serde_json::Map<String, Value>)> {
    let definitions = schema["definitions"].as_object().unwrap();
    let root = [("root".to_owned(), schema)];
    let named = definitions
        .iter()
        .map(|(name, block)| (name.clone(), block));
    root.into_iter()
        .chain(named)
        .filter_map(|(name, block)| Some((name, block["properties"].as_object()?)))
        .collect()
}

#[test]
fn every_key_is_explained_and_no_other_is_allowed() {
    let schema = schema();
    for (name, properties) in blocks(&schema) {
        for (key, property) in properties {
            let description = property["description"].as_str().unwrap_or_default();
            assert!(description.len() > 8, "{name}.{key} is not explained");
        }
    }
    for (name, block) in schema["definitions"].as_object().unwrap() {
        if block["properties"].is_object() {
            assert_eq!(block["additionalProperties"], false, "{name}");
        }
    }
}

#[test]
fn defaults_are_shown_in_the_words_of_the_file() {
    let schema = schema();
    let default =
        |block: &str, key: &str| schema["definitions"][block]["properties"][key]["default"].clone();
    assert_eq!(default("DeliverySettings", "give_up"), "2d");
    assert_eq!(default("DeliverySettings", "unknown"), "hold");
    assert_eq!(default("SmtpBlock", "url"), "inbox");
    assert_eq!(default("SmtpBlock", "connections"), 4);
    assert_eq!(default("ScheduleBlock", "late"), "6h");
    assert_eq!(default("AudienceSettings", "max_removal"), "10%");
    assert_eq!(default("PublicationBlock", "accent_color"), "#2447D8");
}

#[test]
fn what_the_schema_calls_an_example_is_read() {
    // Every example of every key, put under that key of a publication, loads or fails elsewhere.
    let schema = schema();
    for (name, properties) in blocks(&schema) {
        for (key, property) in properties {
            let Some(pattern) = property["pattern"].as_str() else {
                continue;
            };
            let pattern = pattern.trim_end_matches("|\\$\\{");
            for example in property["examples"].as_array().into_iter().flatten() {
                let example = example.as_str().unwrap();
                assert!(
                    example.contains("${") || matches(pattern, example),
                    "{name}.{key}: `{example}` does not match {pattern}"
                );
            }
        }
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    regex::Regex::new(pattern).unwrap().is_match(text)
}

#[test]
fn of_every_key_it_is_known_whether_an_error_may_show_its_value() {
    use super::super::harmless::{HARMLESS, SECRET};
    let known = [
        HARMLESS.values,
        HARMLESS.addresses,
        HARMLESS.holders,
        &SECRET,
    ]
    .concat();
    let schema = schema();
    for (name, properties) in blocks(&schema) {
        for key in properties.keys() {
            let ways = known.iter().filter(|known| *known == key).count();
            assert_eq!(ways, 1, "{name}.{key}: is it a secret? See harmless.rs");
        }
    }
}
