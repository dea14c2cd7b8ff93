//! `ledger:` – how long the ledger keeps a row a reader and issue. What goes then, and how, is the store's.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::{FromText, ParsedText};
use crate::words::{phrase, phrased};

/// Nothing that the program does looks further back at rows than a third of it.
pub(crate) const SHORTEST_KEEP: Duration = Duration::from_secs(90 * 86_400);

/// How long rows are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerSettings {
    /// None: for ever.
    pub keep: Option<Duration>,
}

/// What the ledger keeps.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LedgerBlock {
    /// How long it keeps who got which issue: rows of issues that are over for longer go into totals, once a day while
    /// nothing is on its way. The totals stay, and no issue is ever sent again. At least `90d`. Default: for ever.
    keep: Option<ParsedText<KeepSpan>>,
}

impl LedgerBlock {
    pub(super) fn settle(self) -> LedgerSettings {
        LedgerSettings {
            keep: self.keep.map(|ParsedText(KeepSpan(span))| span),
        }
    }
}

/// How long something is kept.
struct KeepSpan(Duration);

impl FromText for KeepSpan {
    const NAME: &'static str = phrase!("how long rows are kept");
    const PATTERN: Option<&'static str> = Some("^([0-9]+(d|w|y))+$");
    const EXAMPLES: &'static [&'static str] = &["2y", "180d"];

    fn from_text(text: &str) -> Result<Self, String> {
        let span = Duration::from_text(text)?;
        match span < SHORTEST_KEEP {
            true => Err(phrased!(
                "`{text}` is too short: what comes back of an issue is still held against its rows\nwrite 90d or more: `180d`, `2y`"
            )),
            false => Ok(Self(span)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> Option<u64> {
        let KeepSpan(span) = KeepSpan::from_text(text).ok()?;
        Some(span.as_secs() / 86_400)
    }

    #[test]
    fn rows_are_kept_for_a_season_at_least_and_ten_years_at_most() {
        assert_eq!(days("2y"), Some(730));
        assert_eq!(days("1y6w"), Some(407));
        assert_eq!(days("90d"), Some(90));
        for refused in ["89d", "0d", "12w", "1h", "11y", "2 y", "ever", ""] {
            assert_eq!(days(refused), None, "{refused}");
        }
    }
}
