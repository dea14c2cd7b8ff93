//! The JSON Schema of daily-note.yaml, for editors that complete and check while one writes.

use schemars::Schema;

use super::{FILE_NAME, settings::Settings};
use crate::yaml;

/// The schema of daily-note.yaml.
#[must_use]
pub(crate) fn config() -> Schema {
    let mut schema = yaml::schema_of::<Settings>();
    schema.insert("title".into(), FILE_NAME.into());
    schema
}

#[cfg(test)]
mod tests;
