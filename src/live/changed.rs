//! Which files have changed since the last look.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Which files have changed since the last look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChangedFiles {
    /// Nobody knows: there was no look before.
    All,
    /// These.
    These(BTreeSet<PathBuf>),
}

impl ChangedFiles {
    /// Whether that file, or something in that folder, may have changed.
    pub(super) fn touch(&self, path: &Path) -> bool {
        match self {
            Self::All => true,
            Self::These(paths) => paths.iter().any(|changed| changed.starts_with(path)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::These(paths) if paths.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_touches_the_folders_it_lies_in() {
        let path = PathBuf::from("/p/templates/email/head.css");
        let changed = ChangedFiles::These([path.clone()].into());
        let touches = |path: &str| changed.touch(Path::new(path));
        assert!(touches("/p/templates") && changed.touch(&path));
        assert!(!touches("/p/issues") && !touches("/p/temp"));
        assert!(ChangedFiles::All.touch(&path) && !ChangedFiles::All.is_empty());
    }
}
