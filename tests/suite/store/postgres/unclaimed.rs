//! Readers who have no row yet: whoever leaves has one from then on, and a claim of them and a departure at the same moment
//! come one after the other.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use daily_note::{
    audience::{SubscriberId, SuppressionReason},
    store::{
        BatchState, ClaimQuotas, DeliveryCounts, DeliveryId, DeliveryState, RefusalReason,
        postgres::PostgresStore,
    },
};
use tokio_postgres::Client;

use super::{
    place::Schema,
    races::{all, click_races, let_go_before_the_answer, two_servers},
    sharing::stranger,
};
use crate::store::{fixture::*, membership::*};

const A_WHILE: Duration = Duration::from_millis(300);

async fn rows(client: &Client, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    client.query_one(&sql, &[]).await.unwrap().get(0)
}

async fn suppressed(store: &Arc<PostgresStore>, reader: u8) -> u64 {
    let gone = [suppression(
        &format!("reader{reader}@example.com"),
        SuppressionReason::Unsubscribed,
    )];
    let source = ChangeSource::OneClick;
    store.suppress(&gone, source, at(1)).await.unwrap()
}

#[tokio::test]
async fn rows_come_into_being_when_they_are_claimed_or_their_readers_leave() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(9).await;
    let batch = store.frozen("monday").await;
    let client = stranger(&place).await;
    assert_eq!(rows(&client, "deliveries").await, 0);
    assert_eq!(rows(&client, "unclaimed").await, 9);
    assert_eq!(store.claim_at(&batch, 2, at(0)).await.len(), 2);
    suppressed(&store, 5).await;
    suppressed(&store, 5).await;
    assert_eq!(rows(&client, "deliveries").await, 3);
    assert_eq!(rows(&client, "unclaimed").await, 6);
    let pending = store.deliveries(batch.id, DeliveryState::Pending, DeliveryId(0), 9);
    assert_eq!(pending.await.unwrap().len(), 7);
    let rest = store.claim_at(&batch, 9, at(1)).await;
    assert_eq!(rest.len(), 6);
    assert_eq!(rows(&client, "chunks").await, 0, "with its last reader");
    let expected = DeliveryCounts {
        claimed: 8,
        skipped: 1,
        ..DeliveryCounts::default()
    };
    assert_eq!(store.counted(&batch).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departure_waits_for_a_claim_that_is_under_way() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(2).await;
    store.frozen("monday").await;
    let claims = stranger(&place).await;
    claims
        .batch_execute(
            "BEGIN; INSERT INTO deliveries (batch, ord, subscriber, domain, lane, state, fence) \
             VALUES (1, 1, 1, 1, 0, 1, 1)",
        )
        .await
        .unwrap();
    let leaving = store.clone();
    let mut leaves = tokio::spawn(async move { suppressed(&leaving, 1).await });
    assert!(tokio::time::timeout(A_WHILE, &mut leaves).await.is_err());
    // It is let go before the departure is answered: whoever answers has waited for that, too.
    claims.batch_execute("COMMIT; BEGIN").await.unwrap();
    assert_eq!(leaves.await.unwrap(), 1);
    let sql = "SELECT state, due_at IS NULL FROM deliveries";
    let row = claims.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get::<_, i16>(0), row.get(1)), (1, true), "the claim's");
    assert_eq!(rows(&claims, "waiting").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_waits_for_a_departure_that_is_under_way_and_passes_its_reader_by() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(3).await;
    let batch = store.frozen("monday").await;
    let leaves = stranger(&place).await;
    leaves
        .batch_execute(
            "BEGIN; UPDATE subscribers SET suppressed = 1 WHERE id = 2; \
             INSERT INTO deliveries (batch, ord, subscriber, domain, lane, state, due_at) \
             VALUES (1, 2, 2, 1, 0, 0, 0); \
             INSERT INTO waiting (batch, lane, due_at, ord, is_tried) VALUES (1, 0, 0, 2, FALSE)",
        )
        .await
        .unwrap();
    let (claiming, of) = (store.clone(), batch.clone());
    let mut claims = tokio::spawn(async move { claiming.claim_at(&of, 9, at(0)).await });
    assert!(tokio::time::timeout(A_WHILE, &mut claims).await.is_err());
    leaves.batch_execute("COMMIT").await.unwrap();
    let claims = claims.await.unwrap();
    let readers: BTreeSet<i64> = claims.iter().map(|claim| claim.reader.id.0).collect();
    assert_eq!(readers, [1, 3].into());
    let expected = DeliveryCounts {
        claimed: 2,
        skipped: 1,
        ..DeliveryCounts::default()
    };
    assert_eq!(store.counted(&batch).await, expected);
}

#[tokio::test]
async fn a_batch_that_is_cancelled_ends_for_those_who_have_no_row() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(2_100).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 5, at(0)).await;
    store.step(&claims[0], sending()).await.unwrap();
    suppressed(&store, 9).await;
    let cancelled = BatchState::Cancelled;
    let state = store.set_batch_state(batch.id, &cancelled, at(2)).await;
    assert_eq!(state.unwrap(), cancelled);
    let expected = DeliveryCounts {
        sending: 1,
        skipped: 2_099,
        ..DeliveryCounts::default()
    };
    assert_eq!(store.counted(&batch).await, expected);
    let client = stranger(&place).await;
    assert_eq!(rows(&client, "deliveries").await, 2_100);
    assert_eq!(rows(&client, "chunks").await, 0);
    assert_eq!(rows(&client, "waiting").await, 0);
    assert_eq!(
        store.step(&claims[1], sending()).await,
        Err(RefusalReason::Stopped)
    );
}

#[tokio::test]
async fn whoever_is_erased_is_out_of_the_domains_of_a_chunk() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(3).await;
    store.frozen("monday").await;
    let who = address("reader2@example.com");
    store.erase(&who, ChangeSource::Link, at(1)).await.unwrap();
    let client = stranger(&place).await;
    let sql = "SELECT domains, (SELECT domain FROM deliveries WHERE subscriber = 2) FROM chunks";
    let row = client.query_one(sql, &[]).await.unwrap();
    let (domains, own): (Vec<i64>, i64) = (row.get(0), row.get(1));
    assert_eq!((domains[1], own), (0, 0));
    assert!(domains[0] > 0 && domains[2] > 0, "{domains:?}");
}

#[tokio::test]
async fn a_domain_that_gets_a_lane_has_those_who_left_there_too() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(6).await;
    let batch = store.frozen("monday").await;
    suppressed(&store, 3).await;
    let quotas = ClaimQuotas {
        domains: vec![("example.com".to_owned(), 2)],
        ..any(9)
    };
    let claims = store.claim(batch.id, &sender(), &quotas, at(0)).await;
    assert_eq!(claims.unwrap().len(), 2);
    let client = stranger(&place).await;
    let sql = "SELECT count(*) FROM waiting AS w JOIN deliveries AS d ON d.batch = w.batch \
               AND d.ord = w.ord WHERE w.lane <> d.lane OR w.lane = 0 OR w.due_at <> d.due_at";
    let astray: i64 = client.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(astray, 0);
    let mut rest = 0;
    loop {
        let claims = store.claim(batch.id, &sender(), &quotas, at(1)).await;
        match claims.unwrap().len() {
            0 => break,
            some => rest += some,
        }
    }
    assert_eq!(rest, 3);
    assert_eq!(rows(&client, "waiting").await, 0);
    assert_eq!(store.counted(&batch).await.skipped, 1);
}

/// Every reader leaves just as a sender claims them and lets them go at once: of each mail that left, the server knows
/// that the departure was answered later.
#[tokio::test(flavor = "multi_thread")]
async fn no_row_is_claimed_and_let_go_after_a_click_was_answered() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let races = click_races(400);
    let [sends, pages] = two_servers(&place).await;
    let sends = sends.with_people(races).await;
    let batch = sends.frozen("monday").await;
    let mut clicks = Vec::new();
    for n in 1..=races {
        let (pages, sends, batch) = (pages.clone(), sends.clone(), batch.clone());
        clicks.push(tokio::spawn(async move {
            for _ in 0..n % 7 {
                tokio::task::yield_now().await;
            }
            let left = [leaving(SubscriberId(i64::try_from(n).unwrap()))];
            pages.leave(&left, at(1)).await.unwrap();
        }));
        if n % 4 == 0 {
            clicks.push(tokio::spawn(async move {
                for claim in sends.claim_at(&batch, 4, at(0)).await {
                    let refused = sends.record(&[step(&claim, sending())], at(1)).await;
                    refused.unwrap();
                }
            }));
        }
        if n % 16 == 0 {
            all(std::mem::take(&mut clicks)).await;
        }
    }
    all(clicks).await;
    let let_go = let_go_before_the_answer(&place).await;
    assert!(0 < let_go && let_go < races, "{let_go} of {races}: no race");
    eprintln!(
        "{races} races: {let_go} rows were claimed and let go, none of them after the answer"
    );
}
