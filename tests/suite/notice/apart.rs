//! Who can't be told holds up nobody else, and does not go unnoticed.

use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use standardwebhooks::Webhook;

use super::{Hook, SECRET, hook::Call, publication, subjects};
use crate::{
    operating::Daemon,
    scripted::{Data, Dot, Ehlo, Mail, Rcpt, ScriptedServer, reply, stall},
    support::TestPublication,
};

/// Within this every other alarm leaves.
const SOON: Duration = Duration::from_secs(5);
/// Before London's Monday 08:00: a reminder is due at once, another word at the hour.
const BEFORE: &str = "2026-11-23T07:59:45Z";
/// How long it is until the hour then.
const UNTIL_THE_HOUR: Duration = Duration::from_secs(15);
/// What is not about time ends within this.
const PATIENCE: Duration = Duration::from_secs(30);

/// Takes connections and keeps them, with a byte a second where `dribbles`.
fn silent(dribbles: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let kept: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
    let dribbling = Arc::clone(&kept);
    thread::spawn(move || {
        for stream in listener.incoming() {
            kept.lock().unwrap().push(stream.unwrap());
        }
    });
    if dribbles {
        thread::spawn(move || {
            loop {
                for stream in dribbling.lock().unwrap().iter_mut() {
                    let _ = stream.write_all(b"H");
                }
                thread::sleep(Duration::from_secs(1));
            }
        });
    }
    port
}

#[track_caller]
fn within(limit: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(
            started.elapsed() < limit,
            "{what} takes longer than {limit:?}"
        );
        thread::sleep(Duration::from_millis(50));
    }
}

/// A draft, so that there is something to be said of its hour.
fn draft(config: &str) -> TestPublication {
    TestPublication::new()
        .and_config(config)
        .issue_with("status: ready", "status: draft")
}

#[test]
fn a_relay_that_says_nothing_holds_no_webhook_back() {
    for dribbles in [false, true] {
        let hook = Hook::answering(&[204]);
        let publication = draft(&format!(
            "smtp: {{url: 'smtp://127.0.0.1:{}?tls=none'}}\n\
             notify:\n  to: [writer@example.com, desk@example.com]\n  \
             webhook: {{url: '{}', secret: '{SECRET}'}}\n",
            silent(dribbles),
            hook.url()
        ));
        let started = Instant::now();
        let daemon = Daemon::start(&publication, &["--at", BEFORE], &[]);
        within(PATIENCE, "the first event", || !hook.types().is_empty());
        let rest = (UNTIL_THE_HOUR + SOON).saturating_sub(started.elapsed());
        within(rest, "the second event", || hook.types().len() == 2);
        drop(daemon);
        assert_eq!(hook.types(), ["slot.nears", "slot.waits"]);
    }
}

#[test]
fn a_relay_that_falls_silent_at_any_step_holds_no_webhook_back() {
    thread::scope(|scope| {
        for at in [Ehlo, Mail, Rcpt, Data, Dot] {
            scope.spawn(move || {
                let hook = Hook::answering(&[204]);
                let relay = ScriptedServer::new().on(at, stall()).forgiving().start();
                let publication = draft(&format!(
                    "smtp: {{url: '{}'}}\nnotify:\n  to: [writer@example.com]\n  \
                     webhook: {{url: '{}', secret: '{SECRET}'}}\n",
                    relay.url(),
                    hook.url()
                ));
                let started = Instant::now();
                let daemon = Daemon::start(&publication, &["--at", BEFORE], &[]);
                within(PATIENCE, "the first event", || !hook.types().is_empty());
                let rest = (UNTIL_THE_HOUR + SOON).saturating_sub(started.elapsed());
                within(rest, "the second event", || hook.types().len() == 2);
                drop(daemon);
                for call in hook.calls() {
                    verify(&call);
                }
            });
        }
    });
}

#[test]
fn a_hook_that_hangs_dribbles_refuses_or_sends_elsewhere_holds_no_mail_back() {
    let port = |port: u16| format!("http://127.0.0.1:{port}/");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = nobody.local_addr().unwrap().port();
    drop(nobody);
    let answering: Vec<Hook> = [&[302], &[307], &[500], &[401], &[410]]
        .map(|status| Hook::answering(status))
        .into();
    let hooks = [port(silent(false)), port(silent(true)), port(closed)];
    let hooks = hooks.into_iter().chain(answering.iter().map(Hook::url));
    thread::scope(|scope| {
        for hook in hooks {
            scope.spawn(move || {
                let publication = draft(&format!(
                    "notify:\n  to: [writer@example.com]\n  \
                     webhook: {{url: '{hook}', secret: '{SECRET}'}}\n"
                ));
                let started = Instant::now();
                let daemon = Daemon::start(&publication, &["--at", BEFORE], &[]);
                within(PATIENCE, "the first mail", || {
                    !subjects(&publication).is_empty()
                });
                let rest = (UNTIL_THE_HOUR + SOON).saturating_sub(started.elapsed());
                let has_waits = || {
                    let subjects = subjects(&publication);
                    subjects
                        .iter()
                        .filter(|it| !it.contains("can’t be told"))
                        .count()
                        >= 2
                };
                within(rest, "the second mail", has_waits);
                drop(daemon);
            });
        }
    });
}

/// Whether the specification's own library takes it.
fn verify(call: &Call) {
    let mut headers = HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let value = HeaderValue::from_str(&call.header(name)).unwrap();
        headers.insert(HeaderName::from_static(name), value);
    }
    let judge = Webhook::new(SECRET).unwrap();
    judge.verify(call.body.as_bytes(), &headers).unwrap();
    let tampered = call.body.replace("monday", "friday");
    assert!(judge.verify(tampered.as_bytes(), &headers).is_err());
}

#[test]
fn who_refuses_is_told_of_to_the_others_and_shown() {
    let relay = ScriptedServer::new()
        .on(Rcpt, reply("550 5.7.1 not you").to("writer@example.com"))
        .start();
    let hook = Hook::answering(&[204]);
    let publication = draft(&format!(
        "smtp: {{url: '{}'}}\nnotify:\n  to: [writer@example.com, desk@example.com]\n  \
         webhook: {{url: '{}', secret: '{SECRET}'}}\n",
        relay.url(),
        hook.url()
    ));
    let daemon = Daemon::start(&publication, &["--at", "2026-11-23T06:00:00Z"], &[]);
    within(PATIENCE, "the word about it", || hook.types().len() == 2);
    within(PATIENCE, "the mail about it", || relay.taken().len() == 2);
    let ails = daemon.wait_for("/readyz", |status, _| status == 503);
    assert!(ails.contains("notices to somebody are failing"), "{ails}");
    daemon.wait_for("/metrics", |_, page| {
        page.contains("daily_note_notices_given_up{target=\"w***@example.com\"} 1\n")
    });
    drop(daemon);
    let lost = hook.calls().pop().unwrap().json();
    assert_eq!(lost["type"], "notice.given_up");
    assert_eq!(lost["data"]["target"], "w***@example.com");
    assert!(lost["data"]["reason"].as_str().unwrap().contains("not you"));
    let ran = publication.run(["--at", "2026-11-23T06:00:30Z", "status"]);
    assert!(
        ran.stderr
            .contains("notices to w***@example.com are failing: a notice was given up"),
        "{}",
        ran.shown()
    );
}

#[test]
fn the_specifications_own_library_verifies_every_event_of_a_rehearsal_too() {
    let hook = Hook::answering(&[500, 204]);
    let publication = publication(Some(&hook));
    for at in ["2026-11-23T08:00:05Z", "2026-11-23T08:10:00Z"] {
        publication.run(["--at", at, "send", "--due"]);
    }
    let calls = hook.calls();
    assert_eq!(calls.len(), 3);
    calls.iter().for_each(verify);
    // What may arrive in another order has its place, and a further try keeps it.
    let sequences: Vec<(String, i64)> = calls
        .iter()
        .map(|call| {
            let document = call.json();
            let kind = document["type"].as_str().unwrap().to_owned();
            (kind, document["sequence"].as_i64().unwrap())
        })
        .collect();
    let of = |kind: &str| -> Vec<i64> {
        let own = sequences.iter().filter(|(it, _)| it == kind);
        own.map(|(_, sequence)| *sequence).collect()
    };
    let (began, ended) = (of("batch.began"), of("batch.ended"));
    assert!(began.iter().max() < ended.iter().min(), "{sequences:?}");
    assert!(
        began.iter().chain(&ended).all(|it| *it > 0),
        "{sequences:?}"
    );
}
