//! Transitions on SQLite: rows loaded, moved by `store::ledger_rows`, written back, with what follows from them
//! (suppressions, counters), in one transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::refusals;
use crate::{
    audience::{
        SubscriberId, SubscriberState, Suppression, SuppressionReason, membership::ChangeSource,
    },
    store::{
        BatchId, DeliveryId, Realm, RefusedStep, Transition,
        ledger_rows::{BatchContext, RecordedStep},
        machine::LedgerRow,
        sqlite::{
            batch_ledger::counters::CounterMoves, codes, fault::SqliteFault, realm,
            report_box::soft, statement::Statements, suppression_list::suppression,
        },
    },
};

pub(crate) use crate::store::ledger_rows::LedgerRows;

/// How many steps each issue's batch has come, for the witness.
pub(crate) type StepCounts = Vec<(Realm, String, u64)>;

/// Answers what was refused, and how far the batches have come.
pub(crate) fn record(
    tx: &Connection,
    realm: Realm,
    transitions: &[Transition],
    now: DateTime<Utc>,
) -> Result<(Vec<RefusedStep>, StepCounts), SqliteFault> {
    let ids: BTreeSet<i64> = transitions.iter().map(|t| t.delivery.0).collect();
    let mut ledger = LedgerRows::load(tx, realm, &ids, now)?;
    let mut refused = Vec::new();
    for transition in transitions {
        let applied = match refusals::without_doubt(tx, realm, transition, now)? {
            Some(transition) => ledger.apply(&transition),
            None => ledger.apply(transition),
        };
        if let Err(reason) = applied {
            refused.push(RefusedStep {
                delivery: transition.delivery,
                reason,
            });
        }
    }
    refusals::note(tx, realm, transitions, &refused, now)?;
    Ok((refused, ledger.write(tx, realm)?))
}

impl LedgerRows {
    pub(crate) fn load(
        tx: &Connection,
        realm: Realm,
        ids: &BTreeSet<i64>,
        now: DateTime<Utc>,
    ) -> Result<Self, SqliteFault> {
        let mut rows = Self::new(now);
        let suppressed = realm::suppressed(realm);
        let sql = format!(
            "SELECT d.id, d.state, d.fence, d.attempts, d.losses, d.due_at, d.first_attempt_at, \
             d.reply, {suppressed}, s.state, d.waited, d.tried_at FROM deliveries AS d \
             LEFT JOIN subscribers AS s ON s.id = d.subscriber WHERE d.id = ?1"
        );
        for id in ids {
            if let Some(entry) = tx.maybe(&sql, params![id], entry_from)? {
                rows.add(DeliveryId(*id), entry);
            }
        }
        for batch in ids.iter().map(|id| codes::batch_of(DeliveryId(*id))) {
            if rows.batch(batch).is_some() {
                continue;
            }
            let around = tx.maybe(
                "SELECT issue, state, reason, slot, realm FROM batches WHERE id = ?1",
                params![batch.0],
                around_from,
            )?;
            if let Some(around) = around {
                rows.add_batch(batch, around);
            }
        }
        Ok(rows)
    }

    pub(crate) fn write(self, tx: &Connection, realm: Realm) -> Result<StepCounts, SqliteFault> {
        let mut moves = CounterMoves::default();
        for (id, entry) in self.changed() {
            moves.add(entry.batch, entry.before, entry.row.state);
            update(tx, id.0, &entry.row, self.now)?;
        }
        for (delivery, reply) in &self.soft {
            soft::note(tx, realm, *delivery, reply, (self.now, self.now))?;
        }
        let steps = moves.write(tx)?;
        match realm {
            Realm::Real => suppress_bounced(tx, &self.bounced, self.now)?,
            Realm::Rehearsal => realm::note_bounces(tx, &self.bounced, self.now)?,
        }
        let witnessed = |(id, steps): (BatchId, u64)| {
            let batch = self.batch(id)?;
            Some((batch.realm, batch.issue.clone(), steps))
        };
        Ok(steps.into_iter().filter_map(witnessed).collect())
    }
}

fn around_from(row: &rusqlite::Row<'_>) -> Result<BatchContext, SqliteFault> {
    Ok(BatchContext {
        issue: row.get(0)?,
        state: codes::batch_state(row.get(1)?, row.get(2)?)?,
        slot: codes::time(row.get(3)?)?,
        realm: realm::of_batch(realm::is_rehearsal(row.get(4)?)),
    })
}

fn entry_from(row: &rusqlite::Row<'_>) -> Result<RecordedStep, SqliteFault> {
    let delivery = DeliveryId(row.get(0)?);
    let state = codes::state(row.get(1)?)?;
    let time = |column: usize| {
        let millis: Option<i64> = row.get(column)?;
        millis.map(codes::time).transpose()
    };
    let (suppressed, reader): (Option<i64>, Option<i64>) = (row.get(8)?, row.get(9)?);
    Ok(RecordedStep {
        batch: codes::batch_of(delivery),
        subscriber: codes::subscriber_of(delivery),
        before: state,
        row: LedgerRow {
            state,
            fence: row.get(2)?,
            attempts: row.get(3)?,
            losses: row.get(4)?,
            due_at: time(5)?,
            content: None,
            first_attempt_at: time(6)?,
            waited: codes::duration(row.get(10)?),
            tried_at: time(11)?,
            reply: row.get(7)?,
        },
        suppressed: suppressed.map(codes::reason).transpose()?,
        is_removed: reader != Some(codes::subscriber_state_code(SubscriberState::Active)),
        is_changed: false,
    })
}

fn update(
    tx: &Connection,
    id: i64,
    row: &LedgerRow,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    tx.run(
        "UPDATE deliveries SET state = ?2, attempts = ?3, losses = ?4, due_at = ?5, \
         first_attempt_at = ?6, reply = ?7, updated_at = ?9, waited = ?10, tried_at = ?11, \
         content = CASE WHEN ?6 IS NULL THEN NULL ELSE \
         coalesce((SELECT id FROM contents WHERE hash = ?8), content) END WHERE id = ?1",
        params![
            id,
            codes::state_code(row.state),
            row.attempts,
            row.losses,
            row.due_at.map(codes::millis),
            row.first_attempt_at.map(codes::millis),
            row.reply,
            row.content,
            codes::millis(now),
            codes::duration_millis(row.waited),
            row.tried_at.map(codes::millis)
        ],
    )?;
    Ok(())
}

fn suppress_bounced(
    tx: &Connection,
    bounced: &[(SubscriberId, String)],
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let mut suppressions = Vec::new();
    for (subscriber, reply) in bounced {
        let email: Option<Option<String>> = tx.maybe_value(
            "SELECT email FROM subscribers WHERE id = ?1",
            params![subscriber.0],
        )?;
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
        suppression::suppress(tx, &suppressions, ChangeSource::Bounce, now)?;
    }
    Ok(())
}
