//! What is corrected after, or while, an issue goes out: its edition's key, its edition, its date, its id.
//! The same text goes to nobody twice unless a person says so in so many words.

use super::harness::{CONFIGURATION, Serve, issue, publication};
use crate::support::TestPublication;

const AT_THE_HOUR: &str = "2026-11-29T23:00:05Z";
const A_MINUTE_LATER: &str = "2026-11-29T23:01:05Z";

/// A publication whose issue of 30 November went out.
fn sent() -> TestPublication {
    let publication = publication();
    publication
        .run(["send", "--due", "--at", AT_THE_HOUR])
        .exits(0);
    assert_eq!(batches(&publication), ["monday-2026-11-30"]);
    publication
}

fn batches(publication: &TestPublication) -> Vec<String> {
    let status = publication.run(["status", "--json"]).json();
    let batches = status.as_array().unwrap().iter();
    batches
        .map(|batch| batch["issue"].as_str().unwrap().to_owned())
        .collect()
}

/// What somebody corrects, and the moment at which the issue would be due then. (Where its moment and
/// its file stay as they were, its slot has had its batch, and nothing is due.)
fn corrections() -> Vec<(&'static str, TestPublication, &'static str)> {
    let renamed = |publication: TestPublication, from: &str, to: &str| {
        let text = issue("2026-11-30", "ready").replace(from, to);
        publication.issue("2026-11-30-quiet.md", text)
    };
    let key = sent().config(&CONFIGURATION.replace("monday:", "weekly:"));
    let other = sent().config(&format!(
        "{CONFIGURATION}  week: {{title: Week, topic: week, day: mon, time: \"08:00\"}}\n"
    ));
    vec![
        (
            "the edition's key",
            renamed(key, "edition: monday", "edition: weekly"),
            A_MINUTE_LATER,
        ),
        (
            "the edition",
            renamed(other, "edition: monday", "edition: week"),
            A_MINUTE_LATER,
        ),
        (
            "the date",
            renamed(sent(), "date: 2026-11-30", "date: 2026-12-07"),
            "2026-12-06T23:00:05Z",
        ),
    ]
}

#[test]
fn a_text_that_went_out_is_not_sent_again_by_send_due_whatever_was_renamed() {
    for (what, publication, due) in corrections() {
        let again = publication.run(["send", "--due", "--at", due]);
        assert_ne!(again.code, Some(0), "{what}: {}", again.shown());
        let said = again.shown();
        let is_told = said.contains("--again") || said.contains("Nothing is due");
        assert_eq!(
            again.code,
            Some(if what == "the date" { 3 } else { 6 }),
            "{what}: {said}"
        );
        assert!(is_told, "{what}: {said}");
        assert_eq!(batches(&publication), ["monday-2026-11-30"], "{what}");
    }
}

#[test]
fn a_text_that_went_out_is_not_sent_again_by_serve_whatever_was_renamed() {
    for (what, publication, due) in corrections() {
        let serve = Serve::start(&publication, due);
        match what {
            "the date" => drop(serve.wait_for("issue_refused")),
            _ => std::thread::sleep(std::time::Duration::from_secs(8)),
        }
        assert!(!serve.has_told("batch_began"), "{what}");
        assert_eq!(serve.stop(), Some(0), "{what}");
        assert_eq!(batches(&publication), ["monday-2026-11-30"], "{what}");
    }
}

#[test]
fn a_person_sends_a_text_once_more_only_by_the_word_for_it() {
    let text =
        issue("2026-11-30", "ready").replace("edition: monday", "id: other\nedition: monday");
    let publication = sent().issue(
        "2026-11-30-quiet.md",
        text.replace("date: 2026-11-30", "date: 2026-12-01"),
    );
    let refused = publication.run(["send", "other", "--yes"]).exits(3).shown();
    assert!(
        refused.contains("went out already: as monday-2026-11-30")
            && refused.contains("send other --again"),
        "{refused}"
    );
    publication.run(["send", "other", "--dry-run"]).exits(3);
    assert_eq!(batches(&publication), ["monday-2026-11-30"]);
    publication
        .run(["send", "other", "--yes", "--again"])
        .exits(0);
    assert_eq!(batches(&publication).len(), 2);
}
