//! The texts that a person starts from: a new publication's files, the next issue's file, posts of other programs. Made in
//! memory; [`write()`] puts them on disk and overwrites nothing.

mod issue;
mod post;
mod publication;
mod setup;
mod slug;

use std::{
    fs, io,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

pub(crate) use self::{
    issue::{IssueWish, NewIssue, NewIssueError, next_issue},
    post::{ExportedPost, ImportedPost, PostFile, exported, import, with_substack_head},
    publication::{StarterFacts, StarterLanguage, new_publication},
    setup::Setup,
};

/// A file to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewFile {
    /// Where, relative to the publication's root.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
    /// Whether it can be run.
    pub is_program: bool,
}

impl NewFile {
    fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            is_program: false,
        }
    }
}

/// Why files were not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// Something of that name is there already. Nothing was written.
    #[error("there is already {paths}", paths = listed(.0))]
    Exists(Vec<PathBuf>),
    /// The disk said no.
    #[error("failed to write `{path}`", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

pub(crate) fn listed(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    paths.join(", ")
}

/// Writes all files below `root`, or none where one of them is there already.
///
/// # Errors
/// When a file exists or can't be written.
pub(crate) fn write(root: &Path, files: &[NewFile]) -> Result<(), WriteError> {
    let existing: Vec<PathBuf> = files
        .iter()
        .filter(|file| root.join(&file.path).symlink_metadata().is_ok())
        .map(|file| file.path.clone())
        .collect();
    if !existing.is_empty() {
        return Err(WriteError::Exists(existing));
    }
    for file in files {
        let path = root.join(&file.path);
        let folder = path.parent().unwrap_or(root);
        let written = fs::create_dir_all(folder).and_then(|()| {
            // What appeared since the look above is not overwritten either.
            let mut new = fs::File::create_new(&path)?;
            new.write_all(file.text.as_bytes())?;
            match file.is_program {
                true => new.set_permissions(fs::Permissions::from_mode(0o755)),
                false => Ok(()),
            }
        });
        written.map_err(|source| WriteError::Io {
            path: path.clone(),
            source,
        })?;
    }
    Ok(())
}

/// Tells git to leave the state folder alone, in a `.gitignore` that may be there already.
/// Answers whether the file was changed.
///
/// # Errors
/// When the file can't be read or written.
pub(crate) fn ignore_state(root: &Path) -> Result<bool, WriteError> {
    const LINE: &str = "/.daily-note/";
    let path = root.join(".gitignore");
    let failed = |source| WriteError::Io {
        path: path.clone(),
        source,
    };
    let mut text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        text => text.map_err(failed)?,
    };
    let is_there = |line: &str| line.trim().trim_matches('/') == LINE.trim_matches('/');
    if text.lines().any(is_there) {
        return Ok(false);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(LINE);
    text.push('\n');
    fs::write(&path, text).map_err(failed)?;
    Ok(true)
}

/// `text` as a YAML value on one line, in quotes where it needs them.
fn yaml_text(text: &str) -> String {
    let plain = serde_yaml::to_string(text).unwrap_or_default();
    let plain = plain.trim_end();
    if plain.is_empty() || plain.contains('\n') {
        // JSON's strings are YAML's double-quoted ones.
        serde_json::Value::from(text).to_string()
    } else {
        plain.to_owned()
    }
}

#[cfg(test)]
mod tests;
