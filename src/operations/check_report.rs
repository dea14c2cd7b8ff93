//! What `check` found, a file at a time.

use crate::check::{Finding, Level};

/// What `check` found.
#[derive(Debug, serde::Serialize)]
pub struct CheckReport {
    /// The issues looked at, the oldest first.
    pub issues: Vec<CheckedFile>,
    /// subscribers.yaml, where it was looked at.
    pub list: Option<CheckedFile>,
    /// daily-note.keeper, where it was looked at and something is wrong.
    pub keeper: Option<CheckedFile>,
    /// Files in the folder of issues that are none, where it was looked through.
    pub unseen: Vec<CheckedFile>,
}

/// One file and what was found in it.
#[derive(Debug, serde::Serialize)]
pub struct CheckedFile {
    /// Relative to the publication's root.
    pub file: String,
    /// The issue's id; None where the file is no issue.
    pub id: Option<String>,
    /// In the order of the text.
    pub findings: Vec<Finding>,
}

impl CheckReport {
    /// How many findings are of a level, those allowed left out.
    #[must_use]
    pub(crate) fn count(&self, level: Level) -> usize {
        self.findings()
            .filter(|finding| finding.level() == level && !finding.is_allowed())
            .count()
    }

    /// All that was looked at, in the order of showing.
    pub(crate) fn files(&self) -> impl Iterator<Item = &CheckedFile> {
        self.issues
            .iter()
            .chain(&self.unseen)
            .chain(&self.list)
            .chain(&self.keeper)
    }

    /// All findings.
    pub(crate) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.files().flat_map(|checked| &checked.findings)
    }
}
