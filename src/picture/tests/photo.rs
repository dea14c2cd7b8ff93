//! Something like a photograph: soft light, edges, and a sensor's noise, always the same.

use image::{DynamicImage, Rgb, RgbImage};

pub(super) fn photo(width: u32, height: u32) -> DynamicImage {
    let mut seed = 0x2545_f491_u32;
    let mut noise = move || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        (seed % 9) as f32 - 4.0
    };
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let hill = if v > 0.6 + 0.1 * (u * 9.0).sin() {
            70.0
        } else {
            0.0
        };
        let light = 40.0 + 160.0 * (1.0 - v) + 30.0 * (u * 3.0).cos() - hill;
        let channel = |shift: f32, noise: f32| (light + shift + noise).clamp(0.0, 255.0) as u8;
        let grain = noise();
        Rgb([
            channel(20.0 * u, grain + noise() / 2.0),
            channel(0.0, grain + noise() / 2.0),
            channel(-30.0 * u, grain + noise() / 2.0),
        ])
    })
    .into()
}
