//! The readers of a batch whose hour is the same moment, where each gets an issue on their own clock.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::DeliveryCounts;
use crate::publication::moment_of;

/// When a row is due that waits for a person: after all time.
pub(crate) const HELD_MILLIS: i64 = 253_402_300_799_000;

/// The readers of a batch who get it at the same moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ZoneCohort {
    /// The moment.
    pub due_at: DateTime<Utc>,
    /// Their zones, by name; `""` stands for readers who named none.
    pub zones: Vec<String>,
    /// Whether it is under way.
    pub state: WaveState,
    /// Where its rows stand.
    pub counts: DeliveryCounts,
}

/// Whether a wave is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaveState {
    /// Its hour lies ahead.
    ToCome,
    /// Its hour has come.
    Begun,
    /// Nobody began it in time: its rows wait for a person.
    TooLate,
}

/// The moments at which clocks in these zones show `local`, each with the names of the zones that share it;
/// readers without a zone (`""`) get it at the slot.
pub(super) fn cohorts(
    zones: impl IntoIterator<Item = Option<Tz>>,
    slot: DateTime<Utc>,
    local: NaiveDateTime,
) -> BTreeMap<DateTime<Utc>, BTreeSet<String>> {
    let mut cohorts: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for zone in zones {
        let hour = zone.map_or(slot, |zone| moment_of(zone, local));
        let name = zone.map_or("", |zone| zone.name());
        cohorts.entry(hour).or_default().insert(name.to_owned());
    }
    cohorts
}
