//! A PNG's chunks (RFC 2083), walked without decoding: is it whole, and the same picture without
//! what it says about its making.

use crate::picture::PictureError;

const SIGNATURE_BYTES: usize = 8;
/// What decides how the picture looks. Texts, Exif, dates, thumbnails, an editor's own layers and the
/// further frames of an animation, which half the mail clients don't show, are not in it.
const KEPT: [&[u8; 4]; 9] = [
    b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
];

/// The same picture without its other chunks, and without whatever follows its end.
pub(super) fn clean(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut clean = Vec::with_capacity(bytes.len());
    clean.extend_from_slice(bytes.get(..SIGNATURE_BYTES).unwrap_or_default());
    let mut at = SIGNATURE_BYTES;
    loop {
        let head = bytes.get(at..at + 8).ok_or_else(PictureError::cut_off)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let end = at.saturating_add(length).saturating_add(12);
        let chunk = bytes.get(at..end).ok_or_else(PictureError::cut_off)?;
        let name = &head[4..];
        if name == b"IEND" {
            clean.extend_from_slice(chunk);
            return Ok(clean);
        }
        if KEPT.iter().any(|kept| kept.as_slice() == name) {
            clean.extend_from_slice(chunk);
        }
        at = end;
    }
}
