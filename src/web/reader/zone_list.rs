//! The time zones that a reader can choose from, by continent.

use chrono_tz::TZ_VARIANTS;
use serde::Serialize;

/// The zones of one continent.
#[derive(Debug, Serialize)]
pub(super) struct ZoneGroup {
    area: &'static str,
    zones: Vec<ZoneOption>,
}

/// One zone.
#[derive(Debug, Serialize)]
struct ZoneOption {
    name: &'static str,
    /// Its city.
    label: String,
    is_chosen: bool,
}

/// Continents and oceans: what else has a slash is kept for old programs.
const AREAS: [&str; 9] = [
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

impl ZoneGroup {
    /// Every zone of a city.
    pub(super) fn all(chosen: Option<&str>) -> Vec<Self> {
        let groups = AREAS.iter().map(|area| {
            let of_area = TZ_VARIANTS.iter().filter_map(|zone| {
                let (own, city) = zone.name().split_once('/')?;
                (own == *area).then(|| ZoneOption {
                    name: zone.name(),
                    label: city.replace('_', " ").replace('/', ", "),
                    is_chosen: chosen == Some(zone.name()),
                })
            });
            Self {
                area,
                zones: of_area.collect(),
            }
        });
        groups.collect()
    }
}
