//! A month of a list, played: issues on Mondays and Thursdays, reports imported between them, and what is concluded of
//! mailboxes that take nothing.

use chrono::{Datelike, NaiveDate, Weekday};
use serde_json::Value;

use super::harness::{CONFIGURATION, mail_to, publication, report_of};
use crate::{
    scripted::{At, ScriptedServer, Taken, reply},
    support::{Ran, TestPublication},
};

/// A list whose time is played.
struct PlayedList {
    publication: TestPublication,
    relay: ScriptedServer,
}

impl PlayedList {
    fn of(readers: &[&str]) -> Self {
        let full = reply("552 5.2.2 Mailbox full").to("at.once@full.example.com");
        let relay = ScriptedServer::new().on(At::Rcpt, full).start();
        let thursday =
            "editions:\n  thursday: {title: Thursday, topic: people, day: thu, time: \"08:00\"}\n";
        let publication = publication(readers)
            .config(&CONFIGURATION.replace("editions:\n", thursday))
            .variable("DAILY_NOTE_SMTP__URL", &relay.url());
        Self { publication, relay }
    }

    fn at(&self, moment: &str, line: &[&str]) -> Ran {
        let clock = ["--at", moment];
        self.publication.run(clock.iter().chain(line).copied())
    }

    /// Sends an issue at its hour, and answers what the relay took of it.
    fn send(&self, date: &str) -> Vec<Taken> {
        let edition = match date.parse::<NaiveDate>().unwrap().weekday() {
            Weekday::Mon => "monday",
            _ => "thursday",
        };
        let text = format!(
            "---\ntitle: The issue of {date}\nedition: {edition}\ndate: {date}\nstatus: ready\n---\nHello on {date}.\n\n## One\n\nIt happened.\n"
        );
        let name = format!("issues/{date}-played.md");
        std::fs::write(self.publication.path(&name), text).unwrap();
        let before = self.relay.taken().len();
        // Each a minute later than the one before, so that whole weeks are over.
        let minute = std::fs::read_dir(self.publication.path("issues"))
            .unwrap()
            .count();
        let moment = format!("{date}T08:{minute:02}:05Z");
        let ran = self.at(&moment, &["send", &format!("{date}-played"), "--yes"]);
        assert!(matches!(ran.code, Some(0 | 5)), "{}", ran.shown());
        self.relay.taken().split_off(before)
    }

    /// Imports these reports at that moment: which is what reads the door.
    fn import(&self, moment: &str, reports: &[Vec<u8>]) -> Value {
        let folder = self.publication.path("back");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        for (number, report) in reports.iter().enumerate() {
            std::fs::write(folder.join(format!("{number}.eml")), report).unwrap();
        }
        self.at(moment, &["bounces", "import", "back", "--json"])
            .exits(0)
            .json()
    }

    /// Imports that the mailboxes of these readers could not take their mail of an issue.
    fn came_back(&self, date: &str, taken: &[Taken], readers: &[&str]) {
        let moment = format!("{date}T09:00:00Z");
        let reports: Vec<Vec<u8>> = readers
            .iter()
            .map(|reader| full(mail_to(taken, reader), &moment, ""))
            .collect();
        let imported = self.import(&moment, &reports);
        assert_eq!(
            imported["effects"]["counted"],
            reports.len(),
            "{date}: {imported}"
        );
    }

    fn shown(&self, moment: &str, reader: &str) -> Value {
        let line = ["subscribers", "show", reader, "--json"];
        self.at(moment, &line).exits(0).json()
    }

    /// So many issues in a row, whether they are dormant, whether they get mail.
    fn standing(&self, moment: &str, reader: &str) -> (u64, bool, bool) {
        let shown = self.shown(moment, reader);
        (
            shown["soft_failures"].as_u64().unwrap(),
            shown.get("dormancy").is_some(),
            shown["gets_mail"].as_bool().unwrap(),
        )
    }
}

fn full(mail: &Taken, moment: &str, more: &str) -> Vec<u8> {
    report_of(
        mail,
        "5.2.2",
        &format!("552 5.2.2 Mailbox full{more}"),
        moment,
    )
}

/// A door was read, and nothing of the list came by it.
fn nothing_of_ours(number: u32) -> Vec<u8> {
    format!(
        "From: a@example.com\nTo: postmaster@bounce.example.com\nSubject: hello {number}\n\nWho are you?\n"
    )
    .into_bytes()
}

fn recipients(taken: &[Taken]) -> Vec<&str> {
    let mut all: Vec<&str> = taken.iter().map(|mail| mail.recipient.as_str()).collect();
    all.sort_unstable();
    all
}

#[test]
fn a_mailbox_that_takes_nothing_is_passed_by_tried_again_and_given_up_by_issues_and_weeks() {
    const GONE: &str = "gone@a.example.com";
    const BACK: &str = "back@b.example.com";
    const ONCE: &str = "once@c.example.com";
    const MENDS: &str = "mends@d.example.com";
    const AT_ONCE: &str = "at.once@full.example.com";
    let list = PlayedList::of(&[GONE, BACK, ONCE, MENDS, AT_ONCE, "well@e.example.com"]);

    let first = list.send("2027-02-01");
    list.came_back("2027-02-01", &first, &[GONE, BACK, ONCE, MENDS]);
    // Five reports on one issue are one issue that was not taken.
    let again: Vec<Vec<u8>> = (1..5)
        .map(|n| {
            full(
                mail_to(&first, ONCE),
                "2027-02-01T10:00:00Z",
                &format!(", try {n}"),
            )
        })
        .collect();
    list.import("2027-02-01T10:00:00Z", &again);
    assert_eq!(
        list.standing("2027-02-01T11:00:00Z", ONCE),
        (1, false, true)
    );
    // What the relay said at once counts like a report.
    assert_eq!(list.standing("2027-02-01T11:00:00Z", AT_ONCE).0, 1);

    let second = list.send("2027-02-04");
    list.came_back("2027-02-04", &second, &[GONE, BACK, MENDS]);
    let third = list.send("2027-02-08");
    list.came_back("2027-02-08", &third, &[GONE, BACK]);
    // Their week is not over yet.
    assert_eq!(list.standing("2027-02-08T10:00:00Z", MENDS).0, 2);
    assert_eq!(list.standing("2027-02-08T10:00:00Z", ONCE).0, 1);
    let fourth = list.send("2027-02-11");
    list.came_back("2027-02-11", &fourth, &[GONE, BACK]);
    // Four issues, and ten days.
    assert_eq!(
        list.standing("2027-02-11T10:00:00Z", GONE),
        (4, false, true)
    );
    // The issue of the 4th arrived: seven days are over in which the door was read.
    assert_eq!(
        list.standing("2027-02-11T10:00:00Z", ONCE),
        (0, false, true)
    );

    let fifth = list.send("2027-02-15");
    list.came_back("2027-02-15", &fifth, &[GONE, BACK]);
    let dormant = (5, true, false);
    for reader in [GONE, BACK, AT_ONCE] {
        assert_eq!(
            list.standing("2027-02-15T10:00:00Z", reader),
            dormant,
            "{reader}"
        );
    }
    assert_eq!(
        list.standing("2027-02-15T10:00:00Z", MENDS),
        (0, false, true)
    );
    let words = list.at("2027-02-15T10:00:00Z", &["subscribers", "show", GONE]);
    assert!(
        words.stdout.contains("is dormant since 2027-02-15"),
        "{}",
        words.stdout
    );
    assert!(
        words.stdout.contains("tried after 2027-03-17"),
        "{}",
        words.stdout
    );
    let counted = list.at("2027-02-15T10:00:00Z", &["bounces", "status", "--json"]);
    assert_eq!(counted.json()["dormant"], 3);

    // Issues pass them by for thirty days.
    for date in ["2027-02-18", "2027-03-15"] {
        let passed_by = list.send(date);
        assert_eq!(
            recipients(&passed_by),
            [MENDS, ONCE, "well@e.example.com"],
            "{date}"
        );
    }
    let line = ["status", "2027-02-18-played", "--list", "skipped"];
    let skipped = list.at("2027-02-18T10:00:00Z", &line).exits(0).stdout;
    assert_eq!(skipped.matches("dormant").count(), 3, "{skipped}");

    // Then one issue tries them.
    let tried = list.send("2027-03-18");
    assert_eq!(tried.len(), 5, "{:?}", recipients(&tried));
    list.came_back("2027-03-18", &tried, &[GONE]);
    let gone = list.shown("2027-03-18T10:00:00Z", GONE);
    assert_eq!(gone["gets_mail"], false);
    let reply = gone["rehearsed_bounce"]["reply"].as_str().unwrap();
    assert!(reply.starts_with("dormant: 6 issues in a row"), "{reply}");
    assert!(
        list.standing("2027-03-18T10:00:00Z", BACK).1,
        "its week is not over"
    );
    list.import("2027-03-24T09:00:00Z", &[nothing_of_ours(1)]);
    assert!(list.standing("2027-03-24T10:00:00Z", BACK).1, "nor then");
    list.import("2027-03-26T09:00:00Z", &[nothing_of_ours(2)]);
    assert_eq!(
        list.standing("2027-03-26T10:00:00Z", BACK),
        (0, false, true)
    );
    assert_eq!(
        list.shown("2027-03-26T10:00:00Z", AT_ONCE)["gets_mail"],
        false
    );
    let last = list.send("2027-03-29");
    assert_eq!(recipients(&last), [BACK, MENDS, ONCE, "well@e.example.com"]);
    // Nothing of what was played is known outside.
    let real = list
        .publication
        .run(["bounces", "status", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (&real["doors"], &real["dormant"]),
        (&serde_json::json!([]), &0.into())
    );
}

#[test]
fn where_nobody_reads_what_comes_back_silence_says_nothing() {
    const READER: &str = "full@a.example.com";
    let list = PlayedList::of(&[READER, "well@e.example.com"]);
    for date in ["2027-02-01", "2027-02-04"] {
        let taken = list.send(date);
        list.came_back(date, &taken, &[READER]);
    }
    // Accepted, and weeks go by; but nobody looked whether anything came back.
    list.send("2027-02-08");
    list.send("2027-02-18");
    assert_eq!(list.standing("2027-02-18T10:00:00Z", READER).0, 2);
    // The door is read again: of the issue of the 8th it is too late to tell, not of that of the 18th.
    list.import("2027-02-18T11:00:00Z", &[nothing_of_ours(1)]);
    assert_eq!(list.standing("2027-02-18T12:00:00Z", READER).0, 2);
    list.import("2027-02-26T09:00:00Z", &[nothing_of_ours(2)]);
    assert_eq!(
        list.standing("2027-02-26T10:00:00Z", READER),
        (0, false, true)
    );
}
