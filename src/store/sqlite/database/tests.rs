//! What becomes of a connection that failed, of a verb that panics or that nobody waits for, and of a
//! second opening.

use std::os::unix::fs::FileExt;

use rusqlite::{Connection, params};
use tempfile::TempDir;

use super::owner::DatabaseOwner;
use super::*;
use crate::store::{
    StoreError,
    sqlite::{SqliteStore, statement::Statements},
};

async fn owner(folder: &TempDir) -> Arc<DatabaseOwner> {
    DatabaseOwner::of(folder.path()).await.unwrap()
}

fn add_domain(tx: &Connection, name: &str) -> Result<(), SqliteFault> {
    tx.run("INSERT INTO domains (name) VALUES (?1)", params![name])?;
    Ok(())
}

async fn domains(owner: &DatabaseOwner) -> Vec<String> {
    let names = |tx: &Connection| tx.values("SELECT name FROM domains ORDER BY id", []);
    owner.database.read(names).await.unwrap()
}

#[tokio::test]
async fn a_connection_left_inside_a_transaction_fails_no_second_verb() {
    let folder = TempDir::new().unwrap();
    let owner = owner(&folder).await;
    // A ROLLBACK of its own and a BEGIN: as an error of COMMIT may leave it.
    let spoilt = owner.database.write(|tx| {
        tx.execute_batch("ROLLBACK; BEGIN")?;
        add_domain(tx, "lost.example.com")?;
        Err::<(), _>(SqliteFault::Damaged("on purpose".to_owned()))
    });
    spoilt.await.unwrap_err();
    for name in ["a.example.com", "b.example.com"] {
        let added = owner.database.write(move |tx| add_domain(tx, name));
        added.await.unwrap();
    }
    assert_eq!(domains(&owner).await, ["a.example.com", "b.example.com"]);
}

#[tokio::test]
async fn a_verb_that_fails_writes_nothing_and_says_why() {
    let folder = TempDir::new().unwrap();
    let owner = owner(&folder).await;
    let failed = owner.database.write(|tx| {
        add_domain(tx, "a.example.com")?;
        add_domain(tx, "a.example.com")
    });
    let fault = failed.await.unwrap_err();
    assert!(
        matches!(&fault, SqliteFault::Sql(error) if error.to_string().contains("UNIQUE")),
        "{fault:?}"
    );
    assert!(domains(&owner).await.is_empty());
}

#[tokio::test]
async fn a_verb_that_panics_writes_nothing_and_the_next_one_goes_on() {
    let folder = TempDir::new().unwrap();
    let owner = owner(&folder).await;
    let panicked = owner.database.write(|tx| -> Result<(), SqliteFault> {
        add_domain(tx, "lost.example.com")?;
        panic!("on purpose");
    });
    panicked.await.unwrap_err();
    let added = owner.database.write(|tx| add_domain(tx, "a.example.com"));
    added.await.unwrap();
    assert_eq!(domains(&owner).await, ["a.example.com"]);
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_written() {
    let folder = TempDir::new().unwrap();
    let owner = owner(&folder).await;
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let writing = owner.database.write(move |tx| {
        add_domain(tx, "lost.example.com")?;
        let _ = may_go_on.recv();
        Ok(())
    });
    let waited = tokio::time::timeout(std::time::Duration::from_millis(100), writing).await;
    assert!(waited.is_err());
    go_on.send(()).unwrap();
    let added = owner.database.write(|tx| add_domain(tx, "a.example.com"));
    added.await.unwrap();
    assert_eq!(domains(&owner).await, ["a.example.com"]);
}

#[tokio::test]
async fn a_long_read_holds_up_no_writer_and_sees_one_moment() {
    let folder = TempDir::new().unwrap();
    let owner = owner(&folder).await;
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let count = "SELECT count(*) FROM domains";
    let reading = owner.database.read(move |tx| {
        let before: i64 = tx.value(count, [])?;
        let _ = may_go_on.recv();
        Ok((before, tx.value::<i64>(count, [])?))
    });
    let writing = async {
        let added = owner.database.write(|tx| add_domain(tx, "a.example.com"));
        added.await.unwrap();
        go_on.send(()).unwrap();
    };
    let (read, ()) = tokio::join!(reading, writing);
    let (before, after) = read.unwrap();
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_reader_s_connection_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let owner = owner(&folder).await;
    let wrote = owner.database.read(|tx| add_domain(tx, "a.example.com"));
    wrote.await.unwrap_err();
    assert!(domains(&owner).await.is_empty());
}

#[tokio::test]
async fn opened_twice_it_has_one_owner_until_nobody_has_it_open() {
    let folder = TempDir::new().unwrap();
    let first = SqliteStore::open(folder.path()).await.unwrap();
    let other_name = folder.path().join(".");
    let second = SqliteStore::open(&other_name).await.unwrap();
    assert!(Arc::ptr_eq(&first.owner, &second.owner));
    first.close().await;
    let third = SqliteStore::open(folder.path()).await.unwrap();
    assert!(Arc::ptr_eq(&second.owner, &third.owner));
    drop((second, third));
    // The last one folded the log into the file.
    assert!(!folder.path().join("daily-note.sqlite-wal").exists());
}

#[tokio::test]
async fn where_the_look_beside_the_work_finds_damage_nothing_more_is_written_and_the_log_stays() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(FILE);
    let (mut database, place) = Database::open(folder.path()).await.unwrap();
    let fold_in = |connection: &Connection| {
        connection.value::<i64>("PRAGMA wal_checkpoint(TRUNCATE)", [])?;
        connection.value::<u32>(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'lanes'",
            [],
        )
    };
    let page = database.maintain(fold_in).await.unwrap();
    let torn = std::fs::OpenOptions::new().write(true).open(&file).unwrap();
    torn.write_all_at(&[0xA5; 4_096], (u64::from(page) - 1) * 4_096)
        .unwrap();
    let logged = database.write(|tx| add_domain(tx, "in-the-log.example.com"));
    logged.await.unwrap();

    let mut look = PageLook::start(&file).unwrap();
    look.finish().unwrap_err();
    database.look = Some(look);
    let refused = database.write(|tx| add_domain(tx, "lost.example.com"));
    let is_damage =
        |fault: &SqliteFault| matches!(fault, SqliteFault::Told(StoreError::Damaged { .. }));
    assert!(is_damage(&refused.await.unwrap_err()));
    drop((database, place));
    let log = std::fs::metadata(folder.path().join("daily-note.sqlite-wal")).unwrap();
    assert!(log.len() > 0);
    // Whoever opens it next looks before anything else.
    assert!(is_damage(&Database::open(folder.path()).await.unwrap_err()));
}
