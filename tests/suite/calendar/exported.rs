//! What programs get: iCalendar, read by a library that calendar programs use, and JSON.

use std::fs;

use super::{NOW, publication};
use crate::support::python;

#[test]
fn a_calendar_program_reads_one_event_a_slot() {
    let publication = publication();
    let ran = publication.run(["--at", NOW, "schedule", "--ics"]).exits(0);
    assert_eq!(ran.stderr, "");
    let lines: Vec<&str> = ran.stdout.split("\r\n").collect();
    assert!(!ran.stdout.replace("\r\n", "").contains(['\r', '\n']));
    assert!(lines.iter().all(|line| line.len() <= 75));
    assert!(
        lines.iter().any(|line| line.starts_with(' ')),
        "nothing was folded"
    );
    let file = publication.path("calendar.ics");
    fs::write(&file, &ran.stdout).unwrap();
    python::assert_content("read_calendar.py", &["icalendar"], &file);
}

#[test]
fn the_same_slot_keeps_its_uid_and_moves_with_its_zone() {
    let summer = "publication: {name: n, timezone: Europe/Berlin, from: n <n@example.com>}\n\
                  editions: {weekly: {title: W, day: sun, time: \"02:30\"}}\n";
    // The Sundays on which Berlin's clocks change: 02:30 is in no clock, then on it twice.
    for (now, date, utc) in [
        ("2026-03-24T00:00:00Z", "2026-03-29", "20260329T010000Z"),
        ("2026-10-20T00:00:00Z", "2026-10-25", "20261025T003000Z"),
    ] {
        let publication = publication().config(summer);
        let ran = publication
            .run(["--at", now, "schedule", "--weeks", "0", "--ics"])
            .exits(0);
        assert!(
            ran.stdout
                .contains(&format!("UID:weekly-{date}@example.com\r\n"))
        );
        assert!(
            ran.stdout.contains(&format!("DTSTART:{utc}\r\n")),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn json_has_every_row_and_what_it_needs() {
    let publication = publication();
    let ran = publication
        .run(["--at", NOW, "schedule", "--json"])
        .exits(0);
    let document = ran.json();
    assert_eq!(document["timezone"], "Asia/Seoul");
    let rows = document["rows"].as_array().unwrap();
    let states: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["state"].as_str())
        .collect();
    assert_eq!(
        states,
        [
            "past", "draft", "conflict", "ready", "missing", "missing", "missing", "missing"
        ]
    );
    assert_eq!(rows[1]["slot"], "2026-11-25T23:00:00Z");
    assert_eq!(rows[1]["needs"], "soon");
    assert_eq!(rows[1]["issues"][0]["id"], "thursday-2026-11-26");
    let absent: Vec<&str> = rows.iter().filter_map(|row| row["why"].as_str()).collect();
    assert_eq!(absent, ["skipped", "겨울 쉼"]);
    assert_eq!(document["strays"].as_array().unwrap().len(), 2);
}

#[test]
fn two_formats_at_once_are_refused() {
    publication().run(["schedule", "--ics", "--json"]).exits(2);
}
