//! The outbox: what is told once, taken by one, tried again, given up.

use chrono::TimeDelta;
use daily_note::store::{NewNotice, NoticeOutbox, NotifyOutcome, TELLING};

use crate::store::fixture::{Place, at};

fn notice(key: &str, target: &str) -> NewNotice {
    NewNotice {
        key: key.to_owned(),
        target: target.to_owned(),
        content: format!("{key} for {target}").into_bytes(),
    }
}

pub(crate) async fn the_same_is_told_to_the_same_place_once_ever(
    place: &impl Place<Store: NoticeOutbox>,
) {
    let store = place.open().await;
    let both = [notice("a", "x@example.com"), notice("a", "hook")];
    assert_eq!(store.post_notices(&both, at(0)).await.unwrap(), 2);
    assert_eq!(store.post_notices(&both, at(1)).await.unwrap(), 0);
    for due in store.take_due_notices(&[], at(1)).await.unwrap() {
        store
            .settle_notice(due.id, NotifyOutcome::Done, "250 ok", at(1))
            .await
            .unwrap();
    }
    // Another process, much later.
    let again = place.open().await;
    assert_eq!(again.post_notices(&both, at(86_400)).await.unwrap(), 0);
    assert_eq!(again.take_due_notices(&[], at(86_400)).await.unwrap(), []);
    assert_eq!(again.next_notice().await.unwrap(), None);
}

pub(crate) async fn what_one_took_nobody_else_takes_until_its_time_is_over(
    place: &impl Place<Store: NoticeOutbox>,
) {
    let (one, other) = (place.open().await, place.open().await);
    one.post_notices(&[notice("a", "hook")], at(0))
        .await
        .unwrap();
    let taken = one.take_due_notices(&[], at(0)).await.unwrap();
    assert_eq!(taken[0].key, "a");
    assert_eq!(taken[0].content, b"a for hook");
    assert_eq!(taken[0].at, at(0));
    assert_eq!(other.take_due_notices(&[], at(1)).await.unwrap(), []);
    // The first one died.
    let later = at(0) + TELLING;
    assert_eq!(other.next_notice().await.unwrap(), Some(later));
    assert_eq!(other.take_due_notices(&[], later).await.unwrap().len(), 1);
}

pub(crate) async fn a_try_that_failed_is_counted_and_comes_again(
    place: &impl Place<Store: NoticeOutbox>,
) {
    let store = place.open().await;
    store
        .post_notices(&[notice("a", "hook")], at(0))
        .await
        .unwrap();
    for attempts in 0..3 {
        let now = at(i64::from(attempts) * 100);
        let due = store.take_due_notices(&[], now).await.unwrap().remove(0);
        assert_eq!(due.attempts, attempts);
        assert_eq!(due.content, b"a for hook");
        let again = NotifyOutcome::Again(now + TimeDelta::seconds(100));
        store
            .settle_notice(due.id, again, "502", now)
            .await
            .unwrap();
        assert_eq!(
            store.next_notice().await.unwrap(),
            Some(now + TimeDelta::seconds(100))
        );
    }
    let due = store
        .take_due_notices(&[], at(300))
        .await
        .unwrap()
        .remove(0);
    store
        .settle_notice(due.id, NotifyOutcome::GivenUp, "410", at(300))
        .await
        .unwrap();
    assert_eq!(store.next_notice().await.unwrap(), None);
}

pub(crate) async fn each_target_is_told_one_thing_at_a_time(
    place: &impl Place<Store: NoticeOutbox>,
) {
    let store = place.open().await;
    let all = [
        notice("a", "hook"),
        notice("b", "hook"),
        notice("a", "x@example.com"),
        notice("b", "y@example.com"),
    ];
    store.post_notices(&all, at(0)).await.unwrap();
    let taken = async |busy: &[&str]| -> Vec<(String, String)> {
        let busy: Vec<String> = busy.iter().map(|&it| it.to_owned()).collect();
        let due = store.take_due_notices(&busy, at(0)).await.unwrap();
        due.into_iter().map(|it| (it.key, it.target)).collect()
    };
    let own = |key: &str, target: &str| (key.to_owned(), target.to_owned());
    assert_eq!(
        taken(&["x@example.com"]).await,
        [own("a", "hook"), own("b", "y@example.com")]
    );
    assert_eq!(taken(&["hook"]).await, [own("a", "x@example.com")]);
    assert_eq!(taken(&["x@example.com"]).await, [own("b", "hook")]);
}

pub(crate) async fn a_target_is_out_of_reach_until_something_is_told_there(
    place: &impl Place<Store: NoticeOutbox>,
) {
    let store = place.open().await;
    let end = async |key: &str, told: NotifyOutcome, second: i64| {
        let new = [notice(key, "hook"), notice(key, "x@example.com")];
        store.post_notices(&new, at(second)).await.unwrap();
        for due in store.take_due_notices(&[], at(second)).await.unwrap() {
            let told = if due.target == "hook" {
                told
            } else {
                NotifyOutcome::Done
            };
            let settling = store.settle_notice(due.id, told, key, at(second));
            settling.await.unwrap();
        }
    };
    end("a", NotifyOutcome::GivenUp, 0).await;
    end("b", NotifyOutcome::GivenUp, 10).await;
    let unreached = store.unreached(at(0)).await.unwrap();
    assert_eq!(unreached.len(), 1, "{unreached:?}");
    assert_eq!((unreached[0].given_up, unreached[0].at), (2, at(10)));
    assert_eq!((&*unreached[0].target, &*unreached[0].reply), ("hook", "b"));
    assert_eq!(store.unreached(at(11)).await.unwrap(), []);
    end("c", NotifyOutcome::Done, 20).await;
    assert_eq!(store.unreached(at(0)).await.unwrap(), []);
}
