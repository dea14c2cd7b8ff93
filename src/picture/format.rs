//! What a file is, by its first bytes: names lie, and are not asked.

use super::PictureError;
use crate::words::{Said, phrase, say};

/// What we can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadableFormat {
    Png,
    Jpeg,
    Gif,
    WebP,
}

fn export() -> Said {
    say!("export it as PNG (drawings) or JPEG (photographs)")
}

pub(super) fn format_of(bytes: &[u8]) -> Result<ReadableFormat, PictureError> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Ok(ReadableFormat::Png),
        [0xff, 0xd8, 0xff, ..] => Ok(ReadableFormat::Jpeg),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(ReadableFormat::Gif),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Ok(ReadableFormat::WebP),
        [] => Err(PictureError::damaged(phrase!("it is empty"))),
        _ => {
            let (what, hint) = foreign(bytes);
            Err(PictureError::Foreign { what, hint })
        }
    }
}

/// What else it may be, and what to do about it.
fn foreign(bytes: &[u8]) -> (Said, Said) {
    match bytes {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
            return match brand.get(..4) {
                Some(b"avif" | b"avis") => (say!("AVIF, which few mail clients show"), export()),
                Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"mif1" | b"msf1") => (
                    say!("HEIC, which mail clients do not show"),
                    say!("export it as JPEG"),
                ),
                _ => (
                    say!("a video"),
                    say!("link to it, and show one picture of it"),
                ),
            };
        }
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => {
            return (say!("TIFF, which mail clients do not show"), export());
        }
        [b'B', b'M', ..] => return (say!("BMP, which few mail clients show"), export()),
        [0xff, 0x0a, ..] | [0, 0, 0, 0x0c, b'J', b'X', b'L', ..] => {
            return (say!("JPEG XL, which mail clients do not show"), export());
        }
        [b'%', b'P', b'D', b'F', ..] => {
            return (
                say!("PDF"),
                say!("export the page as PNG, or link to the file"),
            );
        }
        _ => {}
    }
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    if start.contains("<svg") {
        (
            say!("SVG, which mail clients do not show"),
            say!("export it as PNG, 1,200 pixels wide"),
        )
    } else if start.starts_with("version https://git-lfs.") {
        (
            say!("a pointer of Git LFS, not the picture itself"),
            say!("fetch it: git lfs pull"),
        )
    } else if start.contains("<!doctype html") || start.contains("<html") {
        (
            say!("a web page, not a picture"),
            say!("save the picture itself, not the page that shows it"),
        )
    } else {
        (say!("no picture"), export())
    }
}
