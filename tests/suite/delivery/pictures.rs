//! Messages whose end, the pictures, is one for all readers: what is announced, what arrives, and what a relay that
//! goes away within them has.

use std::time::Duration;

use daily_note::{message::FrozenIssue, smtp::Timeouts};

use super::harness::Harness;
use crate::{
    message::fixture::{composer, frozen, image},
    scripted::{Body, ScriptedServer, close},
};

const READERS: [&str; 4] = [
    "a@example.com",
    "b@example.com",
    "c@example.com",
    "d@example.com",
];

/// More than the system keeps of what nobody reads.
const PICTURE_BYTES: usize = 8 << 20;

fn illustrated(picture_bytes: usize) -> FrozenIssue {
    let mut issue = frozen("<p>{{ reader.name }}</p>", "{{ reader.name }}");
    let mut picture = image("지도.gif");
    // Its own bytes again and again, so that no two lines of it need be the same.
    let bytes = picture.bytes.iter().copied().cycle();
    picture.bytes = bytes.take(picture_bytes).collect();
    issue.composition.images.push(picture);
    issue
}

/// The bytes that MAIL announced, a command each.
fn announced(server: &ScriptedServer, connections: usize) -> Vec<usize> {
    let lines = (1..=connections).flat_map(|number| server.transcript(number));
    lines
        .filter_map(|line| {
            let (_, after) = line.split_once(" SIZE=")?;
            after.split_whitespace().next()?.parse().ok()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_arrives_whole_with_each_message_and_is_counted_in_its_size() {
    let issue = illustrated(200_000);
    let harness = Harness::of(&issue, READERS).await.one_connection();
    let server = ScriptedServer::new()
        .offering(&["PIPELINING", "SIZE 10000000"])
        .start();
    let report = harness.run(&server).await;
    assert_eq!(report.counts.accepted, 4, "{report:?}");
    let taken = server.taken();
    let mut sizes: Vec<usize> = taken.iter().map(|taken| taken.bytes.len()).collect();
    assert!(sizes.iter().all(|bytes| *bytes > 260_000), "{sizes:?}");
    let mut said = announced(&server, server.connections());
    sizes.sort_unstable();
    said.sort_unstable();
    assert_eq!(said, sizes);
    let end = composer(&issue, None).shared_end().to_vec();
    assert!(taken.iter().all(|taken| taken.bytes.ends_with(&end)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_too_small_for_the_pictures_hears_of_no_message() {
    let harness = Harness::of(&illustrated(200_000), READERS).await;
    let server = ScriptedServer::new()
        .offering(&["PIPELINING", "SIZE 100000"])
        .start();
    let report = harness.run(&server).await;
    assert_eq!(report.counts.accepted, 0, "{report:?}");
    assert_eq!(report.counts.unknown, 0, "{report:?}");
    assert!(server.taken().is_empty());
    assert!(announced(&server, server.connections()).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_hangs_up_within_the_pictures_has_nothing_and_gets_it_later() {
    let harness = Harness::of(&illustrated(PICTURE_BYTES), READERS)
        .await
        .one_connection();
    let server = ScriptedServer::new()
        .offering(&["PIPELINING"])
        .on(Body, close().skip(1).times(2))
        .start();
    // A busy machine takes its time for eleven megabytes, line by line.
    let patient = Timeouts::all(Duration::from_secs(60));
    let relay = server.relay().with_timeouts(patient);
    let counts = harness.run_to_until_done(&relay).await;
    assert_eq!((counts.accepted, counts.unknown), (4, 0), "{counts:?}");
    let mut recipients = server.recipients();
    recipients.sort_unstable();
    assert_eq!(recipients, READERS);
}
