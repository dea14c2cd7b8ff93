//! What comes back, read: how long a report takes; and, on real reports that are no part of the project, how often
//! its class is right, how often "dead" is true, and whether whom it is about is found.
//!
//! A folder for `--bounces` holds mails and an `expected.json`: by file name a list, a recipient each, with `reason`
//! in Sisimai's words and `hard`.

use std::{collections::BTreeMap, fs, hint::black_box, path::Path, time::Instant};

use daily_note::{
    audience::SubscriberId,
    bounce::{BounceClass, ReturnedKind, ReturnedMail, prove, read},
    links::{LinkSecrets, LinkSigner, ListMark},
};
use serde::Deserialize;

use super::{
    Sizes,
    row::{Quantity, Reach, Row, Table, median},
};

const READER: SubscriberId = SubscriberId(123_456);
const BATCH: i64 = 77;
const ISSUE: &str = "monday-2026-11-23";

/// What stands in for real ones: a report by the fields, and one in words alone.
const OWN: [&str; 2] = [
    "From: MAILER-DAEMON@mx.example.net\nTo: bounce+abc@news.example.com\nSubject: Undelivered Mail Returned to Sender\n\
     MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n<minji@example.net>: \
     host mx.example.net said: 550 5.1.1 User unknown\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; \
     mx.example.net\n\nFinal-Recipient: rfc822; minji@example.net\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 \
     5.1.1 User unknown\n\n--b--\n",
    "From: MAILER-DAEMON@example.org\nTo: bounce+abc@news.example.com\nSubject: failure notice\n\nHi. This is the qmail-send \
     program at example.org.\n\n<junho@example.org>:\nSorry, the mailbox is over quota (#5.2.2)\n\n--- Below this line is a copy \
     of the message.\n\nSubject: news\nMessage-ID: <x@news.example.com>\n",
];

/// What a real report says of one recipient.
#[derive(Deserialize)]
struct ExpectedReport {
    reason: String,
    hard: bool,
}

pub(crate) fn rows(table: &mut Table, sizes: &Sizes) {
    let mails = match &sizes.bounces {
        Some(folder) => real(folder),
        None => OWN
            .iter()
            .map(|text| (String::new(), text.as_bytes().to_vec()))
            .collect(),
    };
    let rounds = (0..sizes.rounds * 10).map(|_| {
        let start = Instant::now();
        for (_, bytes) in &mails {
            black_box(read(bytes));
        }
        start.elapsed().as_secs_f64() * 1e6 / mails.len() as f64
    });
    table.add(Row {
        what: "read a mail that came back".into(),
        here: Quantity(median(rounds.collect()), "µs"),
        peer: None,
        reach: Reach::HereAtMost(50.0),
        note: format!("{} mails", mails.len()),
        is_robust: false,
    });
    if let Some(folder) = &sizes.bounces {
        judged(table, folder, &mails);
        found(table, &mails);
    }
}

fn real(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder of --bounces")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".eml"))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let bytes = fs::read(folder.join(&name)).expect("a mail");
            (name, bytes)
        })
        .collect()
}

/// Class and verdict of one recipient, in the table's words.
fn word(mail: &ReturnedMail, nth: usize) -> (&'static str, bool) {
    match mail.kind {
        ReturnedKind::Complaint(_) => ("feedback", false),
        ReturnedKind::AutoReply => ("vacation", false),
        _ => mail.recipients.get(nth).map_or(("", false), |recipient| {
            (recipient.class.field_word(), recipient.is_hard())
        }),
    }
}

/// The classes of which the reader is there for certain.
fn is_never_hard(reason: &str) -> bool {
    use BounceClass::{Blocked, MailboxFull, Policy, Spam};
    [Blocked, MailboxFull, Spam, Policy]
        .iter()
        .any(|class| class.field_word() == reason)
}

fn judged(table: &mut Table, folder: &Path, mails: &[(String, Vec<u8>)]) {
    let text = fs::read_to_string(folder.join("expected.json")).expect("expected.json");
    let expected: BTreeMap<String, Vec<ExpectedReport>> =
        serde_json::from_str(&text).expect("expected.json");
    let (mut all, mut right, mut called_hard, mut rightly_hard, mut grave) = (0, 0, 0, 0, 0);
    for (name, bytes) in mails {
        let mail = read(bytes);
        for (nth, report) in expected.get(name).into_iter().flatten().enumerate() {
            let (class, is_hard) = word(&mail, nth);
            all += 1;
            right += usize::from(class == report.reason);
            called_hard += usize::from(is_hard);
            rightly_hard += usize::from(is_hard && report.hard);
            grave += usize::from(is_hard && is_never_hard(&report.reason));
            if class != report.reason || is_hard != report.hard {
                eprintln!(
                    "{name}#{nth}: {} read as {class}, hard {is_hard}",
                    report.reason
                );
            }
        }
    }
    let share = |part: usize, whole: usize| part as f64 * 100.0 / whole.max(1) as f64;
    for (what, part, whole, least) in [
        ("its class is right", right, all, 98.0),
        (
            "an address that is called dead is",
            rightly_hard,
            called_hard,
            99.5,
        ),
        (
            "nobody who is there is called dead",
            all - grave,
            all,
            100.0,
        ),
    ] {
        table.add(Row {
            what: what.into(),
            here: Quantity(share(part, whole), "%"),
            peer: None,
            reach: Reach::HereAtLeast(least),
            note: format!("{part} of {whole}"),
            is_robust: true,
        });
    }
}

/// Our return-path as its recipient, or our Message-ID in place of the one that it quotes, as a forwarded mailbox does.
fn found(table: &mut Table, mails: &[(String, Vec<u8>)]) {
    let signer = LinkSigner::new(
        &LinkSecrets::only(&[7; 32]),
        &ListMark::new("a list"),
        Some("https://news.example.com"),
    );
    let ours = signer.clone().for_batch(BATCH);
    let issue = |batch| (batch == BATCH).then(|| ISSUE.to_owned());
    let (mut tried, mut found) = (0, 0);
    for (_, bytes) in mails {
        let text = String::from_utf8_lossy(bytes);
        for mail in with_ours(&text, &ours) {
            tried += 1;
            let proven = prove(&read(mail.as_bytes()).clues, &signer, issue);
            found += usize::from(proven.is_some_and(|proven| proven.reader == READER));
        }
    }
    table.add(Row {
        what: "whom it is about is found, where it quotes what is ours".into(),
        here: Quantity(found as f64 * 100.0 / f64::from(tried.max(1)), "%"),
        peer: None,
        reach: Reach::HereAtLeast(99.0),
        note: format!("{found} of {tried}"),
        is_robust: true,
    });
}

fn with_ours(text: &str, ours: &LinkSigner) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let body = lines.iter().position(|line| line.trim().is_empty());
    let is_id = |line: &str| {
        line.get(..11)
            .is_some_and(|start| start.eq_ignore_ascii_case("message-id:"))
            && line.contains('@')
    };
    let mut mails = vec![format!(
        "Delivered-To: {}@news.example.com\n{text}",
        ours.bounce_local_part(READER)
    )];
    let quoted = (body.unwrap_or(0)..lines.len()).find(|at| is_id(lines[*at]));
    if let Some(at) = quoted {
        let id = format!(
            "Message-ID: <{}@news.example.com>",
            ours.message_id(READER, ISSUE)
        );
        let mut lines = lines.clone();
        lines[at] = &id;
        mails.push(lines.join("\n"));
    }
    mails
}
