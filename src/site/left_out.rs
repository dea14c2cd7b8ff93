//! Issues that should stand in the archive and can't: what is wrong, and where. The others stand.

use std::path::{Path, PathBuf};

use crate::{
    issue::{IssueError, IssueHead},
    publication::Publication,
    source::{SourceError, shown_path},
    words::{phrase, phrased},
};

/// An issue that is left out.
#[derive(Debug, Clone)]
pub struct LeftOutIssue {
    /// Its file.
    pub path: PathBuf,
    /// What is wrong.
    pub errors: Vec<SourceError>,
}

impl LeftOutIssue {
    pub(super) fn broken(publication: &Publication, path: &Path, error: &IssueError) -> Self {
        let name = shown_path(&publication.root, path);
        let named = |error: SourceError| match error.place() {
            Some(_) => error,
            None => SourceError::new(format!("{name}: {error}")),
        };
        Self {
            path: path.to_owned(),
            errors: error.to_errors().into_iter().map(named).collect(),
        }
    }

    pub(super) fn of(issue: &IssueHead, errors: Vec<SourceError>) -> Self {
        Self {
            path: issue.path.clone(),
            errors,
        }
    }

    pub(super) fn reserved(issue: &IssueHead) -> Self {
        let message = phrased!("`{slug}` can't be part of an address", slug = issue.slug);
        let error = SourceError::about(issue.source(), message).with_hint(phrase!(
            "rename the file: letters, digits and hyphens behind the date"
        ));
        Self::of(issue, vec![error])
    }

    pub(super) fn twin(issue: &IssueHead, earlier: &str) -> Self {
        let message = phrased!(
            "its address, /issues/{slug}/, is already that of {earlier}",
            slug = issue.slug
        );
        let error = SourceError::about(issue.source(), message).with_hint(phrase!(
            "rename the later file: what stands behind its date must differ"
        ));
        Self::of(issue, vec![error])
    }
}
