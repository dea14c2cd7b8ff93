//! What the history says of a change in a reader's life, and how it is written down: for every store. Not: the rows.

use chrono::{DateTime, Utc};

use super::codes::{self, NotOurs};
use crate::audience::{
    Origin,
    membership::{ChangeSource, MembershipChange, Standing},
};

/// What is written down of one change.
#[derive(Debug, Clone, Copy)]
pub(super) struct HistoryNote {
    pub(super) change: MembershipChange,
    pub(super) source: ChangeSource,
    /// By how many more of those it is of get mail since.
    pub(super) gain: i64,
    pub(super) at: DateTime<Utc>,
}

impl HistoryNote {
    /// Nobody gets more or less mail for it.
    pub(super) fn quiet(change: MembershipChange, source: ChangeSource, at: DateTime<Utc>) -> Self {
        Self {
            change,
            source,
            gain: 0,
            at,
        }
    }

    /// A change of one reader's standing.
    pub(super) fn of(
        change: MembershipChange,
        source: ChangeSource,
        (from, to): (Standing, Standing),
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            change,
            source,
            gain: i64::from(to.gets_mail()) - i64::from(from.gets_mail()),
            at,
        }
    }
}

/// As what the history knows that something is lifted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiftNote {
    pub(crate) change: MembershipChange,
    pub(crate) source: ChangeSource,
    pub(crate) at: DateTime<Utc>,
}

/// By what a change came that one of the list's origins made.
pub(super) fn source_of(origin: Origin) -> ChangeSource {
    match origin {
        Origin::File => ChangeSource::File,
        Origin::Import => ChangeSource::Import,
        Origin::Operator => ChangeSource::Operator,
        Origin::Person => ChangeSource::Form,
    }
}

/// In people's databases: never renumbered.
const CHANGES: [(MembershipChange, i64); 20] = [
    (MembershipChange::Asked, 1),
    (MembershipChange::Confirmed, 2),
    (MembershipChange::Left, 3),
    (MembershipChange::LeftEdition, 4),
    (MembershipChange::Returned, 5),
    (MembershipChange::Preferred, 6),
    (MembershipChange::MoveAsked, 7),
    (MembershipChange::Moved, 8),
    (MembershipChange::MoveUndone, 9),
    (MembershipChange::Bounced, 10),
    (MembershipChange::Complained, 11),
    (MembershipChange::Suppressed, 12),
    (MembershipChange::Lifted, 13),
    (MembershipChange::Added, 14),
    (MembershipChange::Deactivated, 15),
    (MembershipChange::Reactivated, 16),
    (MembershipChange::Forgotten, 17),
    (MembershipChange::Erased, 18),
    (MembershipChange::Opined, 19),
    (MembershipChange::Reconsented, 20),
];

/// In people's databases: never renumbered.
const SOURCES: [(ChangeSource, i64); 11] = [
    (ChangeSource::Form, 1),
    (ChangeSource::Link, 2),
    (ChangeSource::OneClick, 3),
    (ChangeSource::Mailto, 4),
    (ChangeSource::File, 5),
    (ChangeSource::Import, 6),
    (ChangeSource::Operator, 7),
    (ChangeSource::Bounce, 8),
    (ChangeSource::Complaint, 9),
    (ChangeSource::Expiry, 10),
    (ChangeSource::Restore, 11),
];

/// With which a reader is another member than before: mail of the time before was sent under another membership.
const BEGINNINGS: [MembershipChange; 5] = [
    MembershipChange::Confirmed,
    MembershipChange::Returned,
    MembershipChange::Moved,
    MembershipChange::MoveUndone,
    MembershipChange::Lifted,
];

/// The codes of those changes.
pub(super) fn beginning_codes() -> [i64; BEGINNINGS.len()] {
    BEGINNINGS.map(change_code)
}

pub(super) fn change_code(change: MembershipChange) -> i64 {
    codes::code_in(&CHANGES, change)
}

pub(super) fn change(code: i64) -> Result<MembershipChange, NotOurs> {
    codes::of_code_in("change", &CHANGES, code)
}

pub(super) fn source_code(source: ChangeSource) -> i64 {
    codes::code_in(&SOURCES, source)
}

pub(super) fn source(code: i64) -> Result<ChangeSource, NotOurs> {
    codes::of_code_in("source of a change", &SOURCES, code)
}
