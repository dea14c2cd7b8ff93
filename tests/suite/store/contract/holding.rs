//! One state among its copies and processes: who may send from it, who keeps its calendar, who vouches for it.

use daily_note::store::{BatchState, StoreError};

use crate::store::fixture::*;

pub(crate) async fn only_one_may_send_at_a_time(place: &dyn Place) {
    let (store, other) = (place.open().await, place.open().await);
    let guard = store.hold(&sender()).await.unwrap();
    let refused = other.hold(&sender()).await.unwrap_err().to_string();
    assert!(refused.contains("send"), "{refused}");
    assert!(
        refused.contains(&std::process::id().to_string()),
        "{refused}"
    );
    drop(guard);
    other.hold(&sender()).await.unwrap();
}

pub(crate) async fn only_one_may_keep_the_calendar_and_a_person_may_send_meanwhile(
    place: &dyn Place,
) {
    let store = place.open().await;
    let right = store.hold_schedule(&sender()).await.unwrap();
    let refused = place
        .open()
        .await
        .hold_schedule(&sender())
        .await
        .unwrap_err();
    assert!(matches!(refused, StoreError::Kept { .. }), "{refused}");
    let sending = place.open().await.hold(&sender()).await;
    assert!(sending.is_ok());
    drop(right);
    assert!(place.open().await.hold_schedule(&sender()).await.is_ok());
}

pub(crate) async fn a_person_vouches_for_a_copy_and_what_was_open_waits_for_them(
    place: &dyn Place,
) {
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    assert_eq!(store.adopted_at().await.unwrap(), None);
    assert_eq!(store.adopt(None, at(60)).await.unwrap().paused, 1);
    assert_eq!(store.adopted_at().await.unwrap(), Some(at(60)));
    let state = store.batch("monday").await.unwrap().unwrap().state;
    assert!(matches!(state, BatchState::Paused { .. }), "{state:?}");
    assert!(store.claim_at(&batch, 9, at(61)).await.is_empty());
    assert!(store.hold_schedule(&sender()).await.is_ok());
}
