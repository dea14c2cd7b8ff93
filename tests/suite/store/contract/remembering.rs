//! The history: who came and went, by what, and how the list grew.

use chrono::TimeDelta;
use chrono_tz::Asia::Seoul;
use daily_note::{
    audience::{Origin, SubscriberId, SuppressionReason, membership::MembershipChange as Change},
    store::GrowthWeek,
};

use crate::store::{fixture::*, membership::*};

pub(crate) async fn many_who_come_at_once_are_one_row_and_each_finds_themself_in_it(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    store.add(&people(2_500), Origin::Import).await;
    let history = store.history(SubscriberId(1_234)).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(
        (history[0].change, history[0].source),
        (Change::Added, ChangeSource::Import)
    );
    assert!(
        history[0].through.0 - history[0].reader.0 >= 999,
        "{history:?}"
    );
    assert_eq!(store.history(SubscriberId(2_501)).await.unwrap(), []);
    // One more, and a group of which some were known: each has what is theirs.
    store.add(&people(2_600), Origin::Operator).await;
    let of = async |id| store.changes_of(SubscriberId(id)).await;
    assert_eq!(of(1_234).await, [(Change::Added, ChangeSource::Import)]);
    assert_eq!(of(2_550).await, [(Change::Added, ChangeSource::Operator)]);
}

pub(crate) async fn every_way_in_and_out_is_written_down(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await;
    let email = "reader1@example.com";
    store.fold_all(&people(1)).await.unwrap();
    store.fold_all(&[]).await.unwrap();
    store.fold_all(&people(1)).await.unwrap();
    let one = SubscriberId(1);
    for reason in [SuppressionReason::HardBounce, SuppressionReason::Manual] {
        let list = [suppression(email, reason)];
        let source = match reason {
            SuppressionReason::HardBounce => ChangeSource::Bounce,
            _ => ChangeSource::Operator,
        };
        store.suppress(&list, source, at(2)).await.unwrap();
        store.suppress(&list, source, at(2)).await.unwrap();
    }
    store
        .lift_suppressions(&[address(email)], at(3))
        .await
        .unwrap();
    store
        .lift_suppressions(&[address(email)], at(3))
        .await
        .unwrap();
    let (old, new) = (address(email), address("new@example.com"));
    store.move_subscriber(&old, &new, at(4)).await.unwrap();
    let epoch = store.member_of("new@example.com").await.epoch;
    assert_eq!(epoch, 4, "bounce, operator, lifted, moved");
    store
        .erase(&new, ChangeSource::Operator, at(5))
        .await
        .unwrap();
    assert_eq!(
        store.changes_of(one).await,
        [
            (Change::Added, ChangeSource::File),
            (Change::Deactivated, ChangeSource::File),
            (Change::Reactivated, ChangeSource::File),
            (Change::Bounced, ChangeSource::Bounce),
            (Change::Suppressed, ChangeSource::Operator),
            (Change::Lifted, ChangeSource::Operator),
            (Change::Moved, ChangeSource::Operator),
            (Change::Erased, ChangeSource::Operator),
        ]
    );
    let all = store.changes(0, 3).await.unwrap();
    let more = store.changes(all[2].id, 99).await.unwrap();
    assert_eq!([all, more].concat(), store.history(one).await.unwrap());
}

pub(crate) async fn a_dead_address_is_written_down_with_its_rejection(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(1).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(1)).await;
    store.step(&claims[0], sending()).await.unwrap();
    store.step(&claims[0], rejected(true)).await.unwrap();
    let last = store.changes_of(SubscriberId(1)).await.pop().unwrap();
    assert_eq!(last, (Change::Bounced, ChangeSource::Bounce));
    assert_eq!(store.member_of("reader1@example.com").await.epoch, 1);
}

pub(crate) async fn the_list_grows_week_by_week(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await;
    // Monday 08:00 in Seoul, and the Mondays after it.
    let week = |weeks: i64, hours: i64| at(0) + TimeDelta::weeks(weeks) + TimeDelta::hours(hours);
    store
        .upsert(people(10).into(), Origin::Import, week(0, 0))
        .await
        .unwrap();
    let joined = store.joined("form@example.com", week(1, 1)).await.id;
    store.wish_at(&wish("never@example.com"), week(1, 2)).await;
    let left = [1, 2].map(|n| leaving(SubscriberId(n)));
    store.leave(&left, week(1, 3)).await.unwrap();
    store
        .undo_leave(SubscriberId(2), 1, week(1, 4))
        .await
        .unwrap();
    let angry = [suppression(
        "reader3@example.com",
        SuppressionReason::Complaint,
    )];
    store
        .suppress(&angry, ChangeSource::Complaint, week(2, 0))
        .await
        .unwrap();
    // They had left before: their list loses nobody twice.
    store
        .erase(
            &address("reader1@example.com"),
            ChangeSource::Link,
            week(2, 1),
        )
        .await
        .unwrap();
    store
        .erase(
            &address("reader4@example.com"),
            ChangeSource::Link,
            week(2, 2),
        )
        .await
        .unwrap();
    store.leave_one(leaving(joined), week(3, 0)).await;

    let growth = store.growth(5, Seoul, week(3, 9)).await.unwrap();
    let first = GrowthWeek {
        starts: "2026-11-16".parse().unwrap(),
        asked: 0,
        confirmed: 0,
        added: 0,
        left: 0,
        returned: 0,
        bounced: 0,
        complained: 0,
        erased: 0,
        readers_at_end: 0,
    };
    let starts = |date: &str| date.parse().unwrap();
    assert_eq!(
        growth,
        [
            first,
            GrowthWeek {
                starts: starts("2026-11-23"),
                added: 10,
                readers_at_end: 10,
                ..first
            },
            GrowthWeek {
                starts: starts("2026-11-30"),
                asked: 2,
                confirmed: 1,
                left: 2,
                returned: 1,
                readers_at_end: 10,
                ..first
            },
            GrowthWeek {
                starts: starts("2026-12-07"),
                complained: 1,
                erased: 2,
                readers_at_end: 8,
                ..first
            },
            GrowthWeek {
                starts: starts("2026-12-14"),
                left: 1,
                readers_at_end: 7,
                ..first
            },
        ]
    );
}
