//! The outbox: what is told once, taken by one, tried again, given up.

use chrono::TimeDelta;
use daily_note::store::{NewNotice, TELLING, Told};

use crate::store::fixture::{Place, at};

fn notice(key: &str, target: &str) -> NewNotice {
    NewNotice {
        key: key.to_owned(),
        target: target.to_owned(),
        content: format!("{key} for {target}").into_bytes(),
    }
}

pub(crate) async fn the_same_is_told_to_the_same_place_once_ever(place: &dyn Place) {
    let store = place.open().await;
    let both = [notice("a", "x@example.com"), notice("a", "hook")];
    assert_eq!(store.post_notices(&both, at(0)).await.unwrap(), 2);
    assert_eq!(store.post_notices(&both, at(1)).await.unwrap(), 0);
    for due in store.take_due_notices(10, at(1)).await.unwrap() {
        store
            .settle_notice(due.id, Told::Done, "250 ok")
            .await
            .unwrap();
    }
    // Another process, much later.
    let again = place.open().await;
    assert_eq!(again.post_notices(&both, at(86_400)).await.unwrap(), 0);
    assert_eq!(again.take_due_notices(10, at(86_400)).await.unwrap(), []);
    assert_eq!(again.next_notice().await.unwrap(), None);
}

pub(crate) async fn what_one_took_nobody_else_takes_until_its_time_is_over(place: &dyn Place) {
    let (one, other) = (place.open().await, place.open().await);
    one.post_notices(&[notice("a", "hook"), notice("b", "hook")], at(0))
        .await
        .unwrap();
    let taken = one.take_due_notices(10, at(0)).await.unwrap();
    let keys: Vec<&str> = taken.iter().map(|due| due.key.as_str()).collect();
    assert_eq!(keys, ["a", "b"]);
    assert_eq!(taken[0].content, b"a for hook");
    assert_eq!(taken[0].at, at(0));
    assert_eq!(other.take_due_notices(10, at(1)).await.unwrap(), []);
    // The first one died.
    let later = at(0) + TELLING;
    assert_eq!(other.next_notice().await.unwrap(), Some(later));
    assert_eq!(other.take_due_notices(1, later).await.unwrap().len(), 1);
}

pub(crate) async fn a_try_that_failed_is_counted_and_comes_again(place: &dyn Place) {
    let store = place.open().await;
    store
        .post_notices(&[notice("a", "hook")], at(0))
        .await
        .unwrap();
    for attempts in 0..3 {
        let now = at(i64::from(attempts) * 100);
        let due = store.take_due_notices(10, now).await.unwrap().remove(0);
        assert_eq!(due.attempts, attempts);
        assert_eq!(due.content, b"a for hook");
        let again = Told::Again(now + TimeDelta::seconds(100));
        store.settle_notice(due.id, again, "502").await.unwrap();
        assert_eq!(
            store.next_notice().await.unwrap(),
            Some(now + TimeDelta::seconds(100))
        );
    }
    let due = store.take_due_notices(10, at(300)).await.unwrap().remove(0);
    store
        .settle_notice(due.id, Told::GivenUp, "410")
        .await
        .unwrap();
    assert_eq!(store.next_notice().await.unwrap(), None);
}
