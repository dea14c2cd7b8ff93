//! What no mail can show, what is broken, and what would fill the memory.

use proptest::prelude::*;

use super::*;

fn refusal(bytes: &[u8]) -> String {
    match fit(bytes, 1200) {
        Ok(picture) => panic!(
            "taken: {:?} {}×{}",
            picture.kind, picture.width, picture.height
        ),
        Err(error) => format!("{error} → {}", error.hint()),
    }
}

#[test]
fn what_is_no_picture_for_a_mail_says_what_it_is() {
    let told: Vec<String> = [
        b"".as_slice(),
        b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        b"\0\0\0\x1cftypavif\0\0\0\0",
        b"\0\0\0\x1cftypheic\0\0\0\0",
        b"\0\0\0\x1cftypisom\0\0\0\0",
        b"II*\0\x08\0\0\0",
        b"BM\x36\0\0\0",
        b"%PDF-1.7",
        b"\n<!DOCTYPE html><title>404</title>",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
        b"just a note",
    ]
    .into_iter()
    .map(refusal)
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_name_is_not_asked_what_a_file_is() {
    let cache = tempfile::tempdir().unwrap();
    let path = cache.path().join("photo.png");
    std::fs::write(&path, jpeg(&photo(200, 100), 80)).unwrap();
    let picture = Cache::below(cache.path())
        .fitted(&path, PictureUse::COLUMN)
        .unwrap();
    assert_eq!(picture.kind, MailFormat::Jpeg);
}

fn animation() -> Vec<u8> {
    use image::{Frame, codecs::gif::GifEncoder};
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for _ in 0..2 {
        encoder
            .encode_frame(Frame::new(chart(80, 40).to_rgba8()))
            .unwrap();
    }
    drop(encoder);
    bytes
}

#[test]
fn a_file_that_is_cut_off_is_damaged_wherever_it_is_cut() {
    for own in [
        jpeg(&photo(300, 200), 85),
        fit(&jpeg(&photo(300, 200), 95), 1200).unwrap().bytes,
        written(&photo(300, 200), ImageFormat::Png),
        written(&photo(300, 200), ImageFormat::WebP),
        animation(),
    ] {
        for percent in [3, 20, 50, 90, 98] {
            let cut = &own[..own.len() * percent / 100];
            let told = refusal(cut);
            assert!(
                told.starts_with("is damaged") || told.starts_with("is no picture"),
                "{percent} %: {told}"
            );
        }
    }
}

/// A PNG's chunk.
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
    let length = (content.len() as u32).to_be_bytes();
    [&length, name.as_slice(), content, &(!crc).to_be_bytes()].concat()
}

/// A PNG of a few bytes whose head asks for this many pixels.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &[size.as_slice(), &[8, 6, 0, 0, 0]].concat()),
        chunk(b"IDAT", &[0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1]),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

#[test]
fn a_profile_that_would_fill_the_memory_is_not_unpacked() {
    let whole = written(&photo(60, 40), ImageFormat::Png);
    // So many bytes of nothing, packed: what a grey picture of nothing has in it.
    let packed = |megabytes: u32| {
        let grey = image::GrayImage::new(1 << 10, megabytes << 10);
        let file = written(&grey.into(), ImageFormat::Png);
        let mut packed = b"profile\0\0".to_vec();
        let mut at = 8;
        while let Some(&[a, b, c, d, ref name @ ..]) =
            file.get(at..).and_then(<[u8]>::first_chunk::<8>)
        {
            let length = u32::from_be_bytes([a, b, c, d]) as usize;
            if name == b"IDAT" {
                packed.extend_from_slice(&file[at + 8..at + 8 + length]);
            }
            at += 12 + length;
        }
        chunk(b"iCCP", &packed)
    };
    let heavy = packed(6);
    assert!(heavy.len() < 60_000, "{}", heavy.len());
    // Behind the head of 25 bytes; twice, as no picture has it.
    let file = [&whole[..33], &heavy, &heavy, &whole[33..]].concat();
    let plain = fit(&whole, 1200).unwrap();
    let picture = fit(&file, 1200).unwrap();
    assert_eq!(picture.bytes, plain.bytes, "the same without the profile");
}

#[test]
fn a_picture_that_would_fill_the_memory_is_not_unpacked() {
    for (width, height) in [
        (60_000, 60_000),
        (2_000_000_000, 2),
        (1, 40_000),
        (8_000, 8_000),
    ] {
        let told = refusal(&bomb(width, height));
        assert!(
            told.starts_with(&format!(
                "has {width} × {height} pixels; the limit is 50 million"
            )),
            "{told}"
        );
    }
    let gif = [
        b"GIF89a\xff\xff\xff\xff\0\0\0".as_slice(),
        b",\0\0\0\0\xff\xff\xff\xff\0\x02\x01\0\0;",
    ]
    .concat();
    assert!(refusal(&gif).starts_with("has 65535 × 65535 pixels"));
}

#[test]
fn a_long_animation_is_a_film() {
    let short = animation();
    // Behind the head with its palette, before the end mark: the frames, again and again.
    let head_bytes = match short[10] {
        flags if flags & 0x80 != 0 => 13 + (3 << ((flags & 7) + 1)),
        _ => 13,
    };
    let (head, frames) = (&short[..head_bytes], &short[head_bytes..short.len() - 1]);
    let mut own = head.to_vec();
    while own.len() <= MAX_ANIMATION_BYTES {
        own.extend_from_slice(frames);
    }
    own.push(b';');
    let told = refusal(&own);
    assert!(
        told.contains("an animation of 5.0 MB") && told.contains("link to a video"),
        "{told}"
    );
}

#[test]
fn a_file_of_more_than_any_camera_makes_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.png");
    // Sparse: it takes no room.
    std::fs::File::create(&path)
        .unwrap()
        .set_len(3 << 30)
        .unwrap();
    let error = Cache::below(folder.path())
        .fitted(&path, PictureUse::COLUMN)
        .unwrap_err();
    assert_eq!(error.to_string(), "has 3072 MB; the limit is 48 MB");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    /// Whatever a file holds, it is a picture or a reason.
    #[test]
    fn changed_bytes_never_panic(
        kind in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let small = photo(64, 48);
        let mut bytes = match kind {
            0 => jpeg(&small, 85),
            1 => written(&small, ImageFormat::Png),
            2 => written(&small, ImageFormat::Gif),
            _ => written(&small, ImageFormat::WebP),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(picture) = fit(&bytes, 48) {
            prop_assert!(picture.width <= 48);
            prop_assert!(!picture.bytes.is_empty());
        }
    }

    #[test]
    fn noise_behind_a_signature_never_panics(
        kind in 0_usize..4,
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let start: &[u8] = [b"\xff\xd8\xff".as_slice(), b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP"][kind];
        let _ = fit(&[start, &noise].concat(), 1200);
    }
}
