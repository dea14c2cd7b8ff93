//! Relays with faults under `serve` and `send --due`: what `send` bears, these bear too.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::harness::{Serve, git, publication, wait_until};
use crate::{
    scripted::{At::*, Plan, ScriptedServer, raw, reply},
    support::TestPublication,
};

const AT_THE_HOUR: &str = "2026-11-29T23:00:05Z";
const COMMANDS: [&[&str]; 2] = [&["serve", "--json"], &["send", "--due", "--json"]];

/// A publication with so many readers whose relay that server is, by one connection.
fn sending_to(server: &ScriptedServer, readers: usize) -> TestPublication {
    // A certificate is asked for on this machine too.
    let url = match server.url() {
        url if server.has_tls() && url.starts_with("smtp:") => format!("{url}?tls=required"),
        url => url,
    };
    let publication = publication()
        .subscribers(readers)
        .variable("DAILY_NOTE_SMTP__URL", &url)
        .variable("DAILY_NOTE_SMTP__CONNECTIONS", "1");
    match server.has_tls() {
        true => {
            let ca_file = server.ca_file().display().to_string();
            publication.variable("DAILY_NOTE_SMTP__CA_FILE", &ca_file)
        }
        false => publication,
    }
}

fn at_the_hour(publication: &TestPublication, command: &[&str]) -> Command {
    // What git knows so is whole, and is not waited for.
    git(&publication.path(""), &["add", "-A"]);
    let line = command.iter().copied().chain(["--at", AT_THE_HOUR]);
    publication.command(line)
}

fn row(publication: &TestPublication) -> serde_json::Value {
    let status = publication.run(["status", "--json", "--at", AT_THE_HOUR]);
    status.json()[0].clone()
}

/// Runs it until the batch has its end, and answers what it told.
fn events_of(publication: &TestPublication, command: &[&str]) -> Vec<serde_json::Value> {
    let running = Serve::spawn(&mut at_the_hour(publication, command));
    wait_until(
        || row(publication)["state"] == "finished",
        "the batch's end",
    );
    let told = running.told();
    running.stop();
    told
}

#[test]
fn one_poisoned_reader_is_named_and_all_others_have_it() {
    for command in COMMANDS {
        for (at, answer) in [
            (Dot, "552 5.2.2 Mailbox full"),
            (Dot, "550 5.1.1 User unknown"),
            (Dot, "554 Message rejected: Email address is not verified"),
            (Data, "554 5.7.1 Refused by this recipient"),
            (Rcpt, "550 5.7.1 Policy"),
        ] {
            let server = ScriptedServer::new()
                .on(at, reply(answer).to("reader7@"))
                .forgiving()
                .start();
            let publication = sending_to(&server, 40);
            events_of(&publication, command);
            assert_eq!(server.recipients().len(), 39, "{command:?} {answer}");
            let status = publication.run([
                "status",
                "monday-2026-11-30",
                "--failed",
                "--at",
                AT_THE_HOUR,
            ]);
            assert!(
                status
                    .stdout
                    .contains(&format!("reader7@example.com  {answer}")),
                "{command:?}: {}",
                status.shown()
            );
            assert_eq!(row(&publication)["state"], "finished", "{command:?}");
        }
    }
}

/// Half of the readers at a provider that refuses everybody once it has taken so many.
fn bad_hour(after: usize) -> Plan {
    let mut seen = 0;
    ScriptedServer::new().on(
        Rcpt,
        reply("550 5.1.1 No such user").when(move |recipient| {
            seen += usize::from(recipient.contains("@big."));
            recipient.contains("@big.") && seen > after
        }),
    )
}

#[test]
fn a_providers_bad_hour_marks_nobody() {
    for command in COMMANDS {
        let server = bad_hour(20).forgiving().start();
        let list: String = (1..=120)
            .map(|n| match n % 2 {
                0 => format!("- email: reader{n}@big.example.com\n"),
                _ => format!("- email: reader{n}@d{}.example.com\n", n % 5),
            })
            .collect();
        let publication = sending_to(&server, 1).list(list);
        let running = Serve::spawn(&mut at_the_hour(&publication, command));
        wait_until(
            || row(&publication)["counts"]["accepted"].as_u64() >= Some(80),
            "the others",
        );
        wait_until(
            || row(&publication)["counts"]["deferred"].as_u64() >= Some(1),
            "who is held",
        );
        running.stop();
        let counts = row(&publication)["counts"].clone();
        assert_eq!(counts["rejected"], 0, "{command:?}: {counts}");
        let suppressed = publication.run(["suppressions", "list", "--at", AT_THE_HOUR]);
        assert!(
            !suppressed.stdout.contains("@big."),
            "{command:?}: {}",
            suppressed.stdout
        );
    }
}

#[test]
fn a_relay_that_says_too_fast_is_given_its_pace_and_all_have_it() {
    for command in COMMANDS {
        let server = ScriptedServer::new()
            .on(
                Rcpt,
                reply("450 4.7.1 Error: too many recipients")
                    .skip(10)
                    .times(3),
            )
            .forgiving()
            .start();
        let publication = sending_to(&server, 40);
        events_of(&publication, command);
        let counts = row(&publication)["counts"].clone();
        assert_eq!(counts["accepted"], 40, "{command:?}: {counts}");
        assert_eq!(server.recipients().len(), 40, "{command:?}");
    }
}

#[test]
fn a_bad_machine_of_the_relay_s_in_the_middle_is_an_alarm_and_all_have_it() {
    let bare = || raw(b"250-scripted.example.com\r\n250 SIZE 104857600\r\n");
    for command in COMMANDS {
        for plan in [
            ScriptedServer::new().starttls().impostor_on([3, 4]),
            ScriptedServer::new().implicit_tls().impostor_on([3, 4]),
            ScriptedServer::new()
                .starttls()
                .on(Ehlo, bare().connection(3))
                .on(Ehlo, bare().connection(4)),
        ] {
            let server = plan.forgiving().start();
            let publication = sending_to(&server, 12)
                .variable("DAILY_NOTE_SMTP__MESSAGES_PER_CONNECTION", "5")
                .variable("DAILY_NOTE_DELIVERY__RELAY_BACKOFF_FIRST", "50ms");
            let told = events_of(&publication, command);
            assert_eq!(row(&publication)["counts"]["accepted"], 12, "{command:?}");
            let troubles: Vec<_> = told
                .iter()
                .filter(|event| event["event"] == "relay_trouble")
                .collect();
            if command[0] == "serve" {
                assert_eq!(troubles.len(), 1, "{told:?}");
            }
            for connection in [3, 4] {
                let said = server.transcript(connection);
                assert!(
                    !said.iter().any(|line| line.starts_with("C: MAIL")),
                    "{said:?}"
                );
            }
        }
    }
}

#[test]
fn a_token_is_read_anew_at_each_login_and_never_told() {
    let valid = Arc::new(Mutex::new("first-s3cret".to_owned()));
    for command in COMMANDS {
        *valid.lock().unwrap() = "first-s3cret".to_owned();
        let server = ScriptedServer::new()
            .starttls()
            .tokens("news@example.com", "XOAUTH2 OAUTHBEARER", &valid)
            .on(Dot, reply("250 2.0.0 OK").after(Duration::from_millis(30)))
            .forgiving()
            .start();
        let publication = sending_to(&server, 30)
            .file("token", "first-s3cret\n")
            .and_config(
                "smtp: {user: news@example.com, token_command: 'cat token', messages_per_connection: 5}\n",
            )
            .variable("DAILY_NOTE_DELIVERY__RELAY_BACKOFF_FIRST", "50ms");
        let publication = Arc::new(publication);
        let renewing = {
            let (publication, valid) = (Arc::clone(&publication), Arc::clone(&valid));
            move || {
                *valid.lock().unwrap() = "second-s3cret".to_owned();
                thread::sleep(Duration::from_millis(300));
                fs::write(publication.path("token"), "second-s3cret\n").unwrap();
            }
        };
        let running = Serve::spawn(&mut at_the_hour(&publication, command));
        wait_until(|| server.recipients().len() > 3, "the first messages");
        renewing();
        wait_until(|| server.recipients().len() == 30, "everybody");
        let told = format!("{:?}", running.told());
        running.stop();
        assert!(!told.contains("s3cret"), "{told}");
    }
}

/// What serve waits for is put in place; answers how long it took until all had it.
fn fixed_in(serve: &Serve, server: &ScriptedServer, fix: impl FnOnce()) -> Duration {
    // Long enough that the rests have grown beyond what is looked at by itself.
    thread::sleep(Duration::from_secs(17));
    assert!(server.taken().is_empty() && !serve.has_told("batch_ended"));
    fix();
    let started = Instant::now();
    wait_until(|| serve.has_told("batch_ended"), "the batch's end");
    started.elapsed()
}

#[test]
fn a_key_a_certificate_and_a_token_put_in_place_are_noticed_within_seconds() {
    let elsewhere = tempfile::tempdir().unwrap();
    let put = |name: &str| elsewhere.path().join(name);
    let key = daily_note::message::dkim::NewKey::rsa().unwrap();
    let dkim = format!(
        "smtp: {{dkim: {{domain: note.example.com, selector: s1, key_file: '{}'}}}}\n",
        put("dkim.pem").display()
    );
    let valid = Arc::new(Mutex::new("fresh".to_owned()));
    let with_token = ScriptedServer::new()
        .starttls()
        .tokens("news@example.com", "XOAUTH2", &valid)
        .forgiving()
        .start();
    let token = format!(
        "smtp: {{user: news@example.com, token_file: '{}'}}\n",
        put("token").display()
    );
    let with_tls = ScriptedServer::new().implicit_tls().forgiving().start();
    let in_clear = ScriptedServer::new().start();
    thread::scope(|scope| {
        scope.spawn(|| {
            let publication = sending_to(&in_clear, 3).and_config(&dkim);
            let serve = Serve::spawn(&mut at_the_hour(&publication, COMMANDS[0]));
            serve.wait_for("issue_refused");
            let write = || fs::write(put("dkim.pem"), &key.pem).unwrap();
            let took = fixed_in(&serve, &in_clear, write);
            assert!(took < Duration::from_secs(15), "the key: {took:?}");
            drop(serve);
            // It can be read by everybody, which both say.
            let open = fs::Permissions::from_mode(0o644);
            fs::set_permissions(put("dkim.pem"), open).unwrap();
            let chmod = format!("chmod 600 {}", put("dkim.pem").display());
            let publication = publication.issue("2026-12-07-next.md", next_issue());
            for command in [["check", "--at"], ["doctor", "--at"]] {
                let said = publication.run(command.into_iter().chain([AT_THE_HOUR]));
                assert!(said.shown().contains(&chmod), "{}", said.shown());
            }
        });
        scope.spawn(|| {
            let publication = sending_to(&with_token, 3).and_config(&token);
            let serve = Serve::spawn(&mut at_the_hour(&publication, COMMANDS[0]));
            serve.wait_for("relay_away");
            let write = || fs::write(put("token"), "fresh").unwrap();
            let took = fixed_in(&serve, &with_token, write);
            assert!(took < Duration::from_secs(15), "the token: {took:?}");
        });
        scope.spawn(|| {
            let ca_file = put("ca.pem").display().to_string();
            let publication =
                sending_to(&with_tls, 3).variable("DAILY_NOTE_SMTP__CA_FILE", &ca_file);
            let serve = Serve::spawn(&mut at_the_hour(&publication, COMMANDS[0]));
            serve.wait_for("relay_away");
            let copy = || {
                fs::copy(with_tls.ca_file(), put("ca.pem")).unwrap();
            };
            let took = fixed_in(&serve, &with_tls, copy);
            assert!(took < Duration::from_secs(15), "the certificate: {took:?}");
        });
    });
}

fn next_issue() -> String {
    super::harness::issue("2026-12-07", "ready")
}

/// A moment so many days and hours after the slot's.
fn later(days: i64, hours: i64) -> String {
    let hour: DateTime<Utc> = AT_THE_HOUR.parse().unwrap();
    (hour + TimeDelta::days(days) + TimeDelta::hours(hours)).to_rfc3339()
}

#[test]
fn a_clock_that_jumps_doubles_nobody_strands_nobody_and_gives_nobody_up() {
    let send: &[&str] = &["send", "monday-2026-11-30", "--yes", "--json"];
    for command in COMMANDS.into_iter().chain([send]) {
        let is_busy = Arc::new(AtomicBool::new(true));
        let refuses = Arc::clone(&is_busy);
        let busy = reply("451 4.7.1 Greylisted").when(move |recipient| {
            recipient.contains("reader1@") && refuses.load(Ordering::SeqCst)
        });
        let server = ScriptedServer::new().on(Rcpt, busy).forgiving().start();
        let publication = sending_to(&server, 6);
        git(&publication.path(""), &["add", "-A"]);
        let run_at = |at: &str, is_over: &dyn Fn() -> bool| {
            let line = command.iter().copied().chain(["--at", at]);
            let running = Serve::spawn(&mut publication.command(line));
            match command[0] {
                "serve" => {
                    let started = Instant::now();
                    while !is_over() && started.elapsed() < Duration::from_secs(60) {
                        thread::sleep(Duration::from_millis(50));
                    }
                    running.stop();
                }
                _ => {
                    running.wait();
                }
            }
        };
        run_at(AT_THE_HOUR, &|| {
            row(&publication)["counts"]["deferred"] == 1
        });
        assert_eq!(server.recipients().len(), 5, "{command:?}");
        for days in [3, -3, 1_000, -1_000] {
            let started = Instant::now();
            let is_over = || started.elapsed() > Duration::from_secs(2);
            run_at(&later(days, 0), &is_over);
            let counts = row(&publication)["counts"].clone();
            let why = format!("{command:?}, {days} days: {counts}");
            assert_eq!(
                (&counts["rejected"], &counts["unknown"]),
                (&0.into(), &0.into()),
                "{why}"
            );
            assert_eq!(counts["accepted"], 5, "{why}");
        }
        is_busy.store(false, Ordering::SeqCst);
        run_at(&later(0, 8), &|| server.recipients().len() == 6);
        let got: BTreeSet<String> = server.recipients().into_iter().collect();
        assert_eq!(
            (got.len(), server.recipients().len()),
            (6, 6),
            "{command:?}"
        );
        assert_eq!(row(&publication)["state"], "finished", "{command:?}");
    }
}
