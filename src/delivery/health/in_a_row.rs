//! What came in a row since the relay last took a message, by domain: one domain's trouble is its
//! own, several domains' is the relay's.

use crate::words::phrased;
use std::collections::BTreeMap;

/// Refusals or deferrals since the last acceptance.
#[derive(Debug, Default)]
pub(crate) struct InARow(BTreeMap<String, usize>);

impl InARow {
    pub(crate) fn add(&mut self, domain: &str) {
        *self.0.entry(domain.to_owned()).or_default() += 1;
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether they are at least so many, and so many of them beside those of the domain that has
    /// the most: a domain that is large is not several.
    pub(crate) fn reaches(&self, count: usize, beside_the_largest: usize) -> bool {
        let sum: usize = self.0.values().sum();
        let largest = self.0.values().max().copied().unwrap_or_default();
        sum >= count && sum - largest >= beside_the_largest
    }

    /// The domains with the most of them, for a person.
    pub(crate) fn domains(&self) -> String {
        const NAMED: usize = 3;
        let mut domains: Vec<_> = self.0.iter().collect();
        domains.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let named: Vec<_> = domains
            .iter()
            .take(NAMED)
            .map(|(name, _)| name.as_str())
            .collect();
        let named = named.join(", ");
        match domains.len().saturating_sub(NAMED) {
            0 => named,
            more => phrased!("{named} and {more} more"),
        }
    }
}
