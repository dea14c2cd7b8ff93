//! Images: how wide each stands in the column, and whether it travels with the mail or is fetched
//! from the publication's pages. What becomes of its file on the way is `picture`'s. Who only looks at
//! the mail gets what it says of them, without their bytes.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    issue::{Image, Issue},
    look::LookPicture,
    picture::{self, Cache, PictureError, PictureFacts, PictureSource, PictureUse},
    publication::Publication,
    render::{ImagePolicy, InlineImage, PublishedImage, RenderError},
    source::{Source, Span},
};

/// The column of text: what an image is at most as wide as.
pub(super) const COLUMN_WIDTH: u32 = 520;
/// The paper that the column stands on, and a picture that has another beside it.
const PAPER_WIDTH: u32 = 600;
const HALF_WIDTH: u32 = 254;

/// An image as the HTML shows it, in CSS pixels.
#[derive(Debug, Clone)]
pub(super) struct ShownImage {
    pub(super) src: String,
    pub(super) width: u32,
    /// None for pictures of others: they are not fetched.
    pub(super) height: Option<u32>,
}

impl ShownImage {
    /// As the templates see it.
    pub(super) fn context(&self) -> serde_json::Value {
        serde_json::json!({"src": self.src, "width": self.width, "height": self.height})
    }
}

/// What is known of the issue's own pictures, by location and by what was asked of them.
pub(crate) type PicturesAsked = BTreeMap<(String, PictureUse), PictureFacts>;

/// Whether the mail is to carry its pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PictureBytes {
    Wanted,
    /// Nobody will send it.
    LeftOut,
}

/// The images of one issue, each made ready once.
pub(super) struct Images {
    root: PathBuf,
    folder: PathBuf,
    cache: Cache,
    policy: ImagePolicy,
    bytes: PictureBytes,
    domain: String,
    base_url: Option<String>,
    places: BTreeMap<String, (Source, Span)>,
    /// One picture may stand in several widths.
    shown: BTreeMap<(String, u32, PictureUse), ShownImage>,
    asked: PicturesAsked,
    inline: Vec<InlineImage>,
    published: Vec<PublishedImage>,
}

impl Images {
    pub(super) fn new(
        publication: &Publication,
        issue: &Issue,
        policy: ImagePolicy,
        bytes: PictureBytes,
    ) -> Self {
        let places = issue.document.images.iter().map(|used| {
            (
                used.image.location.clone(),
                (issue.source.clone(), used.span.clone()),
            )
        });
        let mut images = Self::of_look(publication, policy);
        let folder = issue.path.parent();
        images.folder = folder.map_or_else(PathBuf::new, Path::to_path_buf);
        images.bytes = bytes;
        let own = std::mem::take(&mut images.places);
        images.places = places.chain(own).collect();
        images
    }

    /// The same for a mail that is no issue: it has the look's pictures alone.
    pub(super) fn of_look(publication: &Publication, policy: ImagePolicy) -> Self {
        let own = publication.look.pictures();
        let own =
            own.filter_map(|picture| Some((below_root(&picture.location), picture.place.clone()?)));
        Self {
            root: publication.root.clone(),
            folder: PathBuf::new(),
            cache: Cache::below(&publication.state_dir()),
            policy,
            bytes: PictureBytes::Wanted,
            domain: publication.from.address.domain().to_owned(),
            base_url: publication.web.base_url.clone(),
            places: own.collect(),
            shown: BTreeMap::new(),
            asked: PicturesAsked::new(),
            inline: Vec::new(),
            published: Vec::new(),
        }
    }

    /// Those that travel with the mail, and those that wait on the publication's pages, each in the
    /// order of their first use.
    pub(super) fn into_files(self) -> (Vec<InlineImage>, Vec<PublishedImage>) {
        (self.inline, self.published)
    }

    /// What is known of all that were asked for.
    pub(super) fn into_asked(self) -> PicturesAsked {
        self.asked
    }

    /// How the HTML shows an image of the issue.
    pub(super) fn shown(&mut self, image: &Image) -> Result<ShownImage, RenderError> {
        self.in_width(&image.location, COLUMN_WIDTH, PictureUse::COLUMN)
    }

    /// How the HTML shows a frame of a video.
    pub(super) fn video(&mut self, frame: &Image) -> Result<ShownImage, RenderError> {
        self.in_width(&frame.location, COLUMN_WIDTH, PictureUse::VIDEO)
    }

    /// One of two pictures side by side.
    pub(super) fn half(&mut self, image: &Image) -> Result<ShownImage, RenderError> {
        self.in_width(&image.location, HALF_WIDTH, PictureUse::COLUMN)
    }

    /// A picture as wide as the paper.
    pub(super) fn wide(&mut self, image: &Image) -> Result<ShownImage, RenderError> {
        self.in_width(&image.location, PAPER_WIDTH, PictureUse::COLUMN)
    }

    /// The publication's logo.
    pub(super) fn logo(
        &mut self,
        logo: &LookPicture,
        width: u16,
    ) -> Result<ShownImage, RenderError> {
        let width = u32::from(width);
        self.in_width(
            &below_root(&logo.location),
            width,
            PictureUse::narrow(2 * width),
        )
    }

    /// The picture across the top.
    pub(super) fn header(&mut self, header: &LookPicture) -> Result<ShownImage, RenderError> {
        self.in_width(
            &below_root(&header.location),
            PAPER_WIDTH,
            PictureUse::COLUMN,
        )
    }

    fn in_width(
        &mut self,
        location: &str,
        max_width: u32,
        wanted: PictureUse,
    ) -> Result<ShownImage, RenderError> {
        let key = (location.to_owned(), max_width, wanted);
        if let Some(shown) = self.shown.get(&key) {
            return Ok(shown.clone());
        }
        let shown = if is_remote(location) {
            ShownImage {
                src: location.to_owned(),
                width: max_width,
                height: None,
            }
        } else {
            let (name, facts, bytes) = self
                .picture(location, wanted)
                .map_err(|error| self.refused(location, &error))?;
            self.asked.insert((location.to_owned(), wanted), facts);
            let width = facts.width.clamp(1, max_width);
            ShownImage {
                width,
                height: Some(in_proportion(&facts, width)),
                src: self.carried(&name, &facts, bytes),
            }
        };
        self.shown.insert(key, shown.clone());
        Ok(shown)
    }

    /// What its file was called, what is known of the picture, and its bytes where they are wanted.
    fn picture(
        &self,
        location: &str,
        wanted: PictureUse,
    ) -> Result<(String, PictureFacts, Vec<u8>), PictureError> {
        let path = picture::find(&self.root, &self.folder, location)?;
        let (facts, bytes) = match self.bytes {
            PictureBytes::Wanted => self.cache.known(&path, wanted)?,
            PictureBytes::LeftOut => {
                let (facts, _) = self.cache.facts(&PictureSource::at(&path), wanted)?;
                (facts, Vec::new())
            }
        };
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        Ok((stem.unwrap_or_default().to_owned(), facts, bytes))
    }

    /// Puts it where readers will find it, once, and says under which address.
    fn carried(&mut self, stem: &str, facts: &PictureFacts, bytes: Vec<u8>) -> String {
        let hash = facts.name();
        let extension = facts.kind.extension();
        match (self.policy, &self.base_url) {
            (ImagePolicy::Remote, Some(base_url)) => {
                let path = format!("images/{hash}.{extension}");
                let url = format!("{base_url}/{path}");
                if !self.published.iter().any(|image| image.path == path) {
                    self.published.push(PublishedImage {
                        path,
                        url: url.clone(),
                        bytes,
                    });
                }
                url
            }
            _ => {
                let content_id = format!("{hash}@{}", self.domain);
                let src = format!("cid:{content_id}");
                let is_new = !self
                    .inline
                    .iter()
                    .any(|image| image.content_id == content_id);
                if is_new {
                    let file_name = self.free_name(stem, extension);
                    self.inline.push(InlineImage {
                        content_id,
                        media_type: facts.kind.media_type().to_owned(),
                        file_name,
                        bytes,
                    });
                }
                src
            }
        }
    }

    /// A name for a picture's file that no other of the mail has: one file may travel in two sizes.
    fn free_name(&self, stem: &str, extension: &str) -> String {
        let is_free = |name: &String| !self.inline.iter().any(|image| image.file_name == *name);
        let plain = format!("{stem}.{extension}");
        let numbered = (2..).map(|number| format!("{stem}-{number}.{extension}"));
        let mut names = std::iter::once(plain.clone()).chain(numbered);
        names.find(is_free).unwrap_or(plain)
    }

    fn refused(&self, location: &str, error: &PictureError) -> RenderError {
        let place = self.places.get(location);
        let place = place.map(|(source, span)| (source, span));
        RenderError::Source(Box::new(error.told_of(location, place)))
    }
}

pub(crate) fn is_remote(location: &str) -> bool {
    location.starts_with("https://") || location.starts_with("http://")
}

/// The look's paths are relative to the root.
pub(crate) fn below_root(location: &str) -> String {
    match is_remote(location) {
        true => location.to_owned(),
        false => format!("/{}", location.trim_start_matches('/')),
    }
}

/// The height that goes with a width.
fn in_proportion(picture: &PictureFacts, width: u32) -> u32 {
    let height = u64::from(picture.height) * u64::from(width);
    let height = height.div_ceil(u64::from(picture.width.max(1)));
    u32::try_from(height).unwrap_or(u32::MAX).max(1)
}
