//! What is held of a reader's refusals, and the evidence that it makes together with what a store knows beside it.

use chrono::{DateTime, Utc};

use super::RefusalEvidence;
use crate::{store::codes, words::phrase};

/// A refusal that is not believed yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReportedRefusal {
    pub(crate) id: i64,
    pub(crate) batch: i64,
    pub(crate) domain: Option<i64>,
    pub(crate) at: DateTime<Utc>,
}

/// Those of one reader, the oldest first: one at the least.
pub(crate) struct ReportedRefusals {
    all: Vec<ReportedRefusal>,
    pub(crate) last: ReportedRefusal,
    /// Their batches, in order, each once.
    pub(crate) batches: Vec<i64>,
}

/// What a store knows beside them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AroundRefusal {
    /// The batch's readers at that domain.
    pub(crate) readers: u64,
    /// Readers who were refused there around that time, and those of them who were never before.
    pub(crate) refused: (u64, u64),
    /// The domain refuses everybody just now.
    pub(crate) has_spell: bool,
    /// By how many other issues a relay refused the reader as dead and was not believed, and since when.
    pub(crate) at_smtp_time: (u64, Option<DateTime<Utc>>),
    /// The relay took an earlier issue for the reader, and nothing came back of it.
    pub(crate) got_before: bool,
    /// An issue that was sent after the last refusal has arrived.
    pub(crate) got_after: bool,
}

impl ReportedRefusals {
    /// None: nothing is held.
    pub(crate) fn of(all: Vec<ReportedRefusal>) -> Option<Self> {
        let last = *all.last()?;
        let mut batches: Vec<i64> = all.iter().map(|it| it.batch).collect();
        batches.sort_unstable();
        batches.dedup();
        Some(Self { all, last, batches })
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = i64> {
        self.all.iter().map(|it| it.id)
    }

    /// The first batch that refused them, and the last.
    pub(crate) fn span(&self) -> (i64, i64) {
        let first = self.batches.first().copied();
        let last = self.batches.last().copied();
        (
            first.unwrap_or(self.last.batch),
            last.unwrap_or(self.last.batch),
        )
    }

    pub(crate) fn evidence(&self, around: AroundRefusal) -> RefusalEvidence {
        let first_at = self.all.first().map_or(self.last.at, |it| it.at);
        let (issues, since) = around.at_smtp_time;
        let issues = usize::try_from(issues).unwrap_or(usize::MAX);
        RefusalEvidence {
            at: self.last.at,
            readers: around.readers,
            refused_lately: around.refused.0,
            refused_first: around.refused.1,
            has_spell: around.has_spell,
            issues: self.batches.len().saturating_add(issues),
            since: since.map_or(first_at, |since| since.min(first_at)),
            got_before: around.got_before,
            got_after: around.got_after,
        }
    }
}

/// Refusals of a domain within a minute are counted once.
pub(crate) fn minute(at: DateTime<Utc>) -> i64 {
    codes::millis(at) / 60_000
}

/// Why an address is dead, in the words of the report where it has any.
pub(crate) fn words_of_refusal(reply: Option<String>) -> String {
    let reply = reply.filter(|reply| !reply.is_empty());
    reply.unwrap_or_else(|| phrase!("a report says that there is no such mailbox").to_owned())
}
