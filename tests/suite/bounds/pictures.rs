//! Pictures take megabytes, each for a moment: years of them take what a few do.

use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, codecs::jpeg::JpegEncoder};

use super::bounded;
use crate::support::TestPublication;

const DATES: [&str; 4] = ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"];
/// What came home from the pictures, and the words about them: a few hundred bytes each, and room for chance.
const MORE_KILOBYTES: u64 = 20_000;

/// Light that changes slowly, with the grain of a sensor.
fn photograph() -> Vec<u8> {
    let mut grain = 7_u32;
    let pixels = RgbImage::from_fn(1_280, 960, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = grain >> 28;
        Rgb([x / 6, y / 5, (x + y) / 9].map(|shade| (shade + noise).to_le_bytes()[0]))
    });
    let mut bytes = Vec::new();
    let (width, height) = pixels.dimensions();
    JpegEncoder::new_with_quality(&mut bytes, 85)
        .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

/// Four issues of so many photographs each, none of them made ready before.
fn publication(photograph: &[u8], photographs: usize) -> TestPublication {
    let mut publication = TestPublication::new()
        .without("issues/2026-11-23-quiet.md")
        .and_config("web: {base_url: 'https://note.example.com'}\n");
    for date in DATES {
        let mut text =
            format!("---\ntitle: Of {date}\nedition: monday\ndate: {date}\nstatus: ready\n---\n\n");
        for number in 0..photographs {
            let name = format!("{date}-{number}.jpg");
            text.push_str(&format!("![The {number}th evening]({name})\n\n"));
            // What follows a picture's end makes it another file.
            publication = publication.issue(&name, [photograph, name.as_bytes()].concat());
        }
        publication = publication.issue(&format!("{date}-of-{date}.md"), text);
    }
    publication
}

#[test]
fn many_photographs_take_no_more_memory_than_a_few() {
    let photograph = photograph();
    for arguments in [
        &["--at", "2026-11-24", "site", "--out", "public"][..],
        &["--at", "2026-11-24", "check"],
    ] {
        let peak = |photographs| {
            let ran = bounded(&publication(&photograph, photographs), arguments);
            assert_eq!(ran.code, Some(0), "{}", ran.said);
            ran.peak_kilobytes
        };
        let (few, many) = (peak(3), peak(18));
        assert!(
            many < few + MORE_KILOBYTES,
            "{arguments:?}: {few} KB, {many} KB"
        );
    }
}
