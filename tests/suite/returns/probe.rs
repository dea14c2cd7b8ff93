//! `doctor`'s probe through the return path: by the mailbox of another server, with and without a `serve` that reads it,
//! and where no probe can go.

use std::{sync::Arc, thread};

use daily_note::{app::App, clock::Clock, doctor::CheckTopic};

use super::{
    dovecot::{Dovecot, Way},
    harness::*,
};
use crate::{
    doctor::{about, seen_by_doctor},
    scripted::ScriptedServer,
    support::TestPublication,
};

/// What `doctor` says of the way back, where the relay's mail comes to the mailbox.
async fn told_of_returns(
    publication: &TestPublication,
    relay: &Arc<ScriptedServer>,
    to: Option<&Arc<Dovecot>>,
) -> String {
    let app = App::open(Some(&publication.path("")), Clock::System).unwrap();
    let before = relay.taken().len();
    if let Some(dovecot) = to {
        let (relay, dovecot) = (Arc::clone(relay), Arc::clone(dovecot));
        thread::spawn(move || {
            wait_until("no probe was sent", || relay.taken().len() > before);
            let probe = &relay.taken()[before];
            let mail = format!(
                "Delivered-To: {}\n{}",
                probe.recipient,
                String::from_utf8_lossy(&probe.bytes)
            );
            dovecot.deliver(
                &format!("probe-{before}"),
                mail.replace("\r\n", "\n").as_bytes(),
            );
        });
    }
    let report = seen_by_doctor(&app, "").await;
    about(&report, CheckTopic::Returns)
}

fn with_relay(relay: &ScriptedServer, more: &str) -> TestPublication {
    let smtp = format!(
        "smtp: {{url: '{}', bounce_domain: bounce.example.com}}\n",
        relay.url()
    );
    let config = CONFIGURATION.replace("smtp: {bounce_domain: bounce.example.com}\n", &smtp);
    publication(&["well@example.com"])
        .config(&config)
        .and_config(more)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_comes_back_by_the_mailbox_of_another_server() {
    let Some(dovecot) = Dovecot::start(Way::Tls) else {
        return;
    };
    let (dovecot, relay) = (Arc::new(dovecot), Arc::new(ScriptedServer::new().start()));
    let publication = with_relay(&relay, &dovecot.setting());
    let told = told_of_returns(&publication, &relay, Some(&dovecot)).await;
    assert!(
        told.contains("lay in the mailbox of bounces.imap after"),
        "{told}"
    );
    assert_eq!(dovecot.count(""), 1, "a look takes nothing away");
    let served = Served::start(&publication);
    wait_until("the mailbox is not emptied", || dovecot.count("") == 0);
    let told = told_of_returns(&publication, &relay, Some(&dovecot)).await;
    assert!(told.contains("came back after"), "{told}");
    served.kill();
    assert_eq!(reports(&publication), 2, "two probes");
    let wrong = dovecot.setting().replace("secret", "a-guess");
    let told = told_of_returns(&with_relay(&relay, &wrong), &relay, None).await;
    assert!(
        told.contains("Care") && told.contains("refuses the login"),
        "{told}"
    );
    assert!(!told.contains("a-guess"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_alone_are_said_to_be_beyond_a_probe() {
    let relay = Arc::new(ScriptedServer::new().start());
    let hooks =
        "bounces: {hooks: {postmark: {user: note, password: a password that is long enough}}}\n";
    let web = "web: {base_url: 'https://news.example.test', probe: off}\n";
    let publication = with_relay(&relay, &format!("{web}{hooks}"));
    let told = told_of_returns(&publication, &relay, None).await;
    assert!(told.contains("Unknown"), "{told}");
    assert!(told.contains("no probe can go through"), "{told}");
    // Opinions that are mailed have no door to come by.
    let web = web.replace("probe: off", "probe: off, feedback: {by_mail: true}");
    let publication = with_relay(&relay, &format!("{web}{hooks}"));
    let told = told_of_returns(&publication, &relay, None).await;
    assert!(told.contains("Care") && told.contains("by_mail"), "{told}");
    assert!(relay.taken().is_empty(), "nothing was sent for it");
}
