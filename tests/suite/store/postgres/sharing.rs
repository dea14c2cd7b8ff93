//! One database, many machines: rows are lent once, a departure that was answered wins, and what a dead sender held
//! comes back when its lease is over, and not before.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use daily_note::{
    audience::SuppressionReason,
    store::{
        BatchState, ClaimQuotas, DeliveryCounts, DeliveryStep, RefusalReason, SenderId,
        postgres::PostgresStore,
    },
};
use tokio_postgres::{Client, NoTls};

use super::place::Schema;
use crate::store::fixture::*;

fn machine(name: &str) -> SenderId {
    SenderId(name.to_owned())
}

/// Somebody who speaks SQL to the same schema, with a transaction of their own.
pub(super) async fn stranger(place: &Schema) -> Client {
    let address = format!(
        "host=127.0.0.1 port={} user={} dbname=postgres",
        place.cluster.port, place.role
    );
    let (client, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_that_claim_at_once_share_a_batch_and_no_row_is_lent_twice() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(2_600).await;
    let batch = store.frozen("monday").await;
    let claiming: Vec<_> = ["one", "two", "three"]
        .map(|name| {
            let (store, batch) = (store.clone(), batch.clone());
            tokio::spawn(async move {
                let mut all = Vec::new();
                loop {
                    let claims = store
                        .claim(batch.id, &machine(name), &any(170), at(0))
                        .await
                        .unwrap();
                    if claims.is_empty() {
                        return all;
                    }
                    all.extend(claims.into_iter().map(|claim| claim.delivery));
                }
            })
        })
        .into();
    let mut seen = BTreeSet::new();
    let mut shares = 0;
    for claimed in claiming {
        let claimed = claimed.await.unwrap();
        shares += u32::from(!claimed.is_empty());
        for delivery in claimed {
            assert!(seen.insert(delivery), "{delivery:?} is lent twice");
        }
    }
    assert!(shares > 1, "one had all of it");
    assert_eq!(seen.len(), 2_600);
    let expected = DeliveryCounts {
        claimed: 2_600,
        ..DeliveryCounts::default()
    };
    assert_eq!(store.counted(&batch).await, expected);
    let client = stranger(&place).await;
    let left = client.query("SELECT * FROM chunks", &[]).await.unwrap();
    assert!(left.is_empty(), "a chunk goes with its last row");
}

#[tokio::test]
async fn a_chunk_is_its_sender_s_as_long_as_that_lives() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(10).await;
    let batch = store.frozen("monday").await;
    let claim = async |name: &str| {
        let claims = store.claim(batch.id, &machine(name), &any(2), at(0)).await;
        claims.unwrap().len()
    };
    let held = store.hold(&machine("one")).await.unwrap();
    assert_eq!(claim("one").await, 2);
    assert_eq!(claim("two").await, 0, "the only chunk is lent");
    assert_eq!(claim("one").await, 2);
    let nothing = store.recover(batch.id, false, at(1)).await.unwrap();
    assert_eq!((nothing.returned, nothing.unknown), (0, 0), "it lives");
    std::mem::forget(held);
    let over = format!("UPDATE {}.leases SET lease_until = now()", place.role);
    place.cluster.says(&over).await;
    assert_eq!(claim("two").await, 2, "its chunk is whoever comes first's");
    let back = store.recover(batch.id, false, at(2)).await.unwrap();
    assert_eq!(back.returned, 6, "nobody of these ever took a lease");
}

/// Suppresses `reader1` while another transaction has its rows; answers the handle.
fn leaving(store: &Arc<PostgresStore>) -> tokio::task::JoinHandle<u64> {
    let store = store.clone();
    tokio::spawn(async move {
        let gone = [suppression(
            "reader1@example.com",
            SuppressionReason::Unsubscribed,
        )];
        let source = ChangeSource::OneClick;
        store.suppress(&gone, source, at(1)).await.unwrap()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departure_waits_for_a_row_that_is_let_go_and_a_row_for_a_departure() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(0)).await;
    let (other, a_while) = (stranger(&place).await, Duration::from_millis(300));

    // Somebody's row is being let go: whoever leaves is answered after that.
    other
        .batch_execute("BEGIN; SELECT * FROM deliveries WHERE ord = 1 FOR UPDATE")
        .await
        .unwrap();
    let mut leaves = leaving(&store);
    assert!(tokio::time::timeout(a_while, &mut leaves).await.is_err());
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(leaves.await.unwrap(), 1);
    let gone = RefusalReason::Suppressed(SuppressionReason::Unsubscribed);
    assert_eq!(store.step(&claims[0], sending()).await, Err(gone));

    // Somebody is leaving: their row waits for that, and then it is refused, though it asked before.
    other
        .batch_execute(
            "BEGIN; UPDATE subscribers SET suppressed = 1 WHERE key = 'reader2@example.com'; \
             SELECT * FROM deliveries WHERE ord = 2 FOR UPDATE",
        )
        .await
        .unwrap();
    let (sender, claim) = (store.clone(), claims[1].clone());
    let mut asks = tokio::spawn(async move { sender.step(&claim, sending()).await });
    assert!(tokio::time::timeout(a_while, &mut asks).await.is_err());
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(asks.await.unwrap(), Err(gone));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_another_settles_meanwhile_is_not_written_over() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(1).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(0)).await;
    let other = stranger(&place).await;
    // 7 is skipped.
    other
        .batch_execute("BEGIN; UPDATE deliveries SET state = 7, reply = 'theirs' WHERE ord = 1")
        .await
        .unwrap();
    let (sender, claim) = (store.clone(), claims[0].clone());
    let mut asks = tokio::spawn(async move { sender.step(&claim, sending()).await });
    let a_while = Duration::from_millis(300);
    assert!(tokio::time::timeout(a_while, &mut asks).await.is_err());
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(asks.await.unwrap(), Err(RefusalReason::Fenced));
    let sql = "SELECT state, reply FROM deliveries";
    let row = other.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get::<_, i16>(0), row.get(1)), (7, "theirs"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_during_a_freeze_is_out_of_it_or_finds_their_row() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(2).await;
    let other = stranger(&place).await;
    other
        .batch_execute(
            "BEGIN; UPDATE subscribers SET suppressed = 1 WHERE key = 'reader2@example.com'",
        )
        .await
        .unwrap();
    let freezing = store.clone();
    let mut freezes = tokio::spawn(async move { freezing.frozen("monday").await });
    let a_while = Duration::from_millis(300);
    assert!(tokio::time::timeout(a_while, &mut freezes).await.is_err());
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(freezes.await.unwrap().audience, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_add_and_two_who_freeze_at_once_make_one_of_each() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await;
    let adding = [(); 4].map(|()| {
        let store = store.clone();
        tokio::spawn(async move { store.with_people(50).await })
    });
    for added in adding {
        added.await.unwrap();
    }
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 50);
    let freezing = [(); 4].map(|()| {
        let store = store.clone();
        tokio::spawn(async move { store.freeze(&new_batch("monday"), at(0)).await })
    });
    let mut new = 0;
    for frozen in freezing {
        new += u32::from(frozen.await.unwrap().unwrap().is_new);
    }
    assert_eq!(new, 1);
    let batch = store.batch("monday").await.unwrap().unwrap();
    assert_eq!(store.counted(&batch).await.pending, 50);
}

#[tokio::test]
async fn a_relay_s_zero_byte_is_kept_as_a_mark_and_holds_up_nobody() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(1).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(0)).await;
    let refused = DeliveryStep::Rejected {
        reply: "550 5.1.1 no\0such user".to_owned(),
        suppress: true,
    };
    store.step(&claims[0], refused).await.unwrap();
    assert_eq!(
        store.bad_rows(&batch).await[0].2,
        "550 5.1.1 no\u{FFFD}such user"
    );
    let finished = BatchState::Finished;
    let state = store.set_batch_state(batch.id, &finished, at(2)).await;
    assert_eq!(state.unwrap(), BatchState::Finished);
}

#[tokio::test]
async fn a_batch_whose_rows_and_counters_differ_is_not_called_finished() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    for claim in store.claim_at(&batch, 2, at(1)).await {
        store.step(&claim, sending()).await.unwrap();
        store.step(&claim, accepted()).await.unwrap();
    }
    // One row is rejected (5), whatever the counters say.
    let sql = format!(
        "UPDATE {}.deliveries SET state = 5 WHERE ord = 1",
        place.role
    );
    place.cluster.says(&sql).await;
    let finished = BatchState::Finished;
    let finished = store.set_batch_state(batch.id, &finished, at(2)).await;
    let error = finished.unwrap_err().to_string();
    assert!(error.starts_with("the ledger does not add up"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_taken_by_one_of_many_who_tell() {
    use daily_note::store::{NewNotice, NoticeOutbox};

    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await;
    let notices: Vec<NewNotice> = (0..20)
        .map(|n| NewNotice {
            key: "batch.finished".to_owned(),
            target: format!("target {n}"),
            content: b"told once".to_vec(),
        })
        .collect();
    assert_eq!(store.post_notices(&notices, at(0)).await.unwrap(), 20);
    let telling = [(); 5].map(|()| {
        let store = store.clone();
        tokio::spawn(async move { store.take_due_notices(&[], at(1)).await.unwrap().len() })
    });
    let mut taken = 0;
    for told in telling {
        taken += told.await.unwrap();
    }
    assert_eq!(taken, 20);
}

#[tokio::test]
async fn a_limit_of_a_domain_that_nobody_has_makes_no_claim_wait_for_another() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(10).await;
    let batch = store.frozen("monday").await;
    let other = stranger(&place).await;
    let locks = "BEGIN; SELECT id FROM batches FOR UPDATE";
    other.batch_execute(locks).await.unwrap();
    let quotas = ClaimQuotas {
        domains: vec![("nobody.example.net".to_owned(), 1)],
        ..any(10)
    };
    let one = machine("one");
    let claim = store.claim(batch.id, &one, &quotas, at(0));
    let claims = tokio::time::timeout(Duration::from_secs(20), claim).await;
    assert_eq!(claims.expect("it waits").unwrap().len(), 10);
    other.batch_execute("ROLLBACK").await.unwrap();
}
