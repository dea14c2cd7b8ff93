//! subscribers.yaml folded into the list: streamed in groups, in one transaction, all or nothing.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{Row, SqliteConnection};

use super::{
    Fault, SqliteStore, codes, freeze,
    group::{GROUP, Group, Merged},
    strangers::Strangers,
};
use crate::{
    audience::{Origin, Profile, SubscriberId, SubscriberState},
    source::SourceError,
    store::{AudienceSize, FoldReport, StoreError, merge::Origins},
};

/// Losing up to so many readers is everyday gardening, whatever their share.
const HARMLESS_LOSS: u64 = 10;

/// Entries that are read before the database is asked whether it wants more to do.
const READ_AT_ONCE: usize = 25;

type Entries<'a> = dyn Iterator<Item = Result<Profile, SourceError>> + Send + 'a;

pub(super) async fn fold(
    store: &SqliteStore,
    entries: &mut Entries<'_>,
    max_removal: f64,
    now: DateTime<Utc>,
) -> Result<FoldReport, Fault> {
    let mut tx = store.write().await?;
    let report = fold_in(&mut tx, store, entries, max_removal, now).await?;
    tx.commit().await?;
    Ok(report)
}

pub(super) async fn preview(
    store: &SqliteStore,
    entries: &mut Entries<'_>,
    max_removal: f64,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<(FoldReport, AudienceSize), Fault> {
    let mut tx = store.write().await?;
    let report = fold_in(&mut tx, store, entries, max_removal, now).await?;
    let audience = freeze::size(&mut *tx, edition).await?;
    tx.rollback().await?;
    Ok((report, audience))
}

async fn fold_in(
    connection: &mut SqliteConnection,
    store: &SqliteStore,
    entries: &mut Entries<'_>,
    max_removal: f64,
    now: DateTime<Utc>,
) -> Result<FoldReport, Fault> {
    let before = Before::look(connection).await?;
    let mut report = FoldReport::default();
    let mut seen = Seen::default();
    let mut chunk = read_ahead(entries).await?;
    let mut strangers = Strangers::expect(connection, chunk.len()).await?;
    while !chunk.is_empty() {
        let people: Vec<&Profile> = chunk.iter().collect();
        let key = &store.erasure_key;
        let mut group = match strangers.are_likely() {
            true => Group::of_strangers(connection, key, &people).await?,
            false => Group::load(connection, key, &people).await?,
        };
        let (before, is_guess) = (report.clone(), strangers.are_likely());
        for profile in &chunk {
            fold_one(&mut group, profile, &mut seen, &mut report);
        }
        // The next entries are read while the database's own thread writes these.
        let (written, next) = tokio::join!(
            async {
                match is_guess {
                    true => strangers.write(&group, connection, Origin::File, now).await,
                    false => {
                        strangers.learn(&group);
                        group
                            .write(connection, Origin::File, now)
                            .await
                            .map(|()| true)
                    }
                }
            },
            read_ahead(entries)
        );
        if !written? {
            report = before;
            let mut group = Group::load(connection, key, &people).await?;
            for profile in &chunk {
                fold_one(&mut group, profile, &mut seen, &mut report);
            }
            group.write(connection, Origin::File, now).await?;
        }
        chunk = next?;
    }
    // Nobody is gone where the file still names everyone it had named before: the usual case.
    if seen.count < before.from_file {
        let gone = gone(connection, &before, &seen).await?;
        report.deactivated = gone.deactivated.len() as u64;
        if gone.lost > HARMLESS_LOSS && gone.lost as f64 > max_removal * before.readers as f64 {
            return Err(Fault::Told(StoreError::FoldLosesTooMany {
                lost: gone.lost,
                total: before.readers,
            }));
        }
        let_go(connection, &gone, now).await?;
    }
    Ok(report)
}

/// The next group of entries. Lets others go on in between.
async fn read_ahead(entries: &mut Entries<'_>) -> Result<Vec<Profile>, Fault> {
    let mut chunk = Vec::with_capacity(GROUP);
    for entry in entries.take(GROUP) {
        chunk.push(entry?);
        if chunk.len() % READ_AT_ONCE == 0 {
            tokio::task::yield_now().await;
        }
    }
    Ok(chunk)
}

fn fold_one(group: &mut Group, profile: &Profile, seen: &mut Seen, report: &mut FoldReport) {
    if let Some((id, vouched_by)) = group.known(profile)
        && vouched_by.has(Origin::File)
    {
        seen.add(id);
    }
    match group.merge(profile, Origin::File) {
        Merged::Suppressed(_) => report.suppressed += 1,
        Merged::New => report.added += 1,
        Merged::Known(merge) if merge.returned => report.returned += 1,
        Merged::Known(merge) if merge.profile_changed => report.changed += 1,
        Merged::Known(_) => report.unchanged += 1,
    }
}

/// The list before a fold.
struct Before {
    readers: u64,
    from_file: u64,
    last: i64,
}

impl Before {
    async fn look(connection: &mut SqliteConnection) -> sqlx::Result<Self> {
        let row = sqlx::query(
            "SELECT count(*) FILTER (WHERE state = ?1 AND suppressed IS NULL) AS readers, \
             count(*) FILTER (WHERE vouched_by & ?2) AS from_file, \
             coalesce(max(id), 0) AS last FROM subscribers",
        )
        .bind(codes::subscriber_state_code(SubscriberState::Active))
        .bind(Origins::only(Origin::File).0)
        .fetch_one(connection)
        .await?;
        Ok(Self {
            readers: codes::count(&row, "readers")?,
            from_file: codes::count(&row, "from_file")?,
            last: row.try_get("last")?,
        })
    }
}

/// Which people of the file's earlier folds it still names: a bit each.
#[derive(Default)]
struct Seen {
    bits: Vec<u64>,
    count: u64,
}

impl Seen {
    fn add(&mut self, id: SubscriberId) {
        let (word, bit) = Self::place(id);
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        if self.bits[word] & bit == 0 {
            self.bits[word] |= bit;
            self.count += 1;
        }
    }

    fn has(&self, id: SubscriberId) -> bool {
        let (word, bit) = Self::place(id);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    fn place(id: SubscriberId) -> (usize, u64) {
        let id = id.0.unsigned_abs();
        (
            usize::try_from(id / 64).unwrap_or(usize::MAX),
            1 << (id % 64),
        )
    }
}

/// Whom the file does not name any more.
#[derive(Default)]
struct Gone {
    /// Those whom nobody else wants on the list.
    deactivated: Vec<i64>,
    /// Those who stay for another's sake.
    others: Vec<i64>,
    /// How many of them would have got mail.
    lost: u64,
}

async fn gone(
    connection: &mut SqliteConnection,
    before: &Before,
    seen: &Seen,
) -> sqlx::Result<Gone> {
    let only_file = Origins::only(Origin::File);
    let mut gone = Gone::default();
    let mut after = 0;
    loop {
        let page = sqlx::query(
            "SELECT id, vouched_by, suppressed IS NULL AS gets_mail FROM subscribers \
             WHERE id > ?1 AND id <= ?2 AND vouched_by & ?3 ORDER BY id LIMIT 1000",
        )
        .bind(after)
        .bind(before.last)
        .bind(only_file.0)
        .fetch_all(&mut *connection)
        .await?;
        let Some(last) = page.last() else {
            return Ok(gone);
        };
        after = last.try_get("id")?;
        for row in &page {
            let id = row.try_get("id")?;
            if seen.has(SubscriberId(id)) {
                continue;
            }
            if codes::bits(row, "vouched_by")? == only_file.0 {
                gone.deactivated.push(id);
                gone.lost += u64::from(row.try_get::<bool, _>("gets_mail")?);
            } else {
                gone.others.push(id);
            }
        }
    }
}

async fn let_go(
    connection: &mut SqliteConnection,
    gone: &Gone,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let rows: Vec<_> = gone
        .deactivated
        .iter()
        .map(|id| json!([id, codes::subscriber_state_code(SubscriberState::Inactive)]))
        .chain(gone.others.iter().map(|id| json!([id, null])))
        .collect();
    sqlx::query(
        "UPDATE subscribers SET state = coalesce(v.value->>1, state), \
         vouched_by = vouched_by & ~?2, updated_at = ?3 \
         FROM json_each(?1) AS v WHERE subscribers.id = v.value->>0",
    )
    .bind(codes::rows(&rows)?)
    .bind(Origins::only(Origin::File).0)
    .bind(codes::millis(now))
    .execute(connection)
    .await?;
    Ok(())
}
