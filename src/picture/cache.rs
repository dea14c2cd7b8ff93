//! What [`fit()`] gave, remembered in `.daily-note/cache/pictures`: the same, sooner. An entry is named
//! by the content of the file and by what was asked of it, so that it never grows stale; one that is
//! cut off or changed is not believed. Any number of processes may use it at once. Nothing depends
//! on it: where it can't be read or written, the work is done again.

mod entry;

use std::{
    cell::OnceCell,
    fs::File,
    io::{ErrorKind, Read, Take},
    path::{Path, PathBuf},
};

pub(crate) use self::entry::PictureFacts;
use super::{MAX_FILE_BYTES, Picture, PictureError, PictureUse, fit};
use crate::{
    fingerprint::{RunningSha256, sha256, sha256_hex},
    private_files::CacheFolder,
};

/// Raised with every change to what [`fit()`] makes of a file.
const GENERATION: u8 = 1;
/// When there is more, the oldest go.
const MAX_BYTES: u64 = 512 << 20;

/// How much of a file is in memory while only its hash is wanted.
const READ_BYTES: usize = 64 << 10;

/// A writer's file, read once, whatever is asked of it, and when it is.
#[derive(Debug)]
pub(crate) struct PictureSource<'p> {
    path: &'p Path,
    hash: OnceCell<[u8; 32]>,
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
        let (facts, bytes) = self.known(path, wanted)?;
        Ok(facts.with(bytes))
    }

    /// The same with what is known of it.
    ///
    /// # Errors
    /// As [`Cache::fitted`].
    pub(crate) fn known(
        &self,
        path: &Path,
        wanted: PictureUse,
    ) -> Result<(PictureFacts, Vec<u8>), PictureError> {
        let source = PictureSource::at(path);
        let content = source.content()?;
        self.remembered(&key(&content.hash, wanted), || fit(&content.bytes, wanted))
    }

    /// What is to be known of that picture, and where it is kept: of a file that was fitted before only the hash is
    /// taken, and no more than a piece is in memory.
    ///
    /// # Errors
    /// As [`Cache::fitted`].
    pub(crate) fn facts(
        &self,
        source: &PictureSource<'_>,
        wanted: PictureUse,
    ) -> Result<(PictureFacts, CacheKey), PictureError> {
        let kept = key(&source.hash()?, wanted);
        if let Some(facts) = entry::facts(&self.entry(&kept)) {
            return Ok((facts, kept));
        }
        // It may be another file by now.
        let content = source.content()?;
        let kept = key(&content.hash, wanted);
        let (facts, _) = self.remembered(&kept, || fit(&content.bytes, wanted))?;
        Ok((facts, kept))
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
        let (facts, bytes) = self.remembered(&CacheKey(sha256_hex(source)), draw)?;
        Ok(facts.with(bytes))
    }

    fn entry(&self, key: &CacheKey) -> PathBuf {
        self.entries.entry(&key.0)
    }

    fn remembered<E>(
        &self,
        key: &CacheKey,
        make: impl FnOnce() -> Result<Picture, E>,
    ) -> Result<(PictureFacts, Vec<u8>), E> {
        if let Some(known) = entry::whole(&self.entry(key)) {
            return Ok(known);
        }
        let picture = make()?;
        let facts = PictureFacts::of(&picture);
        let write = |file: &mut _| entry::write(&facts, &picture.bytes, file);
        let written = self.entries.keep(&key.0, write);
        if let Err(error) = written {
            let folder = self.entries.path().display();
            tracing::debug!(%error, %folder, "the picture is not cached");
        }
        Ok((facts, picture.bytes))
    }
}

impl<'p> PictureSource<'p> {
    pub(crate) fn at(path: &'p Path) -> Self {
        Self {
            path,
            hash: OnceCell::new(),
            content: OnceCell::new(),
        }
    }

    /// What the file holds is known by.
    fn hash(&self) -> Result<[u8; 32], PictureError> {
        if let Some(content) = self.content.get() {
            return Ok(content.hash);
        }
        if let Some(hash) = self.hash.get() {
            return Ok(*hash);
        }
        let hash = hash_of(self.path)?;
        Ok(*self.hash.get_or_init(|| hash))
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

/// By what the file holds, and what is asked of it.
fn key(hash: &[u8; 32], wanted: PictureUse) -> CacheKey {
    let width = wanted.max_width.to_be_bytes();
    let asked = [GENERATION, u8::from(wanted.has_play_mark)];
    CacheKey(sha256_hex(&[&asked[..], &width, hash].concat()))
}

fn read(path: &Path) -> Result<Vec<u8>, PictureError> {
    let (mut file, bytes) = opened(path)?;
    let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
    file.read_to_end(&mut content)
        .map_err(PictureError::Unreadable)?;
    Ok(content)
}

fn hash_of(path: &Path) -> Result<[u8; 32], PictureError> {
    let (mut file, _) = opened(path)?;
    let mut hash = RunningSha256::new();
    let mut piece = vec![0; READ_BYTES];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hash.finish()),
            Ok(bytes) => hash.update(&piece[..bytes]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(PictureError::Unreadable(error)),
        }
    }
}

/// A file that is no larger than a picture may be, and how large it says it is.
fn opened(path: &Path) -> Result<(Take<File>, u64), PictureError> {
    let file = File::open(path).map_err(PictureError::Unreadable)?;
    let bytes = file.metadata().map_err(PictureError::Unreadable)?.len();
    if bytes > MAX_FILE_BYTES {
        return Err(PictureError::Heavy { bytes });
    }
    // It may grow while it is read.
    Ok((file.take(MAX_FILE_BYTES), bytes))
}

#[cfg(test)]
mod tests;
