//! A PNG's chunks (RFC 2083), walked without decoding: is it whole, and the same picture without
//! what it says about its making.

use std::{borrow::Cow, io::Cursor};

use crate::picture::PictureError;

const SIGNATURE_BYTES: usize = 8;
/// What decides how the picture looks. Texts, Exif, dates, thumbnails, an editor's own layers and the
/// further frames of an animation, which half the mail clients don't show, are not in it.
const KEPT: [&[u8; 4]; 9] = [
    b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
];

/// Profiles of screens have a hundred kilobytes, those of presses two megabytes; a few bytes may unpack to
/// any number.
const MAX_PROFILE_BYTES: usize = 4 << 20;

/// The same picture without its other chunks, and without whatever follows its end.
pub(super) fn clean(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    let keeps = |name: &[u8], chunk: &[u8]| {
        KEPT.iter().any(|kept| kept.as_slice() == name) && !is_heavy_profile(name, chunk)
    };
    let mut clean = Vec::with_capacity(bytes.len());
    clean.extend_from_slice(bytes.get(..SIGNATURE_BYTES).unwrap_or_default());
    for chunk in PngChunks::of(bytes) {
        let (name, chunk) = chunk?;
        if name == b"IEND" || keeps(name, chunk) {
            clean.extend_from_slice(chunk);
        }
    }
    Ok(clean)
}

/// A picture whose colours' profile would fill the memory, without it: such a profile is none.
pub(in crate::picture) fn without_heavy_profile(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut at = SIGNATURE_BYTES;
    for (name, chunk) in PngChunks::of(bytes).map_while(Result::ok) {
        if is_heavy_profile(name, chunk) {
            let without = [&bytes[..at], &bytes[at + chunk.len()..]].concat();
            // There may be more of them.
            return Cow::Owned(without_heavy_profile(&without).into_owned());
        }
        at += chunk.len();
    }
    Cow::Borrowed(bytes)
}

/// Whether a chunk is a profile that unpacks to more than a profile has, or to nothing: tried on a picture of
/// one pixel.
fn is_heavy_profile(name: &[u8], chunk: &[u8]) -> bool {
    if name != b"iCCP" {
        return false;
    }
    const HEAD: &[u8] = b"\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90\x77\x53\xde";
    const FIRST_PIXELS: &[u8] = b"\0\0\0\0IDAT\x35\xaf\x06\x1e";
    let signature = b"\x89PNG\r\n\x1a\n".as_slice();
    let pixel = [signature, HEAD, chunk, FIRST_PIXELS].concat();
    let limits = png::Limits {
        bytes: MAX_PROFILE_BYTES,
    };
    let decoder = png::Decoder::new_with_limits(Cursor::new(pixel), limits);
    match decoder.read_info() {
        Ok(reader) => reader.info().icc_profile.is_none(),
        Err(_) => true,
    }
}

/// The chunks up to the one that ends the picture, each with its name.
struct PngChunks<'a> {
    bytes: &'a [u8],
    at: usize,
    is_ended: bool,
}

impl<'a> PngChunks<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: SIGNATURE_BYTES,
            is_ended: false,
        }
    }

    fn chunk(&self) -> Option<(&'a [u8], &'a [u8])> {
        let head = self.bytes.get(self.at..self.at + 8)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let end = self.at.saturating_add(length).saturating_add(12);
        Some((&head[4..], self.bytes.get(self.at..end)?))
    }
}

impl<'a> Iterator for PngChunks<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), PictureError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_ended {
            return None;
        }
        let chunk = self.chunk();
        self.at += chunk.map_or(0, |(_, chunk)| chunk.len());
        self.is_ended = chunk.is_none_or(|(name, _)| name == b"IEND");
        Some(chunk.ok_or_else(PictureError::cut_off))
    }
}
