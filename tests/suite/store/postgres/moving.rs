//! A list moves from its folder into a database: everything, once, whatever happens meanwhile, and the folder opens for
//! nobody afterwards.

mod killed;
mod lived_in;
mod seen;
mod towards;

use std::{collections::BTreeSet, error::Error as _, path::Path, sync::Arc};

use daily_note::store::{
    BatchState, HouseMove, MovedRows, MovingTrouble, SenderId, StoreError, move_house,
    postgres::{PostgresSettings, PostgresStore},
    sqlite::SqliteStore,
};
use tempfile::TempDir;

use self::{lived_in::lived_in, seen::seen};
use super::place::Schema;
use crate::store::{fixture::*, reports::DAY};

const DATABASE: &str = "daily-note.sqlite";

fn mover() -> SenderId {
    SenderId("storage move".to_owned())
}

async fn source(folder: &TempDir) -> SqliteStore {
    SqliteStore::open_to_move_out(folder.path()).await.unwrap()
}

async fn target(place: &Schema) -> Result<PostgresStore, StoreError> {
    let settings = PostgresSettings::parse(&place.address(), &|_| None)?;
    PostgresStore::open_to_move_in(&settings).await
}

/// Moves it; the move goes away after so many tables.
async fn moved_until(
    folder: &TempDir,
    place: &Schema,
    tables: usize,
) -> Option<Result<HouseMove, StoreError>> {
    let (from, to) = (source(folder).await, target(place).await.unwrap());
    let (gone, mut goes) = tokio::sync::mpsc::unbounded_channel();
    let mut count = 0;
    let mut told = move |_: &MovedRows| {
        count += 1;
        if count == tables {
            let _ = gone.send(());
        }
    };
    let mover = mover();
    let moved = tokio::select! {
        biased;
        Some(()) = goes.recv() => None,
        moved = move_house(&from, &to, &mover, at(20 * DAY), &mut told) => Some(moved),
    };
    from.close().await;
    moved
}

async fn moved(folder: &TempDir, place: &Schema) -> Result<HouseMove, StoreError> {
    let moved = moved_until(folder, place, usize::MAX).await;
    moved.expect("nothing interrupts it")
}

/// Both stores say the same of everything.
async fn assert_alike(folder: &Path, place: &Schema, readers: i64) {
    let source = SqliteStore::open_to_move_out(folder).await.unwrap();
    let here = seen(&Arc::new(source), readers).await;
    let there = seen(&place.open().await, readers).await;
    assert_eq!(here.len(), there.len());
    let both = here.iter().zip(&there);
    let other: Vec<_> = both.filter(|(here, there)| here != there).collect();
    assert!(other.is_empty(), "{other:#?}");
}

fn trouble(error: StoreError) -> MovingTrouble {
    match error {
        StoreError::Moving(trouble) => trouble,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_moves_and_a_batch_goes_on_where_it_was() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    drop(lived_in(folder.path(), 1_000).await);
    let house = moved(&folder, &place).await.unwrap();
    let empty: Vec<&MovedRows> = house.tables.iter().filter(|it| it.rows == 0).collect();
    assert!(empty.is_empty(), "no such row was moved: {empty:?}");
    assert_alike(folder.path(), &place, 40).await;

    // Numbers are given on, and none twice.
    let store = place.open().await;
    let known = store.subscribers(None, daily_note::audience::SubscriberId(0), 9_999);
    let last = known.await.unwrap().last().unwrap().id;
    store
        .add(
            &[person("new@example.com")],
            daily_note::audience::Origin::Operator,
        )
        .await;
    let new = store.subscriber(&address("new@example.com")).await.unwrap();
    assert!(new.unwrap().id > last);
    assert!(store.frozen("another").await.id.0 > 5);

    // What was not sent is sent, and nothing else.
    let batch = store.batch("next").await.unwrap().unwrap();
    let before = store.counted(&batch).await;
    assert!(before.pending > 900 && before.deferred > 0, "{before:?}");
    assert_eq!(before.claimed + before.sending, 0, "their sender is dead");
    let mut claimed = BTreeSet::new();
    loop {
        let claims = store.claim_at(&batch, 400, at(30 * DAY)).await;
        if claims.is_empty() {
            break;
        }
        for claim in &claims {
            assert!(
                claimed.insert(claim.reader.id),
                "{:?} is lent twice",
                claim.reader
            );
        }
        for to in [sending(), accepted()] {
            let steps: Vec<_> = claims.iter().map(|claim| step(claim, to.clone())).collect();
            assert_eq!(store.steps(&steps, at(30 * DAY)).await, []);
        }
    }
    let left = store.counted(&batch).await;
    assert_eq!(left.pending + left.deferred, 0);
    let skipped = left.skipped - before.skipped;
    assert_eq!(
        claimed.len() as u64 + skipped,
        before.pending + before.deferred
    );
    let finished = BatchState::Finished;
    let ended = store
        .set_batch_state(batch.id, &finished, at(31 * DAY))
        .await;
    assert_eq!(ended.unwrap(), BatchState::Finished);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_goes_on_wherever_it_was_interrupted() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    drop(lived_in(folder.path(), 60).await);
    let mut tables = 0;
    let house = loop {
        tables += 1;
        match moved_until(&folder, &place, tables).await {
            Some(house) => break house.unwrap(),
            None => {
                let half = trouble(place.try_open().await.unwrap_err());
                assert!(matches!(half, MovingTrouble::HalfWay), "{half:?}");
                SqliteStore::open(folder.path())
                    .await
                    .unwrap()
                    .close()
                    .await;
            }
        }
    };
    assert_eq!(tables, house.tables.len() + 1);
    assert_alike(folder.path(), &place, 70).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_between_two_tries_moves_as_it_is_then() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    drop(lived_in(folder.path(), 60).await);
    assert!(moved_until(&folder, &place, 40).await.is_none());
    let store = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
    let angry = suppression(
        "reader7@d0.example.com",
        daily_note::audience::SuppressionReason::Complaint,
    );
    let left = store
        .suppress(&[angry], ChangeSource::Complaint, at(9))
        .await;
    left.unwrap();
    drop(store);
    moved(&folder, &place).await.unwrap();
    assert_alike(folder.path(), &place, 70).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_interrupted_before_its_last_step_ends_where_it_began_to() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    drop(lived_in(folder.path(), 20).await);
    moved(&folder, &place).await.unwrap();
    // As it is when the machine stops between the folder's mark and the database's.
    let half = format!(
        "UPDATE {role}.moving_in SET finished_at = NULL; UPDATE {role}.instance SET mark = 'x'",
        role = place.role
    );
    place.cluster.says(&half).await;
    let elsewhere = Schema::new().await.unwrap();
    let refused = trouble(moved(&folder, &elsewhere).await.unwrap_err());
    assert!(
        matches!(refused, MovingTrouble::MovedAway { .. }),
        "{refused:?}"
    );
    assert_eq!(moved(&folder, &place).await.unwrap().tables, []);
    assert_eq!(
        moved(&folder, &place).await.unwrap().tables,
        [],
        "once more is nothing"
    );
    assert_alike(folder.path(), &place, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_opens_the_old_folder_or_writes_to_it_nor_to_a_copy() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
    let store = store.with_people(3).await;
    moved(&folder, &place).await.unwrap();
    // Whoever had it open answers for nothing any more.
    let gone = suppression(
        "reader1@example.com",
        daily_note::audience::SuppressionReason::Unsubscribed,
    );
    let refused = store.suppress(&[gone], ChangeSource::OneClick, at(1)).await;
    let refused = refused.unwrap_err();
    let why = refused
        .source()
        .map(ToString::to_string)
        .unwrap_or_default();
    assert!(why.contains("moved away"), "{refused}: {why}");
    drop(store);
    let copy = tempfile::tempdir().unwrap();
    copy_file(folder.path(), copy.path());
    for place in [&folder, &copy] {
        let refused = SqliteStore::open(place.path()).await.unwrap_err();
        assert!(
            refused.to_string().contains("has moved to postgres://"),
            "{refused}"
        );
    }
}

fn copy_file(from: &Path, to: &Path) {
    std::fs::copy(from.join(DATABASE), to.join(DATABASE)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_moves_into_no_other_list_and_under_nobody() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&folder, &other] {
        let store = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
        store.with_people(3).await;
    }
    // Somebody sends from the folder, or keeps its calendar.
    let sends = SqliteStore::open(folder.path()).await.unwrap();
    let right = sends.hold(&sender()).await.unwrap();
    let refused = moved(&folder, &place).await.unwrap_err();
    assert!(matches!(refused, StoreError::Held { .. }), "{refused:?}");
    drop(right);
    let right = sends.hold_schedule(&sender()).await.unwrap();
    let refused = moved(&folder, &place).await.unwrap_err();
    assert!(matches!(refused, StoreError::Kept { .. }), "{refused:?}");
    drop((right, sends));

    // Somebody is at work in the database.
    let works = place.open().await;
    let right = works.hold(&sender()).await.unwrap();
    let refused = trouble(moved(&folder, &place).await.unwrap_err());
    assert!(
        matches!(refused, MovingTrouble::AtWork { .. }),
        "{refused:?}"
    );
    drop(right);
    let over = format!("UPDATE {}.leases SET lease_until = now()", place.role);
    place.cluster.says(&over).await;

    // Another list is on its way there.
    assert!(moved_until(&other, &place, 9).await.is_none());
    let refused = trouble(moved(&folder, &place).await.unwrap_err());
    assert!(matches!(refused, MovingTrouble::Inhabited), "{refused:?}");
    let held = works.hold(&sender()).await.unwrap_err();
    assert!(
        matches!(held, StoreError::Copied),
        "nobody sends meanwhile: {held:?}"
    );

    // Or lives there.
    let inhabited = Schema::new().await.unwrap();
    inhabited.open().await.with_people(1).await;
    let refused = trouble(moved(&folder, &inhabited).await.unwrap_err());
    assert!(matches!(refused, MovingTrouble::Inhabited), "{refused:?}");
    let store = SqliteStore::open(folder.path()).await.unwrap();
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_it_was_is_found_and_named() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    drop(lived_in(folder.path(), 20).await);
    // The server keeps a name otherwise than it was told.
    target(&place).await.unwrap();
    let role = &place.role;
    let changes = format!(
        "SET search_path = {role}; CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN NEW.name := 'other'; RETURN NEW; END $$; \
         CREATE TRIGGER other BEFORE INSERT ON subscribers FOR EACH ROW \
         WHEN (NEW.id = 7) EXECUTE FUNCTION other()"
    );
    place.cluster.says(&changes).await;
    let unequal = trouble(moved(&folder, &place).await.unwrap_err());
    let MovingTrouble::Unequal { table, here, there } = unequal else {
        panic!("{unequal:?}")
    };
    assert_eq!((table, here), ("subscribers", there));
    SqliteStore::open(folder.path())
        .await
        .unwrap()
        .close()
        .await;
    place
        .cluster
        .says(&format!("DROP TRIGGER other ON {role}.subscribers"))
        .await;
    moved(&folder, &place).await.unwrap();
    assert_alike(folder.path(), &place, 20).await;
}
