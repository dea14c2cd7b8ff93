//! Whole reports, as they stand before a person.

use std::fs;

use daily_note::{
    app::App,
    clock::Clock,
    doctor::{CheckTopic, CheckVerdict},
};

use super::{
    SIGNING, about, examined,
    fake_dns::{FakeDns, HEALTHY},
    publication, seen_by_doctor, text, worst,
};
use crate::scripted::{Auth, Mail, ScriptedServer, reply};

#[tokio::test]
async fn a_healthy_sender_is_told_so() {
    let report = examined(
        &publication(SIGNING),
        "mail.example.com",
        &FakeDns::new(HEALTHY),
    )
    .await;
    insta::assert_snapshot!(text(&report));
    assert_eq!(
        report.count(CheckVerdict::Bad) + report.count(CheckVerdict::Care),
        0
    );
}

#[tokio::test]
async fn a_sender_who_has_published_nothing_is_told_what_to_publish() {
    let report = examined(&publication(""), "mail.example.com", &FakeDns::new("")).await;
    insta::assert_snapshot!(text(&report));
    assert_eq!(report.verdict(), CheckVerdict::Bad);
}

#[tokio::test]
async fn a_silent_dns_is_no_verdict() {
    let silent = "
        example.com SERVFAIL
        note._domainkey.example.com SERVFAIL
        _dmarc.example.com SERVFAIL
        mail.example.com SERVFAIL
    ";
    let report = examined(
        &publication(SIGNING),
        "mail.example.com",
        &FakeDns::new(silent),
    )
    .await;
    for topic in [
        CheckTopic::Spf,
        CheckTopic::Dkim,
        CheckTopic::Dmarc,
        CheckTopic::Mx,
        CheckTopic::ReverseDns,
    ] {
        assert_eq!(
            worst(&report, topic),
            CheckVerdict::Unknown,
            "{}",
            about(&report, topic)
        );
    }
}

/// A publication on disk that sends to that relay.
fn app(smtp: &str) -> (tempfile::TempDir, App) {
    let root = tempfile::tempdir().unwrap();
    let yaml = format!(
        "publication: {{name: Note, language: en, timezone: UTC, from: hello@example.com}}\n\
         editions:\n  monday: {{title: Monday, topic: all, day: mon, time: '08:00'}}\n\
         smtp: {smtp}\n"
    );
    fs::write(root.path().join("daily-note.yaml"), yaml).unwrap();
    let app = App::open(Some(root.path()), Clock::System).unwrap();
    (root, app)
}

#[tokio::test]
async fn the_embedded_inbox_asks_nothing_of_dns() {
    let (_root, app) = app("{url: inbox}");
    let report = seen_by_doctor(&app, "").await;
    assert_eq!(report.count(CheckVerdict::Bad), 0, "{}", text(&report));
    let relay = about(&report, CheckTopic::Relay);
    assert!(relay.contains("mail stays on this machine"), "{relay}");
    assert!(
        report
            .checks
            .iter()
            .all(|check| check.topic != CheckTopic::Spf)
    );
    assert_eq!(worst(&report, CheckTopic::Clock), CheckVerdict::Unknown);
}

#[tokio::test]
async fn a_relay_on_this_machine_is_tried_and_dns_is_only_advice() {
    let server = ScriptedServer::new().offering(&["SIZE 5000000"]).start();
    let (_root, app) = app(&format!("{{url: '{}'}}", server.url()));
    let report = seen_by_doctor(&app, "").await;
    insta::assert_snapshot!(
        about(&report, CheckTopic::Relay).replace(&server.addr().port().to_string(), "PORT")
    );
    assert_eq!(worst(&report, CheckTopic::Spf), CheckVerdict::Care);
    let last = server.transcript(1).pop().unwrap();
    assert!(last.contains("221"), "it says goodbye: {last}");
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn a_wrong_password_is_found_before_the_morning() {
    let server = ScriptedServer::new()
        .starttls()
        .credentials("note", "right")
        .on(Auth, reply("535 5.7.8 Wrong"))
        .start();
    let url = server.url().replace("smtp://", "smtp://note:wrong@");
    let ca = server.ca_file().display();
    let (_root, app) = app(&format!("{{url: '{url}', ca_file: '{ca}'}}"));
    let report = seen_by_doctor(&app, "").await;
    insta::assert_snapshot!(about(&report, CheckTopic::Relay));
    assert_eq!(report.verdict(), CheckVerdict::Bad);
    assert!(!text(&report).contains("wrong@"));
}

#[tokio::test]
async fn a_token_is_tried_before_the_morning() {
    let valid = std::sync::Arc::new(std::sync::Mutex::new("fresh".to_owned()));
    let server = ScriptedServer::new()
        .starttls()
        .tokens("note", "XOAUTH2", &valid)
        .start();
    let smtp = |token: &str| {
        let (url, ca) = (server.url(), server.ca_file().display().to_string());
        format!("{{url: '{url}', ca_file: '{ca}', user: note, {token}}}")
    };
    let mut told = String::new();
    for token in [
        "token_command: echo fresh",
        "token_command: echo stale-s3cret",
        "token_command: echo s3cret >&2; exit 1",
        "token_file: keys/token",
    ] {
        let (root, app) = app(&smtp(token));
        let report = seen_by_doctor(&app, "").await;
        let here = root.path().display().to_string();
        told.push_str(&about(&report, CheckTopic::Relay).replace(&here, "HERE"));
        told.push('\n');
    }
    assert!(!told.contains("s3cret"), "{told}");
    insta::assert_snapshot!(told.replace(&server.addr().port().to_string(), "PORT"));
}

#[tokio::test]
async fn a_sender_whom_the_relay_does_not_want_is_found_before_the_morning() {
    let server = ScriptedServer::new()
        .on(Mail, reply("530 5.7.0 Authentication required"))
        .start();
    let (_root, app) = app(&format!("{{url: '{}'}}", server.url()));
    let relay = about(&seen_by_doctor(&app, "").await, CheckTopic::Relay);
    assert!(
        relay.contains("it refuses mail from hello@example.com: “530 5.7.0"),
        "{relay}"
    );
    assert!(
        relay.contains("put user and password into smtp.url"),
        "{relay}"
    );
}

#[tokio::test]
async fn a_template_with_an_error_is_found_before_the_morning() {
    let (root, app) = app("{url: inbox}");
    let folder = root.path().join("templates/email");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("issue.html"), "{% if %}").unwrap();
    let report = seen_by_doctor(&app, "").await;
    assert_eq!(
        worst(&report, CheckTopic::Templates),
        CheckVerdict::Bad,
        "{}",
        text(&report)
    );
}
