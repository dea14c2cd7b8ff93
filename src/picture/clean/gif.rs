//! A GIF's blocks (GIF89a), walked without decoding: is it whole, how many frames has it, and the
//! same picture without comments and what applications wrote.

use crate::{picture::PictureError, words::phrase};

/// What the walk saw.
pub(super) struct GifWalk {
    /// The same picture without what it says about its making.
    pub(super) clean: Vec<u8>,
    /// Pictures in it.
    pub(super) frames: usize,
}

pub(super) fn walk(bytes: &[u8]) -> Result<GifWalk, PictureError> {
    let head = bytes.get(..13).ok_or_else(PictureError::cut_off)?;
    let mut at = 13 + palette_bytes(head[10]);
    let mut clean = bytes.get(..at).ok_or_else(PictureError::cut_off)?.to_vec();
    let mut frames = 0;
    loop {
        let start = at;
        match bytes.get(at) {
            // Some editors leave the end mark out, and every program shows them.
            Some(b';') | None if frames > 0 => {
                clean.push(b';');
                return Ok(GifWalk { clean, frames });
            }
            Some(b',') => {
                let descriptor = bytes.get(at..at + 10).ok_or_else(PictureError::cut_off)?;
                at = sub_blocks_end(bytes, at + 11 + palette_bytes(descriptor[9]))?;
                frames += 1;
                clean.extend_from_slice(&bytes[start..at]);
            }
            Some(b'!') => {
                let label = *bytes.get(at + 1).ok_or_else(PictureError::cut_off)?;
                at = sub_blocks_end(bytes, at + 2)?;
                if is_shown(label, &bytes[start + 2..at]) {
                    clean.extend_from_slice(&bytes[start..at]);
                }
            }
            Some(_) => {
                return Err(PictureError::damaged(phrase!(
                    "its blocks do not follow each other"
                )));
            }
            None => return Err(PictureError::cut_off()),
        }
    }
}

fn palette_bytes(flags: u8) -> usize {
    match flags & 0x80 {
        0 => 0,
        _ => 3 << ((flags & 7) + 1),
    }
}

/// Behind the empty block that ends a run of sub-blocks.
fn sub_blocks_end(bytes: &[u8], mut at: usize) -> Result<usize, PictureError> {
    loop {
        let length = usize::from(*bytes.get(at).ok_or_else(PictureError::cut_off)?);
        at += 1 + length;
        if length == 0 {
            return Ok(at);
        }
    }
}

/// How long a frame stands, and how often all are repeated.
fn is_shown(label: u8, content: &[u8]) -> bool {
    let name = content.get(1..12).unwrap_or_default();
    label == 0xf9 || label == 0xff && (name == b"NETSCAPE2.0" || name == b"ANIMEXTS1.0")
}
