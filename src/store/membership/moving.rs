//! What a reader's change of address leads to, and its undoing: for every store. Not: its rows.

use chrono::{DateTime, Utc};

use super::{confirming::GOOD_FOR, member_row::MemberRow};
use crate::{
    address::Address,
    audience::{
        Suppression, SuppressionReason,
        membership::{ChangeSource, MembershipChange, Standing},
    },
    store::{
        ConfirmMoveOutcome, MoveAskOutcome, MoveOutcome, ReceiptFacts, history_note::HistoryNote,
        signup_counts::CountKind, wished_mail::WishedMail,
    },
    words::phrased,
};

/// What is said of an address that its reader left for another.
pub(crate) fn moved_to(to: &Address) -> String {
    phrased!("moved to {address}", address = to.masked())
}

/// The mail that asks the new address.
pub(crate) fn wished_question(to: &Address) -> WishedMail<'_> {
    WishedMail {
        to,
        counted: CountKind::Confirmation,
        prefix: None,
        is_hurried: false,
    }
}

/// What that mail speaks of.
pub(crate) fn question_facts(row: &MemberRow, now: DateTime<Utc>) -> ReceiptFacts {
    ReceiptFacts {
        other_address: Some(row.person.profile.email.masked()),
        ..ReceiptFacts::at(now)
    }
}

/// What a reader is answered who asks for an address that somebody can't move to.
pub(crate) fn ask_hindered(hindrance: MoveOutcome) -> MoveAskOutcome {
    match hindrance {
        MoveOutcome::Taken => MoveAskOutcome::Taken,
        _ => MoveAskOutcome::Barred,
    }
}

/// What the new address is answered then.
pub(crate) fn confirm_hindered(hindrance: MoveOutcome) -> ConfirmMoveOutcome {
    match hindrance {
        MoveOutcome::Taken => ConfirmMoveOutcome::Taken,
        _ => ConfirmMoveOutcome::Barred,
    }
}

/// The address that may confirm, by that key and a link of that epoch; else what it is answered.
pub(crate) fn confirmable(
    row: &MemberRow,
    pending: Option<(Address, DateTime<Utc>)>,
    (epoch, to_key): (u32, &str),
    now: DateTime<Utc>,
) -> Result<Address, ConfirmMoveOutcome> {
    let wanted = pending.filter(|(to, asked_at)| {
        to.key() == to_key && now - *asked_at <= GOOD_FOR && row.epoch == epoch
    });
    let has_it = row.person.profile.email.key() == to_key;
    wanted.map(|(to, _)| to).ok_or(match has_it {
        true => ConfirmMoveOutcome::Already,
        false => ConfirmMoveOutcome::Stale,
    })
}

/// The two mails of a move, each with where it goes: the new address hears that it is theirs, the old one that it is
/// not, with the way back.
pub(crate) fn mails<'a>(
    (from, to): (&'a Address, &'a Address),
    now: DateTime<Utc>,
) -> [(&'a Address, ReceiptFacts); 2] {
    [(to, from, false), (from, to, true)].map(|(address, other, is_to_old_address)| {
        let about = ReceiptFacts {
            other_address: Some(other.masked()),
            is_to_old_address,
            ..ReceiptFacts::at(now)
        };
        (address, about)
    })
}

/// A move that was confirmed.
pub(crate) struct DoneMove {
    pub(crate) id: i64,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) at: DateTime<Utc>,
}

impl DoneMove {
    /// Whether it may be taken back for that reader, by an address against which nothing speaks.
    pub(crate) fn is_undoable(
        &self,
        row: &MemberRow,
        may_return: bool,
        now: DateTime<Utc>,
    ) -> bool {
        let is_theirs = self.from.key() == row.person.profile.email.key();
        !is_theirs && now - self.at <= GOOD_FOR && may_return
    }

    /// Whether what stands against the old address is the move's own word, and nothing that was said of it since.
    pub(crate) fn has_closed(&self, stands: Option<&Suppression>) -> bool {
        let detail = moved_to(&self.to);
        stands.is_some_and(|it| it.at == self.at && it.detail.as_ref() == Some(&detail))
    }

    /// Whether somebody may read at the old address again; `stands` is what stands against it.
    pub(crate) fn may_return(
        &self,
        hindrance: Option<MoveOutcome>,
        stands: Option<&Suppression>,
    ) -> bool {
        match hindrance {
            None | Some(MoveOutcome::Suppressed(SuppressionReason::HardBounce)) => true,
            Some(MoveOutcome::Suppressed(_)) => self.has_closed(stands),
            Some(_) => false,
        }
    }
}

/// What the history says of a move that is taken back.
pub(crate) fn undone_note(standing: Standing, now: DateTime<Utc>) -> HistoryNote {
    let to = Standing {
        suppression: None,
        ..standing
    };
    HistoryNote::of(
        MembershipChange::MoveUndone,
        ChangeSource::Link,
        (standing, to),
        now,
    )
}
