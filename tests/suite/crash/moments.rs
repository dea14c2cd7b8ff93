//! `kill -9` at the moments that matter for one message, one by one.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use crate::{
    scripted::{At::*, Play, ScriptedServer, reply, stall},
    support::TestPublication,
};

const ISSUE: &str = "2026-11-23-quiet";
const READERS: usize = 5;

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// A publication that sends to that server over one connection.
fn sending_to(server: &ScriptedServer) -> TestPublication {
    TestPublication::new()
        .subscribers(READERS)
        .and_config("smtp: {connections: 1}\n")
        .variable("DAILY_NOTE_SMTP__URL", &server.url())
}

fn server(at: crate::scripted::At, play: Play) -> ScriptedServer {
    ScriptedServer::new().on(at, play).forgiving().start()
}

/// Who was on the wire (RCPT was said) when the sender died.
fn on_the_wire(server: &ScriptedServer) -> String {
    let said = server.transcript(server.connections());
    let rcpt = said
        .iter()
        .find_map(|line| line.strip_prefix("C: RCPT TO:<"));
    rcpt.unwrap().trim_end_matches('>').to_owned()
}

/// Starts again, into a relay that is well: whoever was on the wire is unknown, and at most so many are;
/// everybody else gets it. Answers how many are unknown.
fn the_rest_arrives(publication: TestPublication, on_the_wire: &str, most: usize) -> usize {
    let well = ScriptedServer::new().start();
    let publication = publication.variable("DAILY_NOTE_SMTP__URL", &well.url());
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    let status = publication
        .run(["status", ISSUE, "--failed", "--json"])
        .exits(5)
        .json();
    let unknown: Vec<&str> = status["failed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            assert_eq!(row["outcome"], "unknown");
            row["email"].as_str().unwrap()
        })
        .collect();
    assert!(unknown.contains(&on_the_wire), "{unknown:?}");
    assert!(unknown.len() <= most, "{unknown:?}");
    let accepted = status["counts"]["accepted"].as_u64().unwrap() as usize;
    assert_eq!(
        (status["state"].as_str(), accepted + unknown.len()),
        (Some("finished"), READERS)
    );
    let taken = well.recipients();
    assert_eq!(taken.len(), accepted);
    assert!(unknown.iter().all(|to| !taken.iter().any(|it| it == to)));
    unknown.len()
}

/// Waits until so many rows have the ledger's leave.
fn wait_for_leave(publication: &TestPublication, rows: i64) {
    let database = Connection::open(publication.path(".daily-note/daily-note.sqlite")).unwrap();
    wait_until("nobody has leave", || {
        let sending = "SELECT count(*) FROM deliveries WHERE state = 2";
        database.query_row(sending, [], |row| row.get(0)) == Ok(rows)
    });
}

/// A sender that was killed while the relay waited for its message and the next row had leave; who was on the wire.
fn killed_before_the_dot() -> (TestPublication, String) {
    let relay = server(Data, stall());
    let publication = sending_to(&relay);
    let mut sending = publication.start(["send", ISSUE, "--yes"]);
    wait_until("nobody said DATA", || relay.heard_times("C: DATA") > 0);
    wait_for_leave(&publication, 2);
    sending.kill().unwrap();
    sending.wait().unwrap();
    assert!(relay.taken().is_empty());
    (publication, on_the_wire(&relay))
}

#[test]
fn killed_before_the_dot_the_relay_has_nothing_and_the_row_is_unknown() {
    let (publication, reader) = killed_before_the_dot();
    // The next one had leave, and its message had not begun to leave.
    assert_eq!(the_rest_arrives(publication, &reader, 1), 1);
}

#[test]
fn where_the_machine_died_with_its_sender_whoever_had_leave_is_unknown() {
    let (publication, reader) = killed_before_the_dot();
    // What a restart leaves of notes that were not waited for is another file, an older one or none.
    let notes = publication.path(".daily-note/transfers-1");
    let other = publication.path(".daily-note/other");
    fs::copy(&notes, &other).unwrap();
    fs::rename(&other, &notes).unwrap();
    assert_eq!(the_rest_arrives(publication, &reader, 2), 2);
}

#[test]
fn killed_after_the_dot_the_relay_has_it_and_it_is_not_sent_again() {
    let relay = server(Dot, stall());
    let publication = sending_to(&relay);
    let mut sending = publication.start(["send", ISSUE, "--yes"]);
    wait_until("nothing was sent", || !relay.taken().is_empty());
    sending.kill().unwrap();
    sending.wait().unwrap();
    let reader = relay.recipients().remove(0);
    assert_eq!(the_rest_arrives(publication, &reader, 1), 1);
}

#[test]
fn killed_between_the_250_and_its_record_it_is_unknown_and_not_sent_again() {
    const ANSWER: &str = "250 2.0.0 Mine now";
    let relay = server(Dot, reply(ANSWER).after(Duration::from_secs(4)));
    let publication = sending_to(&relay);
    let mut sending = publication.start(["send", ISSUE, "--yes"]);
    wait_until("nothing was sent", || !relay.taken().is_empty());
    // Another program holds the database: the outcome can't be recorded.
    let database = publication.path(".daily-note/daily-note.sqlite");
    let other = Connection::open(database).unwrap();
    other.busy_timeout(Duration::from_secs(3)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let said = format!("S: {ANSWER}");
    wait_until("it never answered", || relay.heard_times(&said) > 0);
    thread::sleep(Duration::from_millis(500));
    sending.kill().unwrap();
    sending.wait().unwrap();
    other.execute_batch("ROLLBACK").unwrap();
    other.close().unwrap();
    // The next one's leave was given before, and so it may have gone out as well: the two a
    // connection that a crash leaves in doubt.
    assert!((1..=2).contains(&relay.taken().len()));
    let reader = relay.recipients().remove(0);
    the_rest_arrives(publication, &reader, 2);
}
