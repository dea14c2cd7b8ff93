//! `check` on what lies in the folder of issues and is none.

use crate::{
    app::{App, AppError},
    check::unseen::unseen,
    issue::unseen_files,
    operations::check_report::CheckedFile,
    source::shown_path,
};

impl App {
    /// The files that nobody reads, each with what to do.
    pub(crate) fn check_unseen(&self) -> Result<Vec<CheckedFile>, AppError> {
        let root = &self.publication.root;
        let folder = root.join("issues");
        let found =
            unseen_files(&folder).map_err(|source| crate::issue::ArchiveError::Unreadable {
                path: folder,
                source,
            })?;
        Ok(found
            .into_iter()
            .map(|file| {
                let shown = shown_path(root, &file.path);
                CheckedFile {
                    findings: vec![unseen(&shown, file.reason)],
                    file: shown,
                    id: None,
                }
            })
            .collect())
    }
}
