//! What [`fit()`] gave, remembered in `.daily-note/cache/pictures`: the same, sooner. An entry is named
//! by the content of the file and by what was asked of it, so that it never grows stale; one that is
//! cut off or changed is not believed. Any number of processes may use it at once. Nothing depends
//! on it: where it can't be read or written, the work is done again.

mod entry;

use std::{
    cell::OnceCell,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

pub(crate) use self::entry::PictureFacts;
use super::{MAX_FILE_BYTES, Picture, PictureError, PictureUse, fit};
use crate::{
    fingerprint::{sha256, sha256_hex},
    private_files::CacheFolder,
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
    entries: CacheFolder,
}

impl Cache {
    /// The cache of a publication; its folder is made when there is something to put in.
    #[must_use]
    pub(crate) fn below(state_dir: &Path) -> Self {
        let folder = state_dir.join("cache").join("pictures");
        Self {
            entries: CacheFolder::at(folder, MAX_BYTES),
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
        self.entries.entry(&key.0)
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
        let written = self
            .entries
            .keep(&key.0, |file| entry::write(&picture, file));
        if let Err(error) = written {
            let folder = self.entries.path().display();
            tracing::debug!(%error, %folder, "the picture is not cached");
        }
        Ok(picture)
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
