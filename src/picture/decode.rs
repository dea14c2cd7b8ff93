//! From a file's bytes to pixels, eight bits a channel, within limits.

use std::io::Cursor;

use image::{
    ColorType, DynamicImage, ImageDecoder, ImageError, Limits,
    codecs::{gif::GifDecoder, jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder},
    metadata::Orientation,
};

use super::{
    MAX_PIXELS, MAX_SIDE, PictureError,
    clean::without_heavy_profile,
    format::ReadableFormat,
    workshop::{RoomShare, room_for},
};
use crate::words::say;

/// A picture's pixels, and what has to be done before they are what the writer saw.
pub(super) struct DecodedPicture {
    pub(super) pixels: DynamicImage,
    pub(super) orientation: Orientation,
    /// The colours' profile (ICC), where they are not sRGB.
    pub(super) profile: Option<Vec<u8>>,
    /// For what it takes until it is written.
    pub(super) room: RoomShare<'static>,
}

pub(super) fn decode(bytes: &[u8], format: ReadableFormat) -> Result<DecodedPicture, PictureError> {
    let content = Cursor::new(bytes);
    match format {
        ReadableFormat::Png => {
            // The decoder would refuse these too, as memory that it may not have.
            if let Some(&[a, b, c, d, e, f, g, h]) = bytes.get(16..).and_then(<[u8]>::first_chunk) {
                refuse_huge(
                    u32::from_be_bytes([a, b, c, d]),
                    u32::from_be_bytes([e, f, g, h]),
                )?;
            }
            let content = Cursor::new(without_heavy_profile(bytes));
            PngDecoder::with_limits(content, limits())
                .map_err(damaged)
                .and_then(pixels)
        }
        ReadableFormat::Jpeg => JpegDecoder::new(content).map_err(damaged).and_then(pixels),
        ReadableFormat::Gif => GifDecoder::new(content).map_err(damaged).and_then(pixels),
        ReadableFormat::WebP => {
            let decoder = WebPDecoder::new(content).map_err(damaged)?;
            if decoder.has_animation() {
                return Err(PictureError::Foreign {
                    what: say!("an animated WebP, which many mail clients do not show"),
                    hint: say!("export it as GIF"),
                });
            }
            pixels(decoder)
        }
    }
}

fn pixels(mut decoder: impl ImageDecoder) -> Result<DecodedPicture, PictureError> {
    let (width, height) = decoder.dimensions();
    refuse_huge(width, height)?;
    decoder.set_limits(limits()).map_err(damaged)?;
    // Broken metadata is no broken picture: it is thrown away anyway.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let room = room_for(decoder.total_bytes());
    let pixels = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    Ok(DecodedPicture {
        pixels: eight_bits(pixels),
        orientation,
        profile,
        room,
    })
}

fn refuse_huge(width: u32, height: u32) -> Result<(), PictureError> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(PictureError::Huge { width, height });
    }
    Ok(())
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    // 16 bits a channel, four channels, and what a decoder needs beside them.
    limits.max_alloc = Some(MAX_PIXELS * 8 + (64 << 20));
    limits
}

fn eight_bits(pixels: DynamicImage) -> DynamicImage {
    match pixels.color() {
        ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => pixels,
        ColorType::L16 => pixels.into_luma8().into(),
        ColorType::La16 => pixels.into_luma_alpha8().into(),
        ColorType::Rgba16 | ColorType::Rgba32F => pixels.into_rgba8().into(),
        _ => pixels.into_rgb8().into(),
    }
}

fn damaged(error: ImageError) -> PictureError {
    match &error {
        ImageError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            PictureError::cut_off()
        }
        _ => PictureError::damaged(format!("{error}").to_lowercase()),
    }
}
