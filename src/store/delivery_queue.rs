//! Deliveries on their way: claimed by a sender, stepped, recovered, tried again.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    BatchId, DeliveryId, RefusedStep, StoreError, TransferNotes, Transition, UnknownAnswer,
};
use crate::{address::Address, audience::Reader, publication::Rate};

/// The rows of batches that have no end yet.
#[async_trait]
pub trait DeliveryQueue: Send + Sync {
    /// Claims due rows of an open batch, as many as the quotas allow; a domain without room never
    /// holds up the others. Costs no more for a long ledger than for a short one.
    async fn claim(
        &self,
        batch: BatchId,
        sender: &SenderId,
        quotas: &ClaimQuotas,
        now: DateTime<Utc>,
    ) -> Result<Vec<Claim>, StoreError>;

    /// Leases up to `want` of the messages that `rate` allows under that key, over all workers
    /// together; a second's worth at the most.
    async fn lease(
        &self,
        key: &str,
        rate: Rate,
        want: u32,
        now: DateTime<Utc>,
    ) -> Result<LeaseAnswer, StoreError>;

    /// Leases one message before all that [`Self::lease`] gives to batches, which wait for it afterwards: for
    /// mail that a person waits for.
    async fn lease_ahead(
        &self,
        key: &str,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<LeaseAnswer, StoreError>;

    /// Applies transitions in order, in one transaction; durable (fsync) on return. Answers those
    /// that were not applied.
    async fn record(
        &self,
        transitions: &[Transition],
        now: DateTime<Utc>,
    ) -> Result<Vec<RefusedStep>, StoreError>;

    /// Settles what dead senders left of a batch, and names them: claims return, and so does what had leave and by
    /// its notes had not begun to leave; other rows in flight are `unknown`
    /// (or return with the same Message-ID, where `resend` says so). Where the state was restored
    /// from an older copy, all open rows are `unknown`. Where only one may send, whoever else held rows is dead, and only
    /// the holder may call it; where many may, those whose leases are over.
    async fn recover(
        &self,
        batch: BatchId,
        resend: bool,
        now: DateTime<Utc>,
    ) -> Result<RecoveredRows, StoreError>;

    /// The same while one sends, for others who died since: nothing where only one may send, and soon over where
    /// nobody died.
    async fn reap(
        &self,
        batch: BatchId,
        resend: bool,
        now: DateTime<Utc>,
    ) -> Result<RecoveredRows, StoreError>;

    /// Which of the senders that live now this one is.
    async fn share(&self, sender: &SenderId) -> Result<SenderShare, StoreError>;

    /// Begins to note whose messages begin to leave by so many connections of that sender, for [`Self::recover`]. What
    /// a dead sender noted is gone with that: recover first. `now` is the machine's own time, whatever is pretended.
    /// Only a holder may call it.
    async fn note_transfers(
        &self,
        batch: BatchId,
        sender: &SenderId,
        connections: u32,
        now: DateTime<Utc>,
    ) -> Result<TransferNotes, StoreError>;

    /// The earliest time at which an open row is due by itself; None where none is open, or all that
    /// are wait for a person. Rows that a sender holds have no such time.
    async fn next_due(&self, batch: BatchId) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Whether rows wait that had no answer yet: they are due since the batch has begun, whatever the
    /// clock says.
    async fn awaits_first_try(&self, batch: BatchId) -> Result<bool, StoreError>;

    /// The rows of a domain that are due before `until` are due then; answers how many.
    async fn postpone(
        &self,
        batch: BatchId,
        domain: &str,
        until: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// No row of what has begun waits longer than until `latest`; answers how many did.
    async fn pull_back(&self, batch: BatchId, latest: DateTime<Utc>) -> Result<u64, StoreError>;

    /// Rejected or deferred rows are due now, by a person's word, and a finished batch is open again.
    /// Rows whose readers are suppressed stay as they are.
    async fn retry(
        &self,
        batch: BatchId,
        wanted: &RetrySelection,
        now: DateTime<Utc>,
    ) -> Result<RetryOutcome, StoreError>;

    /// Settles the rows whose fate nobody knows by a person's word; answers how many. Resending
    /// opens a finished batch again; of a cancelled batch nothing is sent again.
    async fn resolve_unknown(
        &self,
        batch: BatchId,
        answer: UnknownAnswer,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;
}

/// A sender: one process. Its claims carry its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SenderId(pub String);

/// How many rows a claim may take, and where from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimQuotas {
    /// From everywhere together; rows that came first go first.
    pub total: u32,
    /// From all domains that `domains` does not name.
    pub rest: u32,
    /// Domains with limits of their own, each with its room, which may be none.
    pub domains: Vec<(String, u32)>,
}

/// An answer to `lease`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseAnswer {
    /// How many may go now.
    pub granted: u32,
    /// When to ask again, where fewer were granted than wanted.
    pub again_at: DateTime<Utc>,
}

/// A row that this sender holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The row.
    pub delivery: DeliveryId,
    /// The fencing number that `record` checks.
    pub fence: i64,
    /// Attempts that ended in a deferral so far.
    pub attempts: u32,
    /// Connections lost under this row since its last deferral.
    pub losses: u32,
    /// How long it has waited since its first try, as far as that was observed, for `give_up`.
    pub waited: Duration,
    /// When it was last tried and had to wait.
    pub tried_at: Option<DateTime<Utc>>,
    /// Since when its reader is refused for good without being believed to be, by whatever issue, and was
    /// not taken by any.
    pub refused_since: Option<DateTime<Utc>>,
    /// The hash of the content this row was tried with, where a `refreeze` has changed the batch's
    /// since: it gets the same again.
    pub content: Option<String>,
    /// To whom.
    pub reader: Reader,
}

impl Claim {
    /// Whether the relay was asked about this row before, and did not take it.
    #[must_use]
    pub fn was_tried(&self) -> bool {
        self.attempts > 0 || self.tried_at.is_some()
    }
}

/// A sender among those that live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderShare {
    /// How many stand before it, in an order that all of them see alike.
    pub place: u32,
    /// How many there are, itself among them.
    pub living: u32,
}

impl SenderShare {
    /// One that is alone.
    pub const WHOLE: Self = Self {
        place: 0,
        living: 1,
    };

    /// Its part of what all of them may have together: the parts add up to the whole.
    #[must_use]
    pub fn of(self, whole: u32) -> u32 {
        let living = self.living.max(1);
        whole / living + u32::from(self.place < whole % living)
    }
}

/// What a recovery found of dead senders' rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecoveredRows {
    /// Claims, and rows that never began to leave, that returned to pending.
    pub returned: u64,
    /// Rows in flight whose fate nobody knows.
    pub unknown: u64,
    /// Open rows that may have been sent since, for the database is an older copy of itself:
    /// unknown too, whatever the policy on unknown rows.
    pub restored: u64,
    /// Who had died, and what they left.
    pub dead: Vec<DeadSender>,
}

impl RecoveredRows {
    /// What another recovery found, added.
    pub fn add(&mut self, other: Self) {
        self.returned += other.returned;
        self.unknown += other.unknown;
        self.restored += other.restored;
        self.dead.extend(other.dead);
    }
}

/// A sender that died, or was taken for dead, with rows in its hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadSender {
    /// What it said of itself.
    pub sender: String,
    /// Rows that it held and that had no leave.
    pub claimed: u64,
    /// Rows that had leave to go.
    pub sending: u64,
}

/// Rows that a person wants tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySelection {
    /// Where they stand.
    pub state: RetryState,
    /// Only those of this domain.
    pub domain: Option<String>,
    /// Only those refused with this code, `550` or `5.7.1`.
    pub code: Option<String>,
    /// Only these; all where there are none.
    pub emails: Vec<Address>,
}

/// Where rows stand that can be tried again by hand. What was taken never is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryState {
    /// Refused for good, or given up.
    Rejected,
    /// They wait: now instead.
    Deferred,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RetryOutcome {
    /// Rows that are due now.
    pub rows: u64,
    /// Rows left as they are: their readers are suppressed.
    pub suppressed: u64,
}

#[cfg(test)]
mod tests {
    use super::SenderShare;

    #[test]
    fn the_parts_of_a_limit_add_up_to_it_whoever_lives() {
        for (whole, living) in [(0, 1), (1, 1), (2, 5), (5, 2), (7, 3), (1_000, 7)] {
            let part = |place| SenderShare { place, living }.of(whole);
            assert_eq!((0..living).map(part).sum::<u32>(), whole, "{living}");
            assert!((0..living).all(|place| part(place).abs_diff(part(0)) <= 1));
        }
        let nobody_counted = SenderShare {
            place: 0,
            living: 0,
        };
        assert_eq!(nobody_counted.of(4), 4);
        assert_eq!(SenderShare::WHOLE.of(4), 4);
    }
}
