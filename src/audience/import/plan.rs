//! How a file is to be read, as a person says it and as it is found out.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{column::SubscriberField, service::ExportService, standing::PersonStanding};

/// How a file is to be read, where it does not say so itself.
#[derive(Debug, Clone, Default)]
pub struct ReadingOptions {
    /// Whose export it is; None: told by the header.
    pub service: Option<ExportService>,
    /// Columns, by name or number, and what they are.
    pub columns: Vec<(String, SubscriberField)>,
    /// How everybody in it stands at the least.
    pub standing: Option<PersonStanding>,
    /// The editions of those whose row names none.
    pub editions: Option<BTreeSet<String>>,
    /// Tags that everybody in it gets.
    pub tags: BTreeSet<String>,
    /// A label of the Encoding Standard; None: told by the bytes.
    pub encoding: Option<String>,
}

/// How a file is read.
#[derive(Debug, Clone, Serialize)]
pub struct ReadingPlan {
    /// Whose export it is.
    pub format: ExportService,
    /// `UTF-8`, `CP949`, …
    pub encoding: &'static str,
    /// What stands between the columns.
    pub separator: char,
    /// Whether a row names the columns.
    pub has_header: bool,
    /// The row that does, or the first one of a person. What stands above it is passed over.
    pub first_row: u64,
    /// Each column and what it is to us.
    pub columns: Vec<Column>,
    /// What such a file does not say of who left, and how to come by it.
    pub silence: Option<&'static str>,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name, or its number where it has none.
    pub name: String,
    /// What it is taken for: a word of [`SubscriberField::WORDS`], or `mail_disabled`, `suppressed`, `more`.
    pub field: &'static str,
    /// What stands in it, up to three different ones.
    pub samples: Vec<String>,
}
