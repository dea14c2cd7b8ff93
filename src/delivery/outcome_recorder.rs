//! Settles rows: an answer or a loss becomes a ruling of `health` and a step in the ledger. Shared by all connections of a run, and the one who knows why it has to end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::{
    health::{Health, Ruling, Start},
    journal::{DurableAnswer, Journal, JournalClosed},
    progress::Progress,
    stop::StopSignal,
    verdict::judge,
};
use crate::{
    clock::Clock,
    publication::DeliverySettings,
    smtp::{Answer, LostAnswer},
    store::{Claim, DeliveryStep, DomainRecord, RefusalReason, Transition},
};

/// Why a run ends before its work does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HaltReason {
    /// The sender's own fault: the batch pauses.
    Pause {
        /// For a tired person.
        reason: String,
        /// So many readers were refused that nobody is believed to be.
        over_refusals: bool,
    },
    /// Somebody paused or cancelled the batch meanwhile.
    StoppedElsewhere,
    /// A signal.
    Asked,
    /// The relay was away for too long.
    RelayAway(String),
    /// The ledger can't be written.
    LedgerClosed,
    /// Others take this sender for dead.
    LeaseOver,
}

/// Settles rows for all connections of a run.
pub(crate) struct OutcomeRecorder {
    journal: Journal,
    settings: DeliverySettings,
    clock: Clock,
    health: Mutex<Health>,
    /// Told at each answer: a connection that is held back may try again.
    judged: Notify,
    halt: Mutex<Option<HaltReason>>,
    /// Requested together with `halt`.
    halted: StopSignal,
    progress: Arc<Progress>,
}

impl OutcomeRecorder {
    pub(crate) fn new(
        journal: Journal,
        settings: DeliverySettings,
        clock: Clock,
        health: Health,
        progress: Arc<Progress>,
    ) -> Self {
        Self {
            journal,
            settings,
            clock,
            health: Mutex::new(health),
            judged: Notify::new(),
            halt: Mutex::new(None),
            halted: StopSignal::default(),
            progress,
        }
    }

    /// Asks the ledger's leave to send that row; await it before the dot leaves.
    pub(crate) fn ask_leave(
        &self,
        claim: &Claim,
        content: &str,
    ) -> Result<DurableAnswer, JournalClosed> {
        self.submit(
            claim,
            DeliveryStep::Sending {
                content: content.to_owned(),
            },
        )
    }

    /// What the ledger answered. True: the message may leave.
    pub(crate) fn has_leave(&self, answer: Result<(), RefusalReason>) -> bool {
        match answer {
            Ok(()) => return true,
            Err(RefusalReason::Suppressed(_) | RefusalReason::Removed) => {
                self.progress.skipped.add()
            }
            Err(RefusalReason::Stopped) => self.halt(HaltReason::StoppedElsewhere),
            Err(RefusalReason::Fenced) => tracing::warn!("a row was taken over by another sender"),
        }
        false
    }

    /// Waits until it is known whether that row may be tried now; None: the run halts instead.
    /// `is_announced`: the relay has heard of it already, and it goes in any case.
    pub(crate) async fn may_start(&self, claim: &Claim, is_announced: bool) -> Option<bool> {
        let domain = claim.reader.email.domain();
        loop {
            let judged = self.judged.notified();
            if self.halted.is_requested() && !self.is_asked_to_stop() {
                return None;
            }
            let start = self.health().may_start(domain, self.clock.now());
            match start {
                Start::Go => return Some(true),
                Start::PutBack | Start::Until(_) if is_announced => {
                    self.health().start(domain, self.clock.now());
                    return Some(true);
                }
                Start::PutBack => return Some(false),
                Start::Until(_) if self.halted.is_requested() => return Some(false),
                Start::Until(at) => {
                    let wait = (at - self.clock.now()).to_std().unwrap_or_default();
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = self.halted.requested() => {}
                    }
                }
                Start::Wait if self.halted.is_requested() => return None,
                Start::Wait => tokio::select! {
                    () = judged => {}
                    () = self.halted.requested() => {}
                },
            }
        }
    }

    /// Whether neither the relay nor that row's domain rests.
    pub(crate) fn is_open_for(&self, claim: &Claim) -> bool {
        let domain = claim.reader.email.domain();
        self.health().is_open_for(domain, self.clock.now())
    }

    /// The relay answered. True: the session may go on; false: the relay wants a rest.
    pub(crate) fn answered(&self, claim: Claim, answer: Answer) -> bool {
        let rulings = self.health().heard(claim, judge(answer), self.clock.now());
        let is_away = |ruling: &Ruling| matches!(ruling, Ruling::Lose { .. });
        let is_relay_well = !rulings.iter().any(is_away);
        self.settle(rulings);
        self.judged.notify_waiters();
        is_relay_well
    }

    /// The connection was lost under a message.
    pub(crate) fn lost(&self, claim: Claim, lost: &LostAnswer) {
        self.health().undecided(claim.reader.email.domain());
        if lost.dot_left {
            self.progress.unknown.add();
            self.step(
                &claim,
                DeliveryStep::Unknown {
                    reply: lost.to_string(),
                },
            );
        } else {
            let why = lost.to_string();
            self.settle(vec![Ruling::Lose { claim, why }]);
        }
        self.judged.notify_waiters();
    }

    /// The row was not tried; it waits as before.
    pub(crate) fn put_back(&self, claim: &Claim) {
        self.step(claim, DeliveryStep::Returned { lost: false });
    }

    /// Ends the run; the first reason stands.
    pub(crate) fn halt(&self, why: HaltReason) {
        self.halt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(why);
        self.halted.request();
    }

    /// Pauses the batch for a fault that a person must fix.
    pub(crate) fn pause(&self, reason: String) {
        self.halt(HaltReason::Pause {
            reason,
            over_refusals: false,
        });
    }

    /// What is wrong with a connection, and no reason to end: it is told, and the run goes on.
    pub(crate) fn raise_alarm(&self, reason: &str) {
        tracing::error!("{reason}; another connection is tried");
        self.progress.raise_alarm(reason);
    }

    /// Whether it is a person who wants the run to end, and not a fault.
    pub(crate) fn is_asked_to_stop(&self) -> bool {
        *self.halt.lock().unwrap_or_else(PoisonError::into_inner) == Some(HaltReason::Asked)
    }

    /// Requested once the run has to end.
    pub(crate) fn halted(&self) -> &StopSignal {
        &self.halted
    }

    /// Nobody is left to try now: what is held is judged.
    pub(crate) fn conclude(&self, fared: &[DomainRecord], before: &[DomainRecord]) {
        let rulings = self.health().conclude(fared, before, self.clock.now());
        self.settle(rulings);
    }

    /// What is still held goes back to wait.
    pub(crate) fn release(&self) {
        let rulings = self.health().release();
        self.settle(rulings);
    }

    /// Waits until the ledger has everything, or can't be written.
    pub(crate) async fn written(&self) {
        self.journal.written().await;
    }

    /// Why the run ended before its work did.
    pub(crate) fn take_halt(&self) -> Option<HaltReason> {
        self.halt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// The journal closes behind the last step.
    pub(crate) fn close(&self) {
        self.journal.close();
    }

    /// How the relay and its domains are.
    pub(crate) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, rulings: Vec<Ruling>) {
        for ruling in rulings {
            if let Ruling::Pause {
                reason,
                over_refusals,
            } = ruling
            {
                self.halt(HaltReason::Pause {
                    reason,
                    over_refusals,
                });
            } else if let Some((claim, step)) = ruling.into_step(&self.settings, self.clock.now()) {
                match &step {
                    DeliveryStep::Accepted { .. } => self.progress.accepted.add(),
                    DeliveryStep::Deferred { .. } => self.progress.deferred.add(),
                    DeliveryStep::Rejected { .. } => self.progress.rejected.add(),
                    _ => {}
                }
                self.step(&claim, step);
            }
        }
    }

    fn step(&self, claim: &Claim, to: DeliveryStep) {
        if self.submit(claim, to).is_err() {
            self.halt(HaltReason::LedgerClosed);
        }
    }

    fn submit(&self, claim: &Claim, to: DeliveryStep) -> Result<DurableAnswer, JournalClosed> {
        let recorded = self.journal.submit(Transition {
            delivery: claim.delivery,
            fence: claim.fence,
            to,
        });
        if recorded.is_err() {
            self.halt(HaltReason::LedgerClosed);
        }
        recorded
    }
}
