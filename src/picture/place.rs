//! The file that a location in an issue means.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use super::PictureError;
use crate::source::composed;

/// The file, which must lie below the publication's root even after symbolic links. `folder` is the
/// issue's; a location with a slash in front counts from the root.
///
/// # Errors
/// Where it is missing, lies outside, or is no file.
pub(crate) fn find(root: &Path, folder: &Path, location: &str) -> Result<PathBuf, PictureError> {
    let (base, relative) = match location.strip_prefix('/') {
        Some(relative) => (root, relative),
        None => (folder, location),
    };
    let is_plain = Path::new(relative).components().all(|part| {
        matches!(
            part,
            Component::Normal(_) | Component::CurDir | Component::ParentDir
        )
    });
    if !is_plain {
        return Err(PictureError::Outside);
    }
    let path = base.join(relative);
    // Whether something is there is nobody's business outside the root.
    if leaves(root, &path) {
        return Err(PictureError::Outside);
    }
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => PictureError::Missing,
        _ => PictureError::Unreadable(error),
    };
    let real = match fs::canonicalize(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let alike = alike(&path).ok_or(PictureError::Missing)?;
            fs::canonicalize(alike).map_err(unreadable)?
        }
        found => found.map_err(unreadable)?,
    };
    let real_root = fs::canonicalize(root).map_err(unreadable)?;
    let Ok(below) = real.strip_prefix(&real_root) else {
        return Err(PictureError::Outside);
    };
    // A pipe would be waited for; a device never ends.
    match fs::metadata(&real).map_err(unreadable)?.is_file() {
        true => Ok(root.join(below)),
        false => Err(PictureError::NotAFile),
    }
}

/// The same path by names that look alike and are spelled in other bytes: a folder that came from macOS has them in
/// separate letters.
fn alike(path: &Path) -> Option<PathBuf> {
    if path.to_str()?.is_ascii() {
        return None;
    }
    let name = path.file_name()?.to_str()?;
    let folder = path.parent()?;
    let folder = match folder.is_dir() {
        true => folder.to_owned(),
        false => alike(folder)?,
    };
    fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|entry| {
            entry
                .file_name()
                .and_then(|own| own.to_str())
                .is_some_and(|own| composed(own) == composed(name))
        })
}

/// Whether a path climbs out of the root by its own words.
fn leaves(root: &Path, path: &Path) -> bool {
    let Ok(below) = path.strip_prefix(root) else {
        return true;
    };
    let mut depth = 0_usize;
    for part in below.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::ParentDir if depth > 0 => depth -= 1,
            Component::CurDir => {}
            _ => return true,
        }
    }
    false
}
