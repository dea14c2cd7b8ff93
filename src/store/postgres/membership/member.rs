//! A reader as their own acts find them, loaded from PostgreSQL, locked where it is to be changed, and written back.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use crate::{
    audience::{SubscriberId, membership::Standing},
    store::{
        codes,
        membership::member_row::{Farewell, MemberRow},
        postgres::{
            columns,
            fault::PostgresFault,
            subscriber_list::person::{PERSON, person_from},
            transaction::StoreTransaction,
            values::values,
        },
    },
};

/// The reader of that number, unless they are erased or forgotten.
pub(crate) async fn of(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Option<MemberRow>, PostgresFault> {
    let sql = selection("id = $1 AND email IS NOT NULL");
    tx.maybe(&sql, values![reader.0], row_from).await
}

/// The same, whom nobody else changes until this transaction ends.
pub(crate) async fn locked(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Option<MemberRow>, PostgresFault> {
    let sql = selection("id = $1 AND email IS NOT NULL FOR UPDATE");
    tx.maybe(&sql, values![reader.0], row_from).await
}

/// The reader of that address, whom nobody else changes until this transaction ends.
pub(crate) async fn locked_by_key(
    tx: &StoreTransaction,
    key: &str,
) -> Result<Option<MemberRow>, PostgresFault> {
    let sql = selection("key = $1 FOR UPDATE");
    tx.maybe(&sql, values![key], row_from).await
}

/// Locks readers in the order of their numbers, for whoever changes several: in another order, two who do would wait
/// for each other.
pub(crate) async fn lock_all(
    tx: &StoreTransaction,
    readers: &[SubscriberId],
) -> Result<(), PostgresFault> {
    let readers: Vec<i64> = readers.iter().map(|reader| reader.0).collect();
    let sql = "SELECT id FROM subscribers WHERE id = ANY($1) ORDER BY id FOR UPDATE";
    tx.rows(sql, values![readers]).await.map(drop)
}

fn selection(which: &str) -> String {
    format!("SELECT {PERSON}, origin, created_at, suppressed, epoch FROM subscribers WHERE {which}")
}

fn row_from(row: &Row) -> Result<MemberRow, PostgresFault> {
    let (id, person) = person_from(row)?;
    let suppressed = columns::maybe_code(row, "suppressed")?;
    Ok(MemberRow {
        id,
        person,
        epoch: columns::small_count(row, "epoch")?,
        suppressed: suppressed.map(codes::reason).transpose()?,
        origin: codes::origin(columns::code(row, "origin")?)?,
        created_at: columns::time(row, "created_at")?,
    })
}

/// How somebody stands, with all that was ever said.
pub(crate) async fn standing(
    tx: &StoreTransaction,
    row: &MemberRow,
) -> Result<Standing, PostgresFault> {
    let farewell = match row.has_left() {
        true => farewell(tx, row.id).await?,
        false => None,
    };
    Ok(row.standing_below(farewell.as_ref()))
}

/// Ends the links that were made for a reader; answers what new ones are made for.
pub(crate) async fn grow_epoch(
    tx: &StoreTransaction,
    reader: SubscriberId,
    now: DateTime<Utc>,
) -> Result<u32, PostgresFault> {
    tx.one(
        "UPDATE subscribers SET epoch = epoch + 1, updated_at = $2 WHERE id = $1 RETURNING epoch",
        values![reader.0, codes::millis(now)],
        |row| columns::small_count(row, "epoch"),
    )
    .await
}

/// The last departure of somebody.
pub(crate) async fn farewell(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Option<Farewell>, PostgresFault> {
    tx.maybe(
        "SELECT epoch, before, is_undone FROM farewells WHERE subscriber = $1",
        values![reader.0],
        |row| {
            Ok(Farewell {
                epoch: columns::small_count(row, "epoch")?,
                before: columns::json(row, "before")?,
                is_undone: row.try_get("is_undone")?,
            })
        },
    )
    .await
}

/// Keeps a departure in the place of the one before; the reason that somebody gave then is of that one.
pub(crate) async fn keep_farewell(
    tx: &StoreTransaction,
    reader: SubscriberId,
    farewell: &Farewell,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    tx.run(
        "INSERT INTO farewells (subscriber, epoch, before, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (subscriber) DO UPDATE SET epoch = excluded.epoch, before = excluded.before, \
         at = excluded.at, is_undone = FALSE, reason = NULL",
        values![
            reader.0,
            i64::from(farewell.epoch),
            columns::json_text(&farewell.before)?,
            codes::millis(now)
        ],
    )
    .await
    .map(drop)
}
