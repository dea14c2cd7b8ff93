//! The rows that one transaction moves, in memory: loaded from a store, moved by `machine`, written back by it. What
//! follows from a step – whose address is dead, whose mailbox was full – is gathered beside them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    BatchId, BatchState, DeliveryId, DeliveryState, DeliveryStep, Realm, RecoveredRows,
    RefusalReason, Transition, UnknownAnswer,
    machine::{LedgerRow, StepContext},
    report_rules::is_soft_answer,
};
use crate::audience::{SubscriberId, SuppressionReason};

/// The rows that a transaction moves.
pub(crate) struct LedgerRows {
    entries: BTreeMap<DeliveryId, RecordedStep>,
    batches: BTreeMap<i64, BatchContext>,
    /// Readers whose address the relay called dead, with its words.
    pub(crate) bounced: Vec<(SubscriberId, String)>,
    /// Rows whose reader's mailbox could not take the issue, with the relay's words.
    pub(crate) soft: Vec<(DeliveryId, String)>,
    pub(crate) now: DateTime<Utc>,
}

/// What of a batch its rows' steps depend on.
pub(crate) struct BatchContext {
    pub(crate) issue: String,
    pub(crate) realm: Realm,
    pub(crate) state: BatchState,
    pub(crate) slot: DateTime<Utc>,
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

/// A row as it was found, and as it stands now.
pub(crate) struct RecordedStep {
    pub(crate) batch: BatchId,
    pub(crate) subscriber: SubscriberId,
    pub(crate) before: DeliveryState,
    pub(crate) row: LedgerRow,
    pub(crate) suppressed: Option<SuppressionReason>,
    pub(crate) is_removed: bool,
    pub(crate) is_changed: bool,
}

impl LedgerRows {
    /// None yet.
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self {
            entries: BTreeMap::new(),
            batches: BTreeMap::new(),
            bounced: Vec::new(),
            soft: Vec::new(),
            now,
        }
    }

    pub(crate) fn add(&mut self, delivery: DeliveryId, row: RecordedStep) {
        self.entries.insert(delivery, row);
    }

    pub(crate) fn add_batch(&mut self, batch: BatchId, around: BatchContext) {
        self.batches.insert(batch.0, around);
    }

    /// A row, where there is one of that number.
    pub(crate) fn get(&self, delivery: DeliveryId) -> Option<&RecordedStep> {
        self.entries.get(&delivery)
    }

    pub(crate) fn batch(&self, batch: BatchId) -> Option<&BatchContext> {
        self.batches.get(&batch.0)
    }

    /// Those that stand otherwise than they were found, in the order of their numbers.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (DeliveryId, &RecordedStep)> {
        let changed = self.entries.iter().filter(|(_, entry)| entry.is_changed);
        changed.map(|(id, entry)| (*id, entry))
    }

    /// Lets a step count; a refusal says why not.
    pub(crate) fn apply(&mut self, transition: &Transition) -> Result<(), RefusalReason> {
        let id = transition.delivery;
        let Some(entry) = self.entries.get_mut(&id) else {
            return Err(RefusalReason::Fenced);
        };
        let Some(batch) = self.batches.get(&entry.batch.0) else {
            return Err(RefusalReason::Fenced);
        };
        let subscriber = entry.subscriber;
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

    /// Leaves out those that nobody holds any more, and those that `is_theirs` denies: whoever waited for their lock may
    /// have found them moved.
    pub(crate) fn keep_held(&mut self, is_theirs: impl Fn(DeliveryId) -> bool) {
        use DeliveryState::{Claimed, Sending};
        let is_held = |entry: &RecordedStep| matches!(entry.before, Claimed | Sending);
        self.entries
            .retain(|id, entry| is_held(entry) && is_theirs(*id));
    }

    /// Their sender died. `begun`: all rows whose messages may have left; None: nobody knows.
    pub(crate) fn recover(&mut self, begun: Option<&BTreeSet<i64>>, resend: bool) -> RecoveredRows {
        let mut recovered = RecoveredRows::default();
        self.for_each(|id, row, around| {
            let never_left = begun.is_some_and(|begun| !begun.contains(&id.0));
            match row.abandon(never_left, resend, around) {
                DeliveryState::Unknown => recovered.unknown += 1,
                _ => recovered.returned += 1,
            }
        });
        recovered
    }

    /// A person says what became of them; answers of how many.
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

    /// A person wants them tried again.
    pub(crate) fn retry(&mut self) {
        self.for_each(|_, row, around| row.retry(around));
        // A deferred row that is due now instead has moved no state.
        self.entries
            .values_mut()
            .for_each(|it| it.is_changed = true);
    }

    fn for_each(&mut self, mut change: impl FnMut(DeliveryId, &mut LedgerRow, &StepContext<'_>)) {
        for (id, entry) in &mut self.entries {
            let Some(batch) = self.batches.get(&entry.batch.0) else {
                continue;
            };
            let around = batch.around(entry, self.now);
            change(*id, &mut entry.row, &around);
            entry.is_changed |= entry.row.state != entry.before;
        }
    }
}
