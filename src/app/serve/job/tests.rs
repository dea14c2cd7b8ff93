//! The hours beside a batch: a look at them that fails.

use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

use super::*;
use crate::store::{BatchId, sqlite::SqliteStore};

struct Deaf;

#[async_trait::async_trait]
impl Teller for Deaf {
    async fn tell(&self, _event: &Event, _at: DateTime<Utc>) {}
}

fn batch() -> Batch {
    Batch {
        id: BatchId(1),
        issue: "monday-2026-11-30".into(),
        edition: "monday".into(),
        slot: DateTime::UNIX_EPOCH,
        date: None,
        waves: 2,
        content: String::new(),
        state: BatchState::Open,
        audience: 1,
        frozen_at: DateTime::UNIX_EPOCH,
        trusts_refusals: false,
    }
}

#[tokio::test]
async fn a_look_at_the_hours_that_fails_cuts_no_message_short() {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    let file = folder.path().join("daily-note.sqlite");
    let mut beside = SqliteConnection::connect(&file.display().to_string())
        .await
        .unwrap();
    sqlx::query("ALTER TABLE waves RENAME TO away")
        .execute(&mut beside)
        .await
        .unwrap();
    let hours = Hours {
        store: Arc::new(store),
        teller: Arc::new(Deaf),
        clock: Clock::System,
        late: TimeDelta::hours(6),
        batch: batch(),
        between_looks: Duration::from_millis(1),
    };
    hours.come().await.unwrap_err();
    // A message on the wire: some looks fail meanwhile, and its answer still comes.
    let answer = hours.beside(async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        "250 accepted"
    });
    assert_eq!(answer.await, "250 accepted");
    sqlx::query("ALTER TABLE away RENAME TO waves")
        .execute(&mut beside)
        .await
        .unwrap();
    hours.come().await.unwrap();
}
