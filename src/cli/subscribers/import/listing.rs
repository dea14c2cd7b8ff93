//! The file of `--report`.

use std::{fs::File, path::PathBuf};

use crate::{
    app::{AppError, FileAction},
    operations::{RowOutcome, RowProblem},
};

/// `--report`: every row that was not simply taken.
pub(super) struct RowListing {
    path: PathBuf,
    csv: csv::Writer<File>,
}

impl RowListing {
    pub(super) fn begin(path: &PathBuf) -> Result<Self, AppError> {
        let begun = File::create(path).and_then(|file| {
            let mut csv = csv::Writer::from_writer(file);
            csv.write_record(["file", "row", "line", "email", "outcome", "why"])?;
            Ok(csv)
        });
        let csv = begun.map_err(|source| Self::unwritable(path, source))?;
        let path = path.clone();
        Ok(Self { path, csv })
    }

    pub(super) fn write(&mut self, file: &str, problem: &RowProblem) -> Result<(), AppError> {
        let outcome = match problem.outcome {
            RowOutcome::Refused => "refused",
            RowOutcome::Skipped => "skipped",
            RowOutcome::KeptOff => "kept_off",
            RowOutcome::Note => "left_out",
        };
        let [row, line] = [problem.row, problem.line].map(|number| number.to_string());
        let cells = [file, &row, &line, &problem.email, outcome, &problem.why];
        self.csv
            .write_record(cells)
            .map_err(|error| Self::unwritable(&self.path, error.into()))
    }

    pub(super) fn finish(mut self) -> Result<(), AppError> {
        self.csv
            .flush()
            .map_err(|error| Self::unwritable(&self.path, error))
    }

    fn unwritable(path: &std::path::Path, source: std::io::Error) -> AppError {
        AppError::Io {
            action: FileAction::Written,
            path: path.to_owned(),
            source,
        }
    }
}
