//! Settles rows: an answer or a loss, the guard's ruling and the retry rules become a step in the
//! ledger. Shared by all connections of a run, and the one who knows why it has to end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::{
    guard::{RefusalGuard, Ruling},
    journal::{Journal, JournalClosed, Recorded},
    progress::Progress,
    retry,
    stop::Stop,
    verdict::{Verdict, judge},
};
use crate::{
    clock::Clock,
    publication::DeliverySettings,
    smtp::{Answer, Lost, Reply},
    store::{Claim, RefusalReason, Step, Transition},
};

/// Why a run ends before its work does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Halt {
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
}

/// Settles rows for all connections of a run.
pub(crate) struct Clerk {
    journal: Journal,
    settings: DeliverySettings,
    clock: Clock,
    guard: Mutex<RefusalGuard<HeldRow>>,
    /// Told at each verdict: a connection that the guard holds back may try again.
    judged: Notify,
    halt: Mutex<Option<Halt>>,
    /// Requested together with `halt`.
    halted: Stop,
    progress: Arc<Progress>,
}

/// A refused row that is not yet believed.
#[derive(Debug)]
pub(crate) struct HeldRow {
    claim: Claim,
    reply: Reply,
    is_dead: bool,
}

impl Clerk {
    pub(crate) fn new(
        journal: Journal,
        settings: DeliverySettings,
        clock: Clock,
        guard: RefusalGuard<HeldRow>,
        progress: Arc<Progress>,
    ) -> Self {
        Self {
            journal,
            settings,
            clock,
            guard: Mutex::new(guard),
            judged: Notify::new(),
            halt: Mutex::new(None),
            halted: Stop::default(),
            progress,
        }
    }

    /// Asks the ledger's leave to send that row; await it before the dot leaves.
    pub(crate) fn ask_leave(
        &self,
        claim: &Claim,
        content: &str,
    ) -> Result<Recorded, JournalClosed> {
        self.submit(
            claim,
            Step::Sending {
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
            Err(RefusalReason::Stopped) => self.halt(Halt::StoppedElsewhere),
            Err(RefusalReason::Fenced) => tracing::warn!("a row was taken over by another sender"),
        }
        false
    }

    /// Waits until one more reader may be tried. False: the run halts instead.
    pub(crate) async fn may_start(&self) -> bool {
        loop {
            let judged = self.judged.notified();
            if self.halted.is_requested() && !self.is_asked_to_stop() {
                return false;
            }
            if self.guard().may_start() {
                return true;
            }
            if self.halted.is_requested() {
                return false;
            }
            tokio::select! {
                () = judged => {}
                () = self.halted.requested() => {}
            }
        }
    }

    /// The relay answered. True: the session may go on; false: the relay wants a rest.
    pub(crate) fn answered(&self, claim: Claim, answer: Answer) -> bool {
        let mut is_relay_well = true;
        match judge(answer) {
            Verdict::Accepted(reply) => {
                self.progress.accepted.add();
                self.step(
                    &claim,
                    Step::Accepted {
                        reply: reply.to_string(),
                    },
                );
                let believed = self.guard().accepted();
                self.reject(believed);
            }
            Verdict::Refused { reply, is_dead } => self.refused(HeldRow {
                claim,
                reply,
                is_dead,
            }),
            Verdict::MessageRefused(reply) if self.guard().has_accepted() => {
                self.refused(HeldRow {
                    claim,
                    reply,
                    is_dead: false,
                });
            }
            Verdict::MessageRefused(reply) => {
                self.guard().undecided();
                self.put_back(&claim);
                self.pause(format!("the relay refuses the message: {reply}"));
            }
            Verdict::Deferred(reply) => {
                self.guard().undecided();
                self.defer(&claim, &reply.to_string());
            }
            Verdict::RelayAway(reply) => {
                is_relay_well = false;
                self.guard().undecided();
                self.return_lost(&claim, &reply.to_string());
            }
            Verdict::SendersFault(reason) => {
                self.guard().undecided();
                self.put_back(&claim);
                self.pause(reason);
            }
        }
        self.judged.notify_waiters();
        is_relay_well
    }

    /// The connection was lost under a message.
    pub(crate) fn lost(&self, claim: &Claim, lost: &Lost) {
        self.guard().undecided();
        if lost.dot_left {
            self.progress.unknown.add();
            self.step(
                claim,
                Step::Unknown {
                    reply: lost.to_string(),
                },
            );
        } else {
            self.return_lost(claim, &lost.to_string());
        }
        self.judged.notify_waiters();
    }

    /// The row was not tried; it waits as before.
    pub(crate) fn put_back(&self, claim: &Claim) {
        self.step(claim, Step::Returned { lost: false });
    }

    /// Ends the run; the first reason stands.
    pub(crate) fn halt(&self, why: Halt) {
        self.halt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(why);
        self.halted.request();
    }

    /// Pauses the batch for a fault that a person must mend.
    pub(crate) fn pause(&self, reason: String) {
        self.halt(Halt::Pause {
            reason,
            over_refusals: false,
        });
    }

    /// Whether it is a person who wants the run to end, and not a fault.
    pub(crate) fn is_asked_to_stop(&self) -> bool {
        *self.halt.lock().unwrap_or_else(PoisonError::into_inner) == Some(Halt::Asked)
    }

    /// Requested once the run has to end.
    pub(crate) fn halted(&self) -> &Stop {
        &self.halted
    }

    /// All connections are done: what is held is believed if the run came to its natural end, and
    /// goes back to wait if it was cut short. The journal closes behind the last step.
    pub(crate) fn close(&self) -> Option<Halt> {
        let held = self.guard().release();
        let halt = self
            .halt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if halt.is_some() {
            held.iter().for_each(|row| self.put_back(&row.claim));
        } else {
            self.reject(held);
        }
        self.journal.close();
        halt
    }

    fn refused(&self, row: HeldRow) {
        let domain = row.claim.reader.email.domain().to_owned();
        let (claim, reply) = (row.claim.clone(), row.reply.to_string());
        let ruling = self.guard().refused(row, &domain);
        match ruling {
            Ruling::Hold => self.step(&claim, Step::Held { reply }),
            Ruling::Believe(rows) => self.reject(rows),
            Ruling::Pause(rows) => {
                rows.iter().for_each(|row| self.put_back(&row.claim));
                self.halt(Halt::Pause {
                    reason: format!(
                        "the relay refuses reader after reader, the last with: {reply}"
                    ),
                    over_refusals: true,
                });
            }
        }
    }

    fn reject(&self, rows: Vec<HeldRow>) {
        for row in rows {
            self.progress.rejected.add();
            let step = Step::Rejected {
                reply: row.reply.to_string(),
                suppress: row.is_dead,
            };
            self.step(&row.claim, step);
        }
    }

    fn return_lost(&self, claim: &Claim, why: &str) {
        if claim.losses + 1 >= retry::LOSSES_BEFORE_DEFERRAL {
            self.defer(claim, why);
        } else {
            self.step(claim, Step::Returned { lost: true });
        }
    }

    fn defer(&self, claim: &Claim, why: &str) {
        match retry::next_attempt(claim, &self.settings, self.clock.now()) {
            Some(due_at) => {
                self.progress.deferred.add();
                self.step(
                    claim,
                    Step::Deferred {
                        due_at,
                        reply: why.to_owned(),
                    },
                );
            }
            None => {
                self.progress.rejected.add();
                let reply = format!("gave_up: {why}");
                self.step(
                    claim,
                    Step::Rejected {
                        reply,
                        suppress: false,
                    },
                );
            }
        }
    }

    fn step(&self, claim: &Claim, to: Step) {
        if self.submit(claim, to).is_err() {
            self.halt(Halt::LedgerClosed);
        }
    }

    fn submit(&self, claim: &Claim, to: Step) -> Result<Recorded, JournalClosed> {
        let recorded = self.journal.submit(Transition {
            delivery: claim.delivery,
            fence: claim.fence,
            to,
        });
        if recorded.is_err() {
            self.halt(Halt::LedgerClosed);
        }
        recorded
    }

    fn guard(&self) -> MutexGuard<'_, RefusalGuard<HeldRow>> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
