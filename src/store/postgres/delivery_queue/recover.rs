//! What a sender's death or a person's word says of rows that are held, waiting, refused or of unknown fate. How rows
//! move is `store::machine`'s; here is which ones.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    moved::LoadedRows,
    notes::{self, NotesFolder},
};
use crate::{
    address::Address,
    store::{
        BatchId, DeadSender, DeliveryId, DeliveryState, Realm, RecoveredRows, RetryOutcome,
        RetrySelection, RetryState, UnknownAnswer, codes,
        postgres::{
            batch_ledger::batch,
            columns,
            fault::PostgresFault,
            state_instance::{home, leases},
            transaction::StoreTransaction,
            values::values,
        },
    },
};

/// Settles the rows that senders hold whose leases are over: by the server's clock, and whoever asks.
pub(crate) async fn recover(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    resend: bool,
    folder: NotesFolder<'_>,
    now: DateTime<Utc>,
) -> Result<RecoveredRows, PostgresFault> {
    let mut settled = RecoveredRows::default();
    let home = home::known(tx).await?;
    for dead in dead_senders(tx, batch).await? {
        let held: Vec<(i64, i64)> = tx
            .all(
                "SELECT ord, fence FROM deliveries WHERE batch = $1 AND state BETWEEN 1 AND 2 \
                 AND sender = $2",
                values![batch.0, dead.number],
                |row| Ok((row.try_get("ord")?, row.try_get("fence")?)),
            )
            .await?;
        let ids = of_batch(batch, held.iter().map(|(ord, _)| *ord));
        let mut ledger = LoadedRows::load(tx, realm, &ids, now).await?;
        // What this machine noted is held against the database first.
        ledger.require_home()?;
        // Until the lock was got, another may have settled them, and their own sender may have said what became of them.
        ledger.keep_held_by(dead.number);
        let noted = folder.read(&home, dead.notes.as_deref(), batch);
        let begun = noted.map(|noted| notes::begun(&noted, batch, &held));
        let own = ledger.rows.recover(begun.as_ref(), resend);
        ledger.write(tx).await?;
        if own != RecoveredRows::default() {
            settled.add(RecoveredRows {
                dead: vec![dead.who],
                ..own
            });
        }
    }
    Ok(settled)
}

/// A sender whose lease is over, and that holds rows of a batch.
struct FoundDead {
    number: i64,
    notes: Option<String>,
    who: DeadSender,
}

/// Its own counters say what a sender holds: a batch is read through only where somebody died. None of them takes a
/// lease of that name again before this is settled.
async fn dead_senders(
    tx: &StoreTransaction,
    batch: BatchId,
) -> Result<Vec<FoundDead>, PostgresFault> {
    tx.all(
        "SELECT l.id, l.notes, l.name, t.claimed, t.sending FROM (SELECT abs(sender) AS sender, \
           sum(claimed)::int8 AS claimed, sum(sending)::int8 AS sending FROM tallies \
           WHERE batch = $1 GROUP BY 1) AS t \
         JOIN leases AS l ON l.id = t.sender \
         WHERE t.claimed + t.sending > 0 AND l.lease_until <= clock_timestamp() \
         ORDER BY l.id FOR SHARE OF l",
        values![batch.0],
        |row| {
            let name: String = row.try_get("name")?;
            Ok(FoundDead {
                number: row.try_get("id")?,
                notes: row.try_get("notes")?,
                who: DeadSender {
                    sender: leases::sender_of(&name).to_owned(),
                    claimed: columns::count(row, "claimed")?,
                    sending: columns::count(row, "sending")?,
                },
            })
        },
    )
    .await
}

pub(crate) async fn resolve_unknown(
    tx: &StoreTransaction,
    realm: Realm,
    id: BatchId,
    answer: UnknownAnswer,
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let unknown: Vec<i64> = tx
        .values(
            "SELECT ord FROM deliveries WHERE batch = $1 AND state = $2",
            values![id.0, codes::state_code(DeliveryState::Unknown)],
        )
        .await?;
    let mut ledger = LoadedRows::load(tx, realm, &of_batch(id, unknown), now).await?;
    ledger.require_home()?;
    let resolved = ledger.rows.resolve(answer);
    ledger.write(tx).await?;
    if answer == UnknownAnswer::Resend && resolved > 0 {
        batch::reopen(tx, id).await?;
    }
    Ok(resolved)
}

/// Rows tried again by a person's word, refused or waiting.
pub(crate) async fn retry(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    wanted: &RetrySelection,
    now: DateTime<Utc>,
) -> Result<RetryOutcome, PostgresFault> {
    let state = match wanted.state {
        RetryState::Rejected => DeliveryState::Rejected,
        RetryState::Deferred => DeliveryState::Deferred,
    };
    let keys: Vec<String> = wanted.emails.iter().map(Address::key).collect();
    let found: Vec<(i64, bool)> = tx
        .all(
            "SELECT d.ord, s.suppressed IS NOT NULL AS is_off FROM deliveries AS d \
             JOIN subscribers AS s ON s.id = d.subscriber WHERE d.batch = $1 AND d.state = $2 \
             AND ($3 IS NULL OR d.domain = (SELECT id FROM domains WHERE name = $3)) \
             AND ($4 IS NULL OR strpos(' ' || d.reply || ' ', ' ' || $4 || ' ') > 0) \
             AND (cardinality($5) = 0 OR s.key = ANY($5))",
            values![
                batch.0,
                codes::state_code(state),
                wanted.domain.as_deref(),
                wanted.code.as_deref(),
                keys
            ],
            |row| Ok((row.try_get("ord")?, row.try_get("is_off")?)),
        )
        .await?;
    let (kept_off, open): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, is_off)| *is_off);
    let ids = of_batch(batch, open.into_iter().map(|(ord, _)| ord));
    let mut ledger = LoadedRows::load(tx, realm, &ids, now).await?;
    ledger.require_home()?;
    ledger.rows.retry();
    ledger.write(tx).await?;
    if !ids.is_empty() {
        batch::reopen(tx, batch).await?;
    }
    Ok(RetryOutcome {
        rows: ids.len() as u64,
        suppressed: kept_off.len() as u64,
    })
}

fn of_batch(batch: BatchId, ords: impl IntoIterator<Item = i64>) -> BTreeSet<DeliveryId> {
    let ids = ords.into_iter();
    ids.map(|ord| columns::delivery_id(batch, ord)).collect()
}
