//! The states of a delivery and which steps lead from where to where: delivery.md's diagram as a
//! pure function, so that every store moves its rows by the same rules. No database here.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{BatchState, DeliveryState, DeliveryStep, RefusalReason, UnknownAnswer};
use crate::{
    audience::SuppressionReason,
    words::{phrase, phrased},
};

/// What the steps of one row need to know of it, and change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LedgerRow {
    pub(super) state: DeliveryState,
    pub(super) fence: i64,
    pub(super) attempts: u32,
    pub(super) losses: u32,
    /// Set exactly while the row waits.
    pub(super) due_at: Option<DateTime<Utc>>,
    /// The hash of what left, or may have left.
    pub(super) content: Option<String>,
    pub(super) first_attempt_at: Option<DateTime<Utc>>,
    /// How long it has waited since its first try, as its senders saw it.
    pub(super) waited: Duration,
    /// When it was last tried and had to wait.
    pub(super) tried_at: Option<DateTime<Utc>>,
    pub(super) reply: Option<String>,
}

/// What surrounds a row and a step.
#[derive(Debug, Clone)]
pub(super) struct StepContext<'a> {
    pub(super) batch: &'a BatchState,
    /// Rows that nobody tried yet are due since then.
    pub(super) slot: DateTime<Utc>,
    pub(super) suppressed: Option<SuppressionReason>,
    /// The reader is on the list no more: whoever vouched for them does so no longer.
    pub(super) is_removed: bool,
    pub(super) now: DateTime<Utc>,
}

/// The reply of a row that a person's `cancel` ended.
pub(super) const CANCELLED: &str = "cancelled";

/// The reply of a row whose reader's mailbox could take nothing for weeks.
pub(super) const DORMANT: &str = "dormant";

/// The reply of an advertising issue's row whose reader left that box empty.
pub(super) const DECLINED_ADS: &str = "declined_ads";

/// The reply of a row whose sender died while the message was on the wire.
const LOST_SENDER: &str = phrase!("the sender died with this message on the wire");

/// The reply of a row that may have been sent after the copy was made that this database is.
pub(super) const OLDER_COPY: &str =
    phrase!("the database is an older copy of itself; this may have been sent since it was made");

/// The reply of a row that a machine noted as leaving, and whose leave the database does not know.
pub(super) const NOTED_ELSEWHERE: &str = phrase!(
    "the database is an older copy of itself; a machine noted that this began to leave since it was made"
);

/// The reply of a row that may have been sent by a machine which can't say what it noted.
pub(super) fn notes_gone(places: &str) -> String {
    phrased!(
        "the database is an older copy of itself, and what {places} noted since it was made is gone; this may have been sent",
        places = places
    )
}

/// The reply of a row that a person took as accepted.
const BY_A_PERSON: &str = phrase!("taken as accepted by a person");

/// The longest reply that is kept, in bytes: a hostile relay must not fill the disk.
const MAX_REPLY_BYTES: usize = 1_000;

impl LedgerRow {
    /// Applies a step. A refusal may have moved the row too: to `skipped` or back to waiting.
    pub(super) fn apply(
        &mut self,
        fence: i64,
        step: &DeliveryStep,
        around: &StepContext<'_>,
    ) -> Result<(), RefusalReason> {
        if fence != self.fence {
            return Err(RefusalReason::Fenced);
        }
        match (step, self.state) {
            (DeliveryStep::Sending { content }, DeliveryState::Claimed) => {
                self.start(content, around)
            }
            // `cancel` skips claimed rows at once; their sender learns it here.
            (DeliveryStep::Sending { .. }, DeliveryState::Skipped)
                if *around.batch == BatchState::Cancelled =>
            {
                Err(RefusalReason::Stopped)
            }
            (DeliveryStep::Accepted { reply }, DeliveryState::Sending) => {
                self.end(DeliveryState::Accepted, reply);
                Ok(())
            }
            (DeliveryStep::Unknown { reply }, DeliveryState::Sending) => {
                self.end(DeliveryState::Unknown, reply);
                Ok(())
            }
            (
                DeliveryStep::Rejected { reply, .. },
                DeliveryState::Claimed | DeliveryState::Sending,
            ) => {
                self.tried(around.now);
                self.end(DeliveryState::Rejected, reply);
                Ok(())
            }
            (DeliveryStep::Held { reply }, DeliveryState::Claimed | DeliveryState::Sending) => {
                self.state = DeliveryState::Claimed;
                self.reply = Some(shortened(reply));
                Ok(())
            }
            (
                DeliveryStep::Deferred {
                    due_at,
                    reply,
                    waited,
                    ..
                },
                DeliveryState::Claimed | DeliveryState::Sending,
            ) => {
                self.tried(around.now);
                self.attempts = self.attempts.saturating_add(1);
                self.has_to_wait(reply, *waited, around.now);
                self.wait(*due_at, around);
                Ok(())
            }
            (
                DeliveryStep::PutOff {
                    reply,
                    due_at,
                    waited,
                },
                DeliveryState::Claimed | DeliveryState::Sending,
            ) => {
                self.has_to_wait(reply, *waited, around.now);
                if self.attempts == 0 {
                    self.forget_what_left();
                }
                match due_at {
                    Some(due_at) => self.wait(*due_at, around),
                    None => self.go_back(around),
                }
                Ok(())
            }
            (DeliveryStep::Returned { lost }, DeliveryState::Claimed | DeliveryState::Sending) => {
                self.losses = self.losses.saturating_add(u32::from(*lost));
                self.forget_a_try_that_was_none();
                self.go_back(around);
                Ok(())
            }
            _ => Err(RefusalReason::Fenced),
        }
    }

    /// Its sender died: a claim goes back, and what was in flight nobody knows, unless `never_left` proves that it was
    /// not.
    pub(super) fn abandon(
        &mut self,
        never_left: bool,
        resend: bool,
        around: &StepContext<'_>,
    ) -> DeliveryState {
        match self.state {
            DeliveryState::Sending if never_left => {
                self.forget_a_try_that_was_none();
                self.go_back(around);
            }
            DeliveryState::Sending if !resend => self.end(DeliveryState::Unknown, LOST_SENDER),
            _ => self.go_back(around),
        }
        self.state
    }

    /// A person says what became of a row that nobody knows the fate of.
    pub(super) fn resolve(&mut self, answer: UnknownAnswer, around: &StepContext<'_>) {
        match (self.state, answer) {
            (DeliveryState::Unknown, UnknownAnswer::Accept) => {
                self.end(DeliveryState::Accepted, BY_A_PERSON)
            }
            (DeliveryState::Unknown, UnknownAnswer::Resend)
                if *around.batch != BatchState::Cancelled =>
            {
                self.go_back(around);
            }
            _ => {}
        }
    }

    /// Something came back of a row that nobody knew the fate of: the relay had taken it, whatever became of it then.
    pub(super) fn prove(&mut self, proof: &str) {
        if self.state == DeliveryState::Unknown {
            self.end(DeliveryState::Accepted, proof);
        }
    }

    /// A person wants it tried again: a new attempt, with all the time there is. What was taken is
    /// never tried again.
    pub(super) fn retry(&mut self, around: &StepContext<'_>) {
        let is_retried = matches!(
            self.state,
            DeliveryState::Rejected | DeliveryState::Deferred
        );
        if is_retried && *around.batch != BatchState::Cancelled {
            self.waited = Duration::ZERO;
            self.tried_at = None;
            self.losses = 0;
            self.wait(around.now, around);
        }
    }

    /// Back to where the row was before it was claimed.
    pub(super) fn go_back(&mut self, around: &StepContext<'_>) {
        let due_at = if self.attempts == 0 {
            around.slot.min(around.now)
        } else {
            around.now
        };
        self.wait(due_at, around);
    }

    /// The row ends without mail.
    pub(super) fn skip(&mut self, reason: &str) {
        self.end(DeliveryState::Skipped, reason);
    }

    fn start(&mut self, content: &str, around: &StepContext<'_>) -> Result<(), RefusalReason> {
        if *around.batch != BatchState::Open {
            self.go_back(around);
            return Err(RefusalReason::Stopped);
        }
        if let Some((reason, reply)) = reader_gone(around.suppressed, around.is_removed) {
            self.skip(reply);
            return Err(reason);
        }
        self.tried(around.now);
        self.state = DeliveryState::Sending;
        self.content = Some(content.to_owned());
        Ok(())
    }

    fn wait(&mut self, due_at: DateTime<Utc>, around: &StepContext<'_>) {
        if *around.batch == BatchState::Cancelled {
            return self.skip(CANCELLED);
        }
        self.state = if self.attempts == 0 {
            DeliveryState::Pending
        } else {
            DeliveryState::Deferred
        };
        self.due_at = Some(due_at);
    }

    /// It had leave to go and nothing came of it: a refreeze still changes what it gets.
    fn forget_a_try_that_was_none(&mut self) {
        if self.attempts == 0 && self.losses == 0 && self.reply.is_none() {
            self.forget_what_left();
        }
    }

    /// Nobody can have it: a refreeze still changes what it gets.
    fn forget_what_left(&mut self) {
        self.first_attempt_at = None;
        self.content = None;
    }

    fn has_to_wait(&mut self, reply: &str, waited: Duration, now: DateTime<Utc>) {
        self.losses = 0;
        self.reply = Some(shortened(reply));
        self.waited = waited;
        self.tried_at = Some(now);
    }

    fn tried(&mut self, now: DateTime<Utc>) {
        self.first_attempt_at.get_or_insert(now);
    }

    fn end(&mut self, state: DeliveryState, reply: &str) {
        self.state = state;
        self.due_at = None;
        self.reply = Some(shortened(reply));
    }
}

/// Why a reader who was there at the freeze gets no mail any more, and the reply of their skipped row.
pub(super) fn reader_gone(
    suppressed: Option<SuppressionReason>,
    is_removed: bool,
) -> Option<(RefusalReason, &'static str)> {
    match suppressed {
        Some(reason) => Some((RefusalReason::Suppressed(reason), reason.word())),
        None => is_removed.then_some((RefusalReason::Removed, "removed")),
    }
}

fn shortened(reply: &str) -> String {
    reply[..reply.floor_char_boundary(MAX_REPLY_BYTES)].to_owned()
}
