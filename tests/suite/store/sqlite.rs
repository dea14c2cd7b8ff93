//! The contract run against SQLite, and what is SQLite's alone: files, rights, other programs.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use daily_note::store::{
    BatchLedger, BatchState, DeliveryQueue, StateInstance, Store, StoreError, sqlite::SqliteStore,
};
use tempfile::TempDir;

use super::{
    contract::{every_promise, pruning::pruned},
    fixture::*,
    reports::{DAY, sent},
};
use crate::support::sqlite3;

/// A state folder of its own.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn state(&self) -> PathBuf {
        self.0.path().join("state")
    }

    fn database(&self) -> PathBuf {
        self.state().join("daily-note.sqlite")
    }
}

#[async_trait]
impl Place for Folder {
    type Store = dyn Store;

    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.state()).await.unwrap())
    }
}

every_promise!(crate::store::sqlite::Folder::new());

#[cfg(unix)]
#[tokio::test]
async fn the_state_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let store = folder.open().await.with_people(1).await;
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.state()), 0o700);
    for entry in std::fs::read_dir(folder.state()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(path.clone()), 0o600, "{}", path.display());
    }
    drop(store);
}

fn problem(error: &StoreError) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    format!("{error}: {}", source.unwrap_or_default())
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = Folder::new();
    std::fs::create_dir(folder.state()).unwrap();
    let bytes = b"dear diary, ".repeat(1_000);
    std::fs::write(folder.database(), &bytes).unwrap();
    let error = SqliteStore::open(&folder.state()).await.unwrap_err();
    assert!(
        problem(&error).contains("it is damaged, or not a database"),
        "{}",
        problem(&error)
    );
    assert_eq!(std::fs::read(folder.database()).unwrap(), bytes);
}

#[tokio::test]
async fn another_program_s_database_is_refused() {
    let folder = Folder::new();
    std::fs::create_dir(folder.state()).unwrap();
    sqlite3(&folder.database(), "CREATE TABLE cookies (id INTEGER)");
    let error = SqliteStore::open(&folder.state()).await.unwrap_err();
    assert!(matches!(error, StoreError::Foreign), "{error:?}");
    assert_eq!(error.hint(), "move it away, or name another folder");
}

#[tokio::test]
async fn a_newer_program_s_state_is_refused() {
    let folder = Folder::new();
    folder.open().await;
    sqlite3(
        &folder.database(),
        "INSERT INTO _sqlx_migrations SELECT 9999, 'later', installed_on, 1, x'00', 1 \
         FROM _sqlx_migrations LIMIT 1",
    );
    let error = SqliteStore::open(&folder.state()).await.unwrap_err();
    assert!(error.to_string().contains("newer daily-note"), "{error}");
    assert_eq!(error.hint(), "install that version or a later one");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new();
    let file = folder.0.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = SqliteStore::open(&file.join("state")).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
    assert!(error.to_string().contains("file/state"), "{error}");
}

#[tokio::test]
async fn many_first_runs_at_once_make_one_state() {
    let folder = Arc::new(Folder::new());
    let opening: Vec<_> = (0..8)
        .map(|_| {
            let folder = Arc::clone(&folder);
            tokio::spawn(async move { folder.open().await })
        })
        .collect();
    for store in opening {
        store.await.unwrap();
    }
}

#[tokio::test]
async fn a_batch_whose_rows_and_counters_differ_is_not_called_finished() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    for claim in store.claim_at(&batch, 2, at(1)).await {
        store.step(&claim, sending()).await.unwrap();
        store.step(&claim, accepted()).await.unwrap();
    }
    drop(store);
    // One row is rejected (5), whatever the counters say.
    sqlite3(
        &folder.database(),
        "UPDATE deliveries SET state = 5 WHERE id = (SELECT min(id) FROM deliveries)",
    );
    let store = folder.open().await;
    let finished = store
        .set_batch_state(batch.id, &BatchState::Finished, at(2))
        .await;
    let error = finished.unwrap_err().to_string();
    assert!(error.starts_with("the ledger does not add up"), "{error}");
}

/// The database's files, as a backup copies them.
fn files(folder: &Folder) -> Vec<(PathBuf, Vec<u8>)> {
    ["daily-note.sqlite", "daily-note.sqlite-wal"]
        .iter()
        .map(|name| folder.state().join(name))
        .filter_map(|path| std::fs::read(&path).ok().map(|bytes| (path, bytes)))
        .collect()
}

fn put_back(folder: &Folder, files: &[(PathBuf, Vec<u8>)]) {
    for name in [
        "daily-note.sqlite",
        "daily-note.sqlite-wal",
        "daily-note.sqlite-shm",
    ] {
        let _ = std::fs::remove_file(folder.state().join(name));
    }
    for (path, bytes) in files {
        std::fs::write(path, bytes).unwrap();
    }
}

#[tokio::test]
async fn a_restored_snapshot_sends_to_nobody_who_may_have_it_already() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(5).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(1)).await;
    store.step(&claims[0], sending()).await.unwrap();
    store.step(&claims[0], accepted()).await.unwrap();
    let snapshot = files(&folder);
    // After the copy was made one more is on the wire, and then the machine dies.
    store.step(&claims[1], sending()).await.unwrap();
    drop(store);
    put_back(&folder, &snapshot);

    for resend in [true, false] {
        let store = folder.open().await;
        let _held = store.hold(&sender()).await.unwrap();
        let recovered = store.recover(batch.id, resend, at(9)).await.unwrap();
        // The second time it knows.
        let expected = if resend { 4 } else { 0 };
        assert_eq!((recovered.restored, recovered.unknown), (expected, 0));
        assert!(store.claim_at(&batch, 9, at(9)).await.is_empty());
        let counts = store.counts(batch.id).await.unwrap();
        assert_eq!((counts.accepted, counts.unknown), (1, 4));
    }
}

#[tokio::test]
async fn a_restored_snapshot_that_knows_nothing_of_an_issue_does_not_send_it_again() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(2).await;
    let snapshot = files(&folder);
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(1)).await;
    store.step(&claims[0], sending()).await.unwrap();
    drop(store);
    put_back(&folder, &snapshot);

    let store = folder.open().await;
    let _held = store.hold(&sender()).await.unwrap();
    let again = store.freeze(&new_batch("monday"), at(9)).await;
    assert!(
        matches!(&again, Err(StoreError::OlderCopy { issue }) if issue == "monday"),
        "{again:?}"
    );
    assert!(
        store
            .freeze(&new_batch("thursday"), at(9))
            .await
            .unwrap()
            .is_new
    );
}

#[tokio::test]
async fn a_snapshot_that_missed_nothing_goes_on() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(1)).await;
    store.step(&claims[0], sending()).await.unwrap();
    store.step(&claims[0], accepted()).await.unwrap();
    let snapshot = files(&folder);
    drop(store);
    put_back(&folder, &snapshot);

    let store = folder.open().await;
    let _held = store.hold(&sender()).await.unwrap();
    let recovered = store.recover(batch.id, false, at(9)).await.unwrap();
    assert_eq!(recovered, daily_note::store::RecoveredRows::default());
    assert_eq!(store.claim_at(&batch, 9, at(9)).await.len(), 1);
}

#[tokio::test]
async fn a_torn_record_behind_the_last_commit_changes_nothing() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(3).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(1)).await;
    store.step(&claims[0], sending()).await.unwrap();
    store.step(&claims[0], accepted()).await.unwrap();
    store.step(&claims[1], sending()).await.unwrap();
    let whole = files(&folder);
    drop(store);
    let log = &whole
        .iter()
        .find(|(path, _)| path.ends_with("daily-note.sqlite-wal"))
        .unwrap()
        .1;
    // Half a frame, a frame that is not its own, and one whose last byte never came.
    let frame = &log[log.len() - (24 + 4_096)..];
    let mut flipped = frame.to_vec();
    *flipped.last_mut().unwrap() ^= 1;
    for torn in [
        &frame[..9],
        &frame[..frame.len() - 1],
        frame,
        &flipped,
        &[0x5a; 9_000],
    ] {
        put_back(&folder, &whole);
        let (path, bytes) = &whole[1];
        std::fs::write(path, [bytes, torn].concat()).unwrap();
        let store = SqliteStore::open(&folder.state()).await.unwrap();
        // The files of a machine that lost its power are the same ones: these are new.
        store.make_at_home().await.unwrap();
        let _held = store.hold(&sender()).await.unwrap();
        let recovered = store.recover(batch.id, false, at(9)).await.unwrap();
        assert_eq!((recovered.unknown, recovered.restored), (1, 0));
        let counts = store.counts(batch.id).await.unwrap();
        assert_eq!((counts.accepted, counts.unknown, counts.pending), (1, 1, 1));
    }
}

/// A list in an index's condition is made a table of for every row that is written: memory taken and given back, for
/// each of a million steps.
#[tokio::test]
async fn a_step_of_a_delivery_makes_no_table_for_itself() {
    let folder = Folder::new();
    drop(folder.open().await.with_people(1).await);
    let step = "EXPLAIN UPDATE deliveries SET state = 2, fence = fence + 1, due_at = NULL, \
                reply = 'x', content = 1 WHERE id = 1";
    let connection = rusqlite::Connection::open(folder.database()).unwrap();
    let lines = |sql: &str, column: usize| -> String {
        let mut rows = connection.prepare(sql).unwrap();
        let lines = rows
            .query_map([], |row| row.get::<_, String>(column))
            .unwrap();
        lines.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
    };
    let program = lines(step, 1);
    assert!(program.contains("IdxInsert"), "{program}");
    assert!(!program.contains("OpenEphemeral"), "{program}");
    for wanted in [
        "state BETWEEN 1 AND 2",
        "state >= 4",
        "state >= 4 AND state = 6",
    ] {
        let question = format!(
            "EXPLAIN QUERY PLAN SELECT id FROM deliveries WHERE id BETWEEN 1 AND 9 AND {wanted}"
        );
        let plan = lines(&question, 3);
        assert!(plan.contains("USING INDEX deliveries_"), "{wanted}: {plan}");
    }
}

/// How many bytes the file has.
fn size(folder: &Folder) -> u64 {
    std::fs::metadata(folder.database()).unwrap().len()
}

#[tokio::test]
async fn what_is_pruned_makes_room_for_the_next_issue() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(3_000).await;
    for (n, day) in [0, 1, 2].into_iter().enumerate() {
        let batch = sent(&store, &format!("issue-{n}"), at(day * DAY)).await;
        let finished = BatchState::Finished;
        let ended = store.set_batch_state(batch.id, &finished, at(day * DAY));
        ended.await.unwrap();
    }
    drop(store);
    let before = size(&folder);
    let store = folder.open().await;
    assert_eq!(pruned(&store, at(50 * DAY), 500).await, 9_000);
    let log = folder.database().with_extension("sqlite-wal");
    let log = std::fs::metadata(log).map_or(0, |it| it.len());
    assert!(log < 6 << 20, "the log is folded in as it goes: {log}");
    sent(&store, "next", at(60 * DAY)).await;
    drop(store);
    let after = size(&folder);
    // A number and an issue of each reader is what is kept of three rows.
    assert!(after < before + (200 << 10), "{before} → {after}");
}

#[tokio::test]
async fn rows_that_somebody_deleted_by_hand_are_not_counted_as_pruned() {
    let folder = Folder::new();
    let store = folder.open().await.with_people(10).await;
    let batch = sent(&store, "monday", at(0)).await;
    let finished = BatchState::Finished;
    store
        .set_batch_state(batch.id, &finished, at(1))
        .await
        .unwrap();
    let by_hand = "DELETE FROM deliveries WHERE subscriber IN (2, 4, 6)";
    sqlite3(&folder.database(), by_hand);
    assert_eq!(pruned(&store, at(50 * DAY), 3).await, 7);
    assert_eq!(pruned(&store, at(50 * DAY), 3).await, 0);
    assert_eq!(store.counted(&batch).await.accepted, 10, "as it was sent");
    assert_eq!(store.pruned(batch.id).await.unwrap().unwrap().rows, 7);
}
