//! The guard over refusals: a relay that refuses everybody (`554 5.7.1 Relay access denied`) must
//! not empty a list. Refusals are held until enough readers were taken to believe them.

use std::collections::BTreeSet;

/// Refused in a row, over two domains or more: the relay's doing.
const RUN: usize = 10;
/// Refused among the first [`EARLY`] readers: the relay's doing.
const EARLY_REFUSALS: usize = 20;
/// How many readers are the first ones.
const EARLY: usize = 100;

/// What the guard says about one more refusal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ruling<Row> {
    /// The row is kept with the held ones.
    Hold,
    /// These refusals are the readers' own.
    Believe(Vec<Row>),
    /// The relay refuses everybody: return these rows, mark nobody.
    Pause(Vec<Row>),
}

/// Counts refusals and keeps the rows that are not yet believed.
#[derive(Debug)]
pub(crate) struct RefusalGuard<Row> {
    /// A person looked and resumed: refusals count.
    trusts: bool,
    judged: usize,
    refused_early: usize,
    /// Rows refused since the last acceptance, and their domains.
    run: usize,
    run_domains: BTreeSet<String>,
    held: Vec<Row>,
    on_the_way: usize,
    has_accepted: bool,
}

impl<Row> RefusalGuard<Row> {
    /// `has_accepted`: the relay took this very content for somebody before.
    pub(crate) fn new(trusts: bool, has_accepted: bool) -> Self {
        Self {
            trusts,
            judged: 0,
            refused_early: 0,
            run: 0,
            run_domains: BTreeSet::new(),
            held: Vec::new(),
            on_the_way: 0,
            has_accepted,
        }
    }

    /// Whether the relay has taken anybody's message.
    pub(crate) fn has_accepted(&self) -> bool {
        self.has_accepted
    }

    /// Whether one more reader may be tried now. Until the relay has taken anybody, no more are
    /// on the way than it takes to find out.
    pub(crate) fn may_start(&mut self) -> bool {
        let may = self.trusts
            || self.has_accepted
            || self.on_the_way + self.refused_early < EARLY_REFUSALS;
        self.on_the_way += usize::from(may);
        may
    }

    /// A reader on the way came back without a verdict on them: a loss, a deferral, a stop.
    pub(crate) fn undecided(&mut self) {
        self.on_the_way = self.on_the_way.saturating_sub(1);
    }

    /// A reader was taken. Answers the refusals to believe now.
    pub(crate) fn accepted(&mut self) -> Vec<Row> {
        self.undecided();
        self.has_accepted = true;
        self.judged += 1;
        self.run = 0;
        self.run_domains.clear();
        if self.judged >= EARLY {
            std::mem::take(&mut self.held)
        } else {
            Vec::new()
        }
    }

    /// A reader was refused for good.
    pub(crate) fn refused(&mut self, row: Row, domain: &str) -> Ruling<Row> {
        self.undecided();
        if self.trusts {
            return Ruling::Believe(vec![row]);
        }
        self.judged += 1;
        self.run += 1;
        self.refused_early += usize::from(self.judged <= EARLY);
        self.run_domains.insert(domain.to_owned());
        self.held.push(row);
        if (self.run >= RUN && self.run_domains.len() > 1)
            || (self.judged <= EARLY && self.refused_early >= EARLY_REFUSALS)
        {
            return Ruling::Pause(std::mem::take(&mut self.held));
        }
        // One domain that refuses a long run after the relay took others is that domain's own
        // doing, and what is held stays small.
        if self.judged > EARLY && self.run_domains.len() == 1 && self.run > EARLY_REFUSALS {
            return Ruling::Believe(std::mem::take(&mut self.held));
        }
        Ruling::Hold
    }

    /// Nobody is left to try: what is held was never enough to doubt.
    pub(crate) fn release(&mut self) -> Vec<Row> {
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_refusals_in_a_row_over_two_domains_pause_and_return_all_of_them() {
        let mut guard = RefusalGuard::new(false, false);
        for row in 0..9 {
            assert!(guard.may_start());
            let domain = if row % 2 == 0 { "a.test" } else { "b.test" };
            assert_eq!(guard.refused(row, domain), Ruling::Hold);
        }
        assert_eq!(guard.refused(9, "a.test"), Ruling::Pause((0..10).collect()));
    }

    #[test]
    fn twenty_refusals_of_one_domain_among_the_first_hundred_pause() {
        let mut guard = RefusalGuard::new(false, false);
        for row in 0..19 {
            assert_eq!(guard.refused(row, "a.test"), Ruling::Hold);
        }
        assert_eq!(
            guard.refused(19, "a.test"),
            Ruling::Pause((0..20).collect())
        );
    }

    #[test]
    fn refusals_between_acceptances_are_believed_after_the_first_hundred() {
        let mut guard = RefusalGuard::new(false, false);
        let mut believed = Vec::new();
        for row in 0..200 {
            if row % 10 == 0 {
                assert_eq!(guard.refused(row, "a.test"), Ruling::Hold);
            } else {
                believed.extend(guard.accepted());
            }
        }
        believed.extend(guard.release());
        assert_eq!(believed, (0..200).step_by(10).collect::<Vec<_>>());
    }

    #[test]
    fn until_somebody_is_taken_no_more_than_twenty_are_on_the_way() {
        let mut guard = RefusalGuard::<u32>::new(false, false);
        assert_eq!((0..50).filter(|_| guard.may_start()).count(), 20);
        guard.accepted();
        assert!(guard.may_start());
    }

    #[test]
    fn a_resumed_batch_believes_every_refusal_at_once() {
        let mut guard = RefusalGuard::new(true, false);
        for row in 0..50 {
            assert_eq!(guard.refused(row, "a.test"), Ruling::Believe(vec![row]));
        }
    }

    #[test]
    fn a_small_list_that_refuses_a_few_is_believed_at_its_end() {
        let mut guard = RefusalGuard::new(false, false);
        assert_eq!(guard.refused(1, "a.test"), Ruling::Hold);
        assert!(guard.accepted().is_empty());
        assert_eq!(guard.release(), vec![1]);
    }
}
