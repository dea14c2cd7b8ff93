//! What `check` found, fixed where that is certain: shown first, then written whole, and only into a file that is
//! still the one that was looked at.

use std::{fs, path::PathBuf};

use super::check_report::CheckReport;
use crate::{
    app::{App, AppError, FileAction},
    check::{CertainFix, Finding},
    issue::Issue,
    private_files,
};

/// An issue's file, and what it would be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FixableFile {
    /// Relative to the publication's root.
    pub(crate) file: String,
    /// Where it is.
    path: PathBuf,
    /// Its text, without a byte order mark.
    pub(crate) before: String,
    /// Its text with everything fixed.
    pub(crate) after: String,
    /// How many findings that takes away.
    pub(crate) count: usize,
}

/// What became of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FixOutcome {
    /// It is fixed.
    Written,
    /// Somebody changed it meanwhile: it is as they left it.
    ChangedMeanwhile,
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

impl App {
    /// The files that can be fixed for certain. One whose text would be no issue any more, or another one, is left out.
    #[must_use]
    pub(crate) fn certain_fixes(&self, report: &CheckReport) -> Vec<FixableFile> {
        let fixable = report.issues.iter().filter_map(|checked| {
            let fixes: Vec<&CertainFix> = checked
                .findings
                .iter()
                .filter(|finding| !finding.is_allowed())
                .filter_map(Finding::certain_fix)
                .collect();
            let before = fixes.first().map(|fix| fix.place().whole_text())?;
            let (after, count) = CertainFix::apply_all(before, &fixes);
            let path = self.publication.root.join(&checked.file);
            let fixed = Issue::parse(&self.publication, &path, &after).ok()?;
            let is_same = checked.id.as_ref().is_none_or(|id| *id == fixed.id);
            is_same.then(|| FixableFile {
                file: checked.file.clone(),
                path,
                before: before.to_owned(),
                after,
                count,
            })
        });
        fixable.collect()
    }

    /// Writes a file as it would be.
    ///
    /// # Errors
    /// When it can't be read or written.
    pub(crate) fn apply_fixes(&self, fixable: &FixableFile) -> Result<FixOutcome, AppError> {
        let failed = |action| {
            let path = fixable.path.clone();
            move |source| AppError::Io {
                action,
                path,
                source,
            }
        };
        let bytes = fs::read(&fixable.path).map_err(failed(FileAction::Read))?;
        let mark = match bytes.starts_with(BYTE_ORDER_MARK.as_bytes()) {
            true => BYTE_ORDER_MARK,
            false => "",
        };
        if bytes[mark.len()..] != *fixable.before.as_bytes() {
            return Ok(FixOutcome::ChangedMeanwhile);
        }
        let text = format!("{mark}{}", fixable.after);
        private_files::replace_keeping_mode(&fixable.path, text.as_bytes())
            .map_err(failed(FileAction::Written))?;
        Ok(FixOutcome::Written)
    }
}
