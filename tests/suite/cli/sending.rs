//! `send` and `status` from outside: what a person types, sees, and finds in the inbox.

use std::fs;

use crate::{
    scripted::{At::*, ScriptedServer, reply},
    support::TestPublication,
};

#[test]
fn an_issue_is_sent_once_and_the_second_time_nothing_is_left_to_do() {
    let publication = TestPublication::new();
    let first = publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    insta::assert_snapshot!(first.shown());
    let mail = publication.inbox();
    assert_eq!(mail.len(), 2);
    let second = publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(6);
    insta::assert_snapshot!(second.shown());
    assert_eq!(publication.inbox(), mail);
    let status = publication
        .run(["status", "2026-11-23-quiet", "--json"])
        .exits(0)
        .json();
    assert_eq!(status["state"], "finished");
    assert_eq!(status["audience"], 2);
    assert_eq!(status["counts"]["accepted"], 2);
}

#[test]
fn without_an_answer_nothing_is_sent() {
    let publication = TestPublication::new();
    let ran = publication.run(["send", "2026-11-23-quiet"]);
    insta::assert_snapshot!(ran.shown());
    assert_eq!(publication.inbox().len(), 0);
}

#[test]
fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let publication = TestPublication::new();
    let ran = publication
        .run([
            "--at",
            "2026-11-22T12:00:00Z",
            "send",
            "2026-11-23-quiet",
            "--dry-run",
        ])
        .exits(0);
    insta::assert_snapshot!(ran.shown());
    assert_eq!(publication.inbox().len(), 0);
    publication.run(["status"]).exits(6);
}

#[test]
fn whoever_reads_other_editions_alone_is_told_beside_the_readers() {
    let publication = TestPublication::new()
        .and_config("  thursday: {title: Thursday, topic: design, day: thu, time: \"08:00\"}\n")
        .list(
            "- email: a@example.com\n- email: b@example.com\n  editions: [thursday]\n\
         - email: c@example.com\n  editions: [thursday]\n",
        );
    let dry = publication.run(["send", "2026-11-23-quiet", "--dry-run"]);
    let told = dry.exits(0).shown();
    assert!(
        told.contains("readers      1; 2 more on the list read other editions\n"),
        "{told}"
    );
    let told = publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0)
        .shown();
    assert!(
        told.contains("It goes to 1 reader; 2 more on the list read other editions\n"),
        "{told}"
    );
    assert_eq!(publication.inbox().len(), 1);
}

#[test]
fn json_stands_alone_on_stdout() {
    let publication = TestPublication::new();
    let sent = publication
        .run(["send", "2026-11-23-quiet", "--yes", "--json"])
        .exits(0);
    for line in sent.stdout.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    publication.run(["status", "--json"]).exits(0).json();
}

#[test]
fn a_test_mail_leaves_no_trace_in_the_ledger() {
    let publication = TestPublication::new();
    publication
        .run(["test", "2026-11-23-quiet", "--to", "me@example.com"])
        .exits(0);
    assert_eq!(publication.inbox().len(), 1);
    publication.run(["status"]).exits(6);
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    assert_eq!(publication.inbox().len(), 3);
}

#[test]
fn render_writes_what_a_reader_would_get() {
    let publication = TestPublication::new();
    publication
        .run([
            "render",
            "2026-11-23-quiet",
            "--for",
            "minji@example.com",
            "--out",
            "out",
        ])
        .exits(0);
    for (file, piece) in [
        ("issue.html", "<h1"),
        ("issue.txt", "The one thing"),
        ("issue.eml", "Subject: A quiet week\r\n"),
    ] {
        let text = fs::read_to_string(publication.path("out").join(file)).unwrap();
        assert!(text.contains(piece), "{file}: {text}");
    }
}

#[test]
fn without_its_signing_key_nothing_is_frozen_and_nothing_leaves() {
    let server = ScriptedServer::new()
        .on(Mail, reply("451 4.3.0 Later"))
        .start();
    let dkim = "dkim: {domain: note.example.com, selector: dn202611, key_file: .daily-note/dkim/dn202611.pem}";
    let publication = TestPublication::new()
        .and_config(&format!("smtp: {{connections: 1, {dkim}}}\n"))
        .variable("DAILY_NOTE_SMTP__URL", &server.url());
    let send = [
        "--at",
        "2026-11-24T00:00:00Z",
        "send",
        "2026-11-23-quiet",
        "--yes",
    ];
    let ran = publication.run(send).exits(3);
    assert!(ran.stderr.contains("dn202611.pem"), "{}", ran.shown());
    publication.run([send[0], send[1], "status"]).exits(6);

    // A batch that is on its way waits for its key.
    publication
        .run(["--at", "2026-11-24T00:00:00Z", "dkim", "new"])
        .exits(0);
    publication.start(send).wait().unwrap();
    let key = publication.path(".daily-note/dkim/dn202611.pem");
    fs::rename(&key, key.with_extension("away")).unwrap();
    let well = ScriptedServer::new().start();
    let publication = publication.variable("DAILY_NOTE_SMTP__URL", &well.url());
    publication.run(send).exits(3);
    assert!(well.taken().is_empty());
    fs::rename(key.with_extension("away"), &key).unwrap();
    // An hour later, for whoever the relay had kept waiting.
    publication
        .run(["--at", "2026-11-24T01:00:00Z", send[2], send[3], send[4]])
        .exits(0);
    let taken = well.taken();
    assert_eq!(taken.len(), 2);
    for message in taken {
        assert!(message.bytes.starts_with(b"DKIM-Signature: "));
    }
}

#[test]
fn a_publication_named_from_beside_it_finds_its_signing_key() {
    let dkim = "dkim: {domain: note.example.com, selector: dn, key_file: .daily-note/dkim/dn.pem}";
    let publication = TestPublication::new().and_config(&format!("smtp: {{url: inbox, {dkim}}}\n"));
    publication
        .run(["dkim", "new", "--selector", "dn"])
        .exits(0);
    let folder = publication.path("");
    let output = publication
        .command(["--root", folder.file_name().unwrap().to_str().unwrap()])
        .args(["test", "2026-11-23-quiet", "--to", "me@example.com"])
        .current_dir(folder.parent().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let mail = fs::read(&publication.inbox()[0]).unwrap();
    assert!(String::from_utf8_lossy(&mail).contains("DKIM-Signature: "));
}
