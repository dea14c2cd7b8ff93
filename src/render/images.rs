//! Images: where each comes from, how wide it stands, and whether it travels with the mail or is
//! fetched from the publication's pages.

use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
};

use aws_lc_rs::digest;

use crate::{
    issue::{Image, Issue},
    publication::Publication,
    render::{ImagePolicy, InlineImage, RenderError},
    source::{SourceError, shown_path},
};

/// The column of text: what an image is at most as wide as.
pub(super) const COLUMN_WIDTH: usize = 520;
/// A mail of more than this is refused by many servers.
const MAX_BYTES: u64 = 5 << 20;

/// An image as the HTML shows it.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) src: String,
    pub(super) width: usize,
}

/// The images of one issue, each read once.
pub(super) struct Images {
    root: PathBuf,
    folder: PathBuf,
    policy: ImagePolicy,
    domain: String,
    base_url: Option<String>,
    places: BTreeMap<String, (crate::source::Source, crate::source::Span)>,
    shown: BTreeMap<String, Shown>,
    inline: Vec<InlineImage>,
}

impl Images {
    pub(super) fn new(publication: &Publication, issue: &Issue, policy: ImagePolicy) -> Self {
        let places = issue.document.images.iter().map(|used| {
            (
                used.image.location.clone(),
                (issue.source.clone(), used.span.clone()),
            )
        });
        Self {
            root: publication.root.clone(),
            folder: issue
                .path
                .parent()
                .map_or_else(PathBuf::new, Path::to_path_buf),
            policy,
            domain: publication.from.address.domain().to_owned(),
            base_url: publication.web.base_url.clone(),
            places: places.collect(),
            shown: BTreeMap::new(),
            inline: Vec::new(),
        }
    }

    /// Those that travel with the mail, in the order of their first use.
    pub(super) fn into_inline(self) -> Vec<InlineImage> {
        self.inline
    }

    /// How the HTML shows an image: source and width.
    pub(super) fn shown(&mut self, image: &Image) -> Result<Shown, RenderError> {
        if let Some(shown) = self.shown.get(&image.location) {
            return Ok(shown.clone());
        }
        let shown =
            if image.location.starts_with("https://") || image.location.starts_with("http://") {
                Shown {
                    src: image.location.clone(),
                    width: COLUMN_WIDTH,
                }
            } else {
                self.local(&image.location)?
            };
        self.shown.insert(image.location.clone(), shown.clone());
        Ok(shown)
    }

    /// The publication's logo: its path is relative to the root.
    pub(super) fn logo(&mut self, location: &str) -> Result<Shown, RenderError> {
        let is_remote = location.starts_with("https://") || location.starts_with("http://");
        let rooted = format!("/{}", location.trim_start_matches('/'));
        self.shown(&Image {
            location: if is_remote {
                location.to_owned()
            } else {
                rooted
            },
            alt: String::new(),
            caption: None,
        })
    }

    fn local(&mut self, location: &str) -> Result<Shown, RenderError> {
        let path = self.resolved(location)?;
        let bytes = self.read(location, &path)?;
        let (media_type, extension) = match imagesize::image_type(&bytes) {
            Ok(imagesize::ImageType::Png) => ("image/png", "png"),
            Ok(imagesize::ImageType::Jpeg) => ("image/jpeg", "jpg"),
            Ok(imagesize::ImageType::Gif) => ("image/gif", "gif"),
            _ => {
                return Err(self.refused(
                    location,
                    format!("the image `{location}` is neither PNG, JPEG nor GIF"),
                    "mail clients show no SVG, and many no WebP: export it as PNG",
                ));
            }
        };
        let size = imagesize::blob_size(&bytes).map_err(|_| {
            self.refused(
                location,
                format!("the image `{location}` is damaged: its size cannot be read"),
                "open it in an image editor and export it again",
            )
        })?;
        let src = match (self.policy, &self.base_url) {
            (ImagePolicy::Remote, Some(base_url)) => {
                format!("{base_url}/{}", url_path(&shown_path(&self.root, &path)))
            }
            _ => self.attach(&path, media_type, extension, bytes),
        };
        // Twice as many pixels as the column are for sharp screens, not for a wider column.
        Ok(Shown {
            src,
            width: size.width.clamp(1, COLUMN_WIDTH),
        })
    }

    /// The file, which must lie below the publication's root even after symbolic links.
    fn resolved(&self, location: &str) -> Result<PathBuf, RenderError> {
        let outside = || {
            self.refused(
                location,
                format!("the image `{location}` lies outside the publication's folder"),
                "put the image beside the issue, or below the folder of daily-note.yaml",
            )
        };
        let (base, relative) = match location.strip_prefix('/') {
            Some(relative) => (&self.root, relative),
            None => (&self.folder, location),
        };
        let is_plain = Path::new(relative).components().all(|part| {
            matches!(
                part,
                Component::Normal(_) | Component::CurDir | Component::ParentDir
            )
        });
        if !is_plain {
            return Err(outside());
        }
        let path = base.join(relative);
        let missing = |error: std::io::Error| {
            self.refused(
                location,
                format!("the image `{location}` cannot be read: {error}"),
                "the path is relative to the issue's file; a leading / means the folder of daily-note.yaml",
            )
        };
        let real = fs::canonicalize(&path).map_err(missing)?;
        let root = fs::canonicalize(&self.root).map_err(missing)?;
        if !real.starts_with(&root) {
            return Err(outside());
        }
        Ok(self.root.join(real.strip_prefix(&root).unwrap_or(&real)))
    }

    fn read(&self, location: &str, path: &Path) -> Result<Vec<u8>, RenderError> {
        let unreadable = |source| RenderError::Unreadable {
            path: shown_path(&self.root, path),
            source,
        };
        let size = fs::metadata(path).map_err(unreadable)?.len();
        if size > MAX_BYTES {
            return Err(self.refused(
                location,
                format!("the image `{location}` has {size} bytes; the limit is {MAX_BYTES}"),
                "make it smaller: 1,040 pixels across are enough for a sharp picture",
            ));
        }
        fs::read(path).map_err(unreadable)
    }

    fn attach(&mut self, path: &Path, media_type: &str, extension: &str, bytes: Vec<u8>) -> String {
        let hash = digest::digest(&digest::SHA256, &bytes);
        let name: String = hash.as_ref()[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let content_id = format!("{name}@{}", self.domain);
        let src = format!("cid:{content_id}");
        if !self
            .inline
            .iter()
            .any(|image| image.content_id == content_id)
        {
            self.inline.push(InlineImage {
                content_id,
                media_type: media_type.to_owned(),
                file_name: path
                    .file_name()
                    .and_then(|name| name.to_str())
                    .map_or_else(|| format!("{name}.{extension}"), str::to_owned),
                bytes,
            });
        }
        src
    }

    fn refused(&self, location: &str, message: String, hint: &str) -> RenderError {
        let error = match self.places.get(location) {
            Some((source, span)) => SourceError::at(source, span.clone(), message),
            None => SourceError::new(message),
        };
        RenderError::Source(Box::new(error.with_hint(hint)))
    }
}

/// A relative path as part of a URL: everything but unreserved characters percent-encoded.
fn url_path(path: &str) -> String {
    let mut url = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}
