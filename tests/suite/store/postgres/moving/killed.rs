//! The program that moves a list, killed at any moment and started again; and how long a long list takes.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use daily_note::store::{SenderId, move_house, sqlite::SqliteStore};

use super::{DATABASE, assert_alike, lived_in, target};
use crate::{
    store::{fixture::*, postgres::place::Schema},
    support::{TestPublication, sqlite3},
};

#[tokio::test(flavor = "multi_thread")]
async fn whenever_the_move_is_killed_the_next_one_ends_it() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let publication = TestPublication::new();
    let folder = publication.path(".daily-note");
    drop(lived_in(&folder, 300).await);
    let address = place.address();
    let arguments = ["storage", "move", "--to", &address, "--yes"];
    let mut kills = 0;
    let ended = loop {
        let mut moving = publication.start(arguments);
        // Each life is a little longer than the one before.
        let since = Instant::now();
        let life = Duration::from_millis(40 + 35 * kills);
        let ended = loop {
            match moving.try_wait().unwrap() {
                Some(ended) => break Some(ended),
                None if since.elapsed() >= life => break None,
                None => thread::sleep(Duration::from_millis(2)),
            }
        };
        if let Some(ended) = ended {
            break ended;
        }
        moving.kill().unwrap();
        moving.wait().unwrap();
        kills += 1;
        assert!(kills < 200, "it never ends");
    };
    assert!(ended.success(), "after {kills} kills: {ended}");
    assert!(kills > 3, "it was killed {kills} times alone");
    let again = publication.run(arguments).exits(0);
    assert!(
        again.stdout.contains("the list lives in postgres://"),
        "{again:?}"
    );
    let status = publication.run(["status"]).exits(3);
    assert!(
        status.stderr.contains("has moved to postgres://"),
        "{status:?}"
    );
    assert_alike(&folder, &place, 30).await;
}

/// A few hundred readers and three issues, or as many as `MOVE_READERS` and `MOVE_ISSUES` say.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_moves_whole() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let given = |name: &str, otherwise: usize| {
        let given = std::env::var(name).ok();
        given.and_then(|it| it.parse().ok()).unwrap_or(otherwise)
    };
    let (readers, issues) = (given("MOVE_READERS", 700), given("MOVE_ISSUES", 3));
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
    let store = store.with_people(readers).await;
    for issue in 0..issues {
        store.frozen(&format!("issue {issue}")).await;
    }
    drop(store);
    // All but the last one were sent.
    sqlite3(
        &folder.path().join(DATABASE),
        &format!(
            "UPDATE deliveries SET state = 3, due_at = NULL, reply = '250 2.0.0 Ok: queued as 4Xy' || id, \
             updated_at = 1, first_attempt_at = 1, attempts = 1, content = 1 WHERE id < ({issues} << 40); \
             UPDATE batches SET pending = 0, accepted = audience, state = 2 WHERE id < {issues}"
        ),
    );
    let from = SqliteStore::open_to_move_out(folder.path()).await.unwrap();
    let to = target(&place).await.unwrap();
    let (since, mut told) = (Instant::now(), |_: &_| {});
    let mover = SenderId("storage move".to_owned());
    let house = move_house(&from, &to, &mover, at(9), &mut told)
        .await
        .unwrap();
    let (took, rows) = (
        since.elapsed(),
        house.tables.iter().map(|it| it.rows).sum::<u64>(),
    );
    println!(
        "{readers} readers and {issues} issues, {rows} rows, moved and compared in {:.1} s",
        took.as_secs_f64()
    );
    let store = place.open().await;
    let batch = store.batch(&format!("issue {}", issues - 1)).await.unwrap();
    let counts = store.counted(&batch.unwrap()).await;
    assert_eq!(counts.pending, readers as u64);
    let first = store.batch("issue 0").await.unwrap().unwrap();
    assert_eq!(store.counted(&first).await.accepted, readers as u64);
}
