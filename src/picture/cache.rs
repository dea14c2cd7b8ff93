//! What [`fit()`] gave, remembered in `.daily-note/cache/pictures`: the same, sooner. An entry is named
//! by the content of the file and by what was asked of it, so that it never grows stale; one that is
//! cut off or changed is not believed. Any number of processes may use it at once. Nothing depends
//! on it: where it can't be read or written, the work is done again.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process,
    time::SystemTime,
};

use aws_lc_rs::digest;

use super::{MAX_FILE_BYTES, MailFormat, Picture, PictureError, PictureUse, fit, hex, sha256};
use crate::private_files::make_private_folder;

/// Raised with every change to what [`fit()`] makes of a file.
const GENERATION: u8 = 1;
/// When there is more, the oldest go.
const MAX_BYTES: u64 = 512 << 20;

/// Pictures fitted before.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    folder: PathBuf,
    max_bytes: u64,
}

impl Cache {
    /// The cache of a publication; its folder is made when there is something to put in.
    #[must_use]
    pub(crate) fn below(state_dir: &Path) -> Self {
        Self {
            folder: state_dir.join("cache").join("pictures"),
            max_bytes: MAX_BYTES,
        }
    }

    /// The file as the picture that is wanted of it.
    ///
    /// # Errors
    /// As [`fit()`]; and a file that can't be read.
    pub(crate) fn fitted(&self, path: &Path, wanted: PictureUse) -> Result<Picture, PictureError> {
        let bytes = read(path)?;
        self.remembered(&key(&bytes, wanted), || fit(&bytes, wanted))
    }

    /// A picture that is drawn of `source`, and of nothing else.
    ///
    /// # Errors
    /// Those of whoever draws it.
    pub(crate) fn drawn<E>(
        &self,
        source: &[u8],
        draw: impl FnOnce() -> Result<Picture, E>,
    ) -> Result<Picture, E> {
        self.remembered(&hex(&sha256(source)), draw)
    }

    fn remembered<E>(
        &self,
        key: &str,
        make: impl FnOnce() -> Result<Picture, E>,
    ) -> Result<Picture, E> {
        let entry = self.folder.join(key);
        if let Some(picture) = load(&entry) {
            return Ok(picture);
        }
        let picture = make()?;
        if let Err(error) = self.keep(&entry, &picture) {
            tracing::debug!(%error, folder = %self.folder.display(), "the picture is not cached");
        }
        Ok(picture)
    }

    /// Whole or not at all, also for those who read meanwhile.
    fn keep(&self, entry: &Path, picture: &Picture) -> io::Result<()> {
        make_private_folder(&self.folder)?;
        let fresh = entry.with_extension(format!("{}.new", process::id()));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh);
        let mut file = match file {
            // Another thread is at the same picture.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            file => file?,
        };
        let written = file
            .write_all(&to_entry(picture))
            .and_then(|()| fs::rename(&fresh, entry));
        if written.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        written?;
        self.prune()
    }

    /// Removes the oldest entries until a quarter of the room is free again.
    fn prune(&self) -> io::Result<()> {
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = fs::read_dir(&self.folder)?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let metadata = entry.metadata().ok()?;
                Some((metadata.modified().ok()?, metadata.len(), entry.path()))
            })
            .collect();
        let mut total: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        if total <= self.max_bytes {
            return Ok(());
        }
        entries.sort();
        for (_, bytes, path) in entries {
            if total <= self.max_bytes / 4 * 3 {
                break;
            }
            // Somebody else may have been quicker.
            let _ = fs::remove_file(path);
            total -= bytes;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, PictureError> {
    let file = File::open(path).map_err(PictureError::Unreadable)?;
    let bytes = file.metadata().map_err(PictureError::Unreadable)?.len();
    if bytes > MAX_FILE_BYTES {
        return Err(PictureError::Heavy { bytes });
    }
    let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
    // It may grow while it is read.
    file.take(MAX_FILE_BYTES)
        .read_to_end(&mut content)
        .map_err(PictureError::Unreadable)?;
    Ok(content)
}

fn key(bytes: &[u8], wanted: PictureUse) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&[GENERATION, u8::from(wanted.has_play_mark)]);
    context.update(&wanted.max_width.to_be_bytes());
    context.update(bytes);
    hex(context.finish().as_ref())
}

/// SHA-256 of the rest, kind, width, height, the file.
fn to_entry(picture: &Picture) -> Vec<u8> {
    let mut rest = Vec::with_capacity(picture.bytes.len() + 9);
    rest.push(match picture.kind {
        MailFormat::Png => 0,
        MailFormat::Jpeg => 1,
        MailFormat::Gif => 2,
    });
    rest.extend_from_slice(&picture.width.to_be_bytes());
    rest.extend_from_slice(&picture.height.to_be_bytes());
    rest.extend_from_slice(&picture.bytes);
    [sha256(&rest).as_slice(), &rest].concat()
}

fn load(entry: &Path) -> Option<Picture> {
    let entry = fs::read(entry).ok()?;
    let (hash, rest) = entry.split_first_chunk::<32>()?;
    if sha256(rest) != *hash {
        return None;
    }
    let (kind, rest) = rest.split_first()?;
    let (width, rest) = rest.split_first_chunk::<4>()?;
    let (height, bytes) = rest.split_first_chunk::<4>()?;
    Some(Picture {
        kind: match kind {
            0 => MailFormat::Png,
            1 => MailFormat::Jpeg,
            2 => MailFormat::Gif,
            _ => return None,
        },
        width: u32::from_be_bytes(*width),
        height: u32::from_be_bytes(*height),
        bytes: bytes.to_vec(),
    })
}

#[cfg(test)]
mod tests;
