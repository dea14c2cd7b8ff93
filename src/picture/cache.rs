//! What [`fit()`] gave, remembered in `.daily-note/cache/pictures`: the same, sooner. An entry is named
//! by the content of the file and by what was asked of it, so that it never grows stale; one that is
//! cut off or changed is not believed. Any number of processes may use it at once. Nothing depends
//! on it: where it can't be read or written, the work is done again.

mod entry;

use std::{
    cell::OnceCell,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

pub(crate) use self::entry::PictureFacts;
use super::{MAX_FILE_BYTES, Picture, PictureError, PictureUse, fit, workshop::in_workshop};
use crate::{
    fingerprint::{RunningSha256, hex, sha256},
    private_files::CacheFolder,
};

/// Raised with every change to what [`fit()`] makes of a file.
const GENERATION: u8 = 1;
/// When there is more, the oldest go.
const MAX_BYTES: u64 = 512 << 20;

/// So much of a file is looked at in one piece.
const PIECE_BYTES: usize = 32 << 10;

/// A writer's file, hashed once, whatever is asked of it, and when it is.
#[derive(Debug)]
pub(crate) struct PictureSource<'p> {
    path: &'p Path,
    hash: OnceCell<[u8; 32]>,
}

/// Where a picture is kept. It says nothing of whether it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CacheKey([u8; 32]);

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
        let key = PictureSource::at(path).key(wanted)?;
        if let Some(known) = entry::whole(&self.entry(key)) {
            return Ok(known);
        }
        let made = in_workshop(|| self.made(path, wanted))?;
        Ok((made.facts, made.picture.bytes.clone()))
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
        let key = source.key(wanted)?;
        if let Some(facts) = entry::facts(&self.entry(key)) {
            return Ok((facts, key));
        }
        let path = source.path;
        in_workshop(|| {
            let made = self.made(path, wanted)?;
            Ok((made.facts, made.key))
        })
    }

    /// The bytes of a picture of which that is known, if they are kept there.
    pub(crate) fn kept(&self, key: CacheKey, known: &PictureFacts) -> Option<Vec<u8>> {
        let (facts, bytes) = entry::whole(&self.entry(key))?;
        (facts == *known).then_some(bytes)
    }

    /// A picture that is drawn of `source`, and of nothing else.
    ///
    /// # Errors
    /// Those of whoever draws it.
    pub(crate) fn drawn<E: Send>(
        &self,
        source: &[u8],
        draw: impl Fn() -> Result<Picture, E> + Sync,
    ) -> Result<Picture, E> {
        let key = CacheKey(sha256(source));
        if let Some((facts, bytes)) = entry::whole(&self.entry(key)) {
            return Ok(facts.with(bytes));
        }
        let picture = in_workshop(|| {
            let picture = draw()?;
            self.keep(key, &PictureFacts::of(&picture), &picture.bytes);
            Ok(picture)
        })?;
        Ok(picture.clone())
    }

    fn entry(&self, key: CacheKey) -> PathBuf {
        self.entries.entry(&key.name())
    }

    /// Made of what the file holds by now.
    fn made(&self, path: &Path, wanted: PictureUse) -> Result<MadePicture, PictureError> {
        let content = read(path)?;
        let key = CacheKey::of(&sha256(&content), wanted);
        let picture = fit(&content, wanted)?;
        let facts = PictureFacts::of(&picture);
        self.keep(key, &facts, &picture.bytes);
        Ok(MadePicture {
            picture,
            facts,
            key,
        })
    }

    fn keep(&self, key: CacheKey, facts: &PictureFacts, picture: &[u8]) {
        let written = self
            .entries
            .keep(&key.name(), |file| entry::write(facts, picture, file));
        if let Err(error) = written {
            let folder = self.entries.path().display();
            tracing::debug!(%error, %folder, "the picture is not cached");
        }
    }
}

/// What was made of a file, and where it is kept.
struct MadePicture {
    picture: Picture,
    facts: PictureFacts,
    key: CacheKey,
}

impl<'p> PictureSource<'p> {
    pub(crate) fn at(path: &'p Path) -> Self {
        Self {
            path,
            hash: OnceCell::new(),
        }
    }

    fn key(&self, wanted: PictureUse) -> Result<CacheKey, PictureError> {
        let hash = match self.hash.get() {
            Some(hash) => hash,
            None => {
                let hash = hashed(self.path)?;
                self.hash.get_or_init(|| hash)
            }
        };
        Ok(CacheKey::of(hash, wanted))
    }
}

impl CacheKey {
    /// By what the file holds, and what is asked of it.
    fn of(content: &[u8; 32], wanted: PictureUse) -> Self {
        let width = wanted.max_width.to_be_bytes();
        let asked = [GENERATION, u8::from(wanted.has_play_mark)];
        Self(sha256(&[&asked[..], &width, content].concat()))
    }

    fn name(self) -> String {
        hex(&self.0)
    }
}

/// A file's hash, of which no more is in memory than a piece: what is known of a picture is mostly all that is asked.
fn hashed(path: &Path) -> Result<[u8; 32], PictureError> {
    let (mut file, _) = opened(path)?;
    let mut hash = RunningSha256::new();
    let mut piece = [0; PIECE_BYTES];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hash.finish()),
            Ok(count) => hash.update(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(PictureError::Unreadable(error)),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, PictureError> {
    let (mut file, bytes) = opened(path)?;
    let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
    file.read_to_end(&mut content)
        .map_err(PictureError::Unreadable)?;
    Ok(content)
}

/// A file that is not too large, and how large it is. It may grow while it is read.
fn opened(path: &Path) -> Result<(io::Take<File>, u64), PictureError> {
    let file = File::open(path).map_err(PictureError::Unreadable)?;
    let bytes = file.metadata().map_err(PictureError::Unreadable)?.len();
    if bytes > MAX_FILE_BYTES {
        return Err(PictureError::Heavy { bytes });
    }
    Ok((file.take(MAX_FILE_BYTES), bytes))
}

#[cfg(test)]
mod tests;
