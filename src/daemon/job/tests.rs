//! The hours beside a batch: a look at them that fails.

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::{
    publication::{Environment, Publication},
    store::{BatchId, sqlite::SqliteStore},
};

struct Deaf;

#[async_trait::async_trait]
impl EventSink for Deaf {
    async fn tell(&self, _event: &Event, _at: DateTime<Utc>) {}
}

fn batch() -> Batch {
    Batch {
        id: BatchId(1),
        issue: "monday-2026-11-30".into(),
        is_rehearsal: false,
        edition: "monday".into(),
        slot: DateTime::UNIX_EPOCH,
        date: None,
        waves: 2,
        file: None,
        content: String::new(),
        state: BatchState::Open,
        audience: 1,
        frozen_at: DateTime::UNIX_EPOCH,
        trusts_refusals: false,
    }
}

fn app(root: &std::path::Path) -> App {
    let yaml = "publication: {name: n, timezone: UTC, from: n@example.com}\n\
                editions: {monday: {title: m, day: mon, time: '08:00'}}\n";
    let publication = Publication::from_yaml(root, yaml, &Environment::empty()).unwrap();
    App {
        publication: Arc::new(publication),
        clock: Clock::System,
    }
}

#[tokio::test]
async fn a_look_at_the_hours_that_fails_cuts_no_message_short() {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    let file = folder.path().join("daily-note.sqlite");
    let beside = Connection::open(file).unwrap();
    beside
        .execute_batch("ALTER TABLE waves RENAME TO away")
        .unwrap();
    let hours = CohortHours {
        store: Arc::new(store),
        teller: Arc::new(Deaf),
        clock: Clock::System,
        app: app(folder.path()),
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
    beside
        .execute_batch("ALTER TABLE away RENAME TO waves")
        .unwrap();
    hours.come().await.unwrap();
}
