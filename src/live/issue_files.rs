//! What one issue's mail is made of, as files. Other issues, drafts and notices are no part of it.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use super::scan::{FOLDERS, MAX_DEPTH, visit};
use crate::{
    audience::file::SUBSCRIBERS_FILE,
    publication::{FILE_NAME, Publication},
};

/// Templates of what the writer gets, and no reader.
const NOTICES: &str = "notice";

/// The files of one issue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct IssueFiles {
    root: PathBuf,
    /// The issue, its pictures, the look's.
    own: Vec<PathBuf>,
}

impl IssueFiles {
    /// Those of the issue in that file, which shows images at those places.
    pub(crate) fn of(publication: &Publication, path: &Path, images: &[String]) -> Self {
        let root = &publication.root;
        let folder = path.parent().unwrap_or(root);
        let pictures = images
            .iter()
            .map(|location| match location.strip_prefix('/') {
                Some(below_root) => root.join(below_root),
                None => folder.join(location),
            });
        let look = publication.look.pictures();
        let look = look.map(|picture| root.join(picture.location.trim_start_matches('/')));
        let mut own = vec![path.to_owned()];
        own.extend(pictures.chain(look).filter(|path| !is_remote(path)));
        Self {
            root: root.clone(),
            own,
        }
    }

    /// All that are there, with the configuration and the list.
    pub(crate) fn paths(&self) -> BTreeSet<PathBuf> {
        let mut paths: BTreeSet<PathBuf> = self.own.iter().cloned().collect();
        paths.insert(self.root.join(FILE_NAME));
        paths.insert(self.root.join(SUBSCRIBERS_FILE));
        let templates = self.root.join("templates");
        visit(&templates, MAX_DEPTH, &mut |path, _| {
            let name = path.strip_prefix(&templates).unwrap_or(path);
            if !name.iter().any(|part| part == NOTICES) {
                paths.insert(path.to_owned());
            }
        });
        paths
    }

    /// Its own files that lie in no folder which is looked at whole.
    pub(super) fn outside(self) -> impl Iterator<Item = PathBuf> {
        let whole = FOLDERS.map(|folder| self.root.join(folder));
        let climbs = |path: &Path| path.components().any(|it| it == Component::ParentDir);
        self.own.into_iter().filter(move |path| {
            climbs(path) || !whole.iter().any(|folder| path.starts_with(folder))
        })
    }

    /// The publication's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file's name as people know it.
    pub(crate) fn name(&self, path: &Path) -> String {
        crate::source::shown_path(&self.root, path)
    }

    /// The list of readers, which may grow at any time and has a watch of its own.
    pub(crate) fn is_list(&self, path: &Path) -> bool {
        path == self.root.join(SUBSCRIBERS_FILE)
    }
}

fn is_remote(path: &Path) -> bool {
    let location = path.to_string_lossy();
    location.contains("https:/") || location.contains("http:/")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn templates_and_their_folders_are_parts_and_notices_and_scratch_files_are_not() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "templates/email/parts/story.html",
            "templates/notice/notice.html",
            "templates/email/.story.html.swp",
            "issues/another.md",
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x\n").unwrap();
        }
        let files = IssueFiles {
            root: folder.path().to_owned(),
            own: vec![folder.path().join("issues/a.md")],
        };
        let names: Vec<String> = files.paths().iter().map(|path| files.name(path)).collect();
        let expected = [
            "daily-note.yaml",
            "issues/a.md",
            "subscribers.yaml",
            "templates/email/parts/story.html",
        ];
        assert_eq!(names, expected);
    }
}
