//! Pictures of every kind, whole and broken, and what becomes of them.

mod metadata;
mod photo;
mod refused;

use std::io::Cursor;

use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;
use crate::fingerprint::sha256;
use photo::photo;

fn fit(bytes: &[u8], max_width: u32) -> Result<Picture, PictureError> {
    super::fit(bytes, PictureUse::narrow(max_width))
}

fn written(pixels: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg(pixels: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
    pixels.write_with_encoder(encoder).unwrap();
    bytes
}

/// Flat colours, as in a chart.
fn chart(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| match (x / 40 + y / 40) % 3 {
        0 => Rgb([255, 255, 255]),
        1 => Rgb([36, 71, 216]),
        _ => Rgb([200, 55, 27]),
    })
    .into()
}

fn pixels_of(picture: &Picture) -> DynamicImage {
    image::load_from_memory(&picture.bytes).unwrap()
}

/// The mean difference of a channel.
fn difference(one: &DynamicImage, other: &DynamicImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let (one, other) = (one.to_rgb8(), other.to_rgb8());
    let sum: u64 = one
        .iter()
        .zip(other.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / one.len() as f64
}

#[test]
fn a_wide_photograph_becomes_as_wide_as_sharp_screens_need() {
    let picture = fit(&jpeg(&photo(400, 300), 95), 200).unwrap();
    assert_eq!(
        (picture.kind, picture.width, picture.height),
        (MailFormat::Jpeg, 200, 150)
    );
    assert_eq!(pixels_of(&picture).dimensions(), (200, 150));
    let wanted = photo(400, 300).resize_exact(200, 150, image::imageops::FilterType::Triangle);
    assert!(difference(&pixels_of(&picture), &wanted) < 4.0);
}

#[test]
fn a_small_picture_is_never_enlarged() {
    let picture = fit(&written(&chart(300, 200), ImageFormat::Png), 1200).unwrap();
    assert_eq!(
        (picture.kind, picture.width, picture.height),
        (MailFormat::Png, 300, 200)
    );
}

#[test]
fn what_is_small_already_stays_as_it_is_byte_for_byte() {
    let once = fit(&jpeg(&photo(300, 200), 80), 1200).unwrap();
    assert_eq!(fit(&once.bytes, 1200).unwrap(), once);
    let drawing = fit(&written(&chart(300, 200), ImageFormat::Png), 1200).unwrap();
    assert_eq!(fit(&drawing.bytes, 1200).unwrap(), drawing);
}

#[test]
fn a_photograph_saved_with_too_much_care_is_recompressed() {
    let own = jpeg(&photo(300, 210), 99);
    let picture = fit(&own, 1200).unwrap();
    assert!(
        picture.bytes.len() * 2 < own.len(),
        "{} of {}",
        picture.bytes.len(),
        own.len()
    );
    assert!(difference(&pixels_of(&picture), &photo(300, 210)) < 5.0);
}

#[test]
fn a_photograph_in_a_png_becomes_a_jpeg_and_a_chart_does_not() {
    let own = written(&photo(300, 210), ImageFormat::Png);
    let picture = fit(&own, 1200).unwrap();
    assert_eq!(picture.kind, MailFormat::Jpeg);
    assert!(picture.bytes.len() * 3 < own.len());

    let own = written(&chart(900, 600), ImageFormat::Png);
    let picture = fit(&own, 600).unwrap();
    assert_eq!((picture.kind, picture.width), (MailFormat::Png, 600));
}

#[test]
fn a_drawing_of_few_colours_loses_nothing_but_bytes() {
    let own = written(&chart(600, 420), ImageFormat::Png);
    let picture = fit(&own, 1200).unwrap();
    assert!(
        picture.bytes.len() * 4 < own.len(),
        "{} of {}",
        picture.bytes.len(),
        own.len()
    );
    assert_eq!(pixels_of(&picture).to_rgb8(), chart(600, 420).to_rgb8());
}

#[test]
fn every_number_of_colours_survives_its_palette() {
    for colours in [1_u8, 2, 3, 4, 5, 16, 17, 255] {
        // A width that fills no byte evenly.
        let drawing: DynamicImage = RgbaImage::from_fn(37, 61, |x, y| {
            let at = ((x * 7 + y * 13) % u32::from(colours)) as u8;
            Rgba([at, 255 - at, at / 2, if at < 128 { 255 } else { 90 }])
        })
        .into();
        let (_, bytes) = encode::encode(&drawing, false);
        let read = image::load_from_memory(&bytes).unwrap();
        assert_eq!(read.to_rgba8(), drawing.to_rgba8(), "{colours} colours");
    }
}

#[test]
fn transparent_parts_stay_transparent_and_do_not_bleed() {
    // Red, and beside it a transparent half whose hidden colour is green.
    let own: DynamicImage = RgbaImage::from_fn(400, 100, |x, _| {
        if x < 200 {
            Rgba([220, 20, 30, 255])
        } else {
            Rgba([0, 255, 0, 0])
        }
    })
    .into();
    let picture = fit(&written(&own, ImageFormat::Png), 200).unwrap();
    assert_eq!((picture.kind, picture.width), (MailFormat::Png, 200));
    let read = pixels_of(&picture).to_rgba8();
    assert_eq!(read.get_pixel(20, 25), &Rgba([220, 20, 30, 255]));
    assert_eq!(read.get_pixel(180, 25).0[3], 0);
    for pixel in read.pixels().filter(|pixel| pixel.0[3] > 8) {
        assert!(pixel.0[1] < 60, "the hidden green shows: {pixel:?}");
    }
}

#[test]
fn a_photograph_with_transparent_parts_stays_png() {
    let mut own = photo(200, 140).to_rgba8();
    own.put_pixel(3, 3, Rgba([0, 0, 0, 0]));
    let picture = fit(&written(&own.into(), ImageFormat::Png), 1200).unwrap();
    assert_eq!(picture.kind, MailFormat::Png);
}

#[test]
fn webp_becomes_what_mail_shows() {
    let photograph = fit(&written(&photo(320, 180), ImageFormat::WebP), 240).unwrap();
    assert_eq!(
        (photograph.kind, photograph.width, photograph.height),
        (MailFormat::Jpeg, 240, 135)
    );
    let drawing = fit(&written(&chart(400, 300), ImageFormat::WebP), 1200).unwrap();
    assert_eq!(drawing.kind, MailFormat::Png);
    assert_eq!(pixels_of(&drawing).to_rgb8(), chart(400, 300).to_rgb8());
}

#[test]
fn deep_and_grey_pictures_are_read_too() {
    let deep = fit(
        &written(&photo(300, 200).to_rgb16().into(), ImageFormat::Png),
        1200,
    )
    .unwrap();
    assert_eq!((deep.width, deep.height), (300, 200));
    let grey = fit(&jpeg(&photo(300, 200).to_luma8().into(), 90), 200).unwrap();
    assert_eq!((grey.kind, grey.width), (MailFormat::Jpeg, 200));
}

#[test]
fn an_animation_keeps_its_frames() {
    use image::{Delay, Frame, codecs::gif::GifEncoder};
    let mut own = Vec::new();
    let mut encoder = GifEncoder::new(&mut own);
    for _ in 0..3 {
        let frame = Frame::from_parts(
            chart(1400, 40).to_rgba8(),
            0,
            0,
            Delay::from_numer_denom_ms(100, 1),
        );
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    let picture = fit(&own, 1200).unwrap();
    assert_eq!(
        (picture.kind, picture.width, &picture.bytes),
        (MailFormat::Gif, 1400, &own)
    );
}

#[test]
fn a_still_gif_is_a_drawing() {
    let picture = fit(&written(&chart(2000, 80), ImageFormat::Gif), 1200).unwrap();
    assert_eq!((picture.kind, picture.width), (MailFormat::Png, 1200));
}

#[test]
fn a_video_shows_that_it_can_be_played() {
    let file = jpeg(&photo(400, 240), 90);
    let wanted = PictureUse {
        max_width: 200,
        has_play_mark: true,
    };
    let marked = super::fit(&file, wanted).unwrap();
    assert_eq!((marked.width, marked.height), (200, 120));
    let marked = pixels_of(&marked).to_rgb8();
    let plain = pixels_of(&fit(&file, 200).unwrap()).to_rgb8();
    let channels = |x: u32, y: u32| marked.get_pixel(x, y).0;
    assert!(
        channels(101, 60).iter().all(|channel| *channel > 235),
        "the triangle"
    );
    assert!(
        channels(90, 60).iter().all(|channel| *channel < 90),
        "the disc"
    );
    let corner = plain.get_pixel(4, 4).0[1];
    assert!(channels(4, 4)[1].abs_diff(corner) < 8, "the rest");
}

#[test]
fn the_name_is_the_contents() {
    let one = fit(&written(&chart(300, 200), ImageFormat::Png), 1200).unwrap();
    let other = fit(&written(&chart(300, 201), ImageFormat::Png), 1200).unwrap();
    let name = |picture: &Picture| hash_name(&sha256(&picture.bytes));
    assert_eq!(name(&one).len(), 24);
    assert_ne!(name(&one), name(&other));
    assert_eq!(name(&one), hex(&sha256(&one.bytes)[..12]));
}

#[test]
fn the_same_file_gives_the_same_bytes_on_any_thread() {
    let own = jpeg(&photo(300, 200), 92);
    let once = fit(&own, 200).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(fit(&own, 200).unwrap(), once));
        }
    });
}

#[test]
fn an_error_says_once_what_the_system_said() {
    let error = PictureError::Unreadable(std::io::ErrorKind::PermissionDenied.into());
    assert_eq!(error.to_string(), "cannot be read: permission denied");
    assert!(std::error::Error::source(&error).is_none());
}
