//! Rows that go on a server: two lives beside each other, a process killed between two portions, a batch that a person
//! has in hand, leases.

use std::sync::Arc;

use daily_note::store::{BatchState, PruneCursor, SenderId, StateInstance};
use tokio::runtime::Runtime;

use super::place::Schema;
use crate::store::{
    contract::pruning::pruned,
    fixture::*,
    reports::{DAY, sent},
    twins,
};

#[test]
fn a_server_s_state_that_prunes_answers_as_one_that_keeps_everything() {
    let runtime = Runtime::new().unwrap();
    if runtime.block_on(Schema::new()).is_none() {
        return;
    }
    twins::run(2, &runtime, async |deeds: Vec<twins::Deed>| {
        let open = async || {
            let place = Schema::new().await.unwrap();
            Arc::new(place.try_open().await.unwrap())
        };
        twins::live(&open().await, &open().await, &deeds).await
    });
}

#[tokio::test]
async fn a_batch_that_somebody_has_in_hand_is_passed_by() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(5).await;
    let first = sent(&store, "first", at(0)).await;
    let second = sent(&store, "second", at(DAY)).await;
    for batch in [&first, &second] {
        let finished = BatchState::Finished;
        store
            .set_batch_state(batch.id, &finished, at(DAY))
            .await
            .unwrap();
    }
    let (role, port) = (&place.role, place.cluster.port);
    let address = format!("host=127.0.0.1 port={port} user={role} dbname=postgres");
    let (client, connection) = tokio_postgres::connect(&address, tokio_postgres::NoTls)
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let lock = format!(
        "BEGIN; SELECT 1 FROM batches WHERE id = {} FOR UPDATE",
        first.id.0
    );
    client.batch_execute(&lock).await.unwrap();
    assert_eq!(pruned(&store, at(50 * DAY), 10).await, 5, "the other's");
    client.batch_execute("ROLLBACK").await.unwrap();
    // A row that somebody has in hand waits for another day, too.
    let lock = "BEGIN; SELECT 1 FROM deliveries WHERE subscriber = 3 FOR UPDATE";
    client.batch_execute(lock).await.unwrap();
    assert_eq!(pruned(&store, at(50 * DAY), 10).await, 4);
    client.batch_execute("ROLLBACK").await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    assert_eq!(pruned(&store, at(50 * DAY), 10).await, 1);
    assert_eq!(store.counted(&first).await.accepted, 5);
}

#[tokio::test]
async fn a_process_that_is_killed_in_a_portion_leaves_it_as_it_was() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(50).await;
    let batch = sent(&store, "first", at(0)).await;
    let finished = BatchState::Finished;
    store
        .set_batch_state(batch.id, &finished, at(1))
        .await
        .unwrap();
    let from = PruneCursor::default();
    let step = store.prune(at(50 * DAY), from, 20, at(50 * DAY)).await;
    assert_eq!(step.unwrap().rows, 20);
    // The server ends it before the second is whole.
    let block = format!(
        "CREATE FUNCTION {0}.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$; \
         CREATE TRIGGER stop BEFORE INSERT ON {0}.earlier_mail FOR EACH ROW \
         WHEN (NEW.subscriber = 35) EXECUTE FUNCTION {0}.stop()",
        place.role
    );
    place.cluster.says(&block).await;
    // A new run knows no cursor of another's.
    let failed = store.prune(at(50 * DAY), from, 20, at(50 * DAY)).await;
    failed.unwrap_err();
    assert_eq!(store.pruned(batch.id).await.unwrap().unwrap().rows, 20);
    let free = format!("DROP TRIGGER stop ON {}.earlier_mail", place.role);
    place.cluster.says(&free).await;
    assert_eq!(pruned(&store, at(50 * DAY), 20).await, 30);
    assert_eq!(store.pruned(batch.id).await.unwrap().unwrap().rows, 50);
}

#[tokio::test]
async fn leases_of_who_lives_or_holds_rows_stay() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let store = place.open().await.with_people(4).await;
    let alive = SenderId("alive".to_owned());
    let guard = store.hold(&alive).await.unwrap();
    let calendar = store.hold_schedule(&alive).await.unwrap();
    let gone = store.hold(&SenderId("gone".to_owned())).await.unwrap();
    gone.release().await;
    calendar.release().await;
    let dead = SenderId("dead".to_owned());
    let batch = store.frozen("monday").await;
    let claims = store.claim(batch.id, &dead, &any(9), at(0)).await.unwrap();
    assert_eq!(claims.len(), 4);
    assert_eq!(
        store.forget_dead_senders().await.unwrap(),
        1,
        "who has gone"
    );
    let left = format!(
        "DO $$ BEGIN ASSERT (SELECT array_agg(name ORDER BY name) FROM {}.leases) = \
         ARRAY['keeps the calendar', 'sends: alive', 'sends: dead']; END $$",
        place.role
    );
    place.cluster.says(&left).await;
    // Under an old name it is another's lease: nobody who slept acts by it.
    let again = store.hold(&SenderId("gone".to_owned())).await.unwrap();
    assert!(!again.lease().is_over());
    let found = store.recover(batch.id, false, at(9)).await.unwrap();
    assert_eq!(found.returned, 4);
    // It had a hand in what may still go on.
    assert_eq!(store.forget_dead_senders().await.unwrap(), 0);
    let cancelled = BatchState::Cancelled;
    store
        .set_batch_state(batch.id, &cancelled, at(10))
        .await
        .unwrap();
    assert_eq!(store.forget_dead_senders().await.unwrap(), 1);
    drop((guard, again));
}
