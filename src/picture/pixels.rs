//! What happens to pixels on their way: upright, narrower, in sRGB, without an idle alpha channel.

use fast_image_resize::{ResizeOptions, Resizer};
use image::{
    DynamicImage, GenericImageView, ImageBuffer, Pixel, imageops::FilterType, metadata::Orientation,
};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

pub(super) fn ready(
    mut pixels: DynamicImage,
    orientation: Orientation,
    profile: Option<&[u8]>,
    max_width: u32,
) -> DynamicImage {
    pixels.apply_orientation(orientation);
    let pixels = narrowed(opaque(pixels), max_width);
    let Some(profile) = profile else {
        return pixels;
    };
    match pixels {
        DynamicImage::ImageRgb8(buffer) => in_srgb(buffer, Layout::Rgb, profile).into(),
        DynamicImage::ImageRgba8(buffer) => in_srgb(buffer, Layout::Rgba, profile).into(),
        grey => grey,
    }
}

/// Without the alpha channel where it hides nothing.
pub(super) fn opaque(pixels: DynamicImage) -> DynamicImage {
    match &pixels {
        DynamicImage::ImageRgba8(buffer) if buffer.pixels().all(|pixel| pixel.0[3] == 255) => {
            pixels.into_rgb8().into()
        }
        DynamicImage::ImageLumaA8(buffer) if buffer.pixels().all(|pixel| pixel.0[1] == 255) => {
            pixels.into_luma8().into()
        }
        _ => pixels,
    }
}

fn narrowed(pixels: DynamicImage, max_width: u32) -> DynamicImage {
    let (width, height) = pixels.dimensions();
    if width <= max_width {
        return pixels;
    }
    let height = scaled(height, f64::from(max_width) / f64::from(width));
    let mut narrow = DynamicImage::new(max_width, height, pixels.color());
    // Lanczos, colours weighted by their alpha: what it does where nobody says otherwise.
    match Resizer::new().resize(&pixels, &mut narrow, &ResizeOptions::new()) {
        Ok(()) => narrow,
        // It takes every kind of pixel that `decode` gives; if it ever doesn't, slowly then.
        Err(_) => pixels.resize_exact(max_width, height, FilterType::Lanczos3),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and a height that was a u32"
)]
fn scaled(height: u32, ratio: f64) -> u32 {
    (f64::from(height) * ratio).round().max(1.0) as u32
}

/// The same colours for programs that know no profiles, as many mail clients. A profile that can't
/// be read, or is one of inks, says nothing about these pixels.
fn in_srgb<P: Pixel<Subpixel = u8>>(
    mut pixels: ImageBuffer<P, Vec<u8>>,
    layout: Layout,
    profile: &[u8],
) -> ImageBuffer<P, Vec<u8>> {
    let transform = ColorProfile::new_from_slice(profile)
        .ok()
        .filter(|profile| profile.color_space == DataColorSpace::Rgb)
        .and_then(|profile| {
            let srgb = ColorProfile::new_srgb();
            let options = TransformOptions::default();
            profile
                .create_transform_8bit(layout, &srgb, layout, options)
                .ok()
        });
    let Some(transform) = transform else {
        return pixels;
    };
    let before = pixels.as_raw().clone();
    if transform.transform(&before, &mut pixels).is_err() {
        pixels.copy_from_slice(&before);
    }
    pixels
}
