//! How much is kept of what comes back and proves nothing, since anybody may write it: by the day and in all, for reports,
//! letters and what can't be read apart from each other, so that a flood of the one leaves the others their room. What
//! proves whose mail it is about is never counted here. No database here.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::ReportKind;

/// What comes within so long of now is counted together.
pub(super) const A_DAY: TimeDelta = TimeDelta::hours(24);
/// So much of one sort is taken in within a day.
pub(super) const MOST_A_DAY: u64 = 500;
/// So much of one sort is kept, the newest of it: whatever comes, each for twenty days at the least.
pub(super) const MOST_IN_ALL: u64 = 20 * MOST_A_DAY;

/// How long it is known how much was turned away.
pub(super) const KNOWN: TimeDelta = TimeDelta::days(90);

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StrangersSort {
    /// What mail systems write.
    Report,
    /// What people write.
    Letter,
    /// What nobody can read.
    Unreadable,
}

impl StrangersSort {
    pub(super) const ALL: [Self; 3] = [Self::Report, Self::Letter, Self::Unreadable];

    pub(super) fn of(kind: ReportKind) -> Self {
        match kind {
            ReportKind::Bounce
            | ReportKind::Delayed
            | ReportKind::Delivered
            | ReportKind::Complaint
            | ReportKind::Feedback
            | ReportKind::AutoReply
            | ReportKind::Challenge => Self::Report,
            ReportKind::Unsubscribe
            | ReportKind::Answer
            | ReportKind::Asking
            | ReportKind::Opinion => Self::Letter,
            ReportKind::Unreadable => Self::Unreadable,
        }
    }

    /// What is of this sort, in words.
    pub(super) fn words(self) -> Vec<&'static str> {
        let all = ReportKind::ALL.into_iter();
        let of_it = all.filter(|kind| Self::of(*kind) == self);
        of_it.map(ReportKind::word).collect()
    }
}

/// The room there is today, as far as somebody asked for it.
#[derive(Debug, Default)]
pub(super) struct TakenToday(BTreeMap<StrangersSort, u64>);

impl TakenToday {
    /// Whether it is known how much of a sort was taken in.
    pub(super) fn knows(&self, sort: StrangersSort) -> bool {
        self.0.contains_key(&sort)
    }

    /// So much of it was.
    pub(super) fn learn(&mut self, sort: StrangersSort, kept: u64) {
        self.0.insert(sort, kept);
    }

    /// Takes the room for one more; false: there is none.
    pub(super) fn take(&mut self, sort: StrangersSort) -> bool {
        let kept = self.0.entry(sort).or_default();
        let has_room = *kept < MOST_A_DAY;
        *kept += u64::from(has_room);
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_of_one_sort_and_no_sort_is_empty() {
        let sorted = StrangersSort::ALL.map(|sort| sort.words().len());
        assert_eq!(sorted.iter().sum::<usize>(), ReportKind::ALL.len());
        assert!(sorted.iter().all(|kinds| *kinds > 0), "{sorted:?}");
    }
}
