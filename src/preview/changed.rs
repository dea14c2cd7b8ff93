//! Which files have changed since the last look.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// What has changed since the last look.
#[derive(Debug, Default)]
pub(super) struct ChangedFiles {
    /// Relative to the publication's root.
    pub(super) paths: BTreeSet<PathBuf>,
    /// More than `paths` says: anything may have.
    pub(super) everything: bool,
}

impl ChangedFiles {
    /// Whether that file, or something in that folder, may have changed.
    pub(super) fn touches(&self, path: impl AsRef<Path>) -> bool {
        let path = path.as_ref();
        self.everything || self.paths.iter().any(|changed| changed.starts_with(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_touches_the_folders_it_lies_in() {
        let changed = ChangedFiles {
            paths: BTreeSet::from([PathBuf::from("templates/email/head.css")]),
            everything: false,
        };
        assert!(changed.touches("templates") && changed.touches("templates/email/head.css"));
        assert!(!changed.touches("issues") && !changed.touches("temp"));
    }
}
