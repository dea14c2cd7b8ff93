//! The parts of a batch's queue: a domain with limits of its own has one, all others share one. What may be
//! claimed from each, whatever store keeps them.

use chrono::{DateTime, Utc};

use super::{Claim, ClaimQuotas, DeliveryId, DeliveryState};

/// The part of everyone whose domain has no limits.
const COMMON: i64 = 0;

/// A part and how many rows may be taken from it.
#[derive(Debug)]
pub(super) struct QueuePartition {
    pub(super) number: i64,
    pub(super) room: u32,
    is_common: bool,
}

impl QueuePartition {
    /// The parts with their room: the common one, and those that domains were given.
    pub(super) fn all(domains: Vec<(String, i64)>, quotas: &ClaimQuotas) -> Vec<Self> {
        let common = std::iter::once((None, COMMON));
        let named = domains
            .into_iter()
            .map(|(name, number)| (Some(name), number));
        let with_room = |(name, number): (Option<String>, i64)| {
            let mut quotas_of = quotas.domains.iter();
            let quota = quotas_of.find(|(domain, _)| Some(domain) == name.as_ref());
            Self {
                number,
                room: quota.map_or(quotas.rest, |(_, room)| *room),
                // One whose domain lost its limits is drained together with the common one.
                is_common: quota.is_none(),
            }
        };
        common.chain(named).map(with_room).collect()
    }

    /// Parts those who get mail from those who left since the freeze; who finds no room in their part is
    /// left where they are.
    pub(super) fn sort_out(parts: &mut [Self], rows: Vec<DueRow>) -> SortedRows {
        let mut sorted = SortedRows::default();
        for row in rows {
            match row.claim {
                Ok(claim) if Self::use_one(parts, row.partition) => {
                    sorted.taken.push((row.from, claim));
                }
                Ok(_) => {}
                Err(reply) => sorted.skipped.push((row.from, row.delivery, reply)),
            }
        }
        sorted
    }

    /// Takes one row out of a part's room; false where there is none left.
    fn use_one(parts: &mut [Self], number: i64) -> bool {
        let Some(part) = parts.iter().find(|part| part.number == number) else {
            return false;
        };
        if part.room == 0 {
            return false;
        }
        let is_common = part.is_common;
        for part in parts {
            if part.number == number || (is_common && part.is_common) {
                part.room -= 1;
            }
        }
        true
    }
}

/// Up to when rows are due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DueUntil {
    /// What began is due, also where the clock was set back since.
    pub(crate) untried: DateTime<Utc>,
    /// What had to wait was told so by the clock as it is.
    pub(crate) tried: DateTime<Utc>,
}

/// A row whose turn it is.
pub(super) struct DueRow {
    pub(super) delivery: DeliveryId,
    /// Its part's number.
    pub(super) partition: i64,
    pub(super) from: DeliveryState,
    /// The claim on it; where its reader gets no mail any more, the word for why.
    pub(super) claim: Result<Claim, &'static str>,
}

/// What becomes of due rows, and the state that each leaves.
#[derive(Default)]
pub(super) struct SortedRows {
    pub(super) taken: Vec<(DeliveryState, Claim)>,
    /// They end without mail, for that reason.
    pub(super) skipped: Vec<(DeliveryState, DeliveryId, &'static str)>,
}
