//! The pictures of the archive: each as wide as mail has it, and half as wide for small screens; known by their
//! content, so that browsers keep them. Their bytes are read when somebody wants them.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use super::gist::IssueGist;
use crate::{
    fingerprint::sha256,
    issue::Image,
    look::LookPicture,
    picture::{Cache, CacheKey, PictureError, PictureFacts, PictureSource, PictureUse, find},
    publication::Publication,
    render::{below_root, is_remote},
    source::SourceError,
};

/// What phones are given.
const SMALL: PictureUse = PictureUse::narrow(600);

/// What pictures are made by, and what is known of those that were made: a picture whose file did not change is not
/// read again to learn its name.
#[derive(Debug)]
pub struct PictureShelf {
    cache: Cache,
    known: Mutex<KnownPictures>,
    places: Mutex<KnownPlaces>,
}

type KnownPictures = BTreeMap<(PathBuf, PictureUse), (PictureStamp, PictureFile)>;

/// Where an issue names a picture, and which file that is.
type KnownPlaces = BTreeMap<PathBuf, (PictureStamp, PathBuf)>;

/// By what a file is seen to have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PictureStamp {
    bytes: u64,
    modified: SystemTime,
    /// A file put in another's place keeps its old time of modification, but neither of these.
    number: u64,
    changed: (i64, i64),
}

/// A picture as a file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PictureFile {
    /// `images/8c1f….jpg`.
    pub(super) file: String,
    pub(super) media_type: &'static str,
    pub(super) facts: PictureFacts,
    /// The writer's own file, and what is made of it.
    origin: PathBuf,
    wanted: PictureUse,
    kept: CacheKey,
}

/// A picture in the sizes that it is offered in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebPicture {
    pub(super) large: PictureFile,
    /// Where it is smaller.
    pub(super) small: Option<PictureFile>,
}

/// The pictures of one issue, by the place that it names; videos' frames apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct IssuePictures(BTreeMap<(String, bool), WebPicture>);

impl PictureShelf {
    /// The pictures of a publication, by its state folder.
    #[must_use]
    pub fn below(state_dir: &Path) -> Self {
        Self {
            cache: Cache::below(state_dir),
            known: Mutex::default(),
            places: Mutex::default(),
        }
    }

    /// The file that a location in an issue means, and its stamp, taken before. As long as the file that the system
    /// finds there is the same, it is not asked again by which links it was found.
    fn place(
        &self,
        root: &Path,
        folder: &Path,
        location: &str,
    ) -> Result<(PathBuf, Option<PictureStamp>), PictureError> {
        let named = match location.strip_prefix('/') {
            Some(below_root) => root.join(below_root),
            None => folder.join(location),
        };
        let stamp = PictureStamp::of(&named);
        let known = self.places().get(&named).cloned();
        if let Some((of, path)) = known.filter(|(of, _)| Some(*of) == stamp) {
            return Ok((path, Some(of)));
        }
        let path = find(root, folder, location)?;
        if let Some(stamp) = stamp {
            self.places().insert(named, (stamp, path.clone()));
        }
        Ok((path, stamp))
    }

    /// What the file at that path becomes, whose stamp was taken before anything of it was read.
    fn file(
        &self,
        path: &Path,
        stamp: Option<PictureStamp>,
        source: &PictureSource<'_>,
        wanted: PictureUse,
    ) -> Result<PictureFile, PictureError> {
        if let Some(file) = self.known(path, wanted, stamp) {
            return Ok(file);
        }
        let (facts, kept) = self.cache.facts(source, wanted)?;
        let file = PictureFile::new(facts, kept, path, wanted);
        if let Some(stamp) = stamp {
            let key = (path.to_owned(), wanted);
            self.lock().insert(key, (stamp, file.clone()));
        }
        Ok(file)
    }

    /// What is known of a file that did not change since.
    fn known(
        &self,
        path: &Path,
        wanted: PictureUse,
        stamp: Option<PictureStamp>,
    ) -> Option<PictureFile> {
        let known = self.lock().get(&(path.to_owned(), wanted)).cloned();
        known.and_then(|(of, file)| (Some(of) == stamp).then_some(file))
    }

    /// The bytes of one. None: its file is another by now, or gone.
    pub(super) fn bytes(&self, file: &PictureFile) -> Option<Vec<u8>> {
        let stamp = PictureStamp::of(&file.origin);
        let is_as_known = self.known(&file.origin, file.wanted, stamp).as_ref() == Some(file);
        let kept = || self.cache.kept(file.kept, &file.facts);
        is_as_known.then(kept).flatten().or_else(|| {
            let again = self.cache.fitted(&file.origin, file.wanted).ok()?;
            file.holds(&again.bytes).then_some(again.bytes)
        })
    }

    fn places(&self) -> std::sync::MutexGuard<'_, KnownPlaces> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, KnownPictures> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PictureStamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            bytes: metadata.len(),
            modified: metadata.modified().ok()?,
            number: metadata.ino(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

impl IssuePictures {
    /// Makes ready what an issue shows.
    ///
    /// # Errors
    /// Each picture that is none, at its place.
    pub(super) fn of(
        publication: &Publication,
        shelf: &PictureShelf,
        gist: &IssueGist,
    ) -> Result<Self, Vec<SourceError>> {
        let mut pictures = BTreeMap::new();
        let mut errors = Vec::new();
        for used in &gist.images {
            let location = &used.image.location;
            let key = (location.clone(), used.is_frame);
            if is_remote(location) || pictures.contains_key(&key) {
                continue;
            }
            let large = match used.is_frame {
                true => PictureUse::VIDEO,
                false => PictureUse::COLUMN,
            };
            let found = shelf.place(&publication.root, gist.head.folder(), location);
            match found.and_then(|(path, stamp)| WebPicture::of(shelf, &path, stamp, large)) {
                Ok(picture) => {
                    pictures.insert(key, picture);
                }
                Err(error) => {
                    let place = (gist.head.source(), &used.span);
                    errors.push(error.told_of(location, Some(place)));
                }
            }
        }
        match errors.is_empty() {
            true => Ok(Self(pictures)),
            false => Err(errors),
        }
    }

    /// None: it is another's, which nobody is sent to unasked.
    pub(super) fn get(&self, image: &Image, is_frame: bool) -> Option<&WebPicture> {
        self.0.get(&(image.location.clone(), is_frame))
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &PictureFile> {
        self.0.values().flat_map(WebPicture::files)
    }
}

impl WebPicture {
    fn of(
        shelf: &PictureShelf,
        path: &Path,
        stamp: Option<PictureStamp>,
        wanted: PictureUse,
    ) -> Result<Self, PictureError> {
        let source = PictureSource::at(path);
        let large = shelf.file(path, stamp, &source, wanted)?;
        let narrow = PictureUse {
            max_width: SMALL.max_width,
            ..wanted
        };
        // An animation stays what it is in every size.
        let small = (large.facts.width > narrow.max_width)
            .then(|| shelf.file(path, stamp, &source, narrow))
            .transpose()?
            .filter(|small| small.facts.length < large.facts.length);
        Ok(Self { large, small })
    }

    /// A picture of the look, in twice its width.
    ///
    /// # Errors
    /// As [`IssuePictures::of`].
    pub(super) fn of_look(
        publication: &Publication,
        shelf: &PictureShelf,
        picture: &LookPicture,
        width: u16,
    ) -> Result<Option<Self>, SourceError> {
        let location = below_root(&picture.location);
        if is_remote(&location) {
            return Ok(None);
        }
        let wanted = PictureUse::narrow(2 * u32::from(width));
        let found = find(&publication.root, Path::new(""), &location);
        let fitted = found.and_then(|path| {
            let (stamp, source) = (PictureStamp::of(&path), PictureSource::at(&path));
            shelf.file(&path, stamp, &source, wanted)
        });
        let place = picture.place.as_ref().map(|(source, span)| (source, span));
        let large = fitted.map_err(|error| error.told_of(&location, place))?;
        Ok(Some(Self { large, small: None }))
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &PictureFile> {
        std::iter::once(&self.large).chain(&self.small)
    }
}

impl PictureFile {
    /// Whether these bytes are its own: its name is of them.
    pub(super) fn holds(&self, bytes: &[u8]) -> bool {
        bytes.len() as u64 == self.facts.length && sha256(bytes) == self.facts.hash
    }

    fn new(facts: PictureFacts, kept: CacheKey, origin: &Path, wanted: PictureUse) -> Self {
        Self {
            file: file_name(&facts.name(), facts.kind.extension()),
            media_type: facts.kind.media_type(),
            facts,
            origin: origin.to_owned(),
            wanted,
            kept,
        }
    }
}

fn file_name(hash: &str, extension: &str) -> String {
    format!("images/{hash}.{extension}")
}
