//! Whose turn it is where several batches are due: one is carried at a time, and none waits for another's end.

use std::{collections::BTreeMap, time::Duration};

/// How long a batch is carried while others wait for their turn.
pub(crate) const TURN: Duration = Duration::from_secs(60);

/// When each batch was carried last, counted in turns.
#[derive(Debug, Default)]
pub(crate) struct BatchTurns {
    last: BTreeMap<String, u64>,
    count: u64,
}

impl BatchTurns {
    /// It is that batch's turn.
    pub(crate) fn take(&mut self, issue: &str) {
        self.count += 1;
        self.last.insert(issue.to_owned(), self.count);
    }

    /// Whether it never had a turn: it gets one at once.
    pub(crate) fn is_new(&self, issue: &str) -> bool {
        !self.last.contains_key(issue)
    }

    /// The one that waited longest; one that never had a turn goes before all.
    pub(crate) fn first_of<'a, T>(
        &self,
        due: impl IntoIterator<Item = &'a T>,
        issue: impl Fn(&T) -> &str,
    ) -> Option<&'a T> {
        due.into_iter()
            .min_by_key(|one| self.last.get(issue(one)).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_never_had_a_turn_goes_first_and_then_who_waited_longest() {
        let mut turns = BatchTurns::default();
        let due = ["monday", "thursday", "extra"];
        let first = |turns: &BatchTurns| *turns.first_of(&due, |issue| issue).unwrap();
        let mut order = Vec::new();
        for _ in 0..5 {
            let next = first(&turns);
            assert_eq!(turns.is_new(next), order.len() < 3);
            turns.take(next);
            order.push(next);
        }
        assert_eq!(order, ["monday", "thursday", "extra", "monday", "thursday"]);
        let nobody: [&str; 0] = [];
        assert_eq!(turns.first_of(&nobody, |issue| issue), None);
    }
}
