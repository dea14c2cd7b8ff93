//! The door over a scripted server: nothing lost, nothing counted twice, whatever breaks in between.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{DONE, MailboxDoor, UNREAD};
use crate::{
    bounce::{Arrival, Door, IntakeError, ReportIntake, ReturnedKind, TakenIn, read},
    clock::Clock,
    delivery::StopSignal,
    imap::scripted::{Mischief, ScriptedImap},
    publication::{Credentials, ImapSettings},
};

const BOUNCE: &str = "From: postmaster@example.com\r\nSubject: Undeliverable\r\n\r\n<a@example.com>: 550 5.1.1 unknown\r\n";
const NOTHING: &str = "nothing that is a mail";

/// What the desk has, and how often it can't commit.
#[derive(Default)]
struct Ledger {
    mails: Mutex<Vec<Vec<u8>>>,
    place: Mutex<Option<String>>,
    failures: Mutex<u32>,
    looks: Mutex<u32>,
}

#[async_trait]
impl ReportIntake for Ledger {
    async fn take_in(
        &self,
        door: Door,
        arrivals: Vec<Arrival>,
        _: DateTime<Utc>,
    ) -> Result<Vec<TakenIn>, IntakeError> {
        assert_eq!(door, Door::Imap);
        let mut failures = self.failures.lock().unwrap();
        if *failures > 0 {
            *failures -= 1;
            return Err(IntakeError("the disk is full".to_owned()));
        }
        let mut mails = self.mails.lock().unwrap();
        let taken = arrivals.into_iter().map(|arrival| {
            let Arrival::Mail(mail) = arrival else {
                panic!("a mailbox holds mail")
            };
            if mails.contains(&mail) {
                return TakenIn::SeenBefore;
            }
            let kind = read(&mail).kind;
            mails.push(mail);
            match kind {
                ReturnedKind::Unreadable => TakenIn::KeptAside,
                _ => TakenIn::New,
            }
        });
        Ok(taken.collect())
    }

    async fn door_was_read(&self, _: Door, _: DateTime<Utc>) -> Result<(), IntakeError> {
        *self.looks.lock().unwrap() += 1;
        Ok(())
    }

    async fn door_place(&self, _: &str) -> Result<Option<String>, IntakeError> {
        Ok(self.place.lock().unwrap().clone())
    }

    async fn keep_door_place(&self, _: &str, place: &str) -> Result<(), IntakeError> {
        *self.place.lock().unwrap() = Some(place.to_owned());
        Ok(())
    }
}

fn door(imap: &ScriptedImap, ledger: &Arc<Ledger>) -> MailboxDoor {
    let settings = ImapSettings {
        host: "localhost".to_owned(),
        port: imap.port,
        is_implicit_tls: true,
        folder: "INBOX".to_owned(),
        login: Credentials::with_password("bounces", "secret"),
        ca_file: Some(imap.ca_file().to_owned()),
    };
    let intake: Arc<dyn ReportIntake> = Arc::<Ledger>::clone(ledger);
    let mut door = MailboxDoor::new(settings, intake, Clock::System, StopSignal::default());
    door.patience = imap.patience();
    door
}

/// Reads until the door has looked once, or a session ended.
async fn read_once(door: &MailboxDoor, ledger: &Ledger) {
    let before = *ledger.looks.lock().unwrap();
    let mut pause = Duration::ZERO;
    let looked = async {
        while *ledger.looks.lock().unwrap() == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        ended = door.session(&mut pause) => drop(ended),
        () = looked => {}
    }
}

#[tokio::test]
async fn what_was_taken_in_is_moved_aside_and_what_cannot_be_read_apart_from_it() {
    let imap = ScriptedImap::start(Mischief::None, &[BOUNCE, NOTHING]).await;
    let ledger = Arc::new(Ledger::default());
    read_once(&door(&imap, &ledger), &ledger).await;
    let mailbox = imap.mailbox.lock().unwrap();
    assert!(mailbox.inbox.is_empty());
    assert_eq!(mailbox.folders[DONE], [BOUNCE.as_bytes()]);
    assert_eq!(mailbox.folders[UNREAD], [NOTHING.as_bytes()]);
}

#[tokio::test]
async fn a_session_that_breaks_after_the_commit_counts_nothing_twice_and_loses_nothing() {
    for mischief in [
        Mischief::DropsAt("UID MOVE"),
        Mischief::HangsAt("UID MOVE"),
        Mischief::DropsAt("UID FETCH"),
        Mischief::HangsAt("UID SEARCH"),
    ] {
        let imap = ScriptedImap::start(mischief, &[BOUNCE, NOTHING]).await;
        let ledger = Arc::new(Ledger::default());
        let door = door(&imap, &ledger);
        read_once(&door, &ledger).await;
        assert_eq!(
            imap.mailbox.lock().unwrap().inbox.len(),
            2,
            "{mischief:?}: nothing was moved"
        );
        *imap.mischief.lock().unwrap() = Mischief::None;
        read_once(&door, &ledger).await;
        assert_eq!(ledger.mails.lock().unwrap().len(), 2, "{mischief:?}");
        assert!(
            imap.mailbox.lock().unwrap().inbox.is_empty(),
            "{mischief:?}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_committed_stays_in_the_mailbox() {
    let imap = ScriptedImap::start(Mischief::None, &[BOUNCE]).await;
    let ledger = Arc::new(Ledger::default());
    *ledger.failures.lock().unwrap() = 1;
    let door = door(&imap, &ledger);
    read_once(&door, &ledger).await;
    assert_eq!(imap.mailbox.lock().unwrap().inbox.len(), 1);
    read_once(&door, &ledger).await;
    assert!(imap.mailbox.lock().unwrap().inbox.is_empty());
}

#[tokio::test]
async fn a_server_that_lies_about_numbers_or_moves_nothing_costs_no_mail() {
    for mischief in [Mischief::LiesAboutNumbers, Mischief::KeepsEverything] {
        let imap = ScriptedImap::start(mischief, &[BOUNCE, NOTHING]).await;
        let ledger = Arc::new(Ledger::default());
        let door = door(&imap, &ledger);
        for _ in 0..3 {
            read_once(&door, &ledger).await;
        }
        assert_eq!(ledger.mails.lock().unwrap().len(), 2, "{mischief:?}");
        let third = "From: a@example.com\r\nSubject: a third\r\n\r\n";
        imap.mailbox
            .lock()
            .unwrap()
            .inbox
            .insert(9, third.as_bytes().to_vec());
        read_once(&door, &ledger).await;
        assert_eq!(ledger.mails.lock().unwrap().len(), 3, "{mischief:?}");
    }
}
