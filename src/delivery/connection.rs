//! One connection's life: a session, one message after the other, the next row's leave asked for
//! while the present one is on the wire.
//!
//! The crash rule holds here: a row is `sending` in the ledger, durably, before its dot leaves; and
//! row N+2 asks for leave only after N's outcome was submitted, so that a crash leaves at most two. Of these, the one
//! whose message had not begun to leave is known by the run's notes (`store::TransferNotes`).
//!
//! When asked to stop, it finishes the message on the wire and the one that the relay has heard of
//! already, and nothing is announced to a relay that takes its time: the end of a run waits for
//! the longest step in flight, not for two.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    circuit_breaker::CircuitBreaker,
    compose::{ComposedJob, JobSource},
    journal::DurableAnswer,
    outcome_recorder::{HaltReason, OutcomeRecorder},
};
use crate::{
    clock::Clock,
    smtp::{ConnectError, Relay, Session, session::Announcement},
    source::with_causes,
    store::{SenderLease, TransferLine},
    words::phrase,
};

/// A session that waited this long for work is closed; relays drop idle ones.
const IDLE: Duration = Duration::from_secs(20);
/// A relay that takes longer for a message gains nothing from hearing of the next one early.
const PROMPT: Duration = Duration::from_secs(1);
/// Beside a message of so many bytes of its own the next one would only lie in memory: the wire is busy with it for longer
/// than the ledger with the next one's leave.
const BULKY_BYTES: usize = 256 << 10;

/// What all connections of a run share.
#[derive(Clone)]
pub(crate) struct SharedRun {
    pub(crate) relay: Arc<Relay>,
    pub(crate) breaker: Arc<CircuitBreaker>,
    pub(crate) jobs: JobSource,
    pub(crate) recorder: Arc<OutcomeRecorder>,
    pub(crate) lease: SenderLease,
    pub(crate) messages_per_connection: u32,
}

/// One connection.
pub(crate) struct Connection {
    shared: SharedRun,
    notes: TransferLine,
    clock: Clock,
    session: Option<Session>,
    ahead: Option<PendingLeave>,
    /// The relay was quick with the last message of this session.
    is_prompt: bool,
}

/// A job whose leave was asked for.
struct PendingLeave {
    job: ComposedJob,
    recorded: DurableAnswer,
}

impl Connection {
    pub(crate) fn new(shared: SharedRun, notes: TransferLine, clock: Clock) -> Self {
        Self {
            shared,
            notes,
            clock,
            session: None,
            ahead: None,
            is_prompt: false,
        }
    }

    /// Delivers until there are no more jobs or the run halts.
    pub(crate) async fn run(mut self) {
        while let Some(job) = self.next_job().await {
            let is_announced = self.awaits_announced();
            match self
                .shared
                .recorder
                .may_start(&job.claim, is_announced)
                .await
            {
                Some(true) => self.deliver(job).await,
                Some(false) => self.shared.recorder.put_back(&job.claim),
                None => {
                    self.shared.recorder.put_back(&job.claim);
                    break;
                }
            }
        }
        if let Some(job) = self.take_ahead().await {
            self.shared.recorder.put_back(&job.claim);
        }
        self.close().await;
    }

    /// The next job that may leave, with a session to carry it. None: no more jobs, or a halt.
    async fn next_job(&mut self) -> Option<ComposedJob> {
        loop {
            let is_announced = self.awaits_announced();
            if let Some(job) = self.take_ahead().await {
                // What is announced to the relay already is in flight, also when we are asked to
                // stop; what the relay has not heard of can go back.
                let may_finish = is_announced && self.shared.recorder.is_asked_to_stop();
                let is_halted = self.shared.recorder.halted().is_requested();
                if self.session.is_some() && (!is_halted || may_finish) {
                    return Some(job);
                }
                self.shared.recorder.put_back(&job.claim);
            }
            let job = self.wait_for_job().await?;
            if !self.shared.recorder.is_open_for(&job.claim) {
                self.shared.recorder.put_back(&job.claim);
                continue;
            }
            if self.connect().await.is_none() {
                self.shared.recorder.put_back(&job.claim);
                return None;
            }
            self.ask_leave(job);
        }
    }

    async fn deliver(&mut self, job: ComposedJob) {
        let Some(session) = self.session.as_ref() else {
            return;
        };
        let is_halted = self.shared.recorder.halted().is_requested();
        if session.messages_sent() + 1 < self.shared.messages_per_connection
            && !is_halted
            && job.letter.parts().own.len() < BULKY_BYTES
            && let Some(next) = self.shared.jobs.try_next()
        {
            match self.shared.recorder.is_open_for(&next.claim) {
                true => self.ask_leave(next),
                false => self.shared.recorder.put_back(&next.claim),
            }
        }
        let ahead = self.ahead.as_ref().filter(|_| self.is_prompt);
        let next = ahead.map(|asked| Announcement {
            envelope: &asked.job.letter.envelope,
            bytes: asked.job.letter.parts().len(),
        });
        let Some(session) = self.session.as_mut() else {
            return;
        };
        let now = self.clock.true_now();
        let noted = self.notes.begins(job.claim.delivery, job.claim.fence, now);
        if let Err(error) = noted {
            tracing::error!("what leaves can't be noted: {error}");
            self.shared.recorder.put_back(&job.claim);
            self.shared.recorder.halt(HaltReason::LedgerClosed);
            return;
        }
        // After the note: whoever takes this sender for dead finds there that the message may have left, or it does not
        // leave any more.
        if self.shared.lease.is_over() {
            self.shared.recorder.put_back(&job.claim);
            self.shared.recorder.halt(HaltReason::LeaseOver);
            return;
        }
        let letter = &job.letter;
        let started = Instant::now();
        let outcome = session
            .deliver_then(&letter.envelope, letter.parts(), next)
            .await;
        self.is_prompt = started.elapsed() < PROMPT;
        let is_relay_well = match outcome {
            Ok(answer) => self.shared.recorder.answered(job.claim, answer),
            Err(lost) => {
                self.shared.recorder.lost(job.claim, &lost);
                false
            }
        };
        if !is_relay_well {
            self.close().await;
            self.rest(phrase!(
                "it drops connections, or says that it can't work now"
            ));
            return;
        }
        self.shared.breaker.recovered();
        if self.is_used_up() {
            self.close().await;
        }
    }

    fn awaits_announced(&self) -> bool {
        self.session.as_ref().is_some_and(Session::awaits_announced)
    }

    fn is_used_up(&self) -> bool {
        self.session.as_ref().is_some_and(|session| {
            !session.is_usable() || session.messages_sent() >= self.shared.messages_per_connection
        })
    }

    /// Makes sure that there is a session. None: the run halts.
    async fn connect(&mut self) -> Option<()> {
        if self.awaits_announced() {
            // What was announced got no leave after all, and the relay would take nothing else.
            self.close().await;
        }
        while self.session.is_none() {
            self.shared
                .breaker
                .pass(self.shared.recorder.halted())
                .await;
            let halted = self.shared.recorder.halted().clone();
            if halted.is_requested() {
                return None;
            }
            let attempt = tokio::select! {
                attempt = Session::connect(&self.shared.relay) => attempt,
                () = halted.requested() => return None,
            };
            match attempt {
                Ok(session) => {
                    self.shared.breaker.opened();
                    self.session = Some(session);
                    self.is_prompt = false;
                }
                // Others of its machines are well, or it was itself: not for ever, and not unheard.
                Err(error) if error.may_pass() && self.shared.breaker.was_open() => {
                    let reason = with_hint(&error);
                    self.shared.recorder.raise_alarm(&reason);
                    self.rest(&reason);
                }
                Err(error) if error.is_senders_fault() => {
                    self.shared.recorder.pause(with_hint(&error));
                }
                Err(error) => self.rest(&with_causes(&error)),
            }
        }
        Some(())
    }

    /// Waits for a job; a session that idles for long is closed meanwhile.
    async fn wait_for_job(&mut self) -> Option<ComposedJob> {
        let recorder = Arc::clone(&self.shared.recorder);
        let jobs = self.shared.jobs.clone();
        let job = async {
            if let Ok(job) = tokio::time::timeout(IDLE, jobs.next()).await {
                return job;
            }
            self.close().await;
            jobs.next().await
        };
        tokio::select! {
            biased;
            () = recorder.halted().requested() => None,
            job = job => job,
        }
    }

    fn ask_leave(&mut self, job: ComposedJob) {
        // A closed ledger halts the run; the row stays claimed and is recovered by the next one.
        if let Ok(recorded) = self
            .shared
            .recorder
            .ask_leave(&job.claim, job.composer.content_hash())
        {
            self.ahead = Some(PendingLeave { job, recorded });
        }
    }

    /// The job asked for ahead, if the ledger gave its leave.
    async fn take_ahead(&mut self) -> Option<ComposedJob> {
        let PendingLeave { job, recorded } = self.ahead.take()?;
        let answer = recorded.await.ok()?;
        self.shared.recorder.has_leave(answer).then_some(job)
    }

    fn rest(&self, why: &str) {
        if self.shared.breaker.failed().is_err() {
            self.shared
                .recorder
                .halt(HaltReason::RelayAway(why.to_owned()));
        }
    }

    /// Says goodbye where the relay still listens.
    async fn close(&mut self) {
        if let Some(session) = self.session.take().filter(Session::is_usable) {
            session.quit().await;
        }
    }
}

fn with_hint(error: &ConnectError) -> String {
    format!("{}; {}", with_causes(error), error.hint())
}
