//! What a departure is, and its undoing: for every store. Not: the suppression that it becomes, nor its rows.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::member_row::{ChosenBefore, Farewell, MemberRow, StandingBefore};
use crate::{
    audience::{
        Suppression, SuppressionReason,
        membership::{ChangeSource, MembershipAct, Standing},
    },
    store::{
        ConsentDeed, DepartureScope, LeaveOutcome, LeaveRequest, ReceiptFacts, UndoOutcome,
        merge::{SetBy, StoredPerson},
    },
    words::phrase,
};

/// Longer reasons are cut: what is asked for is a word or two.
const MAX_REASON_CHARS: usize = 500;

/// A reason as it is kept; None where nothing was said.
pub(crate) fn cut_reason(reason: &str) -> Option<String> {
    let cut: String = reason.trim().chars().take(MAX_REASON_CHARS).collect();
    (!cut.is_empty()).then_some(cut)
}

/// What a wish to leave does.
pub(crate) enum Departure {
    /// Nothing.
    None(LeaveOutcome),
    /// That stands against their address from now on.
    All(Suppression),
    /// They read on, as this person; what they had chosen is kept for an undo.
    Edition(Box<StoredPerson>, StandingBefore),
}

impl Departure {
    /// Of that reader, as they stand.
    pub(crate) fn of(row: &MemberRow, request: &LeaveRequest, now: DateTime<Utc>) -> Self {
        match &request.scope {
            DepartureScope::All => Self::of_all(row, request.source, now),
            DepartureScope::Edition { edition, of } => {
                Self::of_edition(row, (edition, of), request.source, now)
            }
        }
    }

    fn of_all(row: &MemberRow, source: ChangeSource, now: DateTime<Utc>) -> Self {
        let left = SuppressionReason::Unsubscribed;
        let act = MembershipAct::Suppress(left);
        if row.plain_standing().after(act).is_none() {
            return Self::None(LeaveOutcome::Already { epoch: row.epoch });
        }
        Self::All(Suppression {
            email: Some(row.person.profile.email.clone()),
            reason: left,
            detail: way_out(source).map(str::to_owned),
            at: now,
        })
    }

    fn of_edition(
        row: &MemberRow,
        (edition, of): (&str, &BTreeSet<String>),
        source: ChangeSource,
        now: DateTime<Utc>,
    ) -> Self {
        let nothing = Self::None(LeaveOutcome::Already { epoch: row.epoch });
        if row.suppressed.is_some() {
            return nothing;
        }
        let chosen = row.person.profile.editions.clone();
        let mut rest = chosen.clone().unwrap_or_else(|| of.clone());
        if !rest.remove(edition) {
            return nothing;
        }
        // An edition that is gone meanwhile is nothing to read on.
        if !rest.iter().any(|it| of.contains(it)) {
            return Self::of_all(row, source, now);
        }
        let before = StandingBefore {
            edition: Some(ChosenBefore {
                editions: chosen,
                set_by: row.person.set_by.0,
            }),
            suppression: None,
        };
        let mut person = row.person.clone();
        person.choose_editions(Some(rest));
        Self::Edition(Box::new(person), before)
    }
}

/// How they left, for whoever looks at the suppression.
fn way_out(source: ChangeSource) -> Option<&'static str> {
    match source {
        ChangeSource::OneClick => Some(phrase!("one click")),
        ChangeSource::Link | ChangeSource::Form => Some(phrase!("the page")),
        ChangeSource::Mailto => Some(phrase!("a mail")),
        _ => None,
    }
}

/// The mail that says of a departure that it happened.
pub(crate) enum LastMail {
    /// With the way back.
    Goodbye(ReceiptFacts),
    /// As the law wants it said, where it does.
    Result(ReceiptFacts),
}

/// What is said to a reader who left just now, and what its links are made for; `rest` is what they read on.
pub(crate) fn last_mail(
    row: &MemberRow,
    request: &LeaveRequest,
    outcome: LeaveOutcome,
    rest: Option<BTreeSet<String>>,
    now: DateTime<Utc>,
) -> Option<(u32, LastMail)> {
    // Who only asked, or reads at an address that is dead, is written to no more.
    if !row.plain_standing().gets_mail() {
        return None;
    }
    let (epoch, edition) = match (outcome, &request.scope) {
        (LeaveOutcome::Left { epoch }, _) => (epoch, None),
        (LeaveOutcome::LeftEdition { epoch }, DepartureScope::Edition { edition, .. }) => {
            (epoch, Some(edition.clone()))
        }
        _ => return None,
    };
    let about = ReceiptFacts {
        source: Some(request.source),
        editions: row.person.profile.editions.clone(),
        edition,
        ..ReceiptFacts::at(now)
    };
    if request.wants_goodbye {
        return Some((epoch, LastMail::Goodbye(about)));
    }
    let deed = match &about.edition {
        Some(_) => ConsentDeed::Chose,
        None => ConsentDeed::Withdrew,
    };
    let about = ReceiptFacts {
        editions: rest,
        deed: Some(deed),
        ..about
    };
    Some((epoch, LastMail::Result(about)))
}

/// What keeps a departure from being taken back by a link of that epoch; None: nothing does.
pub(crate) fn undo_refused(
    row: &MemberRow,
    farewell: &Farewell,
    epoch: u32,
) -> Option<UndoOutcome> {
    if farewell.epoch == epoch && farewell.is_undone {
        return Some(match row.plain_standing().gets_mail() {
            true => UndoOutcome::Already,
            false => UndoOutcome::Stale,
        });
    }
    (farewell.epoch != epoch || row.epoch != epoch).then_some(UndoOutcome::Stale)
}

/// What a departure that is taken back gives back.
pub(crate) enum GivenBack {
    /// Their editions, as this person had chosen them.
    Editions(Box<StoredPerson>),
    /// Their place, and what had kept them from mail before.
    Place(Option<Suppression>),
}

impl GivenBack {
    /// Of what it took away.
    pub(crate) fn of(row: &MemberRow, before: &StandingBefore) -> Self {
        let Some(chosen) = &before.edition else {
            let email = &row.person.profile.email;
            let stood = before.suppression.as_ref();
            return Self::Place(stood.map(|it| it.suppression(email.clone())));
        };
        let mut person = row.person.clone();
        person.profile.editions.clone_from(&chosen.editions);
        person.set_by = SetBy(chosen.set_by);
        Self::Editions(Box::new(person))
    }

    /// The editions of its reader after it.
    pub(crate) fn editions(&self, row: &MemberRow) -> Option<BTreeSet<String>> {
        let person = match self {
            Self::Editions(person) => person,
            Self::Place(_) => &row.person,
        };
        person.profile.editions.clone()
    }

    /// How its reader stands after it.
    pub(crate) fn standing(&self, before: Standing) -> Standing {
        match self {
            Self::Editions(_) => before,
            Self::Place(stood) => Standing {
                suppression: stood.as_ref().map(|it| it.reason),
                ..before
            },
        }
    }
}

/// What the law wants said of somebody who is back.
pub(crate) fn returned_facts(
    editions: Option<BTreeSet<String>>,
    now: DateTime<Utc>,
) -> ReceiptFacts {
    ReceiptFacts {
        source: Some(ChangeSource::Link),
        editions,
        ..ReceiptFacts::at(now)
    }
}
