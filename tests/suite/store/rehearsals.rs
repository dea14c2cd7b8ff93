//! Rehearsals and what really went out, in one state: each has its batches, slots, paces, bounces and
//! notices, and the list is common to both.

use std::sync::Arc;

use daily_note::{
    audience::{Origin, SuppressionReason},
    publication::Rate,
    store::{NewBatch, NewNotice, NotifyOutcome, Realm, Store, StoreError, sqlite::SqliteStore},
};
use rusqlite::Connection;
use tempfile::TempDir;

use super::fixture::*;
use crate::support::sqlite3;

const DATABASE: &str = "daily-note.sqlite";

struct Both {
    folder: TempDir,
    real: Arc<dyn Store>,
    played: Arc<dyn Store>,
}

impl Both {
    async fn with_people(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let both = Self::in_folder(folder).await;
        both.real.add(&people(count), Origin::Operator).await;
        both
    }

    async fn in_folder(folder: TempDir) -> Self {
        let open = async |realm: Realm| {
            let store = SqliteStore::open(folder.path()).await.unwrap();
            Arc::new(store.in_realm(realm))
        };
        let real: Arc<dyn Store> = open(Realm::Real).await;
        let played: Arc<dyn Store> = open(Realm::Rehearsal).await;
        Self {
            folder,
            real,
            played,
        }
    }

    fn count(&self, sql: &str) -> i64 {
        let connection = Connection::open(self.folder.path().join(DATABASE)).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

fn dated(issue: &str) -> NewBatch {
    NewBatch {
        date: Some("2026-11-23".parse().unwrap()),
        ..new_batch(issue)
    }
}

async fn send_all(store: &Arc<dyn Store>, issue: &str) -> u64 {
    let batch = store.frozen(issue).await;
    let mut accepted_rows = 0;
    for claim in store.claim_at(&batch, 99, at(1)).await {
        store.step(&claim, sending()).await.unwrap();
        store.step(&claim, accepted()).await.unwrap();
        accepted_rows += 1;
    }
    accepted_rows
}

#[tokio::test]
async fn a_rehearsal_takes_neither_the_issue_nor_the_slot_from_the_real_one() {
    let both = Both::with_people(3).await;
    both.played.freeze(&dated("monday"), at(0)).await.unwrap();
    assert_eq!(send_all(&both.played, "monday").await, 3);
    assert!(both.real.batch("monday").await.unwrap().is_none());
    assert_eq!(both.real.batches(9).await.unwrap(), []);

    let real = both.real.freeze(&dated("monday"), at(0)).await.unwrap();
    assert!(real.is_new && !real.batch.is_rehearsal);
    assert_eq!(send_all(&both.real, "monday").await, 3);

    // Within each, the issue has one batch, and the slot one issue.
    let again = both.played.freeze(&dated("monday"), at(9)).await.unwrap();
    assert!(!again.is_new && again.batch.is_rehearsal);
    for store in [&both.real, &both.played] {
        let taken = store.freeze(&dated("renamed"), at(9)).await.unwrap_err();
        assert!(matches!(taken, StoreError::SlotTaken { .. }), "{taken}");
    }
}

#[tokio::test]
async fn who_bounces_in_a_rehearsal_is_away_from_rehearsals_alone() {
    let both = Both::with_people(2).await;
    let batch = both.played.frozen("monday").await;
    let claims = both.played.claim_at(&batch, 1, at(1)).await;
    both.played.step(&claims[0], sending()).await.unwrap();
    both.played.step(&claims[0], rejected(true)).await.unwrap();

    let email = claims[0].reader.email.clone();
    assert_eq!(both.real.standing(email.as_str()).await, None);
    let readers = async |store: &Arc<dyn Store>| {
        let size = store.audience_size("monday").await.unwrap();
        (size.readers, size.suppressed)
    };
    assert_eq!(readers(&both.real).await, (2, 0));
    assert_eq!(readers(&both.played).await, (1, 1));
    assert_eq!(both.played.frozen("thursday").await.audience, 1);
    assert_eq!(both.real.frozen("thursday").await.audience, 2);

    // Who really left gets no mail in either.
    let left = suppression("reader2@example.com", SuppressionReason::Unsubscribed);
    both.played
        .suppress(&[left], ChangeSource::Operator, at(2))
        .await
        .unwrap();
    assert_eq!(readers(&both.real).await, (1, 1));

    // And whoever is erased is in neither.
    let erased = suppression(email.as_str(), SuppressionReason::Erased);
    both.real
        .suppress(&[erased], ChangeSource::Operator, at(3))
        .await
        .unwrap();
    assert_eq!(both.count("SELECT count(*) FROM rehearsal_bounces"), 0);
}

#[tokio::test]
async fn a_rehearsal_spends_nothing_of_the_real_pace() {
    let both = Both::with_people(0).await;
    let rate = Rate {
        messages: 5,
        per: std::time::Duration::from_secs(1),
    };
    let lease = async |store: &Arc<dyn Store>| {
        let lease = store.lease("relay", rate, 9, at(0)).await.unwrap();
        lease.granted
    };
    assert_eq!(lease(&both.played).await, 5);
    assert_eq!(lease(&both.real).await, 5);
    assert_eq!(lease(&both.real).await, 0);
}

#[tokio::test]
async fn what_a_rehearsal_tells_is_told_again_when_it_happens() {
    let both = Both::with_people(0).await;
    let notice = [NewNotice {
        key: "missed monday".to_owned(),
        target: "mailto:me@example.com".to_owned(),
        content: b"text".to_vec(),
    }];
    assert_eq!(both.played.post_notices(&notice, at(0)).await.unwrap(), 1);
    assert_eq!(both.real.next_notice().await.unwrap(), None);
    assert_eq!(both.real.take_due_notices(&[], at(1)).await.unwrap(), []);
    assert_eq!(both.real.post_notices(&notice, at(0)).await.unwrap(), 1);
    for store in [&both.played, &both.real] {
        let due = store.take_due_notices(&[], at(1)).await.unwrap();
        assert_eq!(due.len(), 1);
        store
            .settle_notice(due[0].id, NotifyOutcome::Done, "250", at(1))
            .await
            .unwrap();
        assert_eq!(store.post_notices(&notice, at(2)).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn dropped_rehearsals_leave_nothing_and_take_nothing_real_along() {
    let both = Both::with_people(3).await;
    send_all(&both.real, "monday").await;
    send_all(&both.played, "monday").await;
    send_all(&both.played, "thursday").await;
    let last = both.played.frozen("thursday").await.id;
    sqlite3(
        &both.folder.path().join(DATABASE),
        "INSERT INTO paces VALUES (1, 'relay', 7); \
         INSERT INTO moods VALUES (1, '*', '{}', 7); \
         INSERT INTO refusals VALUES (1, 2, 1, 7, 1); \
         INSERT INTO notices (key, target, created_at, realm) VALUES ('a', 'b', 7, 1)",
    );
    assert_eq!(both.played.drop_rehearsals().await.unwrap(), 2);
    assert_eq!(both.played.drop_rehearsals().await.unwrap(), 0);

    assert_eq!(both.played.batches(9).await.unwrap(), []);
    let real = both.real.batch("monday").await.unwrap().unwrap();
    assert_eq!(both.real.counted(&real).await.accepted, 3);
    // Both had frozen the same content.
    assert!(both.real.content(&real.content).await.unwrap().is_some());
    assert_eq!(both.count("SELECT count(*) FROM deliveries"), 3);
    assert_eq!(both.count("SELECT count(*) FROM contents"), 1);

    // No table that tells the realms apart, of now or of later, has a row left.
    let connection = Connection::open(both.folder.path().join(DATABASE)).unwrap();
    let mut marked = connection
        .prepare(
            "SELECT t.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c \
             WHERE t.type = 'table' AND c.name = 'realm'",
        )
        .unwrap();
    let marked = marked.query_map([], |row| row.get(0)).unwrap();
    let marked: Vec<String> = marked.map(Result::unwrap).collect();
    assert!(marked.len() >= 5, "{marked:?}");
    for table in &marked {
        let rows = both.count(&format!("SELECT count(*) FROM {table} WHERE realm = 1"));
        assert_eq!(rows, 0, "{table}");
    }

    // It may be played again from its beginning, and never under a number that was given before.
    assert_eq!(send_all(&both.played, "monday").await, 3);
    assert!(both.played.frozen("monday").await.id.0 > last.0);
}
