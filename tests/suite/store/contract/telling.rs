//! Mails to readers on their way: taken by one, tried again, overtaken by what happens.

use chrono::TimeDelta;
use daily_note::{
    audience::{Origin, SubscriberId, SuppressionReason},
    store::{NewReceipt, ReceiptFacts, ReceiptKind, ReceiptOutcome, ReceiptTurn, TELLING},
};

use crate::store::{fixture::*, membership::*};

pub(crate) async fn a_receipt_is_taken_by_one_and_comes_again_until_it_is_settled(
    place: &impl Place<Store: LivesStore>,
) {
    let (one, other) = (place.open().await, place.open().await);
    one.wish_at(&wish("minji@example.com"), at(0)).await;
    assert_eq!(other.next().await, Some(at(0)));
    let taken = one.due(at(0)).await.remove(0);
    assert_eq!((taken.attempts, taken.asked_at), (0, at(0)));
    assert_eq!(other.due_kinds(at(1)).await, []);
    // The first one died.
    let later = at(0) + TELLING;
    assert_eq!(other.next().await, Some(later));
    place.pass(TELLING).await;
    let again = other.due(later).await.remove(0);
    assert_eq!(again.id, taken.id);
    let next = later + TimeDelta::minutes(1);
    let settle = async |outcome, now| {
        other
            .settle_receipt(taken.id, outcome, "451 later", now)
            .await
            .unwrap();
    };
    settle(ReceiptOutcome::Again(next), later).await;
    assert_eq!(other.due_kinds(later).await, []);
    assert_eq!(other.due(next).await[0].attempts, 1);
    settle(ReceiptOutcome::Sent, next).await;
    assert_eq!(other.next().await, None);
    settle(ReceiptOutcome::Again(next), next).await;
    assert_eq!(other.next().await, None, "what was sent is sent");
}

pub(crate) async fn receipts_leave_in_their_order_so_many_at_a_time(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    for n in 0..5 {
        store
            .wish_at(&wish(&format!("reader{n}@example.com")), at(n))
            .await;
    }
    let mut emails = Vec::new();
    for limit in [2, 2, 2] {
        for due in store
            .take_due_receipts(ReceiptTurn::Awaited, limit, at(9))
            .await
            .unwrap()
        {
            emails.push(due.to.to_string());
        }
    }
    assert_eq!(
        emails,
        [0, 1, 2, 3, 4].map(|n| format!("reader{n}@example.com"))
    );
}

pub(crate) async fn what_happened_since_overtakes_a_receipt(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await;
    let reader = store.joined("minji@example.com", at(0)).await.id;
    store.leave_one(leaving(reader), at(1)).await;
    assert_eq!(
        store.due_kinds(at(2)).await,
        [ReceiptKind::Goodbye],
        "welcome no more"
    );
    store.add(&people(2), Origin::Operator).await;
    let notice = |n: i64| NewReceipt {
        reader: SubscriberId(n),
        kind: ReceiptKind::ResultNotice,
        about: ReceiptFacts::at(at(3)),
    };
    let (one, two) = (reader.0 + 1, reader.0 + 2);
    let all = [notice(one), notice(two), notice(reader.0), notice(99)];
    assert_eq!(
        store.post_receipts(&all, at(3)).await.unwrap(),
        2,
        "who left gets none"
    );
    let angry = [suppression(
        "reader1@example.com",
        SuppressionReason::Complaint,
    )];
    store
        .suppress(&angry, ChangeSource::Complaint, at(4))
        .await
        .unwrap();
    store
        .erase(&address("reader2@example.com"), ChangeSource::Link, at(4))
        .await
        .unwrap();
    assert_eq!(store.due_kinds(at(5)).await, []);
    assert_eq!(store.next().await, Some(at(2) + TELLING), "the goodbye");
}
