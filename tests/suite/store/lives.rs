//! The life of readers in SQLite's file: what a state of the time before knows of it, what is left of an erased person,
//! what leaves the folder, and how many may leave in a second.

use std::{sync::Arc, time::Instant};

use daily_note::{
    audience::{Origin, SubscriberId, SuppressionReason, membership::MembershipChange},
    store::{
        LeaveOutcome, Membership, NewOpinion, OpinionLimits, Realm, ReceiptOutbox, SignupLimits,
        Store, sqlite::SqliteStore,
    },
};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{fixture::*, membership::*};
use crate::support::sqlite3;

const DATABASE: &str = "daily-note.sqlite";
const BEFORE: &str = include_str!("before_rusqlite.sql");

async fn opened(folder: &TempDir) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(folder.path()).await.unwrap())
}

#[tokio::test]
async fn a_state_of_the_time_before_knows_who_came_and_went_and_which_links_are_unmarked() {
    let folder = tempfile::tempdir().unwrap();
    sqlite3(&folder.path().join(DATABASE), BEFORE);
    sqlite3(
        &folder.path().join(DATABASE),
        "UPDATE subscribers SET suppressed = 2 WHERE id = 2; \
         UPDATE subscribers SET state = 2 WHERE id = 3; \
         UPDATE sqlite_sequence SET seq = 7 WHERE name = 'subscribers'",
    );
    let store = opened(&folder).await;
    assert_eq!(store.last_unmarked().await.unwrap(), SubscriberId(7));
    let of = async |id| {
        let history = store.history(SubscriberId(id)).await.unwrap();
        history.iter().map(|entry| entry.change).collect::<Vec<_>>()
    };
    use MembershipChange::{Added, Bounced, Deactivated};
    assert_eq!(of(1).await, [Added]);
    assert_eq!(of(2).await, [Added, Bounced]);
    assert_eq!(of(3).await, [Added, Deactivated]);
    assert_eq!(of(6).await, []);
    let week = store
        .growth(1, chrono_tz::UTC, at(14 * 86_400))
        .await
        .unwrap();
    assert_eq!(week[0].readers_at_end, 3);
    drop(store);

    let fresh = tempfile::tempdir().unwrap();
    let store = opened(&fresh).await;
    assert_eq!(store.last_unmarked().await.unwrap(), SubscriberId(0));
    store.add(&people(2), Origin::Operator).await;
    assert_eq!(store.last_unmarked().await.unwrap(), SubscriberId(0));
}

#[tokio::test]
async fn the_history_can_only_be_added_to() {
    let folder = tempfile::tempdir().unwrap();
    opened(&folder).await.with_people(2).await;
    let connection = Connection::open(folder.path().join(DATABASE)).unwrap();
    for sql in ["DELETE FROM history", "UPDATE history SET at = 0"] {
        let error = connection.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("only ever added to"), "{error}");
    }
}

/// Every byte of the state folder.
fn bytes_of(folder: &TempDir) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    bytes.to_ascii_lowercase()
}

#[tokio::test]
async fn nothing_that_an_erased_person_said_or_was_called_is_left_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let mut ask = wish("vergessen@gone.example.com");
    ask.name = Some("Vergissnam".to_owned());
    ask.page = Some("https://other.example/?e=vergessen@gone.example.com".to_owned());
    ask.network = Some("198.51.100.0/24".to_owned());
    store.wish_at(&ask, at(0)).await;
    store.confirm_now("vergessen@gone.example.com", at(1)).await;
    let reader = store.number("vergessen@gone.example.com").await;
    let opinion = NewOpinion {
        reader: Some(reader),
        issue: "monday".to_owned(),
        choice: Some("good".to_owned()),
        text: Some("vergisstext".to_owned()),
        may_publish: true,
        name: Some("Vergissname".to_owned()),
        may_reply: true,
        prefix: "x".to_owned(),
    };
    store
        .opine(&opinion, &OpinionLimits::default(), at(1))
        .await
        .unwrap();
    let (limits, to) = (
        SignupLimits::default(),
        address("vergissneu@gone.example.com"),
    );
    let epoch = store.member(reader).await.unwrap().unwrap().epoch;
    store
        .ask_move(reader, epoch, &to, &limits, at(2))
        .await
        .unwrap();
    store
        .confirm_move(reader, epoch, to.as_str(), at(3))
        .await
        .unwrap();
    store.leave_one(leaving(reader), at(4)).await;
    store.say_why(reader, "vergissgrund").await.unwrap();
    store
        .wish_at(&wish("vergissneu@gone.example.com"), at(5))
        .await;
    assert!(String::from_utf8_lossy(&bytes_of(&folder)).contains("vergiss"));

    let erasure = store.erase(&to, ChangeSource::Link, at(6)).await.unwrap();
    assert!(erasure.was_known && erasure.is_overwritten);
    let bytes = bytes_of(&folder);
    for word in ["vergess", "vergiss", "198.51.100"] {
        let found = bytes
            .windows(word.len())
            .any(|window| window == word.as_bytes());
        assert!(!found, "{word} is still in the file");
    }
    // The words that they had agreed to are nobody's, and stay.
    let wording = ask.wording.text.as_bytes();
    assert!(bytes.windows(wording.len()).any(|window| window == wording));
    assert!(!store.history(reader).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_asked_under_a_rehearsal_leaves_by_no_real_relay() {
    let folder = tempfile::tempdir().unwrap();
    let in_realm = async |realm| {
        SqliteStore::open(folder.path())
            .await
            .unwrap()
            .in_realm(realm)
    };
    let (real, played) = (
        in_realm(Realm::Real).await,
        in_realm(Realm::Rehearsal).await,
    );
    use daily_note::store::ReceiptTurn::Awaited;
    let limits = SignupLimits::default();
    let ask = wish("minji@example.com");
    played.ask(&ask, &limits, at(0)).await.unwrap();
    assert_eq!(real.take_due_receipts(Awaited, 9, at(1)).await.unwrap(), []);
    // Nor is it counted against whoever asks in earnest.
    let asked = real.ask(&ask, &limits, at(1)).await.unwrap();
    assert_eq!(asked, daily_note::store::AskOutcome::Queued);
    assert_eq!(
        played
            .take_due_receipts(Awaited, 9, at(1))
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        real.take_due_receipts(Awaited, 9, at(1))
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn who_left_by_a_link_is_out_in_a_copy_too_and_who_took_it_back_is_in() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await.with_people(3).await;
    let ids = [1, 2].map(SubscriberId);
    let left = store.leave(&ids.map(leaving), at(1)).await.unwrap();
    let LeaveOutcome::Left { epoch } = left[1] else {
        panic!("{left:?}")
    };
    store.undo_leave(ids[1], epoch, at(2)).await.unwrap();
    store.wish_at(&wish("reader1@example.com"), at(3)).await;
    store.confirm_now("reader1@example.com", at(4)).await;
    let connection = Connection::open(folder.path().join(DATABASE)).unwrap();
    let mut rows = connection
        .prepare("SELECT reason FROM departures ORDER BY id")
        .unwrap();
    let rows = rows.query_map([], |row| row.get(0)).unwrap();
    let journal: Vec<Option<i64>> = rows.map(Result::unwrap).collect();
    assert_eq!(journal, [Some(1), Some(1), None, None]);
    assert_eq!(store.standing("reader1@example.com").await, None);
    let kept = [suppression(
        "reader3@example.com",
        SuppressionReason::Manual,
    )];
    store
        .suppress(&kept, ChangeSource::Operator, at(5))
        .await
        .unwrap();
    assert_eq!(
        store.standing("reader3@example.com").await,
        Some(SuppressionReason::Manual)
    );
}

/// Printed, not asserted: what a disk can take differs by machine.
#[tokio::test]
async fn two_thousand_leave_in_groups() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await.with_people(2_000).await;
    let all: Vec<_> = (1..=2_000).map(|id| leaving(SubscriberId(id))).collect();
    let begun = Instant::now();
    for group in all.chunks(64) {
        let left = store.leave(group, at(1)).await.unwrap();
        assert!(
            left.iter()
                .all(|it| matches!(it, LeaveOutcome::Left { .. }))
        );
    }
    let took = begun.elapsed();
    eprintln!(
        "2,000 departures in groups of 64: {took:?}, {:.0} a second",
        2_000.0 / took.as_secs_f64()
    );
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 0);
}

/// An hour of hostile forms, of a hundred mailboxes in many spellings and of one each: as many as `FLOOD` says,
/// ten thousand in the long programme.
#[tokio::test]
async fn an_hour_of_hostile_forms_leaves_people_their_mail() {
    let forms = std::env::var("FLOOD").ok().and_then(|it| it.parse().ok());
    let forms: i64 = forms.unwrap_or(1_000);
    for mailboxes in [100, forms] {
        let folder = tempfile::tempdir().unwrap();
        let store = opened(&folder).await;
        let begun = Instant::now();
        let (mut honest, mut worst) = (0, 0);
        for n in 0..forms {
            let spelled = match n / mailboxes % 3 {
                0 => format!("flood.{}@gmail.com", n % mailboxes),
                1 => format!("flood{}+{n}@gmail.com", n % mailboxes),
                _ => format!("f.lood{}@googlemail.com", n % mailboxes),
            };
            let mut ask = wish(&spelled);
            ask.prefix = format!("network {}", n % (forms / 10));
            ask.is_hurried = true;
            let now = at(n * 3_600 / forms);
            let asked = Instant::now();
            store.wish_at(&ask, now).await;
            worst = worst.max(asked.elapsed().as_micros());
            if n % (forms / 20) == forms / 40 {
                let person = wish(&format!("honest{n}@example.com"));
                let outcome = store.wish_at(&person, now).await;
                honest += u32::from(outcome == daily_note::store::AskOutcome::Queued);
            }
        }
        let left = store.due(at(3_600)).await;
        let hostile = left
            .iter()
            .filter(|due| due.to.domain() != "example.com")
            .count();
        let held = store.held_receipts().await.unwrap();
        let size = std::fs::metadata(folder.path().join(DATABASE))
            .unwrap()
            .len();
        eprintln!(
            "{mailboxes} mailboxes: {hostile} hostile confirmations left, {honest} of 20 people got theirs, \
             {held} held, {:?} in all, {worst} µs at most, {} KiB",
            begun.elapsed(),
            size / 1024
        );
        assert!(hostile <= 50 && honest >= 19);
    }
}
