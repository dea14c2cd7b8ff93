//! What the server does for a row, as it counts itself: whatever the clock says on a busy machine.

use std::{sync::Arc, time::Duration};

use tokio_postgres::NoTls;

use super::place::opened;
use crate::{store::fixture::*, support::postgres::Cluster};

const READERS: i64 = 1_500;
const GROUP: u32 = 50;

/// What the server counted of the ledger's rows.
#[derive(Debug)]
struct Counted {
    updates: i64,
    hot_updates: i64,
    looked_at: i64,
}

impl Counted {
    /// Once all transactions have told the statistics what they did: a while after them, or when their connection ends.
    async fn after(cluster: &Cluster, updates: i64) -> Self {
        let address = format!("host=127.0.0.1 port={} user=postgres", cluster.port);
        let (client, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
        tokio::spawn(connection);
        let sql = "SELECT n_tup_upd, n_tup_hot_upd, seq_tup_read + idx_tup_fetch \
                   FROM pg_stat_user_tables \
                   WHERE relname = 'deliveries' AND schemaname = current_schema()";
        for _ in 0..40 {
            let row = client.query_one(sql, &[]).await.unwrap();
            let counted = Self {
                updates: row.get(0),
                hot_updates: row.get(1),
                looked_at: row.get(2),
            };
            if counted.updates >= updates {
                return counted;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("the server counts no {updates} updates");
    }
}

#[tokio::test]
async fn steps_touch_no_index_and_read_no_other_rows_of_a_batch_that_the_server_does_not_know() {
    // A server of its own: whoever looks at the same database meanwhile keeps old rows from being cleared away. It looks
    // at no table by itself, as it would not for long where a batch is little beside all before it.
    let settings = &["autovacuum = off"];
    let Some(cluster) = tokio::task::spawn_blocking(|| Cluster::start(settings))
        .await
        .unwrap()
    else {
        return;
    };
    let address = format!("postgres://postgres@127.0.0.1:{}/postgres", cluster.port);
    let store = Arc::new(opened(&address).await.unwrap());
    let store = store.with_people(READERS as usize).await;
    let batch = store.frozen("monday").await;
    loop {
        let claims = store.claim_at(&batch, GROUP, at(0)).await;
        if claims.is_empty() {
            break;
        }
        for to in [sending(), accepted()] {
            let group: Vec<_> = claims.iter().map(|claim| step(claim, to.clone())).collect();
            assert_eq!(store.steps(&group, at(1)).await, []);
        }
    }
    assert_eq!(store.counted(&batch).await.accepted, READERS as u64);
    drop(store);
    let counted = Counted::after(&cluster, READERS * 2).await;
    assert_eq!(
        counted.updates,
        READERS * 2,
        "leave and outcome: a claim makes the row"
    );
    let Counted { updates, .. } = counted;
    assert!(counted.hot_updates * 10 >= updates * 6, "{counted:?}");
    // Leave and outcome lock it, ask for its reader and write it.
    assert!(counted.looked_at <= READERS * 7, "{counted:?}");
}
