//! Connections that are lost, and verbs that are in each other's way: what had not been committed is begun once more,
//! and what was is done once.

use std::{sync::Arc, time::Duration};

use daily_note::{
    audience::{SubscriberId, SuppressionReason, membership::MembershipChange},
    store::{LeaveOutcome, postgres::PostgresStore},
};
use tokio::task::JoinHandle;

use super::{place::Schema, sharing::stranger};
use crate::store::{fixture::*, membership::*};

/// The server ends all sessions of the store, as it does when it stops; it goes on itself.
async fn hung_up(place: &Schema) {
    let sql = format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{}' \
         AND application_name <> 'a stranger'",
        place.role
    );
    place.cluster.says(&sql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_were_closed_while_they_lay_idle_cost_nobody_anything() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(8).await;
    for round in 0..3 {
        // Several at once, so that several lie idle afterwards.
        let asking: Vec<_> = (1..=8)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move { store.member(SubscriberId(n)).await.unwrap() })
            })
            .collect();
        for asked in asking {
            assert!(asked.await.unwrap().is_some());
        }
        hung_up(&place).await;
        let left = store
            .leave_one(leaving(SubscriberId(round + 1)), at(1))
            .await;
        assert_eq!(left, LeaveOutcome::Left { epoch: 1 });
        hung_up(&place).await;
        let standing = store.standing("reader1@example.com").await;
        assert_eq!(standing, Some(SuppressionReason::Unsubscribed));
    }
}

/// Somebody leaves while others have their row.
fn leaves(store: &Arc<PostgresStore>, readers: &[i64]) -> JoinHandle<Vec<LeaveOutcome>> {
    let store = store.clone();
    let gone: Vec<_> = readers.iter().map(|n| leaving(SubscriberId(*n))).collect();
    tokio::spawn(async move { store.leave(&gone, at(1)).await.unwrap() })
}

async fn a_while() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verb_whose_connection_is_lost_in_the_middle_is_done_once() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(2).await;
    let other = stranger(&place).await;
    let locks = "SET application_name = 'a stranger'; BEGIN; \
                 SELECT * FROM subscribers WHERE id = 1 FOR UPDATE";
    other.batch_execute(locks).await.unwrap();
    let leaves = leaves(&store, &[1]);
    a_while().await;
    hung_up(&place).await;
    a_while().await;
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(leaves.await.unwrap(), [LeaveOutcome::Left { epoch: 1 }]);
    let changes = store.changes_of(SubscriberId(1)).await;
    let left = changes.iter().filter(|it| it.0 == MembershipChange::Left);
    assert_eq!(left.count(), 1, "{changes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_wait_for_each_other_the_one_that_is_undone_begins_again() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(2).await;
    let other = stranger(&place).await;
    let lock = |n: i64| format!("SELECT * FROM subscribers WHERE id = {n} FOR UPDATE");
    other
        .batch_execute(&format!("BEGIN; {}", lock(2)))
        .await
        .unwrap();
    let leaves = leaves(&store, &[1, 2]);
    a_while().await;
    // The server finds out a second after the first of them began to wait, and undoes that one.
    other.batch_execute(&lock(1)).await.unwrap();
    other.batch_execute("COMMIT").await.unwrap();
    let left = LeaveOutcome::Left { epoch: 1 };
    assert_eq!(leaves.await.unwrap(), [left, left]);
}
