//! What a person is told before an issue goes out; `check`, the dry run and `send` say the same.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
    time::Duration,
};

use crate::{
    crash::relay::Relay,
    support::{Ran, TestPublication, left_out},
};

const ISSUE: &str = "2026-11-23-quiet";
/// Eight days before the issue's hour.
const EARLY: [&str; 2] = ["--at", "2026-11-15T08:00:00Z"];

fn with_relay(publication: TestPublication, relay: &Relay) -> TestPublication {
    let url = format!("smtp://127.0.0.1:{}?tls=none", relay.port());
    publication.variable("DAILY_NOTE_SMTP__URL", &url)
}

fn at<'a>(publication: &TestPublication, line: impl IntoIterator<Item = &'a str>) -> Ran {
    publication.run(EARLY.into_iter().chain(line))
}

/// Types an answer at `send` on a terminal, and answers all that stood there.
fn asked(publication: &TestPublication, options: &[&str], answer: &str) -> Option<String> {
    if !fs::exists("/usr/bin/script").unwrap() {
        left_out("util-linux' script is not installed");
        return None;
    }
    let line: Vec<&str> = options.iter().copied().chain(["send", ISSUE]).collect();
    let plain = publication.command(&line);
    let words = [plain.get_program().to_str().unwrap()]
        .into_iter()
        .chain(line.iter().copied())
        .collect::<Vec<_>>()
        .join(" ");
    let mut command = Command::new("/usr/bin/script");
    command.args(["-qec", &words, "/dev/null"]);
    command.current_dir(publication.path("")).env_clear();
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.env("NO_COLOR", "1").env("TERM", "xterm");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut keyboard = child.stdin.take().unwrap();
    writeln!(keyboard, "{answer}").unwrap();
    let screen = child.wait_with_output().unwrap().stdout;
    drop(keyboard);
    Some(String::from_utf8(screen).unwrap().replace("\r\n", "\n"))
}

#[test]
fn a_person_is_asked_with_the_facts_and_a_no_sends_nothing() {
    let relay = Relay::start(Duration::ZERO);
    let publication = with_relay(
        TestPublication::new().issue_with(
            "## The one thing\n",
            "## The one thing\n\n#### Deep\n\nText.\n",
        ),
        &relay,
    );
    let Some(screen) = asked(&publication, &EARLY, "n") else {
        return;
    };
    for fact in [
        "A quiet week",
        "edition      Monday (monday) of 2026-11-23, Monday",
        "8 days early: its hour is 2026-11-23 08:00",
        "readers      2",
        "from         The Note <hello@note.example.com>",
        "leaves by    the relay 127.0.0.1:",
        ": a rehearsal",
        "warning",
        "Rehearse it with 2 readers?",
        "Nothing was sent.",
    ] {
        assert!(screen.contains(fact), "{fact:?} is not in\n{screen}");
    }
    at(&publication, ["status"]).exits(6);

    // By the true clock it is no rehearsal, and late.
    let screen = asked(&publication, &[], "y").unwrap();
    assert!(screen.contains("Send it to 2 readers?"), "{screen}");
    assert!(
        screen.contains("late: its hour was 2026-11-23 08:00"),
        "{screen}"
    );
    assert!(screen.contains("[sender/example-address]"), "{screen}");
    assert_eq!(relay.finish().len(), 2);
}

#[test]
fn a_dry_run_tells_a_program_the_same() {
    let publication = TestPublication::new();
    let told = at(&publication, ["send", ISSUE, "--dry-run", "--json"])
        .exits(0)
        .json();
    assert_eq!(told["slot"], "2026-11-23T08:00:00Z");
    let early = told["early_seconds"].as_i64().unwrap();
    assert!((8 * 86_400 - 120..=8 * 86_400).contains(&early), "{early}");
    for (key, value) in [
        ("relay", "inbox".into()),
        ("rehearsal", true.into()),
        ("draft", false.into()),
        ("readers", 2.into()),
        ("date", "2026-11-23".into()),
        ("batch", serde_json::Value::Null),
    ] {
        assert_eq!(told[key], value, "{key}: {told}");
    }
    assert!(told["message_bytes"].as_u64().unwrap() > 10_000);
}

/// Each with what `check`, a dry run and `send` exit with, and a word that all three say.
#[test]
fn check_the_dry_run_and_send_agree() {
    let relay = Relay::start(Duration::ZERO);
    let no_way_out = || {
        let publication = TestPublication::new();
        let config = fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
        publication.config(&config.replace("  unsubscribe_email: leave@note.example.com\n", ""))
    };
    let slot_sent = || {
        let publication = TestPublication::new();
        publication.run(["send", ISSUE, "--yes"]).exits(0);
        let text = fs::read_to_string(publication.path("issues/2026-11-23-quiet.md")).unwrap();
        let text = text.replace("status: ready", "status: ready\nid: other");
        publication.without("issues/2026-11-23-quiet.md").issue(
            "2026-11-23-other.md",
            text.replace("happened", "never happened"),
        )
    };
    let broken = TestPublication::new().issue_with("https://example.com/report", "javascript:x");
    let real = |publication| with_relay(publication, &relay);
    // Without a way out nobody is mailed; the inbox is nobody.
    for (publication, issue, codes, word) in [
        (
            real(no_way_out()),
            ISSUE,
            [4, 3, 3],
            "no way to unsubscribe",
        ),
        (no_way_out(), ISSUE, [0, 0, 0], ""),
        (
            slot_sent(),
            "2026-11-23-other",
            [4, 3, 3],
            "monday-2026-11-23",
        ),
        (broken, ISSUE, [4, 4, 4], "javascript"),
    ] {
        // The check is of what is to come; what a person sends now goes whatever its date.
        let check = publication.run(["--at", "2026-11-22T08:00:00Z", "check", issue]);
        let check = match word {
            // A pretended clock and a sink for tests are a rehearsal: the true clock looks ahead too.
            "no way to unsubscribe" => {
                let text =
                    fs::read_to_string(publication.path("issues/2026-11-23-quiet.md")).unwrap();
                fs::write(
                    publication.path("issues/2031-01-06-quiet.md"),
                    text.replace("2026-11-23", "2031-01-06"),
                )
                .unwrap();
                publication.run(["check", "2031-01-06-quiet"])
            }
            _ => check,
        };
        let dry_run = publication.run(["send", issue, "--dry-run"]);
        let send = publication.run(["send", issue, "--yes"]);
        for (ran, code) in [check, dry_run, send].into_iter().zip(codes) {
            let ran = ran.exits(code);
            assert!(ran.shown().contains(word), "{word}: {}", ran.shown());
        }
    }
    assert!(relay.finish().is_empty());
}

#[test]
fn a_finished_batch_has_nobody_left_in_a_dry_run_either() {
    let publication = TestPublication::new();
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    publication
        .run(["subscribers", "add", "late@example.com"])
        .exits(0);
    let dry_run = publication.run(["send", ISSUE, "--dry-run"]).exits(6);
    let shown = dry_run.shown();
    assert!(shown.contains("readers      0 of the 2"), "{shown}");
    assert!(
        shown.contains("its batch    finished: 2 accepted"),
        "{shown}"
    );
    assert!(shown.contains("nothing is left to do"), "{shown}");
    let told = publication
        .run(["send", ISSUE, "--dry-run", "--json"])
        .exits(6)
        .json();
    assert_eq!(told["readers"], 0);
}

#[test]
fn a_draft_can_be_tried_dry_and_is_not_sent() {
    let publication = TestPublication::new().issue_with("status: ready", "status: draft");
    let dry_run = publication.run(["send", ISSUE, "--dry-run"]).exits(0);
    assert!(
        dry_run.stdout.contains("a draft: `send` refuses it"),
        "{}",
        dry_run.shown()
    );
    publication.run(["send", ISSUE, "--yes"]).exits(4);
    assert!(publication.inbox().is_empty());
}

/// One of ten waits for a mailbox that is full; then the issue's file goes.
#[test]
fn of_a_batch_whose_file_is_gone_the_dry_run_says_what_send_would_do() {
    use crate::scripted::{At::Rcpt, ScriptedServer, reply};
    let server = ScriptedServer::new()
        .on(Rcpt, reply("452 4.2.2 mailbox full").to("reader3@"))
        .start();
    let publication = TestPublication::new()
        .subscribers(10)
        .and_config("smtp: {connections: 1}\n")
        .variable("DAILY_NOTE_SMTP__URL", &server.url());
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    let dry = |exit| publication.run(["send", ISSUE, "--dry-run"]).exits(exit);
    let before = dry(0).stdout;
    let file = publication.path("issues/2026-11-23-quiet.md");
    let text = fs::read(&file).unwrap();
    // Gone, and broken: either way the batch goes on with what it was frozen with.
    for broken in [None, Some("---\ntitle: [\n---\n")] {
        match broken {
            Some(broken) => fs::write(&file, broken).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let told = dry(0).stdout;
        for fact in [
            "edition ",
            "when ",
            "readers ",
            "from ",
            "leaves by ",
            "its batch ",
        ] {
            let line = |text: &str| {
                let line = text.lines().find(|line| line.trim().starts_with(fact));
                line.unwrap_or_else(|| panic!("{fact}: {text}")).to_owned()
            };
            assert_eq!(line(&told), line(&before));
        }
        assert!(told.contains("its file is gone"), "{told}");
        let json = publication
            .run(["send", ISSUE, "--dry-run", "--json"])
            .exits(0)
            .json();
        assert_eq!(
            (&json["readers"], &json["batch"]["state"]),
            (&1.into(), &"open".into())
        );
    }
    // It is stopped, and ended, by the name that people type.
    let both_say = |exit, words: &str| {
        for ran in [
            dry(exit),
            publication.run(["send", ISSUE, "--yes"]).exits(exit),
        ] {
            assert!(ran.stderr.contains(words), "{}", ran.shown());
        }
    };
    publication.run(["pause", ISSUE]).exits(0);
    both_say(5, "is paused: a person paused it");
    publication.run(["cancel", ISSUE, "--yes"]).exits(0);
    both_say(6, "was cancelled; nothing is left to do");
    fs::write(&file, text).unwrap();
    // A name that nothing goes by is still none.
    publication
        .run(["send", "2026-01-01-none", "--dry-run"])
        .exits(2);
}
