//! The states of a delivery and which steps lead from where to where: delivery.md's diagram as a
//! pure function, so that every store moves its rows by the same rules. No database here.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{BatchState, RefusalReason, Step, UnknownAnswer};
use crate::audience::SuppressionReason;

/// Where one row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not tried yet, or as good as.
    Pending,
    /// Held by a sender.
    Claimed,
    /// On the wire.
    Sending,
    /// The relay took it.
    Accepted,
    /// Tried; to be tried again.
    Deferred,
    /// Refused for good.
    Rejected,
    /// Nobody can know.
    Unknown,
    /// Ended without mail: the reader left, or the batch was cancelled.
    Skipped,
}

impl State {
    /// All, in the order of their codes.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Claimed,
        Self::Sending,
        Self::Accepted,
        Self::Deferred,
        Self::Rejected,
        Self::Unknown,
        Self::Skipped,
    ];

    /// The word that people see.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Claimed => "claimed",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Deferred => "deferred",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

/// What the steps of one row need to know of it, and change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) state: State,
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
pub(super) struct Circumstances<'a> {
    pub(super) batch: &'a BatchState,
    /// Rows that nobody tried yet are due since then.
    pub(super) slot: DateTime<Utc>,
    pub(super) suppressed: Option<SuppressionReason>,
    /// The reader is on the list no more: whoever vouched for them does so no longer.
    pub(super) is_removed: bool,
    pub(super) now: DateTime<Utc>,
}

/// The reply of a row whose reader was taken off the list since the freeze.
pub(super) const REMOVED: &str = "removed";

/// The reply of a row that a person's `cancel` ended.
pub(super) const CANCELLED: &str = "cancelled";

/// The reply of a row whose sender died while the message was on the wire.
const LOST_SENDER: &str = "the sender died with this message on the wire";

/// The reply of a row that may have been sent after the copy was made that this database is.
pub(super) const OLDER_COPY: &str =
    "the database is an older copy of itself; this may have been sent since it was made";

/// The reply of a row that a person took as accepted.
const BY_A_PERSON: &str = "taken as accepted by a person";

/// The longest reply that is kept, in bytes: a hostile relay must not fill the disk.
const MAX_REPLY_BYTES: usize = 1_000;

impl Row {
    /// Applies a step. A refusal may have moved the row too: to `skipped` or back to waiting.
    pub(super) fn apply(
        &mut self,
        fence: i64,
        step: &Step,
        around: &Circumstances<'_>,
    ) -> Result<(), RefusalReason> {
        if fence != self.fence {
            return Err(RefusalReason::Fenced);
        }
        match (step, self.state) {
            (Step::Sending { content }, State::Claimed) => self.start(content, around),
            // `cancel` skips claimed rows at once; their sender learns it here.
            (Step::Sending { .. }, State::Skipped) if *around.batch == BatchState::Cancelled => {
                Err(RefusalReason::Stopped)
            }
            (Step::Accepted { reply }, State::Sending) => {
                self.end(State::Accepted, reply);
                Ok(())
            }
            (Step::Unknown { reply }, State::Sending) => {
                self.end(State::Unknown, reply);
                Ok(())
            }
            (Step::Rejected { reply, .. }, State::Claimed | State::Sending) => {
                self.tried(around.now);
                self.end(State::Rejected, reply);
                Ok(())
            }
            (Step::Held { reply }, State::Claimed | State::Sending) => {
                self.state = State::Claimed;
                self.reply = Some(shortened(reply));
                Ok(())
            }
            (
                Step::Deferred {
                    due_at,
                    reply,
                    waited,
                    ..
                },
                State::Claimed | State::Sending,
            ) => {
                self.tried(around.now);
                self.attempts = self.attempts.saturating_add(1);
                self.has_to_wait(reply, *waited, around.now);
                self.wait(*due_at, around);
                Ok(())
            }
            (
                Step::PutOff {
                    reply,
                    due_at,
                    waited,
                },
                State::Claimed | State::Sending,
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
            (Step::Returned { lost }, State::Claimed | State::Sending) => {
                self.losses = self.losses.saturating_add(u32::from(*lost));
                self.forget_a_try_that_was_none();
                self.go_back(around);
                Ok(())
            }
            _ => Err(RefusalReason::Fenced),
        }
    }

    /// Its sender died: a claim goes back, and what was in flight nobody knows.
    pub(super) fn abandon(&mut self, resend: bool, around: &Circumstances<'_>) -> State {
        if self.state == State::Sending && !resend {
            self.end(State::Unknown, LOST_SENDER);
        } else {
            self.go_back(around);
        }
        self.state
    }

    /// A person says what became of a row that nobody knows the fate of.
    pub(super) fn resolve(&mut self, answer: UnknownAnswer, around: &Circumstances<'_>) {
        match (self.state, answer) {
            (State::Unknown, UnknownAnswer::Accept) => self.end(State::Accepted, BY_A_PERSON),
            (State::Unknown, UnknownAnswer::Resend) if *around.batch != BatchState::Cancelled => {
                self.go_back(around);
            }
            _ => {}
        }
    }

    /// A person wants it tried again: a new attempt, with all the time there is. What was taken is
    /// never tried again.
    pub(super) fn retry(&mut self, around: &Circumstances<'_>) {
        let is_retried = matches!(self.state, State::Rejected | State::Deferred);
        if is_retried && *around.batch != BatchState::Cancelled {
            self.waited = Duration::ZERO;
            self.tried_at = None;
            self.losses = 0;
            self.wait(around.now, around);
        }
    }

    /// Back to where the row was before it was claimed.
    pub(super) fn go_back(&mut self, around: &Circumstances<'_>) {
        let due_at = if self.attempts == 0 {
            around.slot.min(around.now)
        } else {
            around.now
        };
        self.wait(due_at, around);
    }

    /// The row ends without mail.
    pub(super) fn skip(&mut self, reason: &str) {
        self.end(State::Skipped, reason);
    }

    fn start(&mut self, content: &str, around: &Circumstances<'_>) -> Result<(), RefusalReason> {
        if *around.batch != BatchState::Open {
            self.go_back(around);
            return Err(RefusalReason::Stopped);
        }
        if let Some(reason) = around.suppressed {
            self.skip(word(reason));
            return Err(RefusalReason::Suppressed(reason));
        }
        if around.is_removed {
            self.skip(REMOVED);
            return Err(RefusalReason::Removed);
        }
        self.tried(around.now);
        self.state = State::Sending;
        self.content = Some(content.to_owned());
        Ok(())
    }

    fn wait(&mut self, due_at: DateTime<Utc>, around: &Circumstances<'_>) {
        if *around.batch == BatchState::Cancelled {
            return self.skip(CANCELLED);
        }
        self.state = if self.attempts == 0 {
            State::Pending
        } else {
            State::Deferred
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

    fn end(&mut self, state: State, reply: &str) {
        self.state = state;
        self.due_at = None;
        self.reply = Some(shortened(reply));
    }
}

/// The word for a reason, as `--json` and a skipped row's reply have it.
pub(super) fn word(reason: SuppressionReason) -> &'static str {
    match reason {
        SuppressionReason::Unsubscribed => "unsubscribed",
        SuppressionReason::HardBounce => "hard_bounce",
        SuppressionReason::Complaint => "complaint",
        SuppressionReason::Manual => "manual",
        SuppressionReason::Erased => "erased",
    }
}

fn shortened(reply: &str) -> String {
    reply[..reply.floor_char_boundary(MAX_REPLY_BYTES)].to_owned()
}
