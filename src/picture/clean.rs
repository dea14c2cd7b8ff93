//! The writer's own file without what it says about its making (where, when, with what, by whom):
//! its blocks are walked, not decoded, so that the picture in it stays as it is, byte for byte.

mod gif;
mod jpeg;
mod png;

pub(super) use self::png::without_heavy_profile;
use super::{MailFormat, PictureError, format::ReadableFormat};

/// What the writer's own file is good for.
pub(super) enum OriginalUse {
    /// For mail, rid of its metadata.
    Whole(MailFormat, Vec<u8>),
    /// For mail, and never for anything else: its frames would be lost.
    Animation(Vec<u8>),
    /// For its pixels alone: mail clients don't show it, or not all, or not as it is meant.
    Unfit,
}

/// Also sees that nothing is cut off.
pub(super) fn own_file(bytes: &[u8], format: ReadableFormat) -> Result<OriginalUse, PictureError> {
    Ok(match format {
        ReadableFormat::Png => OriginalUse::Whole(MailFormat::Png, png::clean(bytes)?),
        ReadableFormat::Jpeg => match jpeg::walk(bytes)? {
            walked if walked.is_cmyk => OriginalUse::Unfit,
            walked => OriginalUse::Whole(MailFormat::Jpeg, walked.clean),
        },
        ReadableFormat::Gif => match gif::walk(bytes)? {
            walked if walked.frames > 1 => OriginalUse::Animation(walked.clean),
            walked => OriginalUse::Whole(MailFormat::Gif, walked.clean),
        },
        ReadableFormat::WebP => OriginalUse::Unfit,
    })
}
