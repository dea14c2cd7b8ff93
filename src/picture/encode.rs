//! Pixels as the file that suits them: photographs as JPEG; drawings, screens and whatever has
//! transparent parts as PNG.

mod drawing;

use image::{DynamicImage, GenericImageView};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};

use super::MailFormat;

/// On a screen with two pixels for each of ours nobody sees what this leaves out.
const QUALITY: u8 = 80;
/// What came without loss may hold letters.
const CAREFUL_QUALITY: u8 = 88;
/// A PNG of more bits a pixel is a photograph: drawings and screens stay far below.
const PHOTOGRAPH_BITS: u64 = 4;

/// What the file is, and its bytes. `is_photograph`: it came as JPEG, and goes as one.
pub(super) fn encode(pixels: &DynamicImage, is_photograph: bool) -> (MailFormat, Vec<u8>) {
    if is_photograph && let Some(bytes) = jpeg(pixels, QUALITY, SamplingFactor::R_4_2_0) {
        return (MailFormat::Jpeg, bytes);
    }
    let drawing = drawing::png(pixels);
    let count = u64::from(pixels.width()) * u64::from(pixels.height());
    let is_heavy = drawing.len() as u64 * 8 > count * PHOTOGRAPH_BITS;
    if is_heavy
        && let Some(bytes) = jpeg(pixels, CAREFUL_QUALITY, SamplingFactor::R_4_4_4)
        && bytes.len() * 5 <= drawing.len() * 2
    {
        return (MailFormat::Jpeg, bytes);
    }
    (MailFormat::Png, drawing)
}

/// Progressive and with tables of its own: a tenth smaller. None where it has transparent parts, or
/// a side that JPEG cannot count.
fn jpeg(pixels: &DynamicImage, quality: u8, sampling: SamplingFactor) -> Option<Vec<u8>> {
    let color = match pixels {
        DynamicImage::ImageLuma8(_) => ColorType::Luma,
        DynamicImage::ImageRgb8(_) => ColorType::Rgb,
        _ => return None,
    };
    let (width, height) = pixels.dimensions();
    let (width, height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_progressive(true);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_sampling_factor(sampling);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder
        .encode(pixels.as_bytes(), width, height, color)
        .ok()?;
    Some(bytes)
}
