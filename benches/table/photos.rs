//! An issue with six photographs: what a message weighs must not count once a connection.

use std::fs;

use jpeg_encoder::{ColorType, Encoder};

use super::{
    Sizes,
    batch::Postfix,
    publication::Publication,
    row::{Quantity, Reach, Row, Table},
};

const ISSUE: &str = "2026-11-30-photos";
const PHOTOS: usize = 6;
const CONNECTIONS: [usize; 2] = [4, 20];
/// What a camera gives is made narrower than this.
const SIDES: (u16, u16) = (1_200, 900);

pub(crate) fn rows(table: &mut Table, sizes: &Sizes, postfix: &Postfix) {
    for connections in CONNECTIONS {
        // A state of its own each: what was sent is not sent again.
        let publication = Publication::new(sizes.folder.as_deref());
        publication.write_list(sizes.photographed, "monday");
        let bytes = write_issue(&publication);
        let sink = postfix.sink();
        let cost = publication.send(ISSUE, sink.addr, connections);
        assert_eq!(publication.accepted(ISSUE), sizes.photographed as u64);
        table.add(Row {
            what: format!(
                "memory at the peak of a send of {PHOTOS} photographs by {connections} connections"
            ),
            here: Quantity(cost.peak_mib, "MiB"),
            peer: Some((
                "one message",
                Quantity(bytes as f64 / f64::from(1 << 20), "MiB"),
            )),
            reach: Reach::HereAtMost(64.0),
            note: format!(
                "{} readers, {:.0} /s, processor a message {:.0} µs",
                sizes.photographed,
                cost.per_second(sizes.photographed),
                cost.cpu_each(sizes.photographed)
            ),
            is_robust: true,
        });
    }
}

/// Answers the bytes of its message.
fn write_issue(publication: &Publication) -> u64 {
    let mut text =
        "---\ntitle: 여섯 장의 사진\nedition: monday\ndate: 2026-11-30\nstatus: ready\n---\n\
                    사진으로 보는 한 주입니다.\n\n## 사진\n\n"
            .to_owned();
    for number in 0..PHOTOS {
        let name = format!("photo{number}.jpg");
        fs::write(publication.path("issues").join(&name), photograph(number))
            .expect("a photograph");
        text.push_str(&format!("![{number}번째 골목의 저녁]({name})\n\n"));
    }
    publication.write(&format!("issues/{ISSUE}.md"), &text);
    let out = publication.path("rendered");
    let out = out.to_string_lossy();
    let cost = publication.run(&mut publication.command(&["render", ISSUE, "--out", &out]));
    assert_eq!(cost.code, 0, "render failed");
    fs::metadata(publication.path("rendered/issue.eml"))
        .expect("a message")
        .len()
}

/// Light that changes slowly, with the grain of a sensor.
fn photograph(seed: usize) -> Vec<u8> {
    let (width, height) = SIDES;
    let mut grain = seed as u64 + 1;
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            grain = grain
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let noise = (grain >> 59) as u32;
            for shade in [x / 6, y / 5, (x + y) / 9] {
                pixels.push(u8::try_from((shade + noise + 13 * seed as u32) % 256).unwrap_or(0));
            }
        }
    }
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 92)
        .encode(&pixels, width, height, ColorType::Rgb)
        .expect("a JPEG");
    bytes
}
