//! Transitions: rows loaded, moved by `store::machine`, written back, with what follows from them
//! (suppressions, counters), in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::refusals;
use crate::{
    audience::{SubscriberState, Suppression, SuppressionReason, membership::ChangeSource},
    store::{
        BatchId, BatchState, DeliveryId, DeliveryState, DeliveryStep, Realm, RecoveredRows,
        RefusalReason, RefusedStep, Transition, UnknownAnswer,
        machine::{LedgerRow, StepContext},
        report_rules::is_soft_answer,
        sqlite::{
            batch_ledger::counters::CounterMoves, codes, fault::SqliteFault, realm,
            report_box::soft, statement::Statements, suppression_list::suppression,
        },
    },
};

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
    Ok((refused, ledger.write(tx)?))
}

/// The rows that a transaction moves.
pub(crate) struct LedgerRows {
    entries: BTreeMap<i64, RecordedStep>,
    batches: BTreeMap<i64, BatchContext>,
    /// Readers whose address the relay called dead, with its words.
    bounced: Vec<(i64, String)>,
    /// Rows whose reader's mailbox could not take the issue, with the relay's words.
    soft: Vec<(DeliveryId, String)>,
    realm: Realm,
    now: DateTime<Utc>,
}

/// What of a batch its rows' steps depend on.
struct BatchContext {
    issue: String,
    realm: Realm,
    state: BatchState,
    slot: DateTime<Utc>,
}

impl BatchContext {
    fn around(&self, entry: &RecordedStep, now: DateTime<Utc>) -> StepContext<'_> {
        StepContext {
            batch: &self.state,
            slot: self.slot,
            suppressed: entry.suppressed,
            is_removed: entry.is_removed,
            now,
        }
    }
}

struct RecordedStep {
    before: DeliveryState,
    row: LedgerRow,
    suppressed: Option<SuppressionReason>,
    is_removed: bool,
    is_changed: bool,
}

impl LedgerRows {
    pub(crate) fn load(
        tx: &Connection,
        realm: Realm,
        ids: &BTreeSet<i64>,
        now: DateTime<Utc>,
    ) -> Result<Self, SqliteFault> {
        let mut entries = BTreeMap::new();
        let suppressed = realm::suppressed(realm);
        let row = format!(
            "SELECT d.state, d.fence, d.attempts, d.losses, d.due_at, d.first_attempt_at, \
             d.reply, {suppressed}, s.state, d.waited, d.tried_at FROM deliveries AS d \
             LEFT JOIN subscribers AS s ON s.id = d.subscriber WHERE d.id = ?1"
        );
        for id in ids {
            let entry = tx.maybe(&row, params![id], entry_from)?;
            entries.extend(entry.map(|entry| (*id, entry)));
        }
        let mut batches = BTreeMap::new();
        for id in ids.iter().map(|id| codes::batch_of(DeliveryId(*id)).0) {
            if batches.contains_key(&id) {
                continue;
            }
            let around = tx.maybe(
                "SELECT issue, state, reason, slot, realm FROM batches WHERE id = ?1",
                params![id],
                around_from,
            )?;
            batches.extend(around.map(|around| (id, around)));
        }
        Ok(Self {
            entries,
            batches,
            bounced: Vec::new(),
            soft: Vec::new(),
            realm,
            now,
        })
    }

    fn apply(&mut self, transition: &Transition) -> Result<(), RefusalReason> {
        let id = transition.delivery;
        let subscriber = codes::subscriber_of(id).0;
        let (Some(entry), Some(batch)) = (
            self.entries.get_mut(&id.0),
            self.batches.get(&codes::batch_of(id).0),
        ) else {
            return Err(RefusalReason::Fenced);
        };
        let has_bounced = self.bounced.iter().any(|(other, _)| *other == subscriber);
        let mut around = batch.around(entry, self.now);
        if has_bounced {
            around
                .suppressed
                .get_or_insert(SuppressionReason::HardBounce);
        }
        let before = entry.row.clone();
        let applied = entry.row.apply(transition.fence, &transition.to, &around);
        entry.is_changed |= entry.row != before;
        if let (
            Ok(()),
            DeliveryStep::Rejected {
                reply,
                suppress: true,
            },
        ) = (applied, &transition.to)
        {
            self.bounced.push((subscriber, reply.clone()));
        }
        if let (
            Ok(()),
            DeliveryStep::Rejected {
                reply,
                suppress: false,
            },
        ) = (applied, &transition.to)
            && is_soft_answer(reply)
        {
            self.soft.push((id, reply.clone()));
        }
        applied
    }

    /// `begun`: all rows whose messages may have left; None: nobody knows.
    pub(crate) fn recover(&mut self, begun: Option<&BTreeSet<i64>>, resend: bool) -> RecoveredRows {
        let mut recovered = RecoveredRows::default();
        self.for_each(|id, row, around| {
            let never_left = begun.is_some_and(|begun| !begun.contains(&id));
            match row.abandon(never_left, resend, around) {
                DeliveryState::Unknown => recovered.unknown += 1,
                _ => recovered.returned += 1,
            }
        });
        recovered
    }

    pub(crate) fn resolve(&mut self, answer: UnknownAnswer) -> u64 {
        let mut resolved = 0;
        self.for_each(|_, row, around| {
            row.resolve(answer, around);
            resolved += u64::from(row.state != DeliveryState::Unknown);
        });
        resolved
    }

    /// A report proves that the relay took them.
    pub(crate) fn prove(&mut self, proof: &str) {
        self.for_each(|_, row, _| row.prove(proof));
    }

    pub(crate) fn retry(&mut self) {
        self.for_each(|_, row, around| row.retry(around));
        // A deferred row that is due now instead has moved no state.
        self.entries
            .values_mut()
            .for_each(|it| it.is_changed = true);
    }

    fn for_each(&mut self, mut change: impl FnMut(i64, &mut LedgerRow, &StepContext<'_>)) {
        for (id, entry) in &mut self.entries {
            let Some(batch) = self.batches.get(&codes::batch_of(DeliveryId(*id)).0) else {
                continue;
            };
            let around = batch.around(entry, self.now);
            change(*id, &mut entry.row, &around);
            entry.is_changed |= entry.row.state != entry.before;
        }
    }

    pub(crate) fn write(self, tx: &Connection) -> Result<StepCounts, SqliteFault> {
        let mut moves = CounterMoves::default();
        let changed = self.entries.iter().filter(|(_, entry)| entry.is_changed);
        for (id, entry) in changed {
            let batch = codes::batch_of(DeliveryId(*id));
            moves.add(batch, entry.before, entry.row.state);
            update(tx, *id, &entry.row, self.now)?;
        }
        for (delivery, reply) in &self.soft {
            soft::note(tx, self.realm, *delivery, reply, (self.now, self.now))?;
        }
        let steps = moves.write(tx)?;
        match self.realm {
            Realm::Real => suppress_bounced(tx, &self.bounced, self.now)?,
            Realm::Rehearsal => realm::note_bounces(tx, &self.bounced, self.now)?,
        }
        let witnessed = |(id, steps): (BatchId, u64)| {
            let batch = self.batches.get(&id.0)?;
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
    let state = codes::state(row.get(0)?)?;
    let time = |column: usize| {
        let millis: Option<i64> = row.get(column)?;
        millis.map(codes::time).transpose()
    };
    let (suppressed, reader): (Option<i64>, Option<i64>) = (row.get(7)?, row.get(8)?);
    Ok(RecordedStep {
        before: state,
        row: LedgerRow {
            state,
            fence: row.get(1)?,
            attempts: row.get(2)?,
            losses: row.get(3)?,
            due_at: time(4)?,
            content: None,
            first_attempt_at: time(5)?,
            waited: codes::duration(row.get(9)?),
            tried_at: time(10)?,
            reply: row.get(6)?,
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
    bounced: &[(i64, String)],
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let mut suppressions = Vec::new();
    for (subscriber, reply) in bounced {
        let email: Option<Option<String>> = tx.maybe_value(
            "SELECT email FROM subscribers WHERE id = ?1",
            params![subscriber],
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
