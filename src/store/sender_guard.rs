//! The right to send from a state, or to keep its calendar: whose it is, and until when. How a store gives it and takes
//! it back is the store's.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use super::{LeaseTerm, SenderId};

/// How long the end of a right is waited for: without it, others wait until its lease is over.
const LETTING_GO: Duration = Duration::from_secs(5);

/// The right to send from a state, or to keep its calendar; given back on drop.
#[derive(Debug)]
pub struct SenderGuard {
    sender: SenderId,
    lease: SenderLease,
    /// Whatever must live as long as the right does.
    _held: Box<dyn fmt::Debug + Send + Sync>,
}

impl SenderGuard {
    /// One that lasts as long as what holds it: a locked file.
    pub(super) fn of_process(
        sender: &SenderId,
        held: impl fmt::Debug + Send + Sync + 'static,
    ) -> Self {
        Self {
            sender: sender.clone(),
            lease: SenderLease { kept: None },
            _held: Box::new(held),
        }
    }

    /// One that ends by itself where nobody renews it.
    pub(super) fn of_lease(
        sender: &SenderId,
        kept: Arc<KeptLease>,
        held: impl fmt::Debug + Send + Sync + 'static,
    ) -> Self {
        Self {
            sender: sender.clone(),
            lease: SenderLease { kept: Some(kept) },
            _held: Box::new(held),
        }
    }

    /// Whose it is: its claims carry this name.
    #[must_use]
    pub fn sender(&self) -> &SenderId {
        &self.sender
    }

    /// Until when it is theirs, for whoever must know while they act by it.
    #[must_use]
    pub fn lease(&self) -> SenderLease {
        self.lease.clone()
    }

    /// Gives it back, and waits until the next one may have it.
    pub async fn release(self) {
        let lease = self.lease();
        drop(self);
        // Only politeness: a lease that can't be ended ends by itself.
        let _ = timeout(LETTING_GO, lease.let_go()).await;
    }
}

/// Whether a right is still its holder's, as far as that can know by itself.
#[derive(Debug, Clone)]
pub struct SenderLease {
    /// None: it ends with the process alone.
    kept: Option<Arc<KeptLease>>,
}

impl SenderLease {
    /// Whether others may take its holder for dead by now: nothing more may be begun by it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.is_over())
    }

    /// Waits until it is over; for ever where it ends with the process.
    pub async fn over(&self) {
        match &self.kept {
            Some(kept) => kept.reaches(LeasePhase::Over).await,
            None => std::future::pending().await,
        }
    }

    /// Whether others may hold one like it meanwhile.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.kept.is_some()
    }

    /// Which term of it this is, for a freeze by it.
    #[must_use]
    pub fn term(&self) -> Option<LeaseTerm> {
        self.kept.as_ref().map(|kept| kept.term)
    }

    async fn let_go(&self) {
        if let Some(kept) = &self.kept {
            kept.reaches(LeasePhase::LetGo).await;
        }
    }
}

/// How far a lease has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LeasePhase {
    Held,
    /// Its holder was not heard of for too long.
    Over,
    /// Whoever wants it may have it.
    LetGo,
}

/// A lease as its holder knows it, and whoever renews it.
#[derive(Debug)]
pub(super) struct KeptLease {
    term: LeaseTerm,
    /// Until then it was surely granted: counted from before it was asked for.
    until: Mutex<Instant>,
    phase: watch::Sender<LeasePhase>,
}

impl KeptLease {
    pub(super) fn new(term: LeaseTerm, until: Instant) -> Arc<Self> {
        Arc::new(Self {
            term,
            until: Mutex::new(until),
            phase: watch::Sender::new(LeasePhase::Held),
        })
    }

    pub(super) fn term(&self) -> LeaseTerm {
        self.term
    }

    /// It was granted until then.
    pub(super) fn renewed(&self, until: Instant) {
        *self.until() = until;
    }

    pub(super) fn is_over(&self) -> bool {
        *self.phase.borrow() >= LeasePhase::Over || *self.until() <= Instant::now()
    }

    pub(super) fn enter(&self, phase: LeasePhase) {
        self.phase.send_replace(phase);
    }

    async fn reaches(&self, phase: LeasePhase) {
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = self
            .phase
            .subscribe()
            .wait_for(|reached| *reached >= phase)
            .await;
    }

    fn until(&self) -> MutexGuard<'_, Instant> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_over_when_its_time_is_whatever_anybody_heard() {
        let term = LeaseTerm { lease: 1, epoch: 7 };
        let second = Duration::from_secs(1);
        let kept = KeptLease::new(term, Instant::now() + second);
        let sender = SenderId("worker".to_owned());
        let guard = SenderGuard::of_lease(&sender, Arc::clone(&kept), ());
        let lease = guard.lease();
        assert!(!lease.is_over());
        assert_eq!(lease.term(), Some(term));
        tokio::time::sleep(second).await;
        assert!(lease.is_over());
        kept.renewed(Instant::now() + second);
        assert!(!lease.is_over());
        kept.enter(LeasePhase::Over);
        lease.over().await;
        assert!(lease.is_over(), "it does not come back");
        kept.enter(LeasePhase::LetGo);
        guard.release().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_right_of_the_process_is_never_over() {
        let sender = SenderId("send".to_owned());
        let guard = SenderGuard::of_process(&sender, ());
        let lease = guard.lease();
        assert!(!lease.is_over());
        assert_eq!(lease.term(), None);
        let hour = Duration::from_secs(3_600);
        assert!(timeout(hour, lease.over()).await.is_err());
        assert_eq!(guard.sender(), &sender);
        guard.release().await;
    }
}
