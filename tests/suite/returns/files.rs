//! Files and pipes: taken in once, acting only with proof.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use super::harness::*;
use crate::support::TestPublication;

/// Hands bytes to `bounces import -`; answers the exit code.
fn piped(publication: &TestPublication, bytes: &[u8]) -> Option<i32> {
    ended(publication.command(["bounces", "import", "-"]), bytes)
}

fn ended(mut command: Command, bytes: &[u8]) -> Option<i32> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    child.wait().unwrap().code()
}

#[test]
fn a_dead_address_is_suppressed_by_a_report_and_a_full_mailbox_is_counted() {
    let (publication, taken) = sent(&["dead@example.com", "full@example.com", "well@example.com"]);
    let dead = report(
        mail_to(&taken, "dead@example.com"),
        "5.1.1",
        "550 5.1.1 User unknown",
    );
    let full = report(
        mail_to(&taken, "full@example.com"),
        "5.2.2",
        "552 5.2.2 Mailbox full",
    );
    let publication = publication
        .file("back/1.eml", &dead)
        .file("back/2.eml", &full);
    let imported = publication
        .run(["bounces", "import", "back", "--json"])
        .exits(0)
        .json();
    assert_eq!(imported["effects"]["suppressed"], 1, "{imported}");
    assert_eq!(imported["effects"]["counted"], 1, "{imported}");
    let again = publication
        .run(["bounces", "import", "back", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (&again["known"], &again["effects"]),
        (&2.into(), &serde_json::json!({}))
    );
    let reader = shown(&publication, "dead@example.com");
    assert_eq!(reader["suppression"]["reason"], "hard_bounce");
    assert_eq!(reader["reports"][0]["class"], "user_unknown");
    assert_eq!(reader["reports"][0]["proof"], "verp");
    let reader = shown(&publication, "full@example.com");
    assert_eq!(
        (&reader["gets_mail"], &reader["soft_failures"]),
        (&true.into(), &1.into())
    );
    assert_eq!(returned(&publication)["suppressed"], 1);
    let words = publication.run(["bounces", "show", "1"]).exits(0).stdout;
    assert!(words.contains("gets no mail any more"), "{words}");
    let counted = publication.run(["bounces", "status"]).exits(0).stdout;
    assert!(counted.contains("2 came back"), "{counted}");
}

#[test]
fn a_pipe_takes_one_mail_and_asks_for_another_try_where_nothing_was_kept() {
    let (publication, taken) = sent(&["dead@example.com"]);
    let dead = report(
        mail_to(&taken, "dead@example.com"),
        "5.1.1",
        "550 5.1.1 User unknown",
    );
    assert_eq!(piped(&publication, &dead), Some(0));
    assert_eq!(piped(&publication, &dead), Some(0), "once more is no fault");
    assert_eq!(reports(&publication), 1);
    let mut nowhere = publication.command(["bounces", "import", "-"]);
    nowhere.args(["--root", "/nonexistent"]);
    assert_eq!(ended(nowhere, &dead), Some(75));
    let publication = publication.file("daily-note.yaml", "publication: [\n");
    assert_eq!(piped(&publication, &dead), Some(75));
}

#[test]
fn a_stream_of_forged_reports_changes_no_reader_and_costs_what_a_day_may() {
    let (publication, taken) = sent(&["minji@example.com", "tom@example.com", "dead@example.com"]);
    let (count, a_day) = (10_000, 500);
    let mut mbox = String::new();
    for number in 0..count {
        let reader = ["minji@example.com", "tom@example.com"][number / 2 % 2];
        mbox.push_str("From MAILER-DAEMON Mon Nov 30 08:00:01 2026\n");
        mbox.push_str(&forged(reader, number));
        mbox.push('\n');
    }
    // Behind all of it, one that proves whose mail it is about, and a person's.
    let dead = mail_to(&taken, "dead@example.com");
    for mail in [
        report(dead, "5.1.1", "550 5.1.1 User unknown"),
        b"From: tom@example.com\nTo: leave@bounce.example.com\nSubject: hello\n\nIs this read?\n"
            .to_vec(),
    ] {
        mbox.push_str("From MAILER-DAEMON Mon Nov 30 08:00:01 2026\n");
        mbox.push_str(&String::from_utf8(mail).unwrap());
        mbox.push('\n');
    }
    let publication = publication.file("forged.mbox", mbox);
    let before = size_of_state(&publication);
    let imported = publication
        .run(["bounces", "import", "forged.mbox", "--json"])
        .exits(0);
    let effects = serde_json::json!({
        "unproven": a_day, "turned_away": count - a_day, "suppressed": 1, "for_person": 1
    });
    assert_eq!(imported.json()["effects"], effects, "{imported:?}");
    assert!(
        imported.stderr.contains("bounces status"),
        "it is told: {}",
        imported.stderr
    );
    let grown = size_of_state(&publication).saturating_sub(before);
    assert!(grown < 2 << 20, "{grown} bytes for {count} of them");
    for reader in ["minji@example.com", "tom@example.com"] {
        let shown = shown(&publication, reader);
        assert_eq!(shown["gets_mail"], true);
        assert_eq!(shown["soft_failures"], 0);
        assert!(
            !shown["reports"].as_array().unwrap().is_empty(),
            "they are shown"
        );
    }
    let suppressed = publication.run(["suppressions", "list"]).exits(0).stdout;
    assert_eq!(suppressed.matches('@').count(), 1, "{suppressed}");
    let status = publication.run(["bounces", "status"]).exits(0).stdout;
    assert!(status.contains("turned away"), "{status}");
    // A pipe's mail system keeps what is not kept here, and brings what proves something.
    let one_more = forged("tom@example.com", count + 1);
    assert_eq!(piped(&publication, one_more.as_bytes()), Some(75));
    let known = report(dead, "5.1.1", "550 5.1.1 User unknown");
    assert_eq!(piped(&publication, &known), Some(0));
}

/// Bytes of the database and what lies beside it.
fn size_of_state(publication: &TestPublication) -> u64 {
    let files = std::fs::read_dir(publication.path(".daily-note")).unwrap();
    let sizes = files.map(|file| file.unwrap().metadata().unwrap());
    sizes.filter(|it| it.is_file()).map(|it| it.len()).sum()
}

#[test]
fn a_mail_with_our_token_unsubscribes_and_one_that_asks_in_words_waits_for_a_person() {
    let (publication, taken) = sent(&["minji@example.com", "tom@example.com"]);
    let mail = String::from_utf8_lossy(&mail_to(&taken, "minji@example.com").bytes).into_owned();
    let token = mail.split("?subject=unsubscribe%20").nth(1).unwrap();
    let token: String = token
        .chars()
        .take_while(|c| *c != '>' && *c != '&')
        .collect();
    let leaves = format!(
        "From: minji@example.com\nTo: leave@bounce.example.com\nSubject: unsubscribe {token}\n\
         Message-ID: <1@example.com>\nDate: Mon, 23 Nov 2026 09:00:00 +0000\n\n"
    );
    assert_eq!(piped(&publication, leaves.as_bytes()), Some(0));
    let reader = shown(&publication, "minji@example.com");
    assert_eq!(reader["suppression"]["reason"], "unsubscribed");
    let asks = "From: tom@example.com\nTo: leave@bounce.example.com\nSubject: 수신거부\n\
                Content-Type: text/plain; charset=utf-8\nMessage-ID: <2@example.com>\n\n\
                Please unsubscribe me from this list.\n";
    assert_eq!(piped(&publication, asks.as_bytes()), Some(0));
    assert_eq!(shown(&publication, "tom@example.com")["gets_mail"], true);
    let asking = publication
        .run(["bounces", "list", "--asking", "--json"])
        .exits(0)
        .json();
    let asking = asking.as_array().unwrap();
    assert_eq!(asking.len(), 1, "{asking:?}");
    assert_eq!(asking[0]["from"], "tom@example.com");
    assert!(
        asking[0]["text"]
            .as_str()
            .unwrap()
            .contains("unsubscribe me")
    );
}

#[test]
fn what_cannot_be_read_is_kept_whole_and_named() {
    let (publication, _) = sent(&["minji@example.com"]);
    let bytes = b"\0\x01\x02 not a mail at all \xff\xfe".to_vec();
    let publication = publication.file("odd.eml", &bytes);
    let imported = publication
        .run(["bounces", "import", "odd.eml", "--json"])
        .exits(0)
        .json();
    assert_eq!(imported["effects"]["kept_aside"], 1, "{imported}");
    let mut raw = publication.command(["bounces", "show", "1", "--raw"]);
    assert_eq!(raw.output().unwrap().stdout, bytes);
}
