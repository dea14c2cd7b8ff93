//! Leaving, and coming back from it.

use daily_note::{
    audience::{Origin, SubscriberId, SuppressionReason, membership::MembershipChange},
    store::{
        DeliveryId, DeliveryState, LeaveOutcome, ReceiptKind, RefusalReason, UndoOutcome, Upsert,
    },
};

use crate::store::{fixture::*, membership::*};

pub(crate) async fn several_leave_at_once_and_strangers_are_named(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(3).await;
    let ids = [1, 2, 99, 2].map(SubscriberId);
    let left = store.leave(&ids.map(leaving), at(1)).await.unwrap();
    assert_eq!(
        left,
        [
            LeaveOutcome::Left { epoch: 1 },
            LeaveOutcome::Left { epoch: 1 },
            LeaveOutcome::Unknown,
            LeaveOutcome::Already { epoch: 1 }
        ]
    );
    let again = place.open().await;
    assert_eq!(again.audience_size("monday").await.unwrap().readers, 1);
    assert_eq!(
        again.standing("reader2@example.com").await,
        Some(SuppressionReason::Unsubscribed)
    );
    assert_eq!(store.due_kinds(at(1)).await, [ReceiptKind::Goodbye; 2]);
    assert_eq!(
        store.changes_of(SubscriberId(1)).await,
        [
            (MembershipChange::Added, ChangeSource::Operator),
            (MembershipChange::Left, ChangeSource::OneClick)
        ]
    );
    let added = store.add(&people(1), Origin::Import).await;
    assert_eq!(added, [Upsert::Suppressed(SuppressionReason::Unsubscribed)]);
}

pub(crate) async fn who_leaves_during_a_batch_gets_nothing_more_of_it(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(4).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(1)).await;
    store.step(&claims[0], sending()).await.unwrap();
    let ids = [1, 2, 3].map(SubscriberId);
    store.leave(&ids.map(leaving), at(2)).await.unwrap();
    // On the wire it can't be called back; one that was claimed is told no; one that waits is never claimed.
    assert_eq!(store.step(&claims[0], accepted()).await, Ok(()));
    assert_eq!(
        store.step(&claims[1], sending()).await,
        Err(RefusalReason::Suppressed(SuppressionReason::Unsubscribed))
    );
    let rest = store.claim_at(&batch, 9, at(3)).await;
    for claim in &rest {
        if claim.reader.id != SubscriberId(4) {
            assert!(store.step(claim, sending()).await.is_err());
        }
    }
    let skipped = store
        .deliveries(batch.id, DeliveryState::Skipped, DeliveryId(0), 9)
        .await
        .unwrap();
    assert_eq!(skipped.len(), 2);
}

pub(crate) async fn one_edition_is_left_and_the_others_stay(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await.with_people(1).await;
    let reader = SubscriberId(1);
    let leave = async |edition: &str, seconds| {
        store
            .leave_one(leaving_edition(reader, edition), at(seconds))
            .await
    };
    assert_eq!(
        leave("thursday", 1).await,
        LeaveOutcome::LeftEdition { epoch: 1 }
    );
    let chosen = async || {
        store
            .member_of("reader1@example.com")
            .await
            .subscriber
            .profile
            .editions
    };
    assert_eq!(chosen().await, Some(["monday".to_owned()].into()));
    assert_eq!(
        leave("thursday", 2).await,
        LeaveOutcome::Already { epoch: 1 }
    );
    // The file, which names no editions, gives them nothing back.
    store.fold_all(&people(1)).await.unwrap();
    assert_eq!(chosen().await, Some(["monday".to_owned()].into()));
    // Back to all, future ones too.
    assert_eq!(
        store.undo_leave(reader, 1, at(3)).await.unwrap(),
        UndoOutcome::Returned
    );
    assert_eq!(chosen().await, None);
    assert_eq!(
        leave("thursday", 4).await,
        LeaveOutcome::LeftEdition { epoch: 3 }
    );
    assert_eq!(
        leave("monday", 5).await,
        LeaveOutcome::Left { epoch: 4 },
        "the last one"
    );
    assert_eq!(
        store.undo_leave(reader, 4, at(6)).await.unwrap(),
        UndoOutcome::Returned
    );
    assert_eq!(chosen().await, Some(["monday".to_owned()].into()));
}

pub(crate) async fn an_undo_brings_back_exactly_what_stood(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await;
    store
        .add(
            &[of_edition("minji@example.com", "monday")],
            Origin::Operator,
        )
        .await;
    let reader = store.number("minji@example.com").await;
    let dead = [suppression(
        "minji@example.com",
        SuppressionReason::HardBounce,
    )];
    for (before, readers) in [(None, 1), (Some(SuppressionReason::HardBounce), 0)] {
        if before.is_some() {
            store
                .suppress(&dead, ChangeSource::Bounce, at(5))
                .await
                .unwrap();
        }
        let stood = store.member_of("minji@example.com").await;
        let LeaveOutcome::Left { epoch } = store.leave_one(leaving(reader), at(6)).await else {
            panic!("they did not leave");
        };
        assert_eq!(
            store.undo_leave(reader, epoch, at(7)).await.unwrap(),
            UndoOutcome::Returned
        );
        let after = store.member_of("minji@example.com").await;
        assert_eq!(
            (after.subscriber, after.suppression),
            (stood.subscriber, stood.suppression)
        );
        assert_eq!(store.standing("minji@example.com").await, before);
        assert_eq!(
            store.audience_size("monday").await.unwrap().readers,
            readers
        );
    }
}

pub(crate) async fn an_undo_counts_once_and_only_while_nothing_else_happened(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(1).await;
    let reader = SubscriberId(1);
    let undo = async |epoch, seconds| store.undo_leave(reader, epoch, at(seconds)).await.unwrap();
    assert_eq!(undo(0, 0).await, UndoOutcome::Unknown, "they never left");
    store.leave_one(leaving(reader), at(1)).await;
    assert_eq!(undo(7, 2).await, UndoOutcome::Stale);
    assert_eq!(undo(1, 3).await, UndoOutcome::Returned);
    assert_eq!(undo(1, 4).await, UndoOutcome::Already);
    let LeaveOutcome::Left { epoch } = store.leave_one(leaving(reader), at(5)).await else {
        panic!("they did not leave");
    };
    assert_eq!(
        undo(1, 6).await,
        UndoOutcome::Stale,
        "a link of the time before"
    );
    let angry = [suppression(
        "reader1@example.com",
        SuppressionReason::Complaint,
    )];
    store
        .suppress(&angry, ChangeSource::Complaint, at(7))
        .await
        .unwrap();
    assert_eq!(undo(epoch, 8).await, UndoOutcome::Stale);
    assert_eq!(
        store.standing("reader1@example.com").await,
        Some(SuppressionReason::Complaint)
    );
    assert_eq!(
        store.undo_leave(SubscriberId(99), 1, at(8)).await.unwrap(),
        UndoOutcome::Unknown
    );
}

pub(crate) async fn who_only_asked_may_say_no(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await;
    store.wish_at(&wish("victim@example.com"), at(0)).await;
    let member = store.member_of("victim@example.com").await;
    let reader = member.subscriber.id;
    let left = store.leave_one(leaving(reader), at(1)).await;
    assert!(matches!(left, LeaveOutcome::Left { .. }), "{left:?}");
    let confirmed = store.confirm(reader, member.epoch, at(2)).await.unwrap();
    assert_eq!(confirmed, daily_note::store::ConfirmOutcome::Stale);
    assert_eq!(
        store.due_kinds(at(2)).await,
        [],
        "no goodbye, and no question any more"
    );
    let added = store
        .add(&[person("victim@example.com")], Origin::Operator)
        .await;
    assert_eq!(added, [Upsert::Suppressed(SuppressionReason::Unsubscribed)]);
}

pub(crate) async fn a_reason_is_kept_of_whoever_left(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await.with_people(2).await;
    let (one, other) = (SubscriberId(1), SubscriberId(2));
    store.leave_one(leaving(one), at(1)).await;
    assert!(
        store
            .say_why(one, &"너무 많아요. ".repeat(1_000))
            .await
            .unwrap()
    );
    assert!(!store.say_why(other, "they stayed").await.unwrap());
    let kept = store.all_about(one).await.unwrap().unwrap();
    assert_eq!(kept.leaving_reason.unwrap().chars().count(), 500);
}

pub(crate) async fn choices_are_kept_and_bring_nobody_back(place: &impl Place<Store: LivesStore>) {
    use daily_note::store::{PreferOutcome, ReaderPreferences};
    let store = place.open().await;
    store
        .fold_all(&[named("minji@example.com", "file")])
        .await
        .unwrap();
    let reader = store.number("minji@example.com").await;
    let choice = ReaderPreferences {
        editions: Some(["monday".to_owned()].into()),
        name: None,
        language: Some("en".to_owned()),
        timezone: Some(chrono_tz::Europe::Berlin),
    };
    let prefer =
        async |choice: &ReaderPreferences| store.prefer(reader, choice, at(1)).await.unwrap();
    assert_eq!(prefer(&choice).await, PreferOutcome::Changed);
    assert_eq!(prefer(&choice).await, PreferOutcome::Unchanged);
    let none = ReaderPreferences {
        editions: Some([].into()),
        ..choice.clone()
    };
    assert_eq!(prefer(&none).await, PreferOutcome::NoEdition);
    // The file's word is older than theirs, also where they left something open.
    store
        .fold_all(&[named("minji@example.com", "file")])
        .await
        .unwrap();
    let profile = store
        .member_of("minji@example.com")
        .await
        .subscriber
        .profile;
    assert_eq!(
        (profile.name, profile.language),
        (None, choice.language.clone())
    );
    assert_eq!(
        (profile.editions, profile.timezone),
        (choice.editions.clone(), choice.timezone)
    );
    store.leave_one(leaving(reader), at(2)).await;
    let all = ReaderPreferences {
        editions: None,
        ..choice
    };
    assert_eq!(prefer(&all).await, PreferOutcome::Changed);
    assert_eq!(
        store.standing("minji@example.com").await,
        Some(SuppressionReason::Unsubscribed)
    );
    let nobody = store.prefer(SubscriberId(99), &all, at(3)).await.unwrap();
    assert_eq!(nobody, PreferOutcome::Unknown);
}
