//! What columns are, as `--map` says it one by one and a file a line each.

use std::{fmt::Write as _, path::Path};

use super::super::super::Failure;
use crate::{
    app::{AppError, FileAction},
    audience::import::{ReadingPlan, SubscriberField},
    source::read_text_file,
    words::{Said, say},
};

/// A line for each column of a table.
const MAX_BYTES: u64 = 1 << 20;

/// `COLUMN=FIELD`.
pub(super) fn mapping(text: &str) -> Result<(String, SubscriberField), String> {
    let (column, field) = text
        .rsplit_once('=')
        .ok_or_else(|| say!("write COLUMN=FIELD, such as \"Nick name=name\"").to_string())?;
    Ok((column.trim().to_owned(), field.trim().parse()?))
}

/// The columns of a file.
pub(super) struct ColumnMap(Vec<(String, SubscriberField)>);

impl ColumnMap {
    /// What the columns of these files were taken for; each once, the first file's word for it.
    pub(super) fn of<'p>(plans: impl Iterator<Item = &'p ReadingPlan>) -> Self {
        let mut columns: Vec<(String, SubscriberField)> = Vec::new();
        for column in plans.flat_map(|plan| &plan.columns) {
            // A field that only a known service's file has is known by itself.
            let Ok(field) = column.field.parse() else {
                continue;
            };
            if !columns.iter().any(|(name, _)| *name == column.name) {
                columns.push((column.name.clone(), field));
            }
        }
        Self(columns)
    }

    pub(super) fn load(path: &Path) -> Result<Self, Failure> {
        let text = read_text_file(path, MAX_BYTES).map_err(|source| AppError::Io {
            action: FileAction::Read,
            path: path.to_owned(),
            source,
        })?;
        let mut columns = Vec::new();
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let column = mapping(line).map_err(|why| {
                Failure::usage(Said::heard(format!("{}:{}: {why}", path.display(), at + 1)))
            })?;
            columns.push(column);
        }
        Ok(Self(columns))
    }

    /// These columns, and those of the command line after them: what is said later counts.
    pub(super) fn with(
        self,
        columns: &[(String, SubscriberField)],
    ) -> Vec<(String, SubscriberField)> {
        let mut all = self.0;
        all.extend_from_slice(columns);
        all
    }

    pub(super) fn save(&self, path: &Path) -> Result<(), AppError> {
        let mut text =
            "# What each column is: COLUMN=FIELD. For `subscribers import --map-file`.\n"
                .to_owned();
        for (name, field) in &self.0 {
            // A name over two lines has no line of its own here, and is told by --map alone.
            if !name.contains(['\n', '\r']) {
                let _ = writeln!(text, "{name}={}", field.word());
            }
        }
        std::fs::write(path, text).map_err(|source| AppError::Io {
            action: FileAction::Written,
            path: path.to_owned(),
            source,
        })
    }
}
