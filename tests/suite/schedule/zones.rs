//! `by_reader_timezone`: each reader at 08:00 on their own clock.

use super::harness::{Serve, publication, wait_until};
use crate::support::TestPublication;

const LIST: &str = "\
- {email: auckland@example.com, timezone: Pacific/Auckland}
- {email: seoul@example.com, timezone: Asia/Seoul}
- {email: nowhere@example.com}
- {email: berlin@example.com, timezone: Europe/Berlin}
- {email: la@example.com, timezone: America/Los_Angeles}
";

fn around_the_world() -> TestPublication {
    publication()
        .and_config("schedule: {by_reader_timezone: true}\n")
        .list(LIST)
}

/// To whom mail has gone so far.
fn got_it(publication: &TestPublication) -> Vec<String> {
    let mut readers: Vec<String> = publication
        .inbox()
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap();
            let (_, email) = name.rsplit_once("-").unwrap();
            email.split('@').next().unwrap().to_owned()
        })
        .collect();
    readers.sort();
    readers
}

#[test]
fn auckland_seoul_berlin_and_los_angeles_get_it_at_eight_on_their_own_clocks() {
    let publication = around_the_world();
    let due = |at: &str| publication.run(["send", "--due", "--at", at]);
    // Monday 30 November, 08:00: in Auckland (UTC+13), Seoul, Berlin (UTC+1), Los Angeles (UTC-8).
    for (minute_before, hour, now_there) in [
        (
            "2026-11-29T18:59:00Z",
            "2026-11-29T19:00:00Z",
            vec!["auckland"],
        ),
        (
            "2026-11-29T22:59:00Z",
            "2026-11-29T23:00:00Z",
            vec!["auckland", "nowhere", "seoul"],
        ),
        (
            "2026-11-30T06:59:00Z",
            "2026-11-30T07:00:00Z",
            vec!["auckland", "berlin", "nowhere", "seoul"],
        ),
        (
            "2026-11-30T15:59:00Z",
            "2026-11-30T16:00:00Z",
            vec!["auckland", "berlin", "la", "nowhere", "seoul"],
        ),
    ] {
        let before = got_it(&publication);
        due(minute_before).exits(6);
        assert_eq!(got_it(&publication), before, "{minute_before}");
        let is_last = now_there.len() == 5;
        due(hour).exits(if is_last { 0 } else { 5 });
        assert_eq!(got_it(&publication), now_there, "{hour}");
    }
    let status = publication.run(["status"]).exits(0);
    insta::assert_snapshot!(status.shown());
    let json = publication
        .run(["status", "monday-2026-11-30", "--json"])
        .json();
    assert_eq!(json["waves"].as_array().unwrap().len(), 4);
    assert_eq!(json["waves"][0]["zones"][0], "Pacific/Auckland");
}

#[test]
fn a_wave_missed_by_more_than_late_waits_for_a_person_and_the_others_go_on() {
    let publication = around_the_world();
    // The machine was down from before Auckland's hour until seven hours after it.
    let ran = publication.run(["send", "--due", "--at", "2026-11-30T02:00:00Z"]);
    insta::assert_snapshot!(ran.exits(5).shown());
    assert_eq!(got_it(&publication), ["nowhere", "seoul"]);
    for at in ["2026-11-30T07:00:00Z", "2026-11-30T16:00:00Z"] {
        publication.run(["send", "--due", "--at", at]).exits(5);
    }
    assert_eq!(got_it(&publication), ["berlin", "la", "nowhere", "seoul"]);
    insta::assert_snapshot!(publication.run(["status"]).shown());
    let resume = [
        "resume",
        "monday-2026-11-30",
        "--at",
        "2026-11-30T17:00:00Z",
    ];
    publication.run(resume).exits(0);
    assert_eq!(got_it(&publication).len(), 5);
}

#[test]
fn serve_wakes_for_the_earliest_reader_though_the_list_is_only_in_the_file() {
    let publication = around_the_world();
    let serve = Serve::start(&publication, "2026-11-29T18:59:58Z");
    let began = serve.wait_for("batch_began");
    assert!(
        began["at"].as_str() >= Some("2026-11-29T19:00:00"),
        "{began}"
    );
    wait_until(
        || got_it(&publication) == ["auckland"],
        "the mail to Auckland",
    );
    assert_eq!(serve.stop(), Some(0));
    // Whoever starts later goes on at Seoul's hour.
    let next = Serve::start(&publication, "2026-11-29T22:59:58Z");
    wait_until(|| got_it(&publication).len() == 3, "the mail to Seoul");
    assert!(!next.has_told("batch_began"));
}
