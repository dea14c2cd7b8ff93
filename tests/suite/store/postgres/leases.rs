//! Leases go by the server's clock, end with a process that dies, and are nobody's who slept through their end; the
//! state is at home on one timeline of one cluster.

use daily_note::store::{SenderId, StateInstance, StoreError};

use super::place::Schema;
use crate::store::fixture::{Place, at, sender};

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
    let store = place.open().await;
    drop(store.hold(&sender()).await.unwrap());
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
    store.adopt(None, at(9)).await.unwrap();
    assert_eq!(store.adopted_at().await.unwrap(), Some(at(9)));
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
