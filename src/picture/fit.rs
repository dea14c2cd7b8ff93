//! The pipeline from a file's bytes to what mail carries:
//!
//! 1. what it is, and whether it is whole; an animation ends here, as it is;
//! 2. pixels, eight bits a channel, within limits;
//! 3. upright, not wider than asked, in sRGB, without an alpha channel that hides nothing;
//! 4. with a play mark, where it stands for a video;
//! 5. as PNG or as JPEG, whichever suits;
//! 6. unless the writer's own file, rid of its metadata, is hardly larger: then that one.

use image::{GenericImageView, metadata::Orientation};

use super::{
    MAX_ANIMATION_BYTES, MailFormat, Picture, PictureError,
    clean::{OriginalUse, own_file},
    decode::{DecodedPicture, decode},
    encode::encode,
    format::{ReadableFormat, format_of},
    pixels, play_mark,
};

/// What a picture is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PictureUse {
    /// It is at most so many pixels wide; it is never enlarged.
    pub max_width: u32,
    /// A mark in its middle says that it stands for a video.
    pub has_play_mark: bool,
}

impl PictureUse {
    /// A column of 600 pixels on a screen with two pixels for each of them.
    pub(crate) const COLUMN: Self = Self::narrow(1_200);
    /// A frame of a video, as wide as the column.
    pub(crate) const VIDEO: Self = Self {
        has_play_mark: true,
        ..Self::COLUMN
    };

    /// A picture of at most this width.
    #[must_use]
    pub(crate) const fn narrow(max_width: u32) -> Self {
        Self {
            max_width,
            has_play_mark: false,
        }
    }
}

/// What a picture of this file looks like in the mail.
///
/// # Errors
/// Whatever is no picture, is damaged, or is beyond the limits.
pub(crate) fn fit(bytes: &[u8], wanted: PictureUse) -> Result<Picture, PictureError> {
    let format = format_of(bytes)?;
    let own = match own_file(bytes, format)? {
        OriginalUse::Whole(kind, clean) => Some((kind, clean)),
        OriginalUse::Animation(clean) => return animation(bytes, clean),
        OriginalUse::Unfit => None,
    };
    let DecodedPicture {
        pixels,
        orientation,
        profile,
        room: _taken,
    } = decode(bytes, format)?;
    let is_right = orientation == Orientation::NoTransforms
        && pixels.width() <= wanted.max_width
        && !wanted.has_play_mark;
    let mut pixels = pixels::ready(pixels, orientation, profile.as_deref(), wanted.max_width);
    if wanted.has_play_mark {
        pixels = play_mark::drawn_on(&pixels);
    }
    let made = encode(&pixels, format == ReadableFormat::Jpeg);
    let (kind, bytes) = match own {
        Some((kind, own)) if is_right && !is_worth_it(kind, &own, &made.1) => (kind, own),
        _ => made,
    };
    let (width, height) = pixels.dimensions();
    Ok(Picture {
        kind,
        width,
        height,
        bytes,
    })
}

/// Its first frame is decoded to see that it can be.
fn animation(bytes: &[u8], clean: Vec<u8>) -> Result<Picture, PictureError> {
    if clean.len() > MAX_ANIMATION_BYTES {
        return Err(PictureError::HeavyAnimation { bytes: clean.len() });
    }
    let (width, height) = decode(bytes, ReadableFormat::Gif)?.pixels.dimensions();
    Ok(Picture {
        kind: MailFormat::Gif,
        width,
        height,
        bytes: clean,
    })
}

/// Whether what we made is enough smaller than the writer's own file. A JPEG loses a little each
/// time that it is written, so it has to gain more.
fn is_worth_it(own_kind: MailFormat, own: &[u8], made: &[u8]) -> bool {
    let percent = match own_kind {
        MailFormat::Jpeg => 75,
        MailFormat::Png | MailFormat::Gif => 90,
    };
    made.len() * 100 <= own.len() * percent
}
