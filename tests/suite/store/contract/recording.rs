//! Transitions: which are taken, which are refused, and what follows from them.

use daily_note::{
    audience::SuppressionReason,
    store::{BatchState, DeliveryCounts, DeliveryId, DeliveryStep, RefusalReason, Transition},
};

use crate::store::fixture::*;

pub(crate) async fn a_delivery_goes_from_pending_to_accepted(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(1).await;
    let batch = store.frozen("monday").await;
    assert_eq!(store.counted(&batch).await.pending, 1);
    let claims = store.claim_at(&batch, 1, at(0)).await;
    assert_eq!(store.counted(&batch).await.claimed, 1);
    store.step(&claims[0], sending()).await.unwrap();
    assert_eq!(store.counted(&batch).await.sending, 1);
    store.step(&claims[0], accepted()).await.unwrap();
    assert_eq!(store.counted(&batch).await.accepted, 1);
    assert_eq!(store.bad_rows(&batch).await, []);
}

pub(crate) async fn a_group_is_applied_in_its_order(place: &impl Place<Store: LedgerStore>) {
    let store = place.open().await.with_people(3).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 3, at(0)).await;
    let refusals = store
        .steps(
            &[
                step(&claims[0], sending()),
                step(&claims[1], accepted()),
                step(&claims[0], accepted()),
                step(&claims[1], sending()),
                step(&claims[2], DeliveryStep::Returned { lost: false }),
            ],
            at(1),
        )
        .await;
    assert_eq!(refusals.len(), 1);
    assert_eq!(
        (refusals[0].delivery, refusals[0].reason),
        (claims[1].delivery, RefusalReason::Fenced)
    );
    assert_eq!(
        store.counted(&batch).await,
        DeliveryCounts {
            pending: 1,
            sending: 1,
            accepted: 1,
            ..DeliveryCounts::default()
        }
    );
}

pub(crate) async fn an_outcome_without_a_dot_is_refused(place: &impl Place<Store: LedgerStore>) {
    let store = place.open().await.with_people(1).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(0)).await;
    for to in [accepted(), unknown()] {
        assert_eq!(
            store.step(&claims[0], to).await,
            Err(RefusalReason::Fenced),
            "nothing was sent"
        );
    }
    assert_eq!(store.counted(&batch).await.claimed, 1);
}

pub(crate) async fn an_ended_row_moves_no_more(place: &impl Place<Store: LedgerStore>) {
    let store = place.open().await.with_people(4).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 4, at(0)).await;
    for claim in &claims {
        store.step(claim, sending()).await.unwrap();
    }
    store.step(&claims[0], accepted()).await.unwrap();
    store.step(&claims[1], rejected(false)).await.unwrap();
    store.step(&claims[2], unknown()).await.unwrap();
    store.step(&claims[3], deferred(at(60))).await.unwrap();
    let before = store.counted(&batch).await;
    for claim in &claims {
        for to in [
            sending(),
            accepted(),
            unknown(),
            held(),
            rejected(true),
            deferred(at(9)),
            DeliveryStep::Returned { lost: true },
        ] {
            assert_eq!(
                store.step(claim, to.clone()).await,
                Err(RefusalReason::Fenced),
                "{to:?}"
            );
        }
    }
    assert_eq!(store.counted(&batch).await, before);
    assert_eq!(store.standing("reader2@example.com").await, None);
}

pub(crate) async fn an_unknown_row_or_number_is_refused_not_an_error(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(1).await;
    store.frozen("monday").await;
    for delivery in [0, -1, 7, i64::MAX, i64::MIN] {
        let refusals = store
            .steps(
                &[Transition {
                    delivery: DeliveryId(delivery),
                    fence: 1,
                    to: accepted(),
                }],
                at(1),
            )
            .await;
        assert_eq!(refusals.len(), 1);
        assert_eq!(refusals[0].reason, RefusalReason::Fenced);
    }
    assert_eq!(store.steps(&[], at(1)).await, []);
}

pub(crate) async fn no_message_leaves_for_someone_who_left(place: &impl Place<Store: LedgerStore>) {
    let store = place.open().await.with_people(3).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 3, at(0)).await;
    store
        .suppress(
            &[
                suppression("reader1@example.com", SuppressionReason::Unsubscribed),
                suppression("READER2@example.com", SuppressionReason::Erased),
            ],
            ChangeSource::Operator,
            at(0),
        )
        .await
        .unwrap();
    assert_eq!(
        store.step(&claims[0], sending()).await,
        Err(RefusalReason::Suppressed(SuppressionReason::Unsubscribed))
    );
    assert_eq!(
        store.step(&claims[1], sending()).await,
        Err(RefusalReason::Suppressed(SuppressionReason::Erased))
    );
    store.step(&claims[2], sending()).await.unwrap();
    assert_eq!(store.counted(&batch).await.skipped, 2);
    let bad = store.bad_rows(&batch).await;
    assert_eq!(bad[0].2, "unsubscribed");
    assert_eq!((&bad[1].0, bad[1].2.as_str()), (&None, "erased"));
}

pub(crate) async fn no_message_leaves_for_someone_taken_out_of_the_file(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await;
    let entries = people(12);
    store.fold_all(&entries).await.unwrap();
    let batch = store.frozen("monday").await;
    // One is claimed by then, the other is not.
    let claims = store.claim_at(&batch, 11, at(0)).await;
    store.fold_all(&entries[1..11]).await.unwrap();
    assert_eq!(
        store.step(&claims[0], sending()).await,
        Err(RefusalReason::Removed)
    );
    store.step(&claims[1], sending()).await.unwrap();
    assert!(store.claim_at(&batch, 12, at(0)).await.is_empty());
    assert_eq!(store.counted(&batch).await.skipped, 2);
    let words: Vec<String> = store
        .bad_rows(&batch)
        .await
        .into_iter()
        .map(|row| row.2)
        .collect();
    assert_eq!(words, ["removed", "removed"]);
}

pub(crate) async fn a_dead_address_is_suppressed_with_its_rejection(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(0)).await;
    let refusals = store
        .steps(
            &[
                step(&claims[0], rejected(true)),
                step(&claims[1], rejected(false)),
            ],
            at(7),
        )
        .await;
    assert_eq!(refusals, []);
    let standing = store
        .suppression(&address("reader1@example.com"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(standing.reason, SuppressionReason::HardBounce);
    assert_eq!(standing.detail.as_deref(), Some("550 5.1.1 no such user"));
    assert_eq!(standing.at, at(7));
    assert_eq!(store.standing("reader2@example.com").await, None);
    assert_eq!(store.frozen("thursday").await.audience, 1);
}

pub(crate) async fn a_doubtful_refusal_can_be_taken_back(place: &impl Place<Store: LedgerStore>) {
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(0)).await;
    for claim in &claims {
        store.step(claim, sending()).await.unwrap();
        store.step(claim, held()).await.unwrap();
    }
    assert_eq!(store.counted(&batch).await.claimed, 2);
    store
        .set_batch_state(batch.id, &paused(), at(1))
        .await
        .unwrap();
    store
        .step(&claims[0], DeliveryStep::Returned { lost: false })
        .await
        .unwrap();
    store.step(&claims[1], rejected(true)).await.unwrap();
    assert_eq!(
        store.counted(&batch).await,
        DeliveryCounts {
            pending: 1,
            rejected: 1,
            ..DeliveryCounts::default()
        }
    );
    store
        .set_batch_state(batch.id, &BatchState::Open, at(1))
        .await
        .unwrap();
    let again = store.claim_at(&batch, 2, at(1)).await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].attempts, 0);
}

pub(crate) async fn lost_connections_are_counted_until_a_deferral(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(1).await;
    let batch = store.frozen("monday").await;
    for losses in 0..3 {
        let claims = store.claim_at(&batch, 1, at(1)).await;
        assert_eq!(claims[0].losses, losses);
        store
            .step(&claims[0], DeliveryStep::Returned { lost: true })
            .await
            .unwrap();
        assert_eq!(store.counted(&batch).await.pending, 1);
    }
    let claims = store.claim_at(&batch, 1, at(1)).await;
    store.step(&claims[0], deferred(at(5))).await.unwrap();
    let claims = store.claim_at(&batch, 1, at(5)).await;
    assert_eq!((claims[0].losses, claims[0].attempts), (0, 1));
    store
        .step(&claims[0], DeliveryStep::Returned { lost: false })
        .await
        .unwrap();
    assert_eq!(
        store.counted(&batch).await.deferred,
        1,
        "as if never claimed"
    );
}

pub(crate) async fn bad_rows_come_in_pages_with_the_relay_s_words(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(7).await;
    let batch = store.frozen("monday").await;
    let other = store.frozen("thursday").await;
    for batch in [&batch, &other] {
        for claim in store.claim_at(batch, 7, at(0)).await {
            store.step(&claim, rejected(false)).await.unwrap();
        }
    }
    let mut after = DeliveryId(0);
    let mut sizes = Vec::new();
    let mut emails = Vec::new();
    loop {
        let page = store.failed(batch.id, after, 3).await.unwrap();
        sizes.push(page.len());
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (_, failed) in page {
            assert_eq!(failed.outcome, "rejected");
            assert_eq!(failed.reply.as_deref(), Some("550 5.1.1 no such user"));
            assert_eq!(failed.at, at(1));
            emails.push(failed.email.unwrap().to_string());
        }
    }
    assert_eq!(sizes, [3, 3, 1, 0]);
    let expected: Vec<String> = people(7).iter().map(|p| p.email.to_string()).collect();
    assert_eq!(emails, expected);
}

pub(crate) async fn a_relay_s_endless_reply_is_cut_at_a_character(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(1).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(0)).await;
    let reply = "아".repeat(100_000);
    store
        .step(
            &claims[0],
            DeliveryStep::Rejected {
                reply: reply.clone(),
                suppress: true,
            },
        )
        .await
        .unwrap();
    let kept = &store.bad_rows(&batch).await[0].2;
    assert!(kept.len() <= 1_000 && reply.starts_with(kept.as_str()));
}
