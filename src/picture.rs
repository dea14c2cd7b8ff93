//! Pictures as mail carries them: found below the publication's folder, read within limits, turned
//! upright, sized, recompressed, and rid of what they tell about where and by whom they were made.
//!
//! [`fit()`] is pure: the same bytes give the same bytes. [`Cache`] only remembers what it gave, and [`workshop`]
//! bounds what making them takes. Knows nothing of issues, nor of how a picture travels.

use image::DynamicImage;

use crate::{
    fingerprint::hex,
    source::{Source, SourceError, Span},
    words::{Said, phrase, say},
};

mod cache;
mod clean;
mod decode;
mod encode;
mod fit;
mod format;
mod pixels;
mod place;
mod play_mark;
mod workshop;

pub(crate) use self::{
    cache::{Cache, CacheKey, PictureFacts, PictureSource},
    fit::{PictureUse, fit},
    place::find,
};

/// A file of more is no picture for a mail, and is not read.
pub(crate) const MAX_FILE_BYTES: u64 = 48 << 20;
/// A file of a few bytes can ask for any number of pixels; 50 million are what large cameras have.
const MAX_PIXELS: u64 = 50_000_000;
/// The longest side.
const MAX_SIDE: u32 = 30_000;
/// Animations travel as they are: one of more is a film.
const MAX_ANIMATION_BYTES: usize = 5 << 20;

/// A picture that every mail client shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    /// What it is.
    pub kind: MailFormat,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What mail clients show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MailFormat {
    /// Drawings, screens, whatever has transparent parts.
    Png,
    /// Photographs.
    Jpeg,
    /// Animations.
    Gif,
}

impl MailFormat {
    /// `image/png`, …
    #[must_use]
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
        }
    }

    /// Without the dot.
    #[must_use]
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
        }
    }
}

impl Picture {
    /// What was drawn, as the file that suits it.
    #[must_use]
    pub(crate) fn drawn(pixels: DynamicImage) -> Self {
        let pixels = pixels::opaque(pixels);
        let (kind, bytes) = encode::encode(&pixels, false);
        Self {
            kind,
            width: pixels.width(),
            height: pixels.height(),
            bytes,
        }
    }
}

/// What a picture's content is called wherever it goes: the first 96 bits of its SHA-256, in hexadecimal.
fn hash_name(hash: &[u8; 32]) -> String {
    hex(&hash[..12])
}

/// Why a file is no picture for a mail. Each reads on after the picture's name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    /// No such file.
    #[error("is not there")]
    Missing,
    /// Above the publication's folder, perhaps by a symbolic link.
    #[error("lies outside the publication's folder")]
    Outside,
    /// A folder, a pipe, a device.
    #[error("is not a file")]
    NotAFile,
    /// The system does not give it: said in one line, so it is no `source()` that says it again.
    #[error("cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// More than [`MAX_FILE_BYTES`].
    #[error("has {size} MB; the limit is {most} MB", size = bytes.div_ceil(1 << 20), most = MAX_FILE_BYTES >> 20)]
    Heavy {
        /// How many.
        bytes: u64,
    },
    /// More than any camera makes.
    #[error("has {width} × {height} pixels; the limit is {most} million", most = MAX_PIXELS / 1_000_000)]
    Huge {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// Something that mail clients don't show, and that we can't turn into what they do.
    #[error("is {what}")]
    Foreign {
        /// `SVG, which mail clients do not show`.
        what: Said,
        /// What to do about it.
        hint: Said,
    },
    /// Cut off, or changed on the way.
    #[error("is damaged: {reason}")]
    Damaged {
        /// In a few words.
        reason: String,
    },
    /// An animation of more than `MAX_ANIMATION_BYTES`.
    #[error("is an animation of {size:.1} MB; the limit is {most} MB", size = *bytes as f64 / f64::from(1 << 20), most = MAX_ANIMATION_BYTES >> 20)]
    HeavyAnimation {
        /// How many.
        bytes: usize,
    },
}

impl PictureError {
    /// What the writer can do.
    #[must_use]
    pub(crate) fn hint(&self) -> Said {
        match self {
            Self::Missing => {
                say!(
                    "the path is relative to the issue's file; a leading / means the folder of daily-note.yaml"
                )
            }
            Self::Outside => {
                say!("put the picture beside the issue, or below the folder of daily-note.yaml")
            }
            Self::NotAFile => say!("name the picture's own file"),
            Self::Unreadable(_) => say!("look at the file's permissions"),
            Self::Heavy { .. } | Self::Huge { .. } => {
                say!("make it smaller: 1,200 pixels across are as sharp as mail gets")
            }
            Self::Foreign { hint, .. } => hint.clone(),
            Self::Damaged { .. } => say!("open it in an image editor and export it again"),
            Self::HeavyAnimation { .. } => {
                say!("make it shorter or smaller, or link to a video and show one picture of it")
            }
        }
    }

    /// The same as everybody is told of it: the picture's name, and where it is asked for.
    #[must_use]
    pub(crate) fn told_of(&self, location: &str, place: Option<(&Source, &Span)>) -> SourceError {
        let fault = match self {
            Self::Foreign { what, .. } => say!("is {what}", what),
            fault => Said::heard(fault.to_string()),
        };
        let message = say!("the image `{location}` {fault}", location, fault);
        let error = match place {
            Some((source, span)) => SourceError::at(source, span.clone(), message),
            None => SourceError::new(message),
        };
        error.with_hint(self.hint())
    }

    fn damaged(reason: impl Into<String>) -> Self {
        Self::Damaged {
            reason: reason.into(),
        }
    }

    fn cut_off() -> Self {
        Self::damaged(phrase!("it is cut off"))
    }
}

#[cfg(test)]
mod tests;
