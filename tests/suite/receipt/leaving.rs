//! Receipts that leave: how soon, once, at the rate, signed, past a relay that is away; and what is nowhere.

use std::{collections::BTreeSet, fs, net::TcpListener, sync::Arc, time::Duration};

use daily_note::{
    app::ReceiptSender,
    audience::{SubscriberId, membership::ChangeSource},
    clock::Clock,
    links::PublicPage,
    live::LivePublication,
    publication::{Environment, Publication},
    store::{ConfirmOutcome, DepartureScope, LeaveRequest, Realm},
};
use mail_parser::{HeaderName, MessageParser};
use tokio::time::sleep;

use super::place::*;
use crate::scripted::{Greeting, Rcpt, ScriptedServer, reply};

const MOMENT: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_reader_confirms_is_welcomed_leaves_and_finds_the_way_back_by_mail() {
    let server = ScriptedServer::new().start();
    let place = Place::new(&server.url(), "").await;
    let sending = place.sender();
    place.asks("minji.kim@example.org").await;
    sending.sender.wake();
    let (mails, took) = taken(&server, 1, Duration::from_secs(20)).await;
    assert!(took < MOMENT, "{took:?}");
    let confirm = parsed(&mails[0]);
    assert_eq!(confirm.subject(), Some("The Note 구독을 확인해 주세요"));
    for name in ["List-Unsubscribe", "List-Id", "Precedence"] {
        assert_eq!(header(&confirm, name), None);
    }
    assert_eq!(
        header(&confirm, "Auto-Submitted").as_deref(),
        Some("auto-generated")
    );
    assert!(confirm.date().is_some() && !mails[0].message_id.is_empty());
    let whole = [confirm.body_text(0).unwrap(), confirm.body_html(0).unwrap()].concat();
    assert!(
        !whole.contains("advert") && !whole.contains("Buy at"),
        "{whole}"
    );

    let signer = place.signer().await;
    let secret = token(&confirm, "/confirm/");
    let proof = signer
        .verify_timed(PublicPage::Confirm, &secret, now())
        .unwrap();
    assert!(!place.state_has(&secret), "a token lies in the state");
    let (reader, at) = (proof.reader, now());
    let confirmed = place.store.confirm(reader, proof.epoch, at).await.unwrap();
    assert!(
        matches!(confirmed, ConfirmOutcome::Confirmed { .. }),
        "{confirmed:?}"
    );
    let (mails, took) = taken(&server, 2, Duration::from_secs(20)).await;
    assert!(took < MOMENT, "{took:?}");
    let welcome = parsed(&mails[1]);
    assert_eq!(welcome.subject(), Some("The Note 구독을 시작합니다"));
    let unsubscribe = header(&welcome, "List-Unsubscribe").unwrap();
    assert!(
        unsubscribe.starts_with("<https://note.example.com/u/"),
        "{unsubscribe}"
    );
    assert!(
        unsubscribe.contains("<mailto:leave@note.example.com?"),
        "{unsubscribe}"
    );
    assert_eq!(
        header(&welcome, "List-Unsubscribe-Post").as_deref(),
        Some("List-Unsubscribe=One-Click")
    );
    let leave = token(&welcome, "/u/");
    assert_eq!(signer.verify_unsubscribe(&leave).unwrap(), reader);
    let preferences = token(&welcome, "/p/");
    assert_eq!(signer.verify_preferences(&preferences).unwrap(), reader);

    let departure = LeaveRequest {
        reader,
        scope: DepartureScope::All,
        source: ChangeSource::Link,
        wants_goodbye: true,
    };
    place.store.leave(&[departure], now()).await.unwrap();
    let (mails, _) = taken(&server, 3, Duration::from_secs(20)).await;
    let goodbye = parsed(&mails[2]);
    assert_eq!(header(&goodbye, "List-Unsubscribe"), None);
    let undo = token(&goodbye, "/undo/");
    let proof = signer.verify_timed(PublicPage::Undo, &undo, now()).unwrap();
    assert_eq!(
        (proof.reader, proof.epoch),
        (reader, place.member(reader).await.epoch)
    );
    let ids: BTreeSet<&String> = mails.iter().map(|mail| &mail.message_id).collect();
    assert_eq!(ids.len(), 3);
    // One session, kept open for whoever comes next.
    assert!(mails.iter().all(|mail| mail.connection == 1));
    sending.stopped().await;
}

#[tokio::test]
async fn what_a_relay_does_not_take_waits_and_leaves_when_it_does() {
    let server = ScriptedServer::new()
        .on(
            Greeting,
            reply("421 4.3.2 not now").then_close().connection(1),
        )
        .on(Rcpt, reply("451 4.2.0 later").to("slow@").times(1))
        .start();
    let place = Place::new(&server.url(), "").await;
    let sending = place.sender();
    place.asks("slow@example.org").await;
    // The relay is away, then it takes it not yet: after five seconds, then half a minute.
    for (tries, wait) in [(1, 4..=6), (2, 28..=31)] {
        let due = place.due_after(tries).await;
        assert!(wait.contains(&due), "{tries}: {due} s");
    }
    assert!(server.taken().is_empty());
    sending.stopped().await;
}

#[tokio::test]
async fn a_relay_that_was_down_gets_it_once_it_is_up() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let place = Place::new(&format!("smtp://{port}?tls=none"), "").await;
    let sending = place.sender();
    place.asks("early@example.org").await;
    sleep(Duration::from_secs(2)).await;
    assert!(place.next().await.unwrap() > now());
    let server = ScriptedServer::new().listen(port).start();
    let (mails, _) = taken(&server, 1, Duration::from_secs(20)).await;
    assert_eq!(mails[0].recipient, "early@example.org");
    sending.stopped().await;
    assert_eq!(place.next().await, None);
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up_and_keeps_nobody_from_coming_back() {
    let server = ScriptedServer::new()
        .on(
            Rcpt,
            reply("550 5.1.1 <gone@example.org>: no such user").to("gone@"),
        )
        .start();
    let place = Place::new(&server.url(), "").await;
    place.asks("gone@example.org").await;
    place.asks("there@example.org").await;
    let sender = ReceiptSender::of(&place.live, Clock::System);
    sender.flush(Duration::from_secs(20)).await;
    assert_eq!(server.recipients(), ["there@example.org"]);
    assert_eq!(place.next().await, None);
    let member = place.member(SubscriberId(1)).await;
    assert!(
        member.suppression.is_none() && member.pending.is_some(),
        "{member:?}"
    );
    // The relay's words are kept, and no address in them.
    let sql = "SELECT reply FROM receipts WHERE is_given_up";
    let kept: String = place.value(sql).unwrap();
    assert!(
        kept.contains("no such user") && !kept.contains("gone@"),
        "{kept}"
    );
}

#[tokio::test]
async fn two_senders_send_each_once() {
    let server = ScriptedServer::new().start();
    let place = Place::new(&server.url(), "").await;
    for n in 0..30 {
        place.asks(&format!("reader{n}@example.org")).await;
    }
    let (one, other) = (place.sender(), place.sender());
    let (mails, _) = taken(&server, 30, Duration::from_secs(30)).await;
    sleep(Duration::from_millis(500)).await;
    one.stopped().await;
    other.stopped().await;
    let recipients: BTreeSet<String> = server.recipients().into_iter().collect();
    assert_eq!((recipients.len(), server.taken().len()), (30, mails.len()));
}

#[tokio::test]
async fn the_rate_of_all_mail_holds_for_receipts_too() {
    let server = ScriptedServer::new().start();
    let place = Place::new(&server.url(), ", rate: 10/s").await;
    for n in 0..35 {
        place.asks(&format!("reader{n}@example.org")).await;
    }
    let sending = place.sender();
    let (_, took) = taken(&server, 35, Duration::from_secs(30)).await;
    // Two seconds' worth at once, since they go before a batch; the rest evenly.
    assert!(took > Duration::from_millis(1_300), "{took:?}");
    sending.stopped().await;
}

#[tokio::test]
async fn a_rehearsal_s_receipts_land_in_the_embedded_inbox_and_nowhere_else() {
    let place = Place::new("inbox", "").await;
    place.asks("minji@example.org").await;
    let sender = ReceiptSender::of(&place.live, Clock::System);
    sender.flush(Duration::from_secs(20)).await;
    let inbox = place.publication.inbox();
    assert_eq!(inbox.len(), 1);
    let eml = fs::read(&inbox[0]).unwrap();
    assert!(
        MessageParser::new()
            .parse(&eml)
            .unwrap()
            .subject()
            .unwrap()
            .contains("구독")
    );

    // The same publication with a real relay: what was asked in the rehearsal is not sent there.
    place.asks("minsu@example.org").await;
    let server = ScriptedServer::new().start();
    let file = place.publication.path("daily-note.yaml");
    let config = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        config.replace("'inbox'", &format!("'{}'", server.url())),
    )
    .unwrap();
    let root = place.publication.path("");
    let read = Publication::load(&root, &Environment::empty()).unwrap();
    let live = LivePublication::start(Arc::new(read)).await;
    let sender = ReceiptSender::of(&live, Clock::System);
    sender.flush(Duration::from_secs(5)).await;
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn a_template_that_fails_keeps_nobody_waiting_and_all_is_signed() {
    let server = ScriptedServer::new().start();
    let place = Place::new(&server.url(), ", bounce_domain: bounces.example.com").await;
    let publication = place
        .publication
        .file("templates/receipt/receipt.html", "{{ nothing.there }}");
    let made = publication.run(["dkim", "new"]).exits(0).stdout;
    let block = &made[made.find("  dkim:").unwrap()..made.find("\nThe next run").unwrap()];
    let config = fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
    let flat = format!(
        "smtp: {{url: '{}', bounce_domain: bounces.example.com}}\n",
        server.url()
    );
    let signed = format!(
        "smtp:\n  url: '{}'\n  bounce_domain: bounces.example.com\n{block}\n",
        server.url()
    );
    assert!(config.contains(&flat), "{config}");
    let publication = publication.config(&config.replace(&flat, &signed));
    let place = Place::of(publication, Realm::Real).await;
    place.asks("minji@example.org").await;
    let sender = ReceiptSender::of(&place.live, Clock::System);
    sender.flush(Duration::from_secs(20)).await;
    let mails = server.taken();
    assert_eq!(mails.len(), 1);
    let mail = parsed(&mails[0]);
    assert!(!token(&mail, "/confirm/").is_empty());
    let signature = mail.header_raw(HeaderName::DkimSignature).unwrap();
    for signed in ["d=note.example.com", "from", "subject", "message-id"] {
        assert!(
            signature.to_ascii_lowercase().contains(signed),
            "{signature}"
        );
    }
    assert!(
        mails[0].sender.starts_with("bounce+") && mails[0].sender.ends_with("@bounces.example.com"),
        "{}",
        mails[0].sender
    );
}

#[tokio::test]
async fn a_confirmation_never_waits_behind_a_batch() {
    let server = ScriptedServer::new().start();
    // So slow a rate that the batch's own seconds, which tell the time here, are longer than any that a busy machine
    // stands still for.
    let place = Place::new(&server.url(), ", rate: 20/s").await;
    let publication = place.publication.subscribers(240);
    let place = Place::of(publication, Realm::Real).await;
    let sending = place.sender();
    let mut batch = place
        .publication
        .start(["send", "2026-11-23-quiet", "--yes"]);
    while server.taken().len() < 60 {
        sleep(Duration::from_millis(20)).await;
    }
    let before = server.taken().len();
    place.asks("minji@example.org").await;
    let recipients = || server.recipients();
    let place_of = |list: &[String]| list.iter().position(|it| it == "minji@example.org");
    let at = loop {
        if let Some(at) = place_of(&recipients()) {
            break at;
        }
        assert!(server.taken().len() < 240, "the batch was over");
        sleep(Duration::from_millis(10)).await;
    };
    assert!(at - before <= 80, "{} of the batch went first", at - before);
    assert!(batch.wait().unwrap().success());
    assert_eq!(server.taken().len(), 241);
    sending.stopped().await;
}
