//! Where, when and by whom a picture was made stays with the writer; how it is to be seen does not.

use image::{ExtendedColorType, ImageEncoder};

use super::*;

/// A secret that none of the results may hold.
const SECRET: &[u8] = b"37.5446N 127.0559E Minji's phone";

/// An Exif block that says how the camera was held, and the secret.
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    // Orientation: SHORT, one.
    exif.extend_from_slice(&[0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    // Image description: ASCII, behind the directory.
    exif.extend_from_slice(&[0x0e, 1, 2, 0, SECRET.len() as u8, 0, 0, 0, 38, 0, 0, 0]);
    exif.extend_from_slice(&[0, 0, 0, 0]);
    exif.extend_from_slice(SECRET);
    exif
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let mut segment = vec![0xff, marker];
    segment.extend_from_slice(&(content.len() as u16 + 2).to_be_bytes());
    segment.extend_from_slice(content);
    segment
}

/// A JPEG with these segments behind its first two bytes.
fn jpeg_with(jpeg: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&jpeg[..2], &segments.concat(), &jpeg[2..]].concat()
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut crc = 0xffff_ffff_u32;
    for byte in name.iter().chain(content) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    [
        (content.len() as u32).to_be_bytes().as_slice(),
        name,
        content,
        &(!crc).to_be_bytes(),
    ]
    .concat()
}

fn holds_secret(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|window| window == SECRET)
}

#[test]
fn a_jpeg_that_stays_as_it_is_still_loses_what_it_tells() {
    let plain = fit(&jpeg(&photo(240, 160), 80), 1200).unwrap().bytes;
    let mut own = jpeg_with(
        &plain,
        &[
            segment(0xe1, &[b"Exif\0\0".as_slice(), &exif(1)].concat()),
            segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat()),
            segment(0xed, SECRET),
            segment(0xfe, SECRET),
        ],
    );
    // A film or a second picture that phones put behind the end.
    own.extend_from_slice(SECRET);
    let picture = fit(&own, 1200).unwrap();
    assert!(!holds_secret(&picture.bytes));
    assert_eq!(picture.bytes, plain, "the picture itself is untouched");
}

#[test]
fn a_png_that_stays_as_it_is_still_loses_what_it_tells() {
    let plain = fit(&written(&chart(240, 160), ImageFormat::Png), 1200)
        .unwrap()
        .bytes;
    let extra = [
        chunk(b"tEXt", &[b"Comment\0".as_slice(), SECRET].concat()),
        chunk(b"eXIf", &exif(1)),
        chunk(b"prVt", SECRET),
    ]
    .concat();
    // Behind IHDR, which is 25 bytes, behind the signature.
    let mut own = [&plain[..33], &extra, &plain[33..]].concat();
    own.extend_from_slice(SECRET);
    let picture = fit(&own, 1200).unwrap();
    assert_eq!(picture.bytes, plain);
}

#[test]
fn a_gif_loses_its_comments_and_keeps_its_pace() {
    use image::{
        Delay, Frame,
        codecs::gif::{GifEncoder, Repeat},
    };
    let mut plain = Vec::new();
    let mut encoder = GifEncoder::new(&mut plain);
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for _ in 0..2 {
        let frame = Frame::from_parts(
            chart(80, 40).to_rgba8(),
            0,
            0,
            Delay::from_numer_denom_ms(100, 1),
        );
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    let mut comment = vec![b'!', 0xfe, SECRET.len() as u8];
    comment.extend_from_slice(SECRET);
    comment.push(0);
    let end = plain.len() - 1;
    let own = [&plain[..end], &comment, &plain[end..]].concat();
    let picture = fit(&own, 1200).unwrap();
    assert_eq!(picture.bytes, plain);
    assert!(
        picture
            .bytes
            .windows(11)
            .any(|window| window == b"NETSCAPE2.0")
    );
}

#[test]
fn a_picture_held_sideways_is_turned_upright() {
    // Dark above, light below; the camera says: turn it clockwise.
    let sideways: DynamicImage = RgbImage::from_fn(300, 200, |_, y| {
        if y < 100 {
            Rgb([10, 10, 10])
        } else {
            Rgb([240, 240, 240])
        }
    })
    .into();
    let own = jpeg_with(
        &jpeg(&sideways, 90),
        &[segment(0xe1, &[b"Exif\0\0".as_slice(), &exif(6)].concat())],
    );
    let picture = fit(&own, 1200).unwrap();
    assert_eq!((picture.width, picture.height), (200, 300));
    let read = pixels_of(&picture).to_rgb8();
    assert!(read.get_pixel(20, 150).0[0] > 200, "the left was below");
    assert!(read.get_pixel(180, 150).0[0] < 50, "the right was above");
    assert!(!holds_secret(&picture.bytes));
    assert!(!picture.bytes.windows(4).any(|window| window == b"Exif"));
}

#[test]
fn the_width_that_counts_is_that_of_the_upright_picture() {
    let own = jpeg_with(
        &jpeg(&photo(320, 200), 90),
        &[segment(0xe1, &[b"Exif\0\0".as_slice(), &exif(8)].concat())],
    );
    let picture = fit(&own, 240).unwrap();
    assert_eq!((picture.width, picture.height), (200, 320));
}

#[test]
fn colours_of_a_wider_space_are_brought_into_srgb() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let own: DynamicImage = RgbImage::from_pixel(160, 40, Rgb([120, 200, 80])).into();
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(profile).unwrap();
    encoder
        .write_image(own.as_bytes(), 160, 40, ExtendedColorType::Rgb8)
        .unwrap();
    let picture = fit(&bytes, 120).unwrap();
    let [red, green, blue] = pixels_of(&picture).to_rgb8().get_pixel(5, 5).0;
    // P3 (120, 200, 80) is sRGB (93, 203, 60) or so.
    assert!(
        red < 105 && green > 200 && blue < 70,
        "{red} {green} {blue}"
    );
}
