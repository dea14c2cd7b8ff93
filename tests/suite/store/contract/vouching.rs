//! One state among its copies: who vouches for the one in use.

use daily_note::store::BatchState;

use crate::store::fixture::*;

pub(crate) async fn a_person_vouches_for_a_copy_and_what_was_open_waits_for_them(
    place: &impl Place<Store: LedgerStore + InstanceStore>,
) {
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    assert_eq!(store.adopted_at().await.unwrap(), None);
    assert_eq!(store.adopt(None, &[], at(60)).await.unwrap().paused, 1);
    assert_eq!(store.adopted_at().await.unwrap(), Some(at(60)));
    let state = store.batch("monday").await.unwrap().unwrap().state;
    assert!(matches!(state, BatchState::Paused { .. }), "{state:?}");
    assert!(store.claim_at(&batch, 9, at(61)).await.is_empty());
    assert!(store.hold_schedule(&sender()).await.is_ok());
}
