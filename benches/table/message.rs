//! Composing and signing: what one message costs one core.

use std::{
    hint::black_box,
    process::Command,
    time::{Duration, Instant},
};

use chrono::{TimeZone, Utc};
use daily_note::{audience::Reader, message::Composer};
use lettre::{
    Message,
    message::{Mailbox, MultiPart, header::MessageId},
};

use super::{
    Sizes,
    issue::{composer, readers, signer},
    process::thread_cpu,
    row::{Quantity, Reach, Row, Table, least, median},
};

pub(crate) fn compose(table: &mut Table, sizes: &Sizes) {
    let readers = readers();
    let composer = composer(None);
    let mut out = Vec::new();
    let mut here = Vec::new();
    let mut plain = Vec::new();
    for _ in 0..sizes.rounds * 4 {
        here.push(each(sizes.compositions, &readers, |reader| {
            composer.compose(reader, &mut out).expect("a message");
        }));
        plain.push(each(sizes.compositions / 20, &readers, |reader| {
            black_box(by_template_and_builder(&composer, reader));
        }));
    }
    table.add(Row {
        what: "compose a message, unsigned".into(),
        here: Quantity(least(here), "µs"),
        peer: Some(("tera renders, lettre builds", Quantity(least(plain), "µs"))),
        reach: Reach::HereAtMost(15.0),
        note: format!("{} bytes, one core", out.len()),
        is_robust: false,
    });
}

/// How it would be done without pieces and holes.
fn by_template_and_builder(composer: &Composer, reader: &Reader) -> Vec<u8> {
    let rendered = composer.render(reader).expect("a rendering");
    let mailbox = |text: &str| Mailbox::new(None, text.parse().expect("an address"));
    let message = Message::builder()
        .from(mailbox("hello@note.example.com"))
        .to(Mailbox::new(
            reader.name.clone(),
            reader.email.as_str().parse().expect("an address"),
        ))
        .subject(rendered.subject)
        .header(MessageId::from("<weight@note.example.com>".to_owned()))
        .multipart(MultiPart::alternative_plain_html(
            rendered.text,
            rendered.html,
        ));
    message.expect("a message").formatted()
}

/// Microseconds for each of `count` messages, one reader after the other.
fn each(count: usize, readers: &[Reader], mut compose: impl FnMut(&Reader)) -> f64 {
    let count = count.max(1);
    let start = Instant::now();
    for reader in readers.iter().cycle().take(count) {
        compose(reader);
    }
    start.elapsed().as_secs_f64() * 1e6 / count as f64
}

/// Answers how many messages a core signs in a second.
pub(crate) fn sign(table: &mut Table, sizes: &Sizes) -> Option<f64> {
    let what = "sign a message (DKIM, RSA-2048)";
    let signer = signer(false);
    let composer = composer(None);
    let message = composer.compose_message(&readers()[1]).expect("a message");
    let room = signer.room_bytes();
    let mut bytes = vec![0; room];
    bytes.extend_from_slice(&message.bytes);
    let date = Utc
        .timestamp_opt(1_795_388_400, 0)
        .single()
        .expect("a date");
    let mut ratios = Vec::new();
    let mut peers = Vec::new();
    for _ in 0..sizes.rounds.max(3) {
        let ours = a_second(sizes.sign_for, || {
            signer
                .sign_in_place(&mut bytes, &[], None, date)
                .expect("a signature");
        });
        let Some(theirs) = openssl(sizes.sign_for) else {
            table.leave_out(what, "there is no `openssl speed`");
            return None;
        };
        peers.push(theirs);
        ratios.push(ours / theirs);
    }
    let ratio = median(ratios);
    let peer = median(peers);
    table.add(Row {
        what: what.into(),
        here: Quantity(peer * ratio, "/s a core"),
        peer: Some((
            "openssl speed rsa2048, bare signatures",
            Quantity(peer, "/s"),
        )),
        reach: Reach::RatioAtLeast(0.85),
        note: format!("{} bytes hashed with each", message.bytes.len()),
        is_robust: false,
    });
    Some(peer * ratio)
}

/// How often a second of this core's time; `openssl speed` counts the processor's time too.
fn a_second(window: Duration, mut run: impl FnMut()) -> f64 {
    let (start, cpu) = (Instant::now(), thread_cpu());
    let mut count = 0;
    while start.elapsed() < window {
        for _ in 0..50 {
            run();
        }
        count += 50;
    }
    let spent = thread_cpu().saturating_sub(cpu);
    let spent = if spent.is_zero() {
        start.elapsed()
    } else {
        spent
    };
    f64::from(count) / spent.as_secs_f64()
}

/// `+F2:2:2048:<sign/s>:<verify/s>`.
fn openssl(window: Duration) -> Option<f64> {
    let seconds = window.as_secs().max(1).to_string();
    let output = Command::new("openssl")
        .args(["speed", "-mr", "-seconds", &seconds, "rsa2048"])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.starts_with("+F2:"))?;
    line.split(':').nth(3)?.parse().ok()
}
