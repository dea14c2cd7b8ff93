//! A reader's own change of address, and the way back from it.

use chrono::TimeDelta;
use daily_note::{
    audience::{Origin, SubscriberId, SuppressionReason, membership::MembershipChange},
    store::{
        AskOutcome, ConfirmMoveOutcome, ConfirmOutcome, MoveAskOutcome, ReceiptKind, SignupLimits,
        UndoOutcome, Upsert,
    },
};

use crate::store::{fixture::*, membership::*};

const READER: SubscriberId = SubscriberId(1);
const OLD: &str = "reader1@example.com";
const NEW: &str = "new@elsewhere.example";

async fn ask(
    store: &std::sync::Arc<impl LivesStore + ?Sized>,
    epoch: u32,
    to: &str,
) -> MoveAskOutcome {
    let limits = SignupLimits::default();
    store
        .ask_move(READER, epoch, &address(to), &limits, at(1))
        .await
        .unwrap()
}

pub(crate) async fn a_reader_moves_when_the_new_address_says_so(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(2).await;
    assert_eq!(ask(&store, 9, NEW).await, MoveAskOutcome::Stale);
    assert_eq!(
        ask(&store, 0, "READER2@example.com").await,
        MoveAskOutcome::Taken
    );
    assert_eq!(ask(&store, 0, NEW).await, MoveAskOutcome::Queued);
    assert_eq!(store.number(OLD).await, READER, "asking moves nobody");
    assert_eq!(store.member_of(OLD).await.moving_to, Some(address(NEW)));
    let due = store.due(at(1)).await;
    assert_eq!(
        (due[0].kind, &due[0].to),
        (ReceiptKind::MoveConfirm, &address(NEW))
    );
    assert_eq!(due[0].name, None);
    assert_eq!(
        due[0].about.other_address.as_deref(),
        Some("r***@example.com")
    );

    let confirm =
        async |epoch, key: &str| store.confirm_move(READER, epoch, key, at(2)).await.unwrap();
    assert_eq!(
        confirm(0, "other@elsewhere.example").await,
        ConfirmMoveOutcome::Stale
    );
    assert_eq!(confirm(0, NEW).await, ConfirmMoveOutcome::Moved);
    assert_eq!(confirm(0, NEW).await, ConfirmMoveOutcome::Already);
    assert_eq!(store.number(NEW).await, READER);
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 2);
    let added = store.add(&[person(OLD)], Origin::Import).await;
    assert_eq!(added, [Upsert::Suppressed(SuppressionReason::Unsubscribed)]);
    let told: Vec<_> = store
        .due(at(2))
        .await
        .into_iter()
        .map(|due| (due.kind, due.to.to_string(), due.about.is_to_old_address))
        .collect();
    assert_eq!(
        told,
        [
            (ReceiptKind::Moved, NEW.to_owned(), false),
            (ReceiptKind::Moved, OLD.to_owned(), true)
        ]
    );
    // Whoever reads at the old address may subscribe there on their own.
    assert_eq!(store.wish_at(&wish(OLD), at(3)).await, AskOutcome::Queued);
    let outcome = store.confirm_now(OLD, at(4)).await;
    assert!(
        matches!(outcome, ConfirmOutcome::Confirmed { .. }),
        "{outcome:?}"
    );
}

pub(crate) async fn the_old_address_takes_a_stranger_s_move_back(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(1).await;
    ask(&store, 0, NEW).await;
    store.confirm_move(READER, 0, NEW, at(2)).await.unwrap();
    let due = store.due(at(2)).await;
    let epoch = due
        .iter()
        .find(|due| due.about.is_to_old_address)
        .unwrap()
        .epoch;
    // The stranger does all that could make it final: leaves, comes back, moves on.
    let left = store.leave_one(leaving(READER), at(3)).await;
    let daily_note::store::LeaveOutcome::Left { epoch: gone } = left else {
        panic!("{left:?}")
    };
    store.undo_leave(READER, gone, at(4)).await.unwrap();
    let now = store.member_of(NEW).await.epoch;
    assert_eq!(
        ask(&store, now, "third@elsewhere.example").await,
        MoveAskOutcome::Queued
    );
    let moved = store
        .confirm_move(READER, now, "third@elsewhere.example", at(5))
        .await
        .unwrap();
    assert_eq!(moved, ConfirmMoveOutcome::Moved);

    let undo = async |epoch, now| store.undo_move(READER, epoch, now).await.unwrap();
    assert_eq!(undo(epoch + 77, at(6)).await, UndoOutcome::Unknown);
    assert_eq!(undo(epoch, at(6)).await, UndoOutcome::Returned);
    assert_eq!(undo(epoch, at(7)).await, UndoOutcome::Already);
    let member = store.member_of(OLD).await;
    assert_eq!((member.subscriber.id, member.suppression), (READER, None));
    assert_eq!(store.standing(NEW).await, None, "nobody is kept off for it");
    assert_eq!(store.standing("third@elsewhere.example").await, None);
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 1);
    assert_eq!(
        store.changes_of(READER).await.last().unwrap(),
        &(MembershipChange::MoveUndone, ChangeSource::Link)
    );
}

pub(crate) async fn after_two_weeks_a_move_stands(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await.with_people(1).await;
    ask(&store, 0, NEW).await;
    store.confirm_move(READER, 0, NEW, at(2)).await.unwrap();
    let late = at(3) + TimeDelta::days(14);
    assert_eq!(
        store.undo_move(READER, 1, late).await.unwrap(),
        UndoOutcome::Stale
    );
    assert_eq!(store.number(NEW).await, READER);
    // A wish for a move is over as well.
    let limits = SignupLimits::default();
    let third = address("third@elsewhere.example");
    store
        .ask_move(READER, 1, &third, &limits, late)
        .await
        .unwrap();
    let later = late + TimeDelta::days(15);
    let moved = store
        .confirm_move(READER, 1, third.as_str(), later)
        .await
        .unwrap();
    assert_eq!(moved, ConfirmMoveOutcome::Stale);
    store.forget_unconfirmed(later).await.unwrap();
    assert_eq!(store.member_of(NEW).await.moving_to, None);
}

pub(crate) async fn nobody_moves_who_left_nor_onto_an_address_that_is_kept_off(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(1).await;
    let angry = [suppression(NEW, SuppressionReason::Complaint)];
    store
        .suppress(&angry, ChangeSource::Complaint, at(0))
        .await
        .unwrap();
    assert_eq!(ask(&store, 0, NEW).await, MoveAskOutcome::Barred);
    store.leave_one(leaving(READER), at(1)).await;
    assert_eq!(
        ask(&store, 1, "other@elsewhere.example").await,
        MoveAskOutcome::Stale
    );
    assert_eq!(store.due_kinds(at(1)).await, [ReceiptKind::Goodbye]);
    // Where somebody came to the new address first, the move ends there.
    let other = place.open().await;
    other.joined("two@example.com", at(2)).await;
    let two = other.member_of("two@example.com").await;
    let limits = SignupLimits::default();
    let wanted = address("wanted@example.com");
    let reader = two.subscriber.id;
    other
        .ask_move(reader, two.epoch, &wanted, &limits, at(3))
        .await
        .unwrap();
    other
        .add(&[person("wanted@example.com")], Origin::Import)
        .await;
    let moved = other
        .confirm_move(reader, two.epoch, wanted.as_str(), at(4))
        .await
        .unwrap();
    assert_eq!(moved, ConfirmMoveOutcome::Taken);
}

pub(crate) async fn erasing_a_reader_erases_the_addresses_they_had(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(1).await;
    ask(&store, 0, NEW).await;
    store.confirm_move(READER, 0, NEW, at(2)).await.unwrap();
    store
        .erase(&address(NEW), ChangeSource::Link, at(3))
        .await
        .unwrap();
    for email in [OLD, NEW] {
        let standing = store.suppression(&address(email)).await.unwrap().unwrap();
        assert_eq!(
            (standing.email, standing.reason),
            (None, SuppressionReason::Erased)
        );
        // Not even a stranger's move and erasure locks anybody out.
        assert_eq!(
            store.wish_at(&wish(email), at(4)).await,
            AskOutcome::Queued,
            "{email}"
        );
        let outcome = store.confirm_now(email, at(5)).await;
        assert!(
            matches!(outcome, ConfirmOutcome::Confirmed { .. }),
            "{outcome:?}"
        );
    }
    assert_eq!(
        store.undo_move(READER, 1, at(6)).await.unwrap(),
        UndoOutcome::Unknown
    );
}
