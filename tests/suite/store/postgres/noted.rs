//! What machines noted of what left, held against a database that was set back: which rows are in doubt, and which are
//! not; who is waited for, and what follows where notes are missing.

use std::{path::Path, sync::Arc};

use daily_note::store::{
    AdoptionOutcome, Batch, Claim, RetrySelection, RetryState, SenderId, StoreError, TransferNotes,
    postgres::PostgresStore,
};
use tempfile::TempDir;

use super::place::opened;
use crate::{store::fixture::*, support::postgres::Cluster};

/// A server whose database is set back by taking a copy of it into use, as a restored dump is.
struct Server(Cluster);

impl Server {
    async fn start() -> Option<Self> {
        let started = tokio::task::spawn_blocking(|| Cluster::start(&[]));
        let server = Self(started.await.unwrap()?);
        server.0.says("CREATE DATABASE note").await;
        Some(server)
    }

    /// What a machine with notes in that folder has open of a database.
    async fn open(&self, database: &str, notes: Option<&Path>) -> Arc<PostgresStore> {
        let address = format!("postgres://postgres@127.0.0.1:{}/{database}", self.0.port);
        let store = opened(&address).await.unwrap();
        Arc::new(match notes {
            Some(folder) => store.noting_in(folder.to_owned()),
            None => store,
        })
    }

    /// The database as it is now, under another name.
    async fn copy(&self) {
        let all_go =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'note'";
        // Whoever renews a lease may come back in between.
        loop {
            self.0.says(all_go).await;
            if self
                .0
                .asks("CREATE DATABASE later TEMPLATE note")
                .await
                .is_ok()
            {
                return;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the system stamps files by it")]
fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

async fn noting(store: &Arc<PostgresStore>, batch: &Batch, who: &SenderId) -> Arc<TransferNotes> {
    let notes = store.note_transfers(batch.id, who, 1, now()).await;
    Arc::new(notes.unwrap())
}

fn begin(notes: &Arc<TransferNotes>, claim: &Claim) {
    let mut line = notes.line(0);
    line.begins(claim.delivery, claim.fence, now()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_began_to_leave_after_the_copy_was_made_is_in_doubt() {
    let Some(server) = Server::start().await else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let store = server.open("note", Some(folder.path())).await;
    let store = store.with_people(9).await;
    let held = store.hold(&sender()).await.unwrap();
    let batch = store.frozen("monday").await;
    let notes = noting(&store, &batch, &sender()).await;
    let claims = store.claim_at(&batch, 7, at(1)).await;
    let [taken, lost, waits, again, refused, claimed, idle] = claims.as_slice() else {
        panic!("{claims:?}");
    };
    for claim in [taken, lost, waits, again, refused] {
        store.step(claim, sending()).await.unwrap();
        begin(&notes, claim);
    }
    store.step(taken, accepted()).await.unwrap();
    store.step(waits, deferred(at(5))).await.unwrap();
    store.step(again, deferred(at(5))).await.unwrap();
    store.step(refused, rejected(false)).await.unwrap();
    server.copy().await;

    // What the copy does not know of: outcomes, another try, a person's retry, a first try.
    store.step(lost, accepted()).await.unwrap();
    store.step(claimed, sending()).await.unwrap();
    begin(&notes, claimed);
    let retried = RetrySelection {
        state: RetryState::Rejected,
        domain: None,
        code: None,
        emails: Vec::new(),
    };
    assert_eq!(
        store.retry(batch.id, &retried, at(6)).await.unwrap().rows,
        1
    );
    let more = store.claim_at(&batch, 9, at(6)).await;
    assert_eq!(
        more.len(),
        5,
        "two that waited, one refused, two new: {more:?}"
    );
    for claim in more.iter().filter(|claim| claim.delivery != waits.delivery) {
        store.step(claim, sending()).await.unwrap();
        begin(&notes, claim);
    }
    let later = server.open("later", Some(folder.path())).await;
    for _ in 0..2 {
        let copied = later.hold(&sender()).await;
        assert!(matches!(copied, Err(StoreError::Copied)), "{copied:?}");
    }
    let counts = later.counted(&batch).await;
    assert_eq!(counts.unknown, 0, "somebody still sends: {counts:?}");
    drop(notes);
    later.hold(&sender()).await.unwrap_err();
    let counts = later.counted(&batch).await;
    // `lost`, `claimed`, `again`, `refused` and the two new ones; `waits` and `idle` are known.
    assert_eq!((counts.unknown, counts.accepted), (6, 1), "{counts:?}");
    assert_eq!((counts.deferred, counts.claimed), (1, 1), "{counts:?}");

    // Nothing moves before a person's word.
    let refuses = later.claim(batch.id, &sender(), &any(9), at(9)).await;
    assert!(matches!(refuses, Err(StoreError::Copied)), "{refuses:?}");
    let steps = later.record(&[step(idle, sending())], at(9)).await;
    assert!(matches!(steps, Err(StoreError::Copied)), "{steps:?}");
    let wanted = RetrySelection {
        state: RetryState::Deferred,
        ..retried
    };
    let sooner = later.retry(batch.id, &wanted, at(9)).await;
    assert!(matches!(sooner, Err(StoreError::Copied)), "{sooner:?}");
    let frozen = later.freeze(&new_batch("tuesday"), at(9)).await;
    assert!(matches!(frozen, Err(StoreError::Copied)), "{frozen:?}");
    let adopted = later.adopt(None, &[], at(9)).await.unwrap();
    assert_eq!((adopted.paused, adopted.heard.len()), (1, 1), "{adopted:?}");
    assert_eq!(later.counted(&batch).await.unknown, 6);
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_missing_is_named_and_without_their_notes_all_is_in_doubt() {
    let Some(server) = Server::start().await else {
        return;
    };
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (first, second) = (SenderId("one".to_owned()), SenderId("two".to_owned()));
    let store = server.open("note", Some(one.path())).await;
    let store = store.with_people(6).await;
    let batch = store.frozen("monday").await;
    let other = server.open("note", Some(two.path())).await;
    for (store, who) in [(&store, &first), (&other, &second)] {
        let held = store.hold(who).await.unwrap();
        let notes = noting(store, &batch, who).await;
        let claims = store.claim(batch.id, who, &any(1), at(1)).await.unwrap();
        store.step(&claims[0], sending()).await.unwrap();
        begin(&notes, &claims[0]);
        store.step(&claims[0], accepted()).await.unwrap();
        held.release().await;
    }
    server.copy().await;
    let later = server.open("later", Some(one.path())).await;
    let missing = later.adopt(None, &[], at(9)).await.unwrap_err();
    let StoreError::NotesAwaited { places } = &missing else {
        panic!("{missing:?}");
    };
    let name = places.clone();
    let folder = two.path().canonicalize().unwrap();
    assert!(name.ends_with(folder.to_str().unwrap()), "{name}");
    let hint = missing.hint().to_string();
    assert!(hint.contains("--without NAME"), "{hint}");
    let AdoptionOutcome { heard, .. } = later
        .adopt(None, std::slice::from_ref(&name), at(9))
        .await
        .unwrap();
    assert_eq!(heard.len(), 1, "{heard:?}");
    let counts = later.counted(&batch).await;
    assert_eq!((counts.accepted, counts.unknown), (2, 4), "{counts:?}");
    let reason =
        "SELECT count(*) FROM deliveries WHERE reply LIKE '%noted since it was made is gone%'";
    let (client, connection) = tokio_postgres::connect(
        &format!(
            "host=127.0.0.1 port={} user=postgres dbname=later",
            server.0.port
        ),
        tokio_postgres::NoTls,
    )
    .await
    .unwrap();
    tokio::spawn(connection);
    let named: i64 = client.query_one(reason, &[]).await.unwrap().get(0);
    assert_eq!(named, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_notes_nothing_leaves_its_issue_in_doubt_and_no_other() {
    let Some(server) = Server::start().await else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let store = server.open("note", Some(folder.path())).await;
    let store = store.with_people(4).await;
    let [monday, tuesday] = [store.frozen("monday").await, store.frozen("tuesday").await];
    let held = store.hold(&sender()).await.unwrap();
    drop(noting(&store, &monday, &sender()).await);
    store.claim_at(&monday, 1, at(1)).await;
    held.release().await;
    // As an older program does.
    let older = server.open("note", None).await;
    let who = SenderId("older".to_owned());
    let held = older.hold(&who).await.unwrap();
    older.claim(tuesday.id, &who, &any(1), at(1)).await.unwrap();
    held.release().await;
    server.copy().await;
    let later = server.open("later", Some(folder.path())).await;
    later.adopt(None, &[], at(9)).await.unwrap();
    assert_eq!(later.counted(&monday).await.unknown, 0);
    assert_eq!(later.counted(&tuesday).await.unknown, 4);
}
