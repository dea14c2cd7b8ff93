//! Rows loaded, and written back as `store::ledger_rows` moved them, a statement a group: with what follows from it. Whoever
//! was in between is noticed as they are written, or kept out by a lock.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::writing::{self, MovedRow};
use crate::{
    audience::{
        SubscriberId, SubscriberState, Suppression, SuppressionReason, membership::ChangeSource,
    },
    store::{
        BatchId, DeliveryId, Realm, StoreError, codes,
        ledger_rows::{BatchContext, LedgerRows, RecordedStep},
        machine::LedgerRow,
        postgres::{
            batch_ledger::tallies::{NOBODY, TallyMoves},
            columns,
            fault::PostgresFault,
            realm,
            report_box::soft,
            state_instance::home,
            suppression_list::suppression,
            transaction::StoreTransaction,
            values::values,
        },
    },
};

/// How rows are kept from others between the look at them and the write. To lock each costs the log as much as half a step
/// of it; and hardly ever is somebody there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowHold {
    /// Not at all: the write notices who was.
    Noticed,
    /// By a lock of each.
    Locked,
}

impl RowHold {
    /// How it is this time. Where somebody was noticed it is all begun once more, behind a lock.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::Locked)
    }
}

/// Rows that move in a transaction, and whose they were.
pub(crate) struct LoadedRows {
    pub(crate) rows: LedgerRows,
    senders: BTreeMap<DeliveryId, i64>,
    /// Which version of each was found.
    versions: BTreeMap<DeliveryId, i64>,
    realm: Realm,
    /// The database is not where it was when somebody took the right to send last.
    is_elsewhere: bool,
}

impl LoadedRows {
    /// Locks them in one order, and then looks how their readers stand: whoever left before the lock was got is seen. The
    /// server is asked all at once and answers in that order, each question as of its own moment.
    pub(crate) async fn load(
        tx: &StoreTransaction,
        realm: Realm,
        ids: &BTreeSet<DeliveryId>,
        now: DateTime<Utc>,
    ) -> Result<Self, PostgresFault> {
        Self::look(tx, realm, ids, RowHold::Locked, now).await
    }

    /// The same, held as wanted.
    pub(crate) async fn look(
        tx: &StoreTransaction,
        realm: Realm,
        ids: &BTreeSet<DeliveryId>,
        hold: RowHold,
        now: DateTime<Utc>,
    ) -> Result<Self, PostgresFault> {
        let batches: Vec<i64> = ids.iter().map(|id| columns::batch_of(*id).0).collect();
        let ords: Vec<i64> = ids.iter().map(|id| columns::ord_of(*id)).collect();
        let (keyed, found, standing, contexts) = tokio::join!(
            biased;
            tx.by_keys(),
            find(tx, &batches, &ords, hold),
            ReaderStandings::look(tx, realm, &batches, &ords),
            contexts(tx, &batches),
        );
        keyed?;
        let (found, standing) = (found?, standing?);
        let mut loaded = Self {
            rows: LedgerRows::new(now),
            senders: BTreeMap::new(),
            versions: BTreeMap::new(),
            realm,
            is_elsewhere: false,
        };
        for row in &found {
            let batch = BatchId(row.try_get("batch")?);
            let id = columns::delivery_id(batch, row.try_get("ord")?);
            let sender: Option<i64> = row.try_get("sender")?;
            loaded.senders.insert(id, sender.unwrap_or(NOBODY));
            loaded.versions.insert(id, row.try_get("version")?);
            loaded.rows.add(id, standing.step(row, batch)?);
        }
        for (batch, around, is_elsewhere) in contexts? {
            loaded.is_elsewhere |= is_elsewhere;
            loaded.rows.add_batch(batch, around);
        }
        Ok(loaded)
    }

    /// Leaves out those that this sender does not hold any more.
    pub(crate) fn keep_held_by(&mut self, sender: i64) {
        let senders = &self.senders;
        self.rows.keep_held(|id| senders.get(&id) == Some(&sender));
    }

    /// Refuses where the database is not at home.
    pub(crate) fn require_home(&self) -> Result<(), PostgresFault> {
        match self.is_elsewhere {
            true => Err(StoreError::Copied.into()),
            false => Ok(()),
        }
    }

    /// Writes those that moved, and what follows.
    pub(crate) async fn write(&self, tx: &StoreTransaction) -> Result<(), PostgresFault> {
        let mut changed: BTreeMap<i64, Vec<MovedRow<'_>>> = BTreeMap::new();
        let mut moves = TallyMoves::default();
        for (id, step) in self.rows.changed() {
            let version = self.versions.get(&id).copied().unwrap_or_default();
            let moved = MovedRow { id, version, step };
            changed.entry(step.batch.0).or_default().push(moved);
            let sender = self.senders.get(&id).copied().unwrap_or(NOBODY);
            moves.add((step.batch, sender), step.before, step.row.state, 1);
        }
        let rows = async {
            for (batch, moved) in changed {
                writing::write(tx, self.realm, BatchId(batch), &moved, self.rows.now).await?;
            }
            Ok::<_, PostgresFault>(())
        };
        let (written, counted) = tokio::join!(rows, moves.write(tx));
        written?;
        counted?;
        note_soft(tx, self.realm, &self.rows).await?;
        match self.realm {
            Realm::Real => suppress_bounced(tx, &self.rows.bounced, self.rows.now).await,
            Realm::Rehearsal => realm::note_bounces(tx, &self.rows.bounced, self.rows.now).await,
        }
    }
}

/// The rows as they stand; where they are to be locked, once they are this transaction's.
async fn find(
    tx: &StoreTransaction,
    batches: &[i64],
    ords: &[i64],
    hold: RowHold,
) -> Result<Vec<Row>, PostgresFault> {
    let lock = match hold {
        RowHold::Noticed => "",
        RowHold::Locked => " FOR UPDATE OF d",
    };
    let sql = format!(
        "SELECT d.batch, d.ord, d.subscriber, d.sender, d.state, d.fence, d.xmin::text::int8 AS version, \
         d.attempts::int8, d.losses::int8, d.due_at, d.first_attempt_at, d.reply, \
         coalesce(d.waited, 0) AS waited, d.tried_at FROM unnest($1, $2) AS n(batch, ord) \
         JOIN deliveries AS d ON d.batch = n.batch AND d.ord = n.ord \
         ORDER BY d.batch, d.ord{lock}"
    );
    tx.rows(&sql, values![batches, ords]).await
}

/// What stands around the rows of each batch, and whether the database is not at home.
async fn contexts(
    tx: &StoreTransaction,
    batches: &[i64],
) -> Result<Vec<(BatchId, BatchContext, bool)>, PostgresFault> {
    let batches: BTreeSet<i64> = batches.iter().copied().collect();
    let batches: Vec<i64> = batches.into_iter().collect();
    let sql = format!(
        "SELECT id, issue, state, reason, slot, realm, coalesce({}, FALSE) AS elsewhere \
         FROM batches WHERE id = ANY($1)",
        home::IS_ELSEWHERE
    );
    tx.all(&sql, values![batches], |row| {
        let is_rehearsal = columns::code(row, "realm")? == realm::code(Realm::Rehearsal);
        let around = BatchContext {
            issue: row.try_get("issue")?,
            state: codes::batch_state(columns::code(row, "state")?, row.try_get("reason")?)?,
            slot: columns::time(row, "slot")?,
            realm: match is_rehearsal {
                true => Realm::Rehearsal,
                false => Realm::Real,
            },
        };
        let is_elsewhere = row.try_get("elsewhere")?;
        Ok((BatchId(row.try_get("id")?), around, is_elsewhere))
    })
    .await
}

/// How readers stand: why they get no mail, and whether they are on the list.
struct ReaderStandings(BTreeMap<i64, (Option<SuppressionReason>, bool)>);

impl ReaderStandings {
    async fn look(
        tx: &StoreTransaction,
        realm: Realm,
        batches: &[i64],
        ords: &[i64],
    ) -> Result<Self, PostgresFault> {
        let suppressed = realm::suppressed(realm);
        let sql = format!(
            "SELECT s.id, {suppressed} AS suppressed, s.state FROM unnest($1, $2) AS n(batch, ord) \
             JOIN deliveries AS d ON d.batch = n.batch AND d.ord = n.ord \
             JOIN subscribers AS s ON s.id = d.subscriber"
        );
        let active = codes::subscriber_state_code(SubscriberState::Active);
        let standing = tx
            .all(&sql, values![batches, ords], |row| {
                let reason = columns::maybe_code(row, "suppressed")?;
                let reason = reason.map(codes::reason).transpose()?;
                let is_removed = columns::code(row, "state")? != active;
                Ok((row.try_get("id")?, (reason, is_removed)))
            })
            .await?;
        Ok(Self(standing.into_iter().collect()))
    }

    fn step(&self, row: &Row, batch: BatchId) -> Result<RecordedStep, PostgresFault> {
        let subscriber = columns::subscriber(row, "subscriber")?;
        let (suppressed, is_removed) = self.0.get(&subscriber.0).copied().unwrap_or((None, true));
        let state = codes::state(columns::code(row, "state")?)?;
        let small = |column: &str| -> Result<u32, PostgresFault> {
            let count = columns::count(row, column)?;
            Ok(u32::try_from(count).unwrap_or(u32::MAX))
        };
        Ok(RecordedStep {
            batch,
            subscriber,
            before: state,
            row: LedgerRow {
                state,
                fence: row.try_get("fence")?,
                attempts: small("attempts")?,
                losses: small("losses")?,
                due_at: columns::maybe_time(row, "due_at")?,
                content: None,
                first_attempt_at: columns::maybe_time(row, "first_attempt_at")?,
                waited: codes::duration(row.try_get("waited")?),
                tried_at: columns::maybe_time(row, "tried_at")?,
                reply: row.try_get("reply")?,
            },
            suppressed,
            is_removed,
            is_changed: false,
        })
    }
}

/// An issue that readers' mailboxes could not take.
async fn note_soft(
    tx: &StoreTransaction,
    realm: Realm,
    rows: &LedgerRows,
) -> Result<(), PostgresFault> {
    for (delivery, reply) in &rows.soft {
        let Some(step) = rows.get(*delivery) else {
            continue;
        };
        let mail = (step.batch, step.subscriber);
        soft::note(tx, realm, mail, reply, (rows.now, rows.now)).await?;
    }
    Ok(())
}

async fn suppress_bounced(
    tx: &StoreTransaction,
    bounced: &[(SubscriberId, String)],
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let mut suppressions = Vec::new();
    for (subscriber, reply) in bounced {
        let sql = "SELECT email FROM subscribers WHERE id = $1";
        let email: Option<Option<String>> = tx.maybe_value(sql, values![subscriber.0]).await?;
        // Erased meanwhile: nothing is known of the address any more, nor may be.
        let Some(email) = email.flatten() else {
            continue;
        };
        suppressions.push(Suppression {
            email: Some(codes::address(&email)?),
            reason: SuppressionReason::HardBounce,
            detail: Some(reply.clone()),
            at: now,
        });
    }
    if !suppressions.is_empty() {
        suppression::suppress(tx, &suppressions, ChangeSource::Bounce, now).await?;
    }
    Ok(())
}
