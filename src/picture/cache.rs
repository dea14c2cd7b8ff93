//! What [`fit()`] gave, remembered in `.daily-note/cache/pictures`: the same, sooner. An entry is named
//! by the content of the file and by what was asked of it, so that it never grows stale; one that is
//! cut off or changed is not believed. Any number of processes may use it at once. Nothing depends
//! on it: where it can't be read or written, the work is done again.

mod entry;

use std::{
    cell::OnceCell,
    fs::{self, File, OpenOptions},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process,
    time::SystemTime,
};

pub(crate) use self::entry::PictureFacts;
use super::{MAX_FILE_BYTES, Picture, PictureError, PictureUse, fit};
use crate::{
    fingerprint::{sha256, sha256_hex},
    private_files::make_private_folder,
};

/// Raised with every change to what [`fit()`] makes of a file.
const GENERATION: u8 = 1;
/// When there is more, the oldest go.
const MAX_BYTES: u64 = 512 << 20;

/// A writer's file, read once, whatever is asked of it, and when it is.
#[derive(Debug)]
pub(crate) struct PictureSource<'p> {
    path: &'p Path,
    content: OnceCell<SourceContent>,
}

#[derive(Debug)]
struct SourceContent {
    bytes: Vec<u8>,
    hash: [u8; 32],
}

/// Where a picture is kept. It says nothing of whether it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CacheKey(String);

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
        let source = PictureSource::at(path);
        let content = source.content()?;
        self.remembered(&content.key(wanted), || fit(&content.bytes, wanted))
    }

    /// What is to be known of that picture, and where it is kept.
    ///
    /// # Errors
    /// As [`Cache::fitted`].
    pub(crate) fn facts(
        &self,
        source: &PictureSource<'_>,
        wanted: PictureUse,
    ) -> Result<(PictureFacts, CacheKey), PictureError> {
        let content = source.content()?;
        let key = content.key(wanted);
        let facts = match entry::facts(&self.entry(&key)) {
            Some(facts) => facts,
            None => {
                let picture = self.remembered(&key, || fit(&content.bytes, wanted))?;
                PictureFacts::of(&picture)
            }
        };
        Ok((facts, key))
    }

    /// The bytes of a picture of which that is known, if they are kept there.
    pub(crate) fn kept(&self, key: &CacheKey, known: &PictureFacts) -> Option<Vec<u8>> {
        let (facts, bytes) = entry::whole(&self.entry(key))?;
        (facts == *known).then_some(bytes)
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
        self.remembered(&CacheKey(sha256_hex(source)), draw)
    }

    fn entry(&self, key: &CacheKey) -> PathBuf {
        self.folder.join(&key.0)
    }

    fn remembered<E>(
        &self,
        key: &CacheKey,
        make: impl FnOnce() -> Result<Picture, E>,
    ) -> Result<Picture, E> {
        if let Some((facts, bytes)) = entry::whole(&self.entry(key)) {
            return Ok(facts.with(bytes));
        }
        let picture = make()?;
        if let Err(error) = self.keep(&self.entry(key), &picture) {
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
        let written = entry::write(picture, &mut file).and_then(|()| fs::rename(&fresh, entry));
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

impl<'p> PictureSource<'p> {
    pub(crate) fn at(path: &'p Path) -> Self {
        Self {
            path,
            content: OnceCell::new(),
        }
    }

    fn content(&self) -> Result<&SourceContent, PictureError> {
        if let Some(content) = self.content.get() {
            return Ok(content);
        }
        let bytes = read(self.path)?;
        let hash = sha256(&bytes);
        Ok(self.content.get_or_init(|| SourceContent { bytes, hash }))
    }
}

impl SourceContent {
    /// By what the file holds, and what is asked of it.
    fn key(&self, wanted: PictureUse) -> CacheKey {
        let width = wanted.max_width.to_be_bytes();
        let asked = [GENERATION, u8::from(wanted.has_play_mark)];
        CacheKey(sha256_hex(&[&asked[..], &width, &self.hash].concat()))
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

#[cfg(test)]
mod tests;
