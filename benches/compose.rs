//! What one message costs: composed from ready pieces, filled and encoded whole, signed; and what an encoding
//! or reading one back costs.

#[path = "support/issue.rs"]
mod issue;

use std::{hint::black_box, path::Path};

use chrono::{TimeZone, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use daily_note::{
    audience::SubscriberId,
    issue::{Archive, Issue},
    links::LinkSigner,
    message::TransferEncoding,
    publication::{Environment, Publication},
};

use issue::{composer, composer_of, own_issue, readers, signer};

fn compose(criterion: &mut Criterion) {
    let readers = readers();
    let composer_unsigned = composer(None);
    let mut out = Vec::new();
    composer_unsigned
        .compose(&readers[1], &mut out)
        .expect("a message");
    let mut group = criterion.benchmark_group("compose");
    group.throughput(Throughput::Bytes(out.len() as u64));
    let mut next = readers.iter().cycle();
    group.bench_function("unsigned", |bencher| {
        bencher.iter(|| composer_unsigned.compose(next.next().expect("a reader"), &mut out));
    });
    group.bench_function("whole", |bencher| {
        bencher.iter(|| composer_unsigned.compose_plain(next.next().expect("a reader")));
    });
    for (name, with_ed25519) in [("rsa", false), ("rsa and ed25519", true)] {
        let composer = composer(Some(signer(with_ed25519)));
        group.bench_function(format!("signed, {name}"), |bencher| {
            bencher.iter(|| composer.compose(next.next().expect("a reader"), &mut out));
        });
    }
    let own = composer_of(&own_issue(), None);
    own.compose(&readers[1], &mut out).expect("a message");
    group.throughput(Throughput::Bytes(out.len() as u64));
    group.bench_function("own issue", |bencher| {
        bencher.iter(|| own.compose(next.next().expect("a reader"), &mut out));
    });
    group.finish();
}

fn parts(criterion: &mut Criterion) {
    let composer = composer(None);
    let reader = &readers()[1];
    let message = composer.compose_message(reader).expect("a message").bytes;
    let date = Utc
        .timestamp_opt(1_795_000_000, 0)
        .single()
        .expect("a date");
    let mut group = criterion.benchmark_group("message");
    group.throughput(Throughput::Bytes(message.len() as u64));
    let signer = signer(false);
    group.bench_function("sign", |bencher| {
        bencher.iter(|| signer.sign(black_box(&message), date))
    });
    group.bench_function("read back", |bencher| {
        bencher.iter(|| {
            mail_parser::MessageParser::new()
                .parse(black_box(&message))
                .is_some()
        });
    });
    group.bench_function("prepare", |bencher| bencher.iter(|| self::composer(None)));
    let links = LinkSigner::for_looking(Some("https://note.example.com"));
    group.throughput(Throughput::Elements(1));
    group.bench_function("link", |bencher| {
        bencher.iter(|| links.unsubscribe(black_box(SubscriberId(70_000))))
    });
    group.finish();
}

/// The two transfer encodings on a whole Korean text and a whole English one.
fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    let korean = issue::STORY.repeat(100);
    let english =
        "A small team meets a large market in more ways than one = by walking. ".repeat(300);
    for (name, text, encoding) in [
        ("base64", &korean, TransferEncoding::Base64),
        (
            "quoted-printable",
            &english,
            TransferEncoding::QuotedPrintable,
        ),
    ] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| encoding.encode(black_box(text)))
        });
    }
    group.finish();
}

/// An issue's file: front matter and Markdown into a document.
fn parse(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let publication = Publication::load(root, &Environment::default()).expect("the publication");
    let archive = Archive::load(&publication).expect("its issues");
    let path = &archive.newest().expect("an issue").path;
    let text = std::fs::read_to_string(path).expect("its text");
    let mut group = criterion.benchmark_group("issue");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| Issue::parse(&publication, path, black_box(&text)).is_ok());
    });
    group.finish();
}

criterion_group!(benches, compose, parts, encode, parse);
criterion_main!(benches);
