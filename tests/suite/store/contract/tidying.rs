//! What a state is tidied by, beside its rows: a clock that may be believed, senders that are no more.

use daily_note::store::{Batch, BatchState, SenderId};

use crate::store::{fixture::*, reports::DAY};

pub(crate) async fn a_clock_is_believed_once_it_has_gone_evenly(
    place: &impl Place<Store: RetentionStore>,
) {
    let store = place.open().await;
    let looks = async |day: i64| {
        let watch = store.watch_clock(at(day * DAY)).await.unwrap();
        watch.is_proven()
    };
    assert!(!looks(0).await);
    assert!(!looks(5).await);
    assert!(looks(7).await);
    assert!(!looks(7 + 365).await, "it jumped");
    assert!(!looks(8).await, "and back");
    let other = place.open().await;
    let watch = other.watch_clock(at(16 * DAY)).await.unwrap();
    assert!(watch.is_proven(), "what one process saw the next one knows");
}

pub(crate) async fn senders_are_forgotten_once_they_hold_nothing(
    place: &impl Place<Store: RetentionStore>,
) {
    let store = place.open().await.with_people(2).await;
    let monday = store.frozen("monday").await;
    let claim_as = async |batch: &Batch, name: &str| {
        let sender = SenderId(name.to_owned());
        let claims = store.claim(batch.id, &sender, &any(1), at(0)).await;
        claims.unwrap().pop().unwrap()
    };
    let first = claim_as(&monday, "first").await;
    claim_as(&monday, "second").await;
    assert_eq!(store.forget_dead_senders().await.unwrap(), 0);
    for to in [sending(), accepted()] {
        store.step(&first, to).await.unwrap();
    }
    let cancelled = BatchState::Cancelled;
    let over = store.set_batch_state(monday.id, &cancelled, at(2)).await;
    assert_eq!(over.unwrap(), cancelled);
    let tuesday = store.frozen("tuesday").await;
    claim_as(&tuesday, "dead").await;
    assert_eq!(store.forget_dead_senders().await.unwrap(), 2);
    // Whose row waits to be settled has its name.
    let found = store.recover(tuesday.id, false, at(9)).await.unwrap();
    assert_eq!(found.dead.len(), 1);
    assert_eq!((found.dead[0].sender.as_str(), found.returned), ("dead", 1));
    // And one who comes again is as good as new.
    let again = claim_as(&tuesday, "first").await;
    for to in [sending(), accepted()] {
        store.step(&again, to).await.unwrap();
    }
    assert_eq!(store.counted(&tuesday).await.accepted, 1);
    assert_eq!(store.counted(&monday).await.accepted, 1);
}
