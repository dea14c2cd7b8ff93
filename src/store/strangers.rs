//! How much is kept of what comes back and proves nothing, since anybody may write it: by the day and in all, for reports,
//! letters and what can't be read apart from each other, so that a flood of the one leaves the others their room. What
//! proves whose mail it is about is never counted here. No database here.

use chrono::TimeDelta;

use super::ReportKind;

/// What comes within so long of now is counted together.
pub(super) const A_DAY: TimeDelta = TimeDelta::hours(24);
/// So much of one sort is taken in within a day.
pub(super) const MOST_A_DAY: u64 = 500;
/// So much of one sort is kept, the newest of it: whatever comes, each for twenty days at the least.
pub(super) const MOST_IN_ALL: u64 = 20 * MOST_A_DAY;

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

    /// What is of this sort.
    pub(super) fn kinds(self) -> impl Iterator<Item = ReportKind> {
        let all = ReportKind::ALL.into_iter();
        all.filter(move |kind| Self::of(*kind) == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_of_one_sort_and_no_sort_is_empty() {
        let sorted = StrangersSort::ALL.map(|sort| sort.kinds().count());
        assert_eq!(sorted.iter().sum::<usize>(), ReportKind::ALL.len());
        assert!(sorted.iter().all(|kinds| *kinds > 0), "{sorted:?}");
    }
}
