//! Leases go by the server's clock, end with a process that dies, and are nobody's who slept through their end; the
//! state is at home on one timeline of one cluster.

use std::time::Duration;

use daily_note::store::{
    BatchState, DeadSender, DeliveryCounts, NewBatch, SenderId, SenderShare, StateInstance,
    StoreError,
};

use super::place::Schema;
use crate::store::fixture::*;

fn machine(name: &str) -> SenderId {
    SenderId(name.to_owned())
}

#[tokio::test]
async fn many_may_send_at_once_under_names_of_their_own() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let (one, other) = (place.open().await, place.open().await);
    let _first = one.hold(&sender()).await.unwrap();
    let second = SenderId("another machine".to_owned());
    let _second = other.hold(&second).await.unwrap();
    let refused = one.hold(&second).await.unwrap_err();
    assert!(matches!(refused, StoreError::Held { .. }), "{refused}");
}

#[tokio::test]
async fn a_lease_of_a_process_that_died_ends_by_itself() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await;
    // Nobody tells the server that its holder is gone.
    std::mem::forget(store.hold_schedule(&sender()).await.unwrap());
    let other = place.open().await;
    assert!(other.hold_schedule(&sender()).await.is_err());
    let over = format!(
        "UPDATE {}.leases SET lease_until = clock_timestamp()",
        place.role
    );
    place.cluster.says(&over).await;
    let _held = other.hold_schedule(&sender()).await.unwrap();
    assert!(store.hold_schedule(&sender()).await.is_err());
}

#[tokio::test]
async fn a_dump_restored_elsewhere_acts_only_by_a_person_s_word() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(3).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(1)).await;
    for to in [sending(), accepted()] {
        store.step(&claims[0], to).await.unwrap();
    }
    store.hold(&sender()).await.unwrap().release().await;
    // Everything is as it was, but the cluster, its timeline or the database.
    let moved = format!(
        "UPDATE {}.instance SET home = replace(home, ' ', '1 ')",
        place.role
    );
    place.cluster.says(&moved).await;
    for refused in [
        store.hold(&sender()).await,
        store.hold_schedule(&sender()).await,
    ] {
        assert!(matches!(refused, Err(StoreError::Copied)), "{refused:?}");
    }
    store.adopt(None, &[], at(9)).await.unwrap();
    assert_eq!(store.adopted_at().await.unwrap(), Some(at(9)));
    let counts = store.counted(&batch).await;
    assert_eq!((counts.accepted, counts.unknown), (1, 2), "{counts:?}");
    let open = BatchState::Open;
    store
        .set_batch_state(batch.id, &open, at(10))
        .await
        .unwrap();
    assert_eq!(
        store.claim_at(&batch, 9, at(11)).await,
        [],
        "nothing is sent again"
    );
    let _held = store.hold(&sender()).await.unwrap();
}

#[tokio::test]
async fn what_was_written_is_counted_once_it_is_durable() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await;
    let before = store.writes();
    store.probe().await.unwrap();
    assert_eq!(store.writes(), before + 1);
    let mark = store.mark().await.unwrap();
    assert_eq!(mark.len(), 32);
    assert_eq!(place.open().await.mark().await.unwrap(), mark);
    assert_eq!(store.last_unmarked().await.unwrap().0, 0);
    assert_eq!(store.writes(), before + 1, "reading writes nothing");
}

#[tokio::test]
async fn a_busy_process_is_not_taken_for_a_dead_one() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await;
    let guard = store.hold(&sender()).await.unwrap();
    // It was last heard of a while ago, and nobody is there to say a word on this runtime.
    let late = format!(
        "UPDATE {}.leases SET lease_until = clock_timestamp() + interval '5 seconds'",
        place.role
    );
    place.cluster.says(&late).await;
    std::thread::sleep(Duration::from_secs(6));
    assert!(!guard.lease().is_over());
    let refused = place.open().await.hold(&sender()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Held { .. }), "{refused}");
}

#[tokio::test]
async fn who_was_not_heard_of_is_told_and_what_is_given_back_is_free_at_once() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let (store, other) = (place.open().await, place.open().await);
    let guard = store.hold(&sender()).await.unwrap();
    store.bury(&sender()).await.unwrap();
    let soon = Duration::from_secs(20);
    let over = tokio::time::timeout(soon, guard.lease().over()).await;
    assert!(over.is_ok(), "it was never told");
    assert!(guard.lease().is_over());
    let next = other.hold(&sender()).await.unwrap();
    assert_ne!(next.lease().term(), guard.lease().term());
    drop(guard);
    assert!(
        store.hold(&sender()).await.is_err(),
        "the late end ends nobody else's"
    );
    next.release().await;
    store.hold(&sender()).await.unwrap().release().await;
}

#[tokio::test]
async fn each_sender_knows_which_of_the_living_it_is() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await;
    let _calendar = store.hold_schedule(&machine("serve")).await.unwrap();
    let (one, _two) = (
        store.hold(&machine("one")).await.unwrap(),
        store.hold(&machine("two")).await.unwrap(),
    );
    let share = async |name: &str| store.share(&machine(name)).await.unwrap();
    let of = |place, living| SenderShare { place, living };
    assert_eq!(
        (share("one").await, share("two").await),
        (of(0, 2), of(1, 2))
    );
    one.release().await;
    assert_eq!(share("two").await, SenderShare::WHOLE);
}

#[tokio::test]
async fn an_issue_is_frozen_only_as_long_as_its_decider_keeps_the_calendar() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(2).await;
    let slept = store.hold_schedule(&machine("slept")).await.unwrap();
    let by = |guard: &daily_note::store::SenderGuard, issue| NewBatch {
        term: guard.lease().term(),
        ..new_batch(issue)
    };
    let decided = by(&slept, "monday");
    std::mem::forget(slept);
    let over = format!("UPDATE {}.leases SET lease_until = now()", place.role);
    place.cluster.says(&over).await;
    let refused = store.freeze(&decided, at(1)).await.unwrap_err();
    assert!(matches!(refused, StoreError::TermOver), "{refused}");
    let awake = place
        .open()
        .await
        .hold_schedule(&machine("awake"))
        .await
        .unwrap();
    let refused = store.freeze(&decided, at(1)).await.unwrap_err();
    assert!(matches!(refused, StoreError::TermOver), "{refused}");
    assert_eq!(store.batch("monday").await.unwrap(), None);
    assert!(
        store
            .freeze(&by(&awake, "monday"), at(2))
            .await
            .unwrap()
            .is_new
    );
}

#[tokio::test]
async fn what_a_killed_sender_s_machine_noted_says_which_rows_had_begun_to_leave() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let plain = place.try_open().await.unwrap();
    let store = std::sync::Arc::new(plain.noting_in(folder.path().to_owned()));
    let store = store.with_people(6).await;
    let batch = store.frozen("monday").await;
    let worker = machine("worker");
    #[expect(clippy::disallowed_methods, reason = "the system stamps files by it")]
    let now = chrono::Utc::now;
    let killed = async |names: &str| {
        let guard = store.hold(&machine(names)).await.unwrap();
        let claims = store
            .claim(batch.id, guard.sender(), &any(3), at(1))
            .await
            .unwrap();
        for claim in &claims[..2] {
            store.step(claim, sending()).await.unwrap();
        }
        let notes = store
            .note_transfers(batch.id, guard.sender(), 1, now())
            .await
            .unwrap();
        let mut line = std::sync::Arc::new(notes).line(0);
        line.begins(claims[0].delivery, claims[0].fence, now())
            .unwrap();
        std::mem::forget(guard);
        store.bury(&machine(names)).await.unwrap();
    };
    killed("worker").await;
    let found = store.recover(batch.id, false, at(2)).await.unwrap();
    assert_eq!((found.returned, found.unknown), (2, 1));
    let left = |sender: &SenderId| DeadSender {
        sender: sender.0.clone(),
        claimed: 1,
        sending: 2,
    };
    assert_eq!(found.dead, [left(&worker)]);

    // Another machine has no such notes.
    killed("other").await;
    let found = place
        .open()
        .await
        .recover(batch.id, false, at(3))
        .await
        .unwrap();
    assert_eq!((found.returned, found.unknown), (1, 2));
    assert_eq!(found.dead, [left(&machine("other"))]);
    let expected = DeliveryCounts {
        pending: 3,
        unknown: 3,
        ..DeliveryCounts::default()
    };
    assert_eq!(store.counted(&batch).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_came_before_its_sender_was_given_up_stands() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(0)).await;
    for claim in &claims {
        store.step(claim, sending()).await.unwrap();
    }
    let other = super::sharing::stranger(&place).await;
    other
        .batch_execute("BEGIN; SELECT * FROM deliveries WHERE ord = 1 FOR UPDATE")
        .await
        .unwrap();
    let (recovering, id) = (store.clone(), batch.id);
    let mut recovers =
        tokio::spawn(async move { recovering.recover(id, true, at(1)).await.unwrap() });
    let a_while = Duration::from_millis(300);
    assert!(tokio::time::timeout(a_while, &mut recovers).await.is_err());
    // 3 is accepted: the relay took it while somebody believed its sender dead.
    other
        .batch_execute("UPDATE deliveries SET state = 3 WHERE ord = 1; COMMIT")
        .await
        .unwrap();
    let found = recovers.await.unwrap();
    assert_eq!((found.returned, found.unknown), (1, 0));
    let again = store.claim_at(&batch, 9, at(2)).await;
    assert_eq!(again.len(), 1, "nobody gets it twice");
}
