//! The triangle in a disc by which readers know a video: mail can lay nothing over a picture, so it
//! is drawn into it.

use image::{DynamicImage, Rgba};

/// Of the width: about 36 pixels to each side where the picture fills the column.
const RADIUS: f32 = 0.07;
const DISC: [u8; 3] = [0x10, 0x12, 0x14];
const DISC_OPACITY: f32 = 0.78;
const TRIANGLE: [u8; 3] = [0xff; 3];

pub(super) fn drawn_on(pixels: &DynamicImage) -> DynamicImage {
    let mut canvas = pixels.to_rgba8();
    let (width, height) = (canvas.width() as f32, canvas.height() as f32);
    let radius = (width * RADIUS).min(height * 0.3);
    let (center_x, center_y) = (width / 2.0, height / 2.0);
    for (x, y, pixel) in canvas.enumerate_pixels_mut() {
        let (x, y) = (x as f32 + 0.5 - center_x, y as f32 + 0.5 - center_y);
        let disc = coverage(radius - x.hypot(y));
        if disc > 0.0 {
            lay(pixel, DISC, disc * DISC_OPACITY);
            lay(pixel, TRIANGLE, coverage(inside_triangle(x, y, radius)));
        }
    }
    match pixels.color().has_alpha() {
        true => canvas.into(),
        false => DynamicImage::from(canvas).into_rgb8().into(),
    }
}

/// How much of a pixel lies inside an edge that is `distance` away from its middle.
fn coverage(distance: f32) -> f32 {
    (distance + 0.5).clamp(0.0, 1.0)
}

/// How far inside a triangle that points to the right, its weight in the disc's middle.
fn inside_triangle(x: f32, y: f32, radius: f32) -> f32 {
    let (half, left, right) = (0.42 * radius, -0.26 * radius, 0.50 * radius);
    let length = right - left;
    let slanted = ((right - x) * half - y.abs() * length) / length.hypot(half);
    slanted.min(x - left)
}

fn lay(pixel: &mut Rgba<u8>, colour: [u8; 3], opacity: f32) {
    let under = f32::from(pixel.0[3]) / 255.0 * (1.0 - opacity);
    let alpha = opacity + under;
    if alpha <= 0.0 {
        return;
    }
    for (channel, over) in pixel.0.iter_mut().zip(colour) {
        *channel = byte((f32::from(over) * opacity + f32::from(*channel) * under) / alpha);
    }
    pixel.0[3] = byte(alpha * 255.0);
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded and held between 0 and 255"
)]
fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}
