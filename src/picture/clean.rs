//! The writer's own file without what it says about its making (where, when, with what, by whom):
//! its blocks are walked, not decoded, so that the picture in it stays as it is, byte for byte.

mod gif;
mod jpeg;
mod png;

pub(super) use self::png::without_heavy_profile;
use super::{Kind, PictureError, format::Format};

/// What the writer's own file is good for.
pub(super) enum Own {
    /// For mail, rid of its metadata.
    Whole(Kind, Vec<u8>),
    /// For mail, and never for anything else: its frames would be lost.
    Animation(Vec<u8>),
    /// For its pixels alone: mail clients don't show it, or not all, or not as it is meant.
    Unfit,
}

/// Also sees that nothing is cut off.
pub(super) fn own_file(bytes: &[u8], format: Format) -> Result<Own, PictureError> {
    Ok(match format {
        Format::Png => Own::Whole(Kind::Png, png::clean(bytes)?),
        Format::Jpeg => match jpeg::walk(bytes)? {
            walked if walked.is_cmyk => Own::Unfit,
            walked => Own::Whole(Kind::Jpeg, walked.clean),
        },
        Format::Gif => match gif::walk(bytes)? {
            walked if walked.frames > 1 => Own::Animation(walked.clean),
            walked => Own::Whole(Kind::Gif, walked.clean),
        },
        Format::WebP => Own::Unfit,
    })
}
