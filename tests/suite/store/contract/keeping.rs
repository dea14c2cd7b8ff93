//! The calendar: since when it is kept, and what a person holds of it.

use daily_note::store::{CalendarRecord, HeldRelease};

use crate::store::fixture::*;

fn hold(name: &str, why: &str) -> HeldRelease {
    HeldRelease {
        name: name.to_owned(),
        why: why.to_owned(),
        at: at(1),
    }
}

pub(crate) async fn a_calendar_is_kept_since_the_first_who_kept_it_or_froze(
    place: &impl Place<Store: LedgerStore + CalendarRecord>,
) {
    let store = place.open().await.with_people(1).await;
    assert_eq!(store.kept_since().await.unwrap(), None);
    assert_eq!(store.keep_calendar(at(50)).await.unwrap(), at(50));
    assert_eq!(store.keep_calendar(at(60)).await.unwrap(), at(50));
    // A clock that ran ahead then must not silence what is missed since.
    assert_eq!(store.keep_calendar(at(40)).await.unwrap(), at(40));
    store.frozen("monday").await;
    let again = place.open().await;
    assert_eq!(again.kept_since().await.unwrap(), Some(at(0)));
}

pub(crate) async fn what_is_on_hold_is_held_once_and_released_once(
    place: &impl Place<Store: LedgerStore + CalendarRecord>,
) {
    let store = place.open().await;
    let (first, second) = (hold("weekly-2026-11-23", "proofs"), hold("a", "a name"));
    assert!(store.put_on_hold(&first).await.unwrap());
    let again = hold(&first.name, "another reason");
    assert!(!store.put_on_hold(&again).await.unwrap());
    assert!(store.put_on_hold(&second).await.unwrap());
    let other = place.open().await;
    assert_eq!(other.holds().await.unwrap(), [second, first.clone()]);
    let released = other.release_hold(&first.name).await.unwrap();
    assert_eq!(released.as_ref(), Some(&first));
    assert_eq!(store.release_hold(&first.name).await.unwrap(), None);
    assert_eq!(store.holds().await.unwrap().len(), 1);
}
