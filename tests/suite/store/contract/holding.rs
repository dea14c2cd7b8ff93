//! One state among its processes: who may send from it, who keeps its calendar.

use daily_note::store::StoreError;

use crate::store::fixture::*;

pub(crate) async fn only_one_may_send_at_a_time(place: &impl Place<Store: InstanceStore>) {
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
    place: &impl Place<Store: InstanceStore>,
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
