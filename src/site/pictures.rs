//! The pictures of the archive: each as wide as mail has it, and half as wide for small screens; known by their
//! content, so that browsers keep them. Their bytes are read when somebody wants them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    issue::{Image, Issue},
    look::LookPicture,
    picture::{Cache, Picture, PictureError, PictureUse, find},
    publication::Publication,
    render::{below_root, is_remote},
    source::SourceError,
};

/// What phones are given.
const SMALL: PictureUse = PictureUse::narrow(600);

/// A picture as a file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PictureFile {
    /// `images/8c1f….jpg`.
    pub(super) file: String,
    pub(super) media_type: &'static str,
    pub(super) width: u32,
    pub(super) height: u32,
    /// The writer's own file, and what is made of it.
    origin: PathBuf,
    wanted: PictureUse,
}

/// A picture in the sizes that it is offered in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebPicture {
    pub(super) large: PictureFile,
    /// Where it is smaller.
    pub(super) small: Option<PictureFile>,
}

/// The pictures of one issue, by the place that it names; videos' frames apart.
#[derive(Debug, Clone, Default)]
pub(super) struct IssuePictures(BTreeMap<(String, bool), WebPicture>);

impl IssuePictures {
    /// Makes ready what an issue shows.
    ///
    /// # Errors
    /// Each picture that is none, at its place.
    pub(super) fn of(
        publication: &Publication,
        cache: &Cache,
        issue: &Issue,
    ) -> Result<Self, Vec<SourceError>> {
        let mut pictures = BTreeMap::new();
        let mut errors = Vec::new();
        for used in &issue.document.images {
            let location = &used.image.location;
            let key = (location.clone(), used.is_frame);
            if is_remote(location) || pictures.contains_key(&key) {
                continue;
            }
            let large = match used.is_frame {
                true => PictureUse::VIDEO,
                false => PictureUse::COLUMN,
            };
            let found = find(&publication.root, issue.folder(), location);
            match found.and_then(|path| WebPicture::of(cache, &path, large)) {
                Ok(picture) => {
                    pictures.insert(key, picture);
                }
                Err(error) => {
                    let place = (&issue.source, &used.span);
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
    fn of(cache: &Cache, path: &Path, large: PictureUse) -> Result<Self, PictureError> {
        let picture = cache.fitted(path, large)?;
        let small = PictureUse {
            max_width: SMALL.max_width,
            ..large
        };
        // An animation stays what it is in every size.
        let smaller = (picture.width > small.max_width)
            .then(|| cache.fitted(path, small))
            .transpose()?
            .filter(|smaller| smaller.bytes.len() < picture.bytes.len());
        Ok(Self {
            small: smaller.map(|picture| PictureFile::new(&picture, path, small)),
            large: PictureFile::new(&picture, path, large),
        })
    }

    /// A picture of the look, in twice its width.
    ///
    /// # Errors
    /// As [`IssuePictures::of`].
    pub(super) fn of_look(
        publication: &Publication,
        cache: &Cache,
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
            let picture = cache.fitted(&path, wanted)?;
            Ok(PictureFile::new(&picture, &path, wanted))
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
    fn new(picture: &Picture, origin: &Path, wanted: PictureUse) -> Self {
        Self {
            file: format!("images/{}.{}", picture.hash(), picture.kind.extension()),
            media_type: picture.kind.media_type(),
            width: picture.width,
            height: picture.height,
            origin: origin.to_owned(),
            wanted,
        }
    }

    /// Its bytes. None: its file is another by now, or gone.
    pub(super) fn bytes(&self, cache: &Cache) -> Option<Vec<u8>> {
        let picture = cache.fitted(&self.origin, self.wanted).ok()?;
        let is_it = Self::new(&picture, &self.origin, self.wanted) == *self;
        is_it.then_some(picture.bytes)
    }
}
