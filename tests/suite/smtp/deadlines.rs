//! No step waits for ever: each has a deadline of its own (RFC 5321 §4.5.3.2).

use std::time::Duration;

use daily_note::{
    message::Envelope,
    publication::Credentials,
    smtp::{Session, Timeouts},
};

use super::{MESSAGE, SHORT, deliver, envelope};
use crate::scripted::{
    At, Auth, Body, Data, Dot, Ehlo, Greeting, Helo, Mail, Plan, Quit, Rcpt, Rset, ScriptedServer,
    StartTls, reply, stall,
};

/// So long that a test which waits for it has failed.
const FOR_EVER: Duration = Duration::from_secs(3_600);
/// Longer than all the steps of a session that stalls once, on a loaded machine.
const BY_THEN: Duration = Duration::from_secs(60);

/// A server that never says anything at that step.
fn silent(at: At) -> Plan {
    let plan = ScriptedServer::new().offering(&[]);
    let plan = match at {
        StartTls => plan.starttls(),
        Auth => plan.implicit_tls().credentials("minji", "right"),
        Helo => plan.on(Ehlo, reply("502 5.5.1 What?")),
        // RSET clears away what a refusal left.
        Rset => plan.on(Rcpt, reply("550 5.1.1 Gone").times(1)),
        _ => plan,
    };
    plan.on(at, stall()).forgiving()
}

/// The whole life of a session: connected, two messages, goodbye. Err: where it was given up.
async fn live(
    server: &ScriptedServer,
    timeouts: Timeouts,
    to: &[Envelope],
    message: &[u8],
) -> Result<(), String> {
    let mut relay = server.relay().with_timeouts(timeouts);
    if server.url().starts_with("smtps") {
        relay = relay.with_credentials(Credentials::with_password("minji", "right"));
    }
    let session = Session::connect(&relay).await;
    let mut session = session.map_err(|error| error.to_string())?;
    for envelope in to {
        let outcome = session.deliver(envelope, message).await;
        outcome.map_err(|lost| format!("{lost}: {}", lost.cause))?;
    }
    session.quit().await;
    Ok(())
}

#[tokio::test]
async fn every_step_has_a_deadline_of_its_own() {
    let to = [envelope("minji@example.com"), envelope("jun@example.com")];
    type Set = fn(&mut Timeouts);
    let steps: [(At, Set, &str); 12] = [
        (Greeting, |it| it.greeting = SHORT, "before its greeting"),
        (Ehlo, |it| it.ehlo = SHORT, "after EHLO"),
        (Helo, |it| it.ehlo = SHORT, "after EHLO"),
        (StartTls, |it| it.starttls = SHORT, "TLS handshake"),
        (Auth, |it| it.auth = SHORT, "during AUTH"),
        (Mail, |it| it.mail = SHORT, "at MAIL"),
        (Rcpt, |it| it.rcpt = SHORT, "at RCPT"),
        (Data, |it| it.data = SHORT, "at DATA"),
        (Body, |it| it.transfer = SHORT, "at the final dot"),
        (Dot, |it| it.dot = SHORT, "at the final dot"),
        (Rset, |it| it.mail = SHORT, "at RSET"),
        (Quit, |it| it.quit = SHORT, ""),
    ];
    for (at, set, words) in steps {
        let mut timeouts = Timeouts::all(FOR_EVER);
        set(&mut timeouts);
        let server = silent(at).start();
        // More than the kernel's buffers hold, for a relay that stops reading.
        let message = MESSAGE.repeat(if at == Body { 1 << 19 } else { 1 });
        let life = live(&server, timeouts, &to, &message);
        let lived = tokio::time::timeout(BY_THEN, life).await;
        let lived = lived.unwrap_or_else(|_| panic!("{at:?}: it waits for ever"));
        if at == Quit {
            // Nothing depends on it.
            assert_eq!(lived, Ok(()));
        } else {
            let error = lived.unwrap_err();
            assert!(
                error.contains("silent") && error.contains(words),
                "{at:?}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn an_answer_that_comes_in_drops_does_not_put_its_deadline_off() {
    let drops = reply(&"2".repeat(400)).in_pieces().after(Duration::ZERO);
    let server = ScriptedServer::new().on(Rcpt, drops).forgiving().start();
    let mut timeouts = Timeouts::all(FOR_EVER);
    timeouts.rcpt = SHORT;
    let relay = server.relay().with_timeouts(timeouts);
    let mut session = Session::connect(&relay).await.unwrap();
    let lost = tokio::time::timeout(BY_THEN, deliver(&mut session, "minji@example.com")).await;
    assert!(!lost.expect("it waits for ever").unwrap_err().dot_left);
}
