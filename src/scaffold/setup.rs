//! What stands beside a publication for those who work on it: an editor's tasks, a hook for git,
//! workflows for GitHub. Each only where it is asked for.

use std::path::Path;

use super::NewFile;

/// What to set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setup {
    /// `.vscode/tasks.json`: findings as one saves.
    VsCode,
    /// `hooks/pre-commit`: no commit with errors.
    Hooks,
    /// `.github/workflows/check.yml`: checks pull requests, keeps the mail.
    GitHub,
    /// `.github/workflows/pages.yml`: publishes the archive.
    GitHubPages,
}

/// The step by which a workflow gets the program.
const INSTALL: &str = include_str!("setup/install.yml");

impl Setup {
    /// The file, relative to the repository's root; `within` is the publication's folder in it,
    /// empty where they are one.
    #[must_use]
    pub(crate) fn file(self, within: &Path) -> NewFile {
        let (path, text) = match self {
            Self::VsCode => (".vscode/tasks.json", include_str!("setup/tasks.json")),
            Self::Hooks => ("hooks/pre-commit", include_str!("setup/pre-commit")),
            Self::GitHub => (
                ".github/workflows/check.yml",
                include_str!("setup/check.yml"),
            ),
            Self::GitHubPages => (
                ".github/workflows/pages.yml",
                include_str!("setup/pages.yml"),
            ),
        };
        let folder = within.to_string_lossy().replace('\\', "/");
        let (below, here) = match folder.as_str() {
            "" => (String::new(), "."),
            folder => (format!("/{folder}"), folder),
        };
        NewFile {
            path: path.into(),
            text: text
                .replace("@INSTALL@", INSTALL)
                .replace("/@DIR@", &below)
                .replace("@DIR@", here),
            is_program: self == Self::Hooks,
        }
    }
}
