//! JSON Schemas, for editors that complete and check while one writes.

use schemars::{Schema, generate::SchemaSettings};

use super::settings::Settings;

/// The schema of daily-note.yaml.
#[must_use]
pub fn config() -> Schema {
    // Draft 7 is what editors' YAML servers know best.
    SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<Settings>()
}
