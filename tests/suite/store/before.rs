//! A state of the release before, whose migrations sqlx took: it opens, its batch goes on, and no
//! migration is taken twice. The release before still reads what we write.

use daily_note::store::{
    BatchLedger, DeliveryQueue, NewBatch, Realm, StoreError, SuppressionList, sqlite::SqliteStore,
};
use rusqlite::Connection;

use super::fixture::*;
use crate::support::sqlite3;

const STATE: &str = include_str!("before_rusqlite.sql");

fn migrations(database: &std::path::Path) -> Vec<(i64, String, Vec<u8>)> {
    let connection = Connection::open(database).unwrap();
    let mut statement = connection
        .prepare("SELECT version, description, checksum FROM _sqlx_migrations ORDER BY version")
        .unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_state_of_the_release_before_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("daily-note.sqlite");
    sqlite3(&database, STATE);
    let taken_by_sqlx = migrations(&database);

    let store = SqliteStore::open(folder.path()).await.unwrap();
    let batch = store.batch("weekly-2026-11-30").await.unwrap().unwrap();
    let counts = store.counts(batch.id).await.unwrap();
    assert_eq!((counts.accepted, counts.deferred), (3, 2));
    let left = address("reader6@ex0.example.com");
    assert!(store.suppression(&left).await.unwrap().is_some());
    let due = store.next_due(batch.id).await.unwrap().unwrap();
    let quotas = daily_note::store::ClaimQuotas {
        total: 9,
        rest: 9,
        domains: Vec::new(),
    };
    let claims = store
        .claim(batch.id, &sender(), &quotas, due)
        .await
        .unwrap();
    assert_eq!(claims.len(), 2);
    store.close().await;

    // What sqlx had taken stands as it stood, and a state of ours has the same marks of it: sqlx
    // would refuse another checksum as it refuses a version that it doesn't know.
    assert_eq!(migrations(&database)[..taken_by_sqlx.len()], taken_by_sqlx);
    let fresh = tempfile::tempdir().unwrap();
    SqliteStore::open(fresh.path()).await.unwrap().close().await;
    let ours = migrations(&fresh.path().join("daily-note.sqlite"));
    assert_eq!(ours[..taken_by_sqlx.len()], taken_by_sqlx);
}

/// Nobody knows any more whether it went through the inbox: it counts in both, and is never begun again.
#[tokio::test]
async fn a_batch_of_the_release_before_counts_as_sent_and_as_rehearsed() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("daily-note.sqlite");
    sqlite3(&database, STATE);
    sqlite3(
        &database,
        "INSERT INTO lanes VALUES (1, 2, 1); \
         INSERT INTO waves VALUES (1, 1, 1796025600000, '[\"\"]', 1); \
         INSERT INTO paces VALUES ('relay', 7); \
         UPDATE sqlite_sequence SET seq = 41 WHERE name = 'batches'",
    );
    let issue = NewBatch {
        edition: "weekly".to_owned(),
        date: Some("2026-11-30".parse().unwrap()),
        ..new_batch("another")
    };
    for realm in [Realm::Real, Realm::Rehearsal] {
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let store = store.in_realm(realm);
        let batch = store.batch("weekly-2026-11-30").await.unwrap().unwrap();
        assert!(!batch.is_rehearsal);
        assert_eq!(store.batches(9).await.unwrap().len(), 1);
        let taken = store.freeze(&issue, at(0)).await.unwrap_err();
        assert!(matches!(taken, StoreError::SlotTaken { .. }), "{taken}");
        assert_eq!(store.waves(batch.id).await.unwrap().len(), 1);
        let next = store.freeze(&new_batch("next"), at(0)).await.unwrap();
        assert!(next.is_new && next.batch.id.0 > 41);
        store.drop_rehearsals().await.unwrap();
        assert!(store.batch("weekly-2026-11-30").await.unwrap().is_some());
    }
    let connection = Connection::open(&database).unwrap();
    let one = |sql: &str| -> i64 { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(
        one("SELECT count(*) FROM lanes WHERE batch = 1 AND domain = 2"),
        1
    );
    assert_eq!(one("SELECT spent_until FROM paces WHERE realm = 0"), 7);
    assert_eq!(one("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

#[tokio::test]
async fn a_state_whose_migrations_are_others_is_refused_in_words() {
    for (wrong, words) in [
        (
            "SET checksum = x'00' WHERE version = 2",
            "its step 2 is not the one",
        ),
        (
            "SET success = 0 WHERE version = 3",
            "its step 3 was left half done",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("daily-note.sqlite");
        sqlite3(&database, STATE);
        sqlite3(&database, &format!("UPDATE _sqlx_migrations {wrong}"));
        let error = SqliteStore::open(folder.path()).await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(words), "{error}: {cause}");
    }
}
