//! What a send takes at its peak, by what a message weighs and how many connections carry it: neither may count
//! once for each of the other.

use std::fs;

use jpeg_encoder::{ColorType, Encoder};

use super::{
    Sizes,
    batch::Postfix,
    publication::Publication,
    row::{Quantity, Reach, Row, Table},
};

const PHOTOS: usize = 6;
/// A long issue: what a mail program cuts off long before its end.
const LONG_BYTES: u64 = 450 * 1024;
const CONNECTIONS: [usize; 2] = [4, 20];
/// What a camera gives is made narrower than this.
const SIDES: (u16, u16) = (1_200, 900);

/// What is sent, and how its issue is made.
type Weight = (&'static str, fn(&Publication) -> String);

const WEIGHTS: [Weight; 3] = [
    ("30 KB", |publication| publication.issue.to_owned()),
    ("450 KB", long),
    ("six photographs", photographed),
];

pub(crate) fn rows(table: &mut Table, sizes: &Sizes, postfix: &Postfix) {
    for (weight, write) in WEIGHTS {
        for connections in CONNECTIONS {
            // A state of its own each: what was sent is not sent again.
            let publication = Publication::new(sizes.folder.as_deref());
            publication.write_list(sizes.weighed, "monday");
            let issue = write(&publication);
            let bytes = publication.message_of(&issue);
            let sink = postfix.sink();
            let cost = publication.send(&issue, sink.addr, connections);
            assert_eq!(publication.accepted(&issue), sizes.weighed as u64);
            table.add(Row {
                what: format!(
                    "memory at the peak of a send of {weight} by {connections} connections"
                ),
                here: Quantity(cost.peak_mib, "MiB"),
                peer: Some((
                    "one message",
                    Quantity(bytes as f64 / f64::from(1 << 20), "MiB"),
                )),
                reach: Reach::HereAtMost(64.0),
                note: format!(
                    "{} readers, {:.0} /s, processor a message {:.0} µs",
                    sizes.weighed,
                    cost.per_second(sizes.weighed),
                    cost.cpu_each(sizes.weighed)
                ),
                is_robust: true,
            });
        }
    }
}

const HEAD: &str = "edition: monday\ndate: 2026-11-30\nstatus: ready\n---\n\n";

/// As many paragraphs as make a message of 450 KB.
fn long(publication: &Publication) -> String {
    let issue = "2026-11-30-long";
    let write = |paragraphs: usize| {
        let mut text = format!("---\ntitle: 긴 글\n{HEAD}오래 읽습니다.\n\n## 긴 글\n\n");
        for number in 1..=paragraphs {
            text.push_str(&format!(
                "{number}번째 문단입니다. 한 번에 다 읽지 못해도 괜찮은 글을 오래 쓰고 오래 읽습니다.\n\n"
            ));
        }
        publication.write(&format!("issues/{issue}.md"), &text);
        publication.message_of(issue)
    };
    // A paragraph weighs the same as the next.
    let (few, more) = (write(100), write(200));
    let each = (more - few) as f64 / 100.0;
    let paragraphs = 100.0 + (LONG_BYTES - few) as f64 / each;
    write(paragraphs.ceil() as usize);
    issue.to_owned()
}

fn photographed(publication: &Publication) -> String {
    let issue = "2026-11-30-photos";
    let mut text =
        format!("---\ntitle: 여섯 장의 사진\n{HEAD}사진으로 보는 한 주입니다.\n\n## 사진\n\n");
    for number in 0..PHOTOS {
        let name = format!("photo{number}.jpg");
        fs::write(publication.path("issues").join(&name), photograph(number))
            .expect("a photograph");
        text.push_str(&format!("![{number}번째 골목의 저녁]({name})\n\n"));
    }
    publication.write(&format!("issues/{issue}.md"), &text);
    issue.to_owned()
}

/// Light that changes slowly, with the grain of a sensor.
pub(crate) fn photograph(seed: usize) -> Vec<u8> {
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
