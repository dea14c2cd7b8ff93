//! A batch: frozen once, paused, resumed, cancelled, finished.

use daily_note::{
    audience::{Origin, SuppressionReason},
    store::{
        AudienceSize, Batch, BatchState, DeliveryCounts, Freeze, RefusalReason, UnknownAnswer,
    },
};

use crate::store::fixture::*;

pub(crate) async fn an_issue_is_frozen_once_ever(place: &impl Place<Store: LedgerStore>) {
    let store = place.open().await.with_people(3).await;
    let first = store.freeze(&new_batch("monday"), at(5)).await.unwrap();
    assert!(first.is_new);
    assert_eq!((first.batch.audience, first.batch.frozen_at), (3, at(5)));

    store
        .add(&[person("late@example.com")], Origin::Operator)
        .await;
    let mut edited = new_batch("monday");
    edited.content_hash = "another hash".to_owned();
    let again = store.freeze(&edited, at(9)).await.unwrap();
    assert_eq!(
        again,
        Freeze {
            batch: first.batch.clone(),
            is_new: false
        }
    );
    assert_eq!(store.content("another hash").await.unwrap(), None);
    assert_eq!(
        store.content("hash of monday").await.unwrap(),
        Some(b"monday".to_vec())
    );
    assert_eq!(store.batch("monday").await.unwrap(), Some(first.batch));
    assert_eq!(store.batch("tuesday").await.unwrap(), None);
}

pub(crate) async fn a_batch_goes_to_the_active_unsuppressed_readers_of_its_edition(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await;
    store
        .add(
            &[
                person("all@example.com"),
                of_edition("monday@example.com", "monday"),
                of_edition("thursday@example.com", "thursday"),
                of_edition("longer@example.com", "monday-special"),
                of_edition("quoted@example.com", "x\"monday\""),
                person("left@example.com"),
            ],
            Origin::Operator,
        )
        .await;
    store
        .suppress(
            &[suppression(
                "left@example.com",
                SuppressionReason::Unsubscribed,
            )],
            ChangeSource::Operator,
            at(0),
        )
        .await
        .unwrap();
    store.fold_all(&[person("gone@example.com")]).await.unwrap();
    store.fold_all(&[]).await.unwrap();

    assert_eq!(
        store.audience_size("monday").await.unwrap(),
        AudienceSize {
            readers: 2,
            suppressed: 1,
            elsewhere: 3
        }
    );
    let batch = store.frozen("monday").await;
    let mut emails: Vec<String> = store
        .claim_at(&batch, 10, at(0))
        .await
        .iter()
        .map(|claim| claim.reader.email.to_string())
        .collect();
    emails.sort();
    assert_eq!(emails, ["all@example.com", "monday@example.com"]);
}

pub(crate) async fn batches_come_the_newest_first(place: &impl Place<Store: LedgerStore>) {
    let store = place.open().await.with_people(1).await;
    for issue in ["one", "two", "three"] {
        store.frozen(issue).await;
    }
    let batches = store.batches(2).await.unwrap();
    let issues: Vec<&str> = batches.iter().map(|batch| batch.issue.as_str()).collect();
    assert_eq!(issues, ["three", "two"]);
}

pub(crate) async fn a_paused_batch_gives_no_rows_until_it_is_resumed(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(0)).await;

    let stands = store.set_batch_state(batch.id, &paused(), at(1)).await;
    assert_eq!(stands.unwrap(), paused());
    assert_eq!(store.claim_at(&batch, 5, at(1)).await, []);
    assert_eq!(
        store.step(&claims[0], sending()).await,
        Err(RefusalReason::Stopped)
    );
    assert_eq!(store.counted(&batch).await.pending, 2);
    let seen = store.batch("monday").await.unwrap().unwrap();
    assert_eq!((seen.state, seen.trusts_refusals), (paused(), false));

    store
        .set_batch_state(batch.id, &BatchState::Open, at(2))
        .await
        .unwrap();
    assert_eq!(store.claim_at(&batch, 5, at(2)).await.len(), 2);
}

pub(crate) async fn refusals_are_trusted_after_a_pause_over_them_and_no_other(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    for over_refusals in [false, true] {
        let paused = BatchState::Paused {
            reason: "for a reason".to_owned(),
            over_refusals,
        };
        for state in [&paused, &BatchState::Open] {
            let stands = store.set_batch_state(batch.id, state, at(1)).await.unwrap();
            assert_eq!(stands, *state);
            assert_eq!(store.batch("monday").await.unwrap().unwrap().state, *state);
        }
        let seen = store.batch("monday").await.unwrap().unwrap();
        assert_eq!(seen.trusts_refusals, over_refusals);
    }
}

pub(crate) async fn cancelling_skips_what_was_not_sent_and_lets_the_wire_finish(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(5).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 4, at(0)).await;
    store.step(&claims[0], sending()).await.unwrap();
    store.step(&claims[1], sending()).await.unwrap();
    store.step(&claims[2], deferred(at(600))).await.unwrap();

    store
        .set_batch_state(batch.id, &BatchState::Cancelled, at(2))
        .await
        .unwrap();
    assert_eq!(
        store.counted(&batch).await,
        DeliveryCounts {
            sending: 2,
            skipped: 3,
            ..DeliveryCounts::default()
        }
    );
    assert_eq!(
        store.step(&claims[3], sending()).await,
        Err(RefusalReason::Stopped)
    );
    store.step(&claims[0], accepted()).await.unwrap();
    store.step(&claims[1], deferred(at(600))).await.unwrap();
    assert_eq!(
        store.counted(&batch).await,
        DeliveryCounts {
            accepted: 1,
            skipped: 4,
            ..DeliveryCounts::default()
        }
    );
    assert!(
        store
            .bad_rows(&batch)
            .await
            .iter()
            .all(|(_, outcome, reply)| outcome == "skipped" && reply == "cancelled")
    );
    let stands = store
        .set_batch_state(batch.id, &BatchState::Open, at(3))
        .await;
    assert_eq!(stands.unwrap(), BatchState::Cancelled);
}

pub(crate) async fn a_batch_is_finished_only_when_every_row_has_its_end(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(1).await;
    let batch = store.frozen("monday").await;
    let finish = async || {
        store
            .set_batch_state(batch.id, &BatchState::Finished, at(1))
            .await
            .unwrap()
    };
    assert_eq!(finish().await, BatchState::Open);
    let claims = store.claim_at(&batch, 1, at(0)).await;
    store.step(&claims[0], sending()).await.unwrap();
    assert_eq!(finish().await, BatchState::Open);
    store.step(&claims[0], accepted()).await.unwrap();
    assert_eq!(finish().await, BatchState::Finished);
}

pub(crate) async fn a_person_settles_what_nobody_knows(place: &impl Place<Store: LedgerStore>) {
    let store = place.open().await.with_people(3).await;
    let resolve = async |batch: &Batch, answer| {
        store
            .resolve_unknown(batch.id, answer, at(9))
            .await
            .unwrap()
    };
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 3, at(0)).await;
    for claim in &claims {
        store.step(claim, sending()).await.unwrap();
    }
    store.step(&claims[0], accepted()).await.unwrap();
    store.step(&claims[1], unknown()).await.unwrap();
    store.step(&claims[2], unknown()).await.unwrap();
    let finished = BatchState::Finished;
    store
        .set_batch_state(batch.id, &finished, at(2))
        .await
        .unwrap();

    assert_eq!(resolve(&batch, UnknownAnswer::Resend).await, 2);
    let seen = store.batch("monday").await.unwrap().unwrap();
    assert_eq!(seen.state, BatchState::Open);
    let again = store.claim_at(&batch, 9, at(9)).await;
    assert_eq!(again.len(), 2);
    for claim in &again {
        store.step(claim, sending()).await.unwrap();
        store.step(claim, unknown()).await.unwrap();
    }
    assert_eq!(resolve(&batch, UnknownAnswer::Accept).await, 2);
    assert_eq!(resolve(&batch, UnknownAnswer::Accept).await, 0);
    assert_eq!(store.counted(&batch).await.accepted, 3);
}

pub(crate) async fn of_a_cancelled_batch_nothing_is_sent_again(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(1).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(0)).await;
    store.step(&claims[0], sending()).await.unwrap();
    store
        .set_batch_state(batch.id, &BatchState::Cancelled, at(1))
        .await
        .unwrap();
    store.step(&claims[0], unknown()).await.unwrap();
    let resent = store.resolve_unknown(batch.id, UnknownAnswer::Resend, at(2));
    assert_eq!(resent.await.unwrap(), 0);
    let accepted = store.resolve_unknown(batch.id, UnknownAnswer::Accept, at(2));
    assert_eq!(accepted.await.unwrap(), 1);
}

pub(crate) async fn a_refrozen_batch_keeps_what_was_tried_as_it_was(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(5).await;
    let refreeze = async |batch: &Batch, hash: &str| {
        store
            .refreeze(batch.id, hash, hash.as_bytes(), at(3))
            .await
            .unwrap()
    };
    let batch = store.frozen("monday").await;
    assert_eq!(refreeze(&batch, "too early").await, 0, "only while paused");
    let claims = store.claim_at(&batch, 3, at(0)).await;
    // One greylisted before the dot, one after it, one accepted.
    store.step(&claims[0], deferred(at(3))).await.unwrap();
    store.step(&claims[1], sending()).await.unwrap();
    store.step(&claims[1], deferred(at(3))).await.unwrap();
    store.step(&claims[2], sending()).await.unwrap();
    store.step(&claims[2], accepted()).await.unwrap();
    store
        .set_batch_state(batch.id, &paused(), at(2))
        .await
        .unwrap();

    assert_eq!(refreeze(&batch, "corrected").await, 2);
    let seen = store.batch("monday").await.unwrap().unwrap();
    assert_eq!(seen.content, "corrected");
    assert_eq!(
        store.content("corrected").await.unwrap(),
        Some(b"corrected".to_vec())
    );
    store
        .set_batch_state(batch.id, &BatchState::Open, at(3))
        .await
        .unwrap();
    let mut again = store.claim_at(&batch, 9, at(3)).await;
    again.sort_by_key(|claim| claim.delivery);
    let contents: Vec<_> = again.iter().map(|claim| claim.content.as_deref()).collect();
    let tried = Some("hash of monday");
    assert_eq!(contents, [tried, tried, None, None]);
}

pub(crate) async fn what_was_recorded_is_there_after_opening_again(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(3).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(0)).await;
    store.step(&claims[0], sending()).await.unwrap();
    drop(store);

    let store = place.open().await;
    assert_eq!(store.batch("monday").await.unwrap(), Some(batch.clone()));
    assert_eq!(
        store.counted(&batch).await,
        DeliveryCounts {
            pending: 1,
            claimed: 1,
            sending: 1,
            ..DeliveryCounts::default()
        }
    );
}
