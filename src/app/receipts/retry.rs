//! When a receipt that did not leave is tried again, and when nobody waits for it any more. Pure.

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::{DueReceipt, ReceiptKind};

/// The waits before each further try; the last one stands for all that follow.
const WAITS: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::seconds(30),
    TimeDelta::minutes(2),
    TimeDelta::minutes(10),
    TimeDelta::minutes(30),
    TimeDelta::hours(1),
    TimeDelta::hours(2),
    TimeDelta::hours(4),
    TimeDelta::hours(8),
];

/// The next try. None: it is given up.
pub(super) fn next_try(due: &DueReceipt, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let wait = WAITS.get(due.attempts as usize).or(WAITS.last())?;
    let at = now + *wait;
    (at <= due.asked_at + patience(due.kind)).then_some(at)
}

/// How long a receipt is of use: nobody who just filled in a form waits for two days.
fn patience(kind: ReceiptKind) -> TimeDelta {
    match kind {
        ReceiptKind::Confirm | ReceiptKind::ManageLink | ReceiptKind::MoveConfirm => {
            TimeDelta::hours(24)
        }
        ReceiptKind::Welcome
        | ReceiptKind::AlreadyHere
        | ReceiptKind::Goodbye
        | ReceiptKind::Moved
        | ReceiptKind::OpinionReceived
        | ReceiptKind::ResultNotice
        | ReceiptKind::ConsentReminder
        | ReceiptKind::Reconfirm => TimeDelta::hours(48),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        address::Address,
        audience::SubscriberId,
        store::{ReceiptFacts, ReceiptId},
    };

    fn tries(kind: ReceiptKind) -> Vec<TimeDelta> {
        let asked_at = DateTime::UNIX_EPOCH;
        let mut due = DueReceipt {
            id: ReceiptId(1),
            kind,
            reader: SubscriberId(1),
            epoch: 0,
            to: Address::parse("reader@example.com").unwrap(),
            name: None,
            language: None,
            about: ReceiptFacts::at(asked_at),
            attempts: 0,
            asked_at,
        };
        let mut now = asked_at;
        let mut tries = Vec::new();
        while let Some(next) = next_try(&due, now) {
            tries.push(next - asked_at);
            (now, due.attempts) = (next, due.attempts + 1);
        }
        tries
    }

    #[test]
    fn a_receipt_is_tried_after_seconds_then_hours_and_given_up_when_nobody_waits_for_it() {
        for kind in ReceiptKind::ALL {
            let tries = tries(kind);
            let longest = match kind.is_to_a_stranger() || kind == ReceiptKind::ManageLink {
                true => TimeDelta::hours(24),
                false => TimeDelta::hours(48),
            };
            assert_eq!(tries[0], TimeDelta::seconds(5));
            assert!(tries.len() >= 9, "{kind:?}: {tries:?}");
            let last = *tries.last().unwrap();
            assert!(
                last <= longest && last > longest - TimeDelta::hours(9),
                "{kind:?}: {last}"
            );
        }
    }
}
