//! Who got it, and what somebody got: named from the ledger, with the relay's own words.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    crash::relay::Relay,
    scripted::{At::Rcpt, ScriptedServer, reply},
    support::TestPublication,
};

const ISSUE: &str = "2026-11-23-quiet";

#[test]
fn each_of_many_readers_is_named_once_as_lines_as_a_table_and_as_json() {
    let relay = Relay::start(Duration::ZERO);
    let publication = TestPublication::new().subscribers(1_100).variable(
        "DAILY_NOTE_SMTP__URL",
        &format!("smtp://127.0.0.1:{}?tls=none", relay.port()),
    );
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    let taken: BTreeSet<String> = relay.finish().into_keys().collect();
    assert_eq!(taken.len(), 1_100);

    let list = |more: &[&str], code| {
        let line = ["status", ISSUE, "--list"].into_iter();
        publication
            .run(line.chain(more.iter().copied()))
            .exits(code)
    };
    let ran = list(&["accepted"], 0);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].ends_with("250 2.0.0 OK"), "{}", lines[0]);
    let named = |rows: Vec<String>| {
        assert_eq!(rows.len(), 1_100);
        assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), taken);
    };
    let first = |line: &&str| line.split(' ').next().unwrap().to_owned();
    named(lines.iter().map(first).collect());
    assert!(
        ran.stderr.contains("1100 of 1100 readers are accepted"),
        "{}",
        ran.stderr
    );

    let ran = list(&["accepted", "--csv"], 0);
    let mut table = csv::Reader::from_reader(ran.stdout.as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(
        table.headers().unwrap(),
        vec!["email", "state", "at", "attempts", "reply"]
    );
    assert_eq!(
        (&rows[0][1], &rows[0][3], &rows[0][4]),
        ("accepted", "0", "250 2.0.0 OK")
    );
    assert!(chrono::DateTime::parse_from_rfc3339(&rows[0][2]).is_ok());
    named(rows.iter().map(|row| row[0].to_owned()).collect());

    let document = list(&["accepted", "--json"], 0).json();
    assert_eq!(document["counts"]["accepted"], 1_100);
    let rows = document["deliveries"].as_array().unwrap();
    named(
        rows.iter()
            .map(|row| row["email"].as_str().unwrap().to_owned())
            .collect(),
    );

    let none = list(&["rejected", "--json"], 6).json();
    assert_eq!(none["deliveries"], serde_json::json!([]));
    assert_eq!(
        list(&["rejected", "--csv"], 6).stdout,
        "email,state,at,attempts,reply\r\n"
    );
    let wrong = list(&["bounced"], 2);
    assert!(
        wrong.stderr.contains("pending, claimed, sending, accepted"),
        "{}",
        wrong.stderr
    );
    publication.run(["status", "--list", "accepted"]).exits(2);
}

#[test]
fn what_somebody_got_is_shown_with_the_relays_words() {
    let server = ScriptedServer::new()
        .on(Rcpt, reply("550 5.7.1 No \"mail\", please").to("tom@"))
        .start();
    let publication = TestPublication::new();
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    let show = |publication: &TestPublication, email: &str| {
        publication
            .run(["subscribers", "show", email])
            .exits(0)
            .stdout
    };
    let played = show(&publication, "minji@example.com");
    assert!(played.contains("accepted (a rehearsal)"), "{played}");

    let publication = publication.variable("DAILY_NOTE_SMTP__URL", &server.url());
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    let minji = show(&publication, "minji@example.com");
    let row = minji.lines().last().unwrap();
    assert!(
        row.contains("monday-2026-11-23  accepted ") && row.contains("250 "),
        "{minji}"
    );
    let tom = show(&publication, "tom@example.com");
    assert!(
        tom.contains("rejected") && tom.contains("550 5.7.1 No"),
        "{tom}"
    );
    let told = publication
        .run(["subscribers", "show", "tom@example.com", "--json"])
        .exits(0)
        .json();
    let issue = &told["issues"][0];
    assert_eq!(issue["issue"], "monday-2026-11-23");
    assert_eq!(issue["state"], "rejected");
    assert_eq!(issue["edition"], "monday");
    assert_eq!(issue.get("rehearsal"), None);

    let ran = publication
        .run(["status", ISSUE, "--list", "rejected", "--csv"])
        .exits(0);
    let row = ran.stdout.lines().nth(1).unwrap();
    assert!(row.starts_with("tom@example.com,rejected,"), "{row}");
    assert!(
        row.ends_with("\"550 5.7.1 No \"\"mail\"\", please\""),
        "{row}"
    );

    // Who is erased is in no list any more; that somebody got it stays.
    publication
        .run(["subscribers", "erase", "tom@example.com", "--yes"])
        .exits(0);
    let ran = publication
        .run(["status", ISSUE, "--list", "rejected"])
        .exits(0);
    assert!(ran.stdout.starts_with("(erased)"), "{}", ran.stdout);
}
