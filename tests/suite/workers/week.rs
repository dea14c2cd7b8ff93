//! A newsletter's first week with its list and its ledger on PostgreSQL: the same commands, by the real binary.

use std::time::Duration;

use crate::{
    crash::relay::Relay,
    schedule::harness::{Serve, publication},
    store::postgres::place::Schema,
    support::TestPublication,
};

const SECRET: &str = "the secret of a first week, long enough";
const BEFORE: &str = "2026-11-27T00:00:00Z";

/// That publication with its state on the server.
async fn on_a_server(publication: TestPublication) -> Option<(Schema, TestPublication)> {
    let schema = Schema::new().await?;
    let publication = publication
        .variable("DAILY_NOTE_STORAGE", &schema.address())
        .variable("DAILY_NOTE_WEB__SECRET", SECRET);
    Some((schema, publication))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_week_works_on_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("note");
    let Some((_schema, house)) = on_a_server(publication().subscribers(30)).await else {
        return;
    };
    house
        .run(["init", fresh.to_str().unwrap(), "--yes"])
        .exits(0);
    let root = ["--root", fresh.to_str().unwrap()];
    house.run(root.into_iter().chain(["check"])).exits(0);

    let issue = "issues/2026-11-30-quiet.md";
    house.run(["check", issue]).exits(0);
    house.run(["--at", BEFORE, "new", "monday"]).exits(0);
    house
        .run(["--at", BEFORE, "test", issue, "--to", "me@example.com"])
        .exits(0);
    house
        .run(["--at", BEFORE, "send", issue, "--dry-run"])
        .exits(0);
    assert!(!house.path(".daily-note/daily-note.sqlite").exists());
    let relay = Relay::start(Duration::ZERO);
    let url = format!("smtp://127.0.0.1:{}?tls=none", relay.port());
    let house = house.variable("DAILY_NOTE_SMTP__URL", &url);
    house.run(["--at", BEFORE, "send", issue, "--yes"]).exits(0);
    let status = house.run(["--at", BEFORE, "status", "--json"]).json();
    assert_eq!(status[0]["counts"]["accepted"], 30, "{status}");
    house.run(["--at", BEFORE, "subscribers", "list"]).exits(0);
    house
        .run(["--at", BEFORE, "subscribers", "show", "reader1@example.com"])
        .exits(0);
    house
        .run([
            "--at",
            BEFORE,
            "subscribers",
            "add",
            "late@example.com",
            "--consent",
            "by hand",
        ])
        .exits(0);
    house.run(["--at", BEFORE, "resume", issue]).exits(6);
    assert_eq!(relay.finish().len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_looks_at_the_server_and_its_clock() {
    let Some((_schema, house)) = on_a_server(publication()).await else {
        return;
    };
    let report = house.run(["doctor"]).stdout;
    for line in [
        "opens: PostgreSQL 1",
        "a write is durable there in ",
        "its clock and this machine's show the same time",
    ] {
        assert!(report.contains(line), "{line}: {report}");
    }
    assert!(!report.contains(".daily-note opens"), "{report}");

    let away = house.variable("DAILY_NOTE_STORAGE", "postgres://note@127.0.0.1:1/note");
    let ran = away.run(["doctor"]).exits(3);
    assert!(ran.stdout.contains("127.0.0.1:1"), "{}", ran.shown());
    assert!(!ran.stdout.contains("durable"), "{}", ran.shown());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_is_kept_on_a_server() {
    let Some((_schema, house)) = on_a_server(publication().subscribers(30)).await else {
        return;
    };
    let relay = Relay::start(Duration::ZERO);
    let url = format!("smtp://127.0.0.1:{}?tls=none", relay.port());
    let house = house.variable("DAILY_NOTE_SMTP__URL", &url);
    let serve = Serve::start(&house, "2026-11-29T22:59:58Z");
    serve.wait_for("batch_ended");
    assert_eq!(serve.stop(), Some(0));
    let taken = relay.finish();
    assert_eq!(taken.len(), 30);
    assert!(taken.values().all(|times| *times == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_s_own_tools_do_is_said() {
    let Some((_schema, house)) = on_a_server(publication()).await else {
        return;
    };
    for command in ["backup", "restore"] {
        let refused = house.run([command, "copy.backup"]).exits(2);
        assert!(refused.stderr.contains("pg_dump"), "{}", refused.stderr);
    }
    let (_schema, secretless) = {
        let schema = Schema::new().await.unwrap();
        let address = schema.address();
        (
            schema,
            publication().variable("DAILY_NOTE_STORAGE", &address),
        )
    };
    let issue = "issues/2026-11-30-quiet.md";
    let refused = secretless
        .run(["--at", BEFORE, "send", issue, "--yes"])
        .exits(3);
    assert!(refused.stderr.contains("web.secret"), "{}", refused.stderr);
}
