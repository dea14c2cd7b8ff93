//! What bad input gets: an error with its place and a hint, the contract's exit code, and nothing
//! sent or lost.

use std::{
    fs,
    time::{Duration, Instant},
};

use crate::{
    scripted::{Dot, Mail, ScriptedServer, reply},
    support::TestPublication,
};

const SEND: [&str; 3] = ["send", "2026-11-23-quiet", "--yes"];

/// What `send` says to that publication, which must send nothing.
#[track_caller]
fn refused(publication: &TestPublication, code: i32) -> String {
    let ran = publication.run(SEND).exits(code);
    assert!(ran.stdout.is_empty(), "{}", ran.shown());
    assert_eq!(publication.inbox().len(), 0, "{}", ran.shown());
    ran.shown()
}

/// Each case's words under its name.
fn all_refused(code: i32, cases: Vec<(&str, TestPublication)>) -> String {
    let said = cases.iter().map(|(name, publication)| {
        let ran = publication.run(SEND);
        assert_eq!(ran.code, Some(code), "{name}: {}", ran.shown());
        format!("# {name}\n{}", refused(publication, code))
    });
    said.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_wrong_configuration() {
    let cases = vec![
        ("no file", TestPublication::new().without("daily-note.yaml")),
        (
            "an unknown key",
            TestPublication::new().and_config("smpt: {url: inbox}\n"),
        ),
        (
            "a wrong type",
            TestPublication::new().and_config("smtp: {connections: many}\n"),
        ),
        (
            "a variable that is not set",
            TestPublication::new().and_config("smtp: {url: \"${RELAY}\"}\n"),
        ),
        (
            "no YAML",
            TestPublication::new().config("publication: {name: [\n"),
        ),
        ("not UTF-8", {
            TestPublication::new().file("daily-note.yaml", b"publication: {name: \xff}\n")
        }),
    ];
    insta::assert_snapshot!(all_refused(3, cases));
}

#[test]
fn a_time_zone_that_there_is_not() {
    let publication = TestPublication::new();
    let config = fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
    let publication = publication.config(&config.replace("Europe/London", "Europe/Lodnon"));
    insta::assert_snapshot!(refused(&publication, 3));
}

#[test]
fn a_wrong_front_matter() {
    let issue = |old, new| TestPublication::new().issue_with(old, new);
    let cases = vec![
        (
            "an unknown edition",
            issue("edition: monday", "edition: mondya"),
        ),
        ("an unknown key", issue("status: ready", "satus: ready")),
        (
            "a doubled key",
            issue("status: ready", "status: ready\ntitle: Another"),
        ),
        (
            "a tab",
            issue("status: ready", "status: ready\ntags:\n\t- one"),
        ),
        ("no title", issue("title: A quiet week\n", "")),
        (
            "a date that there is not",
            issue("2026-11-23", "2026-11-31"),
        ),
        ("never closed", issue("---\nHello", "Hello")),
        ("none", {
            TestPublication::new().issue("2026-11-23-quiet.md", "Hello.\n\n## A story\n\nText.\n")
        }),
        ("a draft", issue("status: ready", "status: draft")),
    ];
    insta::assert_snapshot!(all_refused(4, cases));
}

#[test]
fn a_body_that_is_no_issue() {
    let head = "---\ntitle: A\nedition: monday\ndate: 2026-11-23\nstatus: ready\n---\n";
    let body = |body: &[u8]| {
        let text = [head.as_bytes(), body].concat();
        TestPublication::new().issue("2026-11-23-quiet.md", text)
    };
    let cases = vec![
        ("not UTF-8", body(b"Caf\xe9\n\n## A story\n\nText.\n")),
        ("empty", body(b"")),
        (
            "a link to an issue that there is not",
            body(b"Hello.\n\n## A story\n\nSee [[nowhere]].\n"),
        ),
        (
            "an image that there is not",
            body(b"Hello.\n\n## A story\n\n![A cat](cat.png)\n"),
        ),
        (
            "five megabytes",
            body(
                format!(
                    "Hello.\n\n## A story\n\n{}",
                    "Text and text. ".repeat(350_000)
                )
                .as_bytes(),
            ),
        ),
    ];
    insta::assert_snapshot!(all_refused(4, cases));
}

#[test]
fn what_is_odd_and_can_be_sent_is_a_warning() {
    let cases = [
        (
            "no heading",
            TestPublication::new().issue_with("## The one thing\n", ""),
        ),
        (
            "the wrong weekday",
            TestPublication::new().issue_with("2026-11-23", "2026-11-24"),
        ),
    ];
    let check = ["--at", "2026-11-22T12:00:00Z", "check"];
    let said = cases.map(|(name, publication)| {
        let ran = publication.run(check).exits(0);
        format!("# {name}\n{}", ran.shown())
    });
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_no_fault() {
    let publication = TestPublication::new();
    let text = fs::read_to_string(publication.path("issues/2026-11-23-quiet.md")).unwrap();
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let publication = publication.issue("2026-11-23-quiet.md", windows);
    publication.run(SEND).exits(0);
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn an_issue_that_is_not_there() {
    let publication = TestPublication::new();
    let ran = publication
        .run(["send", "2026-11-23-queit", "--yes"])
        .exits(2);
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn a_wrong_list() {
    let list = |text: &str| TestPublication::new().list(text);
    let good = "- email: tom@example.com\n";
    let cases = vec![
        ("no @", list("- email: tom.example.com\n")),
        (
            "twice the same",
            list(&format!("{good}- email: TOM@Example.com\n")),
        ),
        ("a line break in a name", {
            list("- email: tom@example.com\n  name: \"Tom\\r\\nBcc: all@example.com\"\n")
        }),
        (
            "a local part that is not ASCII",
            list("- email: 민지@example.com\n"),
        ),
        (
            "an unknown edition",
            list("- email: tom@example.com\n  editions: [tuesday]\n"),
        ),
        (
            "an unknown key",
            list("- email: tom@example.com\n  nmae: Tom\n"),
        ),
        ("no list", list("tom@example.com\n")),
        (
            "not UTF-8",
            TestPublication::new().list(b"- email: tom@example.com\n  name: \xff\n"),
        ),
    ];
    insta::assert_snapshot!(all_refused(3, cases));
}

#[test]
fn emoji_and_domains_in_every_script_are_no_fault() {
    let list = "- email: tom@예시.example.com\n  name: Tom 🐈\n- email: ana@example.com\n  name: '\"Ana\" <ana>'\n";
    let publication = TestPublication::new().list(list);
    publication.run(SEND).exits(0);
    let all: String = (publication.inbox().iter())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert!(all.contains("@xn--"), "{all}");
}

#[test]
fn a_list_that_lost_half_its_people() {
    let publication = TestPublication::new().subscribers(40);
    publication.run(SEND).exits(0);
    let next = fs::read_to_string(publication.path("issues/2026-11-23-quiet.md")).unwrap();
    let publication = publication
        .issue(
            "2026-11-30-next.md",
            next.replace("2026-11-23", "2026-11-30"),
        )
        .subscribers(20);
    let ran = publication
        .run(["send", "2026-11-30-next", "--yes"])
        .exits(3);
    insta::assert_snapshot!(ran.shown());
    assert_eq!(publication.inbox().len(), 40);
}

#[test]
fn a_list_of_a_hundred_thousand() {
    let publication = TestPublication::new().subscribers(100_000);
    let start = Instant::now();
    let ran = publication
        .run([
            "--at",
            "2026-11-22T12:00:00Z",
            "send",
            "2026-11-23-quiet",
            "--dry-run",
        ])
        .exits(0);
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn a_wrong_template() {
    let template = |name: &str, text: &str| TestPublication::new().file(name, text);
    let cases = vec![
        (
            "a tag that never ends",
            template(
                "templates/email/parts/footer.html",
                "<p>{{ reader.name </p>\n",
            ),
        ),
        (
            "a variable that there is not",
            template(
                "templates/email/parts/footer.html",
                "<p>{{ reader.shoe_size }}</p>\n",
            ),
        ),
    ];
    insta::assert_snapshot!(all_refused(4, cases));
}

#[test]
fn a_state_folder_that_can_t_be_written() {
    // Root may write anywhere; nobody may make a folder where a file is.
    let publication = TestPublication::new().file(".daily-note", "not a folder");
    insta::assert_snapshot!(refused(&publication, 3));
}

#[test]
fn a_relay_that_does_not_listen() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let publication = TestPublication::new()
        .and_config(&format!("smtp: {{url: \"smtp://{closed}?tls=none\"}}\n"));
    insta::assert_snapshot!(refused(&publication, 3));
    // Nothing was frozen: who joins meanwhile gets it too.
    publication.run(["status"]).exits(6);
}

#[test]
fn a_relay_that_wants_tls() {
    let server = ScriptedServer::new()
        .on(Mail, reply("530 5.7.0 Must issue a STARTTLS command first"))
        .start();
    let publication =
        TestPublication::new().and_config(&format!("smtp: {{url: \"{}\"}}\n", server.url()));
    let ran = publication.run(SEND);
    insta::assert_snapshot!(ran.shown());
    assert_eq!(server.taken().len(), 0);
    let status = publication.run(["status", "2026-11-23-quiet", "--json"]);
    insta::assert_snapshot!(status.shown());
}

#[test]
fn a_remote_relay_without_tls_and_no_way_out_for_readers() {
    let cases = vec![
        (
            "AUTH in clear",
            TestPublication::new().and_config(
                "smtp: {url: \"smtp://relay.example.test?tls=none\", user: a, password: b}\n",
            ),
        ),
        ("no unsubscribe", {
            let publication = TestPublication::new();
            let config = fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
            let config = config.replace("  unsubscribe_email: leave@note.example.com\n", "");
            publication.config(&format!(
                "{config}smtp: {{url: smtps://relay.example.test}}\n"
            ))
        }),
    ];
    insta::assert_snapshot!(all_refused(3, cases));
}

#[test]
fn two_sends_at_once() {
    let server = ScriptedServer::new()
        .on(Dot, reply("250 2.0.0 OK").after(Duration::from_secs(3)))
        .start();
    let publication =
        TestPublication::new().and_config(&format!("smtp: {{url: \"{}\"}}\n", server.url()));
    let mut first = publication.start(SEND);
    let deadline = Instant::now() + Duration::from_secs(20);
    while server.connections() < 2 {
        assert!(Instant::now() < deadline, "the first send never began");
        std::thread::sleep(Duration::from_millis(10));
    }
    let second = publication.run(SEND).exits(3);
    insta::assert_snapshot!(second.shown());
    assert!(first.wait().unwrap().success());
    assert_eq!(server.taken().len(), 2);
}
