//! PNG, without loss: with a palette where 256 colours are all there are, which they are in most
//! charts and many screens.

use std::collections::HashMap;

use image::{DynamicImage, GenericImageView};
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};

pub(super) fn png(pixels: &DynamicImage) -> Vec<u8> {
    let written = match IndexedPixels::of(pixels) {
        Some(palette) => palette.written(pixels),
        None => in_full(pixels),
    };
    // Writing into memory does not fail, and the sizes were checked.
    written.unwrap_or_default()
}

/// Colours, and of each pixel which it has.
struct IndexedPixels {
    colours: Vec<[u8; 4]>,
    indices: Vec<u8>,
}

impl IndexedPixels {
    /// None where there are more than 256.
    fn of(pixels: &DynamicImage) -> Option<Self> {
        let mut known: HashMap<[u8; 4], u8> = HashMap::new();
        let mut colours = Vec::new();
        let mut indices = Vec::new();
        let mut last = None;
        for (_, _, pixel) in pixels.pixels() {
            // Most pixels are like the one before.
            if let Some((colour, index)) = last
                && colour == pixel.0
            {
                indices.push(index);
                continue;
            }
            let index = match known.get(&pixel.0) {
                Some(index) => *index,
                None => {
                    let index = u8::try_from(colours.len()).ok()?;
                    known.insert(pixel.0, index);
                    colours.push(pixel.0);
                    index
                }
            };
            last = Some((pixel.0, index));
            indices.push(index);
        }
        Some(Self { colours, indices })
    }

    fn written(&self, pixels: &DynamicImage) -> Result<Vec<u8>, EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, pixels.width(), pixels.height());
        encoder.set_color(ColorType::Indexed);
        let colours = self.colours.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]);
        encoder.set_palette(colours.collect::<Vec<u8>>());
        if self.colours.iter().any(|colour| colour[3] < 255) {
            encoder.set_trns(
                self.colours
                    .iter()
                    .map(|colour| colour[3])
                    .collect::<Vec<u8>>(),
            );
        }
        let (depth, bits) = match self.colours.len() {
            0..=2 => (BitDepth::One, 1),
            3..=4 => (BitDepth::Two, 2),
            5..=16 => (BitDepth::Four, 4),
            _ => (BitDepth::Eight, 8),
        };
        encoder.set_depth(depth);
        encoder.set_compression(Compression::High);
        // Neighbours in a palette are no neighbours in colour: differences say nothing.
        encoder.set_filter(Filter::NoFilter);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.packed(pixels.width() as usize, bits))?;
        writer.finish()?;
        Ok(bytes)
    }

    /// As many indices to a byte as there is room for; each row starts a new one.
    fn packed(&self, width: usize, bits: usize) -> Vec<u8> {
        let per_byte = 8 / bits;
        self.indices
            .chunks(width.max(1))
            .flat_map(|row| row.chunks(per_byte))
            .map(|group| {
                group
                    .iter()
                    .enumerate()
                    .fold(0, |byte, (at, index)| byte | index << (8 - bits * (at + 1)))
            })
            .collect()
    }
}

fn in_full(pixels: &DynamicImage) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(match pixels {
        DynamicImage::ImageLuma8(_) => ColorType::Grayscale,
        DynamicImage::ImageLumaA8(_) => ColorType::GrayscaleAlpha,
        DynamicImage::ImageRgb8(_) => ColorType::Rgb,
        _ => ColorType::Rgba,
    });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::High);
    encoder.set_filter(Filter::Adaptive);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels.as_bytes())?;
    writer.finish()?;
    Ok(bytes)
}
