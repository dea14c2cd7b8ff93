//! Pictures beside an issue, on their whole way: checked, made fit, carried by the mail or found by
//! readers on the publication's pages.

mod carried;
mod pages;
mod published;
mod refused;

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use crate::support::TestPublication;

/// Like a photograph: light, and a sensor's noise.
fn photo(width: u32, height: u32) -> RgbImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let light = (x * 120 / width + y * 100 / height) as u8 + (state % 16) as u8;
        Rgb([light, light / 2 + 60, 200 - light / 2])
    })
}

fn jpeg(pixels: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// A publication whose issue shows a photograph of 1,500 pixels.
fn with_photo() -> TestPublication {
    TestPublication::new()
        .issue_with(
            "It happened",
            "![A hill at dawn](hill.jpg \"The hill, before the sun.\")\n\nIt happened",
        )
        .file("issues/hill.jpg", jpeg(&photo(1500, 600)))
}
