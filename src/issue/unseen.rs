//! Files in the folder of issues that are none by their name or their place: whoever put them there thinks they are.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::read;

/// A file that nobody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnseenFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Why it is not read.
    pub(crate) reason: UnseenReason,
}

/// Why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnseenReason {
    /// `.markdown`, `.MD`, `.md.txt`: not `.md`.
    Ending,
    /// `Index.md`, `README.md` in an issue's folder: not `index.md`.
    IndexName,
    /// In a folder of its year.
    TooDeep,
}

/// More of them are one mistake.
const MOST: usize = 1_000;

/// The files of a folder of issues that nobody sees, in the order of their names.
///
/// # Errors
/// When it is there and can't be listed.
pub(crate) fn unseen_files(folder: &Path) -> io::Result<Vec<UnseenFile>> {
    let listing = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing?,
    };
    let mut found = Vec::new();
    for entry in listing {
        let path = entry?.path();
        if read::is_left_out(&path) {
            continue;
        }
        let is_folder = path.is_dir();
        if !is_folder && has_odd_ending(&path) {
            found.push(UnseenFile {
                path,
                reason: UnseenReason::Ending,
            });
        } else if is_folder && !path.join(read::INDEX).is_file() {
            add_of_folder(&path, &mut found);
        }
        if found.len() >= MOST {
            break;
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// What a folder without an `index.md` holds. One that can't be listed is not ours to tell of.
fn add_of_folder(folder: &Path, found: &mut Vec<UnseenFile>) {
    let files = || {
        fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| !read::is_left_out(path))
    };
    let is_index = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        ["index.md", "readme.md", "index.markdown", "_index.md"]
            .iter()
            .any(|index| name.eq_ignore_ascii_case(index))
    };
    // An issue's folder holds one text; a year's holds many.
    if let Some(path) = files().find(is_index) {
        found.push(UnseenFile {
            path,
            reason: UnseenReason::IndexName,
        });
        return;
    }
    for path in files().take(MOST) {
        let is_text = path.extension().is_some_and(|end| end == "md") || has_odd_ending(&path);
        if is_text && path.is_file() || path.join(read::INDEX).is_file() {
            found.push(UnseenFile {
                path,
                reason: UnseenReason::TooDeep,
            });
        }
    }
}

/// Endings of Markdown that are not `.md`.
fn has_odd_ending(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let lower = name.to_lowercase();
    let is_markdown = [
        ".md",
        ".markdown",
        ".mdown",
        ".mkd",
        ".mdx",
        ".md.txt",
        ".markdown.txt",
    ]
    .iter()
    .any(|ending| lower.ends_with(ending));
    is_markdown && !name.ends_with(".md")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn each_is_named_with_why_nobody_sees_it() {
        let root = TempDir::new().unwrap();
        for file in [
            "2026-11-23-good.md",
            "2026-11-30-other.markdown",
            "2026-12-07-shouted.MD",
            "2026-12-14-saved.md.txt",
            "2026-12-21-folder/Index.md",
            "2026-12-28-well/index.md",
            "2026-12-28-well/picture.png",
            "2025/2025-11-24-old.md",
            "_drafts/later.md",
            "README.md",
            "notes.txt",
        ] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "글").unwrap();
        }
        let found: Vec<(String, UnseenReason)> = unseen_files(root.path())
            .unwrap()
            .into_iter()
            .map(|file| {
                let path = file.path.strip_prefix(root.path()).unwrap();
                (path.display().to_string(), file.reason)
            })
            .collect();
        let told = |name: &str, reason| (name.to_owned(), reason);
        assert_eq!(
            found,
            [
                told("2025/2025-11-24-old.md", UnseenReason::TooDeep),
                told("2026-11-30-other.markdown", UnseenReason::Ending),
                told("2026-12-07-shouted.MD", UnseenReason::Ending),
                told("2026-12-14-saved.md.txt", UnseenReason::Ending),
                told("2026-12-21-folder/Index.md", UnseenReason::IndexName),
            ]
        );
        assert_eq!(unseen_files(&root.path().join("none")).unwrap(), []);
    }
}
