//! Where a list moves to: through a pool, and nowhere that can't keep it – a standby, a newer program's tables – with the
//! folder left as it was.

use daily_note::store::{
    HouseMove, MovedRows, StoreError, move_house,
    postgres::{PostgresSettings, PostgresStore},
    sqlite::SqliteStore,
};
use tempfile::TempDir;

use super::{assert_alike, lived_in::lived_in, mover, source};
use crate::{
    store::{
        fixture::at,
        postgres::{opening::told, place::Schema, pooled::Pooled},
        reports::DAY,
    },
    support::postgres::Cluster,
};

async fn moved_to(folder: &TempDir, address: &str) -> Result<HouseMove, StoreError> {
    let settings = PostgresSettings::parse(address, &|_| None)?;
    let to = PostgresStore::open_to_move_in(&settings).await?;
    let from = source(folder).await;
    let moved = move_house(&from, &to, &mover(), at(20 * DAY), &mut |_: &MovedRows| {}).await;
    from.close().await;
    moved
}

/// The folder is in use as before.
async fn assert_opens(folder: &TempDir) {
    let store = SqliteStore::open(folder.path()).await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_moves_through_a_pool_with_transactions() {
    let Some(pooled) = Pooled::new().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    drop(lived_in(folder.path(), 200).await);
    let house = moved_to(&folder, &pooled.address("postgres"))
        .await
        .unwrap();
    assert!(house.tables.iter().map(|table| table.rows).sum::<u64>() > 1_000);
    assert_alike(folder.path(), &pooled.schema, 40).await;
    let other = tempfile::tempdir().unwrap();
    drop(lived_in(other.path(), 20).await);
    let refused = moved_to(&other, &pooled.address("statements")).await;
    let refused = told(&refused.unwrap_err());
    assert!(refused.contains("pool_mode = transaction"), "{refused}");
    assert_opens(&other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_moves_to_no_standby() {
    let started = tokio::task::spawn_blocking(|| {
        let primary = Cluster::start(&[])?;
        let standby = primary.standby(primary.port);
        Some((primary, standby))
    });
    let Some((_primary, standby)) = started.await.unwrap() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    drop(lived_in(folder.path(), 20).await);
    let address = format!("postgres://postgres@127.0.0.1:{}/postgres", standby.port);
    let refused = told(&moved_to(&folder, &address).await.unwrap_err());
    assert!(
        refused.contains("is a standby, or set to be read only"),
        "{refused}"
    );
    assert!(refused.contains("name the primary"), "{refused}");
    assert_opens(&folder).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_moves_into_no_newer_program_s_tables() {
    let Some(place) = Schema::new().await else {
        return;
    };
    drop(place.try_open().await.unwrap());
    let newer = format!(
        "INSERT INTO {}.schema_steps (version, description, checksum) VALUES (99, 'later', '')",
        place.role
    );
    place.cluster.says(&newer).await;
    let folder = tempfile::tempdir().unwrap();
    drop(lived_in(folder.path(), 20).await);
    let refused = moved_to(&folder, &place.address()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Newer), "{refused:?}");
    let refused = told(&refused);
    assert!(
        refused.contains("install that version or a later one"),
        "{refused}"
    );
    assert_opens(&folder).await;
}
