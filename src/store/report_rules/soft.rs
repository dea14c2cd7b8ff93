//! Mailboxes that could not take an issue: what issues in a row come to. Not: the rows.

use chrono::{DateTime, TimeDelta, Utc};

use super::{ARRIVED_AFTER, is_dormant};
use crate::words::phrased;

/// How often a reader with failures is looked at.
pub(crate) const AGAIN: TimeDelta = TimeDelta::days(1);

/// An issue that a reader's mailbox could not take.
#[derive(Debug, Clone)]
pub(crate) struct SoftFailure {
    pub(crate) batch: i64,
    pub(crate) frozen_at: DateTime<Utc>,
    pub(crate) reply: String,
}

/// An issue that the relay took and nothing came back of: its batch, and when it was sent.
pub(crate) type SilentIssue = (i64, DateTime<Utc>);

/// What the failures of a reader have come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SoftVerdict {
    /// Nothing, so far.
    Patience,
    /// The address is given up, for that reason.
    GivenUp(String),
    /// Issues pass them by, unless [one is open](is_any_open).
    PassedBy,
}

/// Judges failures in the order of their batches. `dormancy`: issues pass the reader by, but for the one in it that
/// was tried.
pub(crate) fn verdict(failures: &[SoftFailure], dormancy: Option<Option<i64>>) -> SoftVerdict {
    let Some(last) = failures.last() else {
        return SoftVerdict::Patience;
    };
    if let Some(tried) = dormancy {
        let has_failed = tried.is_some_and(|tried| failures.iter().any(|it| it.batch == tried));
        if !has_failed {
            return SoftVerdict::Patience;
        }
        let issues = failures.len();
        return SoftVerdict::GivenUp(phrased!(
            "dormant: {issues} issues in a row, the last: {reply}",
            reply = last.reply
        ));
    }
    let frozen: Vec<DateTime<Utc>> = failures.iter().map(|it| it.frozen_at).collect();
    match is_dormant(&frozen) {
        true => SoftVerdict::PassedBy,
        false => SoftVerdict::Patience,
    }
}

/// Whether an issue between the first failure and the last may still have arrived.
pub(crate) fn is_any_open(
    failures: &[SoftFailure],
    silent: &[SilentIssue],
    now: DateTime<Utc>,
) -> bool {
    let (Some(first), Some(last)) = (failures.first(), failures.last()) else {
        return false;
    };
    let is_open = |(batch, sent_at): &SilentIssue| {
        (first.batch..last.batch).contains(batch) && *sent_at + ARRIVED_AFTER > now
    };
    silent.iter().any(is_open)
}

/// The week in which somebody had to listen for a silent issue to have arrived; None: it is not over.
pub(crate) fn week_of_arrival(
    sent_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let week = (sent_at, sent_at + ARRIVED_AFTER);
    (week.1 <= now).then_some(week)
}
