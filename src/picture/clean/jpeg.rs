//! A JPEG's segments (ITU T.81, annex B), walked without decoding: is it whole, how many colours
//! has it, and the same picture without what it says about its making.

use crate::{picture::PictureError, words::phrase};

/// What the walk saw.
pub(super) struct JpegWalk {
    /// The same picture without Exif, XMP, IPTC, comments, thumbnails and whatever follows its end.
    pub(super) clean: Vec<u8>,
    /// Inks rather than light, which some mail clients get wrong.
    pub(super) is_cmyk: bool,
}

const SOS: u8 = 0xda;
const EOI: u8 = 0xd9;

pub(super) fn walk(bytes: &[u8]) -> Result<JpegWalk, PictureError> {
    let mut walked = JpegWalk {
        clean: Vec::with_capacity(bytes.len()),
        is_cmyk: false,
    };
    walked.clean.extend_from_slice(&[0xff, 0xd8]);
    let mut at = 2;
    loop {
        let marker = marker_at(bytes, &mut at)?;
        if marker == EOI {
            walked.clean.extend_from_slice(&[0xff, EOI]);
            return Ok(walked);
        }
        let content = segment_at(bytes, at)?;
        at += 2 + content.len();
        if is_frame(marker) && content.get(5) == Some(&4) {
            walked.is_cmyk = true;
        }
        if let Some(content) = kept(marker, content) {
            push_segment(&mut walked.clean, marker, &content);
        }
        if marker == SOS {
            let end = scan_end(bytes, at)?;
            walked.clean.extend_from_slice(&bytes[at..end]);
            at = end;
        }
    }
}

/// The marker here; a marker may have any number of 0xFF before it.
fn marker_at(bytes: &[u8], at: &mut usize) -> Result<u8, PictureError> {
    if bytes.get(*at) != Some(&0xff) {
        return Err(match bytes.get(*at) {
            None => PictureError::cut_off(),
            Some(_) => PictureError::damaged(phrase!("its segments do not follow each other")),
        });
    }
    while bytes.get(*at) == Some(&0xff) {
        *at += 1;
    }
    let marker = *bytes.get(*at).ok_or_else(PictureError::cut_off)?;
    *at += 1;
    Ok(marker)
}

fn segment_at(bytes: &[u8], at: usize) -> Result<&[u8], PictureError> {
    let length = bytes.get(at..at + 2).ok_or_else(PictureError::cut_off)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    if length < 2 {
        return Err(PictureError::damaged(phrase!("a segment has no length")));
    }
    bytes
        .get(at + 2..at + length)
        .ok_or_else(PictureError::cut_off)
}

/// Where the coded data ends: at the first marker that is neither a stuffed byte nor a restart.
fn scan_end(bytes: &[u8], from: usize) -> Result<usize, PictureError> {
    let mut at = from;
    loop {
        let found = memchr::memchr(0xff, bytes.get(at..).unwrap_or_default());
        at += found.ok_or_else(PictureError::cut_off)?;
        match bytes.get(at + 1) {
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            Some(_) => return Ok(at),
            None => return Err(PictureError::cut_off()),
        }
    }
}

fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// What of a segment stays: all but what applications wrote for themselves.
fn kept(marker: u8, content: &[u8]) -> Option<std::borrow::Cow<'_, [u8]>> {
    match marker {
        // JFIF, without its thumbnail.
        0xe0 if content.starts_with(b"JFIF\0") && content.len() >= 14 => match content.len() {
            14 => Some(content.into()),
            _ => Some([&content[..12], &[0, 0]].concat().into()),
        },
        // The colours' profile.
        0xe2 if content.starts_with(b"ICC_PROFILE\0") => Some(content.into()),
        // How colours are coded.
        0xee if content.starts_with(b"Adobe") => Some(content.into()),
        0xe0..=0xef | 0xfe => None,
        _ => Some(content.into()),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a segment came out of two bytes of length"
)]
fn push_segment(out: &mut Vec<u8>, marker: u8, content: &[u8]) {
    out.extend_from_slice(&[0xff, marker]);
    out.extend_from_slice(&(content.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(content);
}
