//! The names of weekdays.

use chrono::Weekday;

use super::{Said, say};

/// Its name.
#[must_use]
pub(crate) fn weekday(weekday: Weekday) -> Said {
    match weekday {
        Weekday::Mon => say!("Monday"),
        Weekday::Tue => say!("Tuesday"),
        Weekday::Wed => say!("Wednesday"),
        Weekday::Thu => say!("Thursday"),
        Weekday::Fri => say!("Friday"),
        Weekday::Sat => say!("Saturday"),
        Weekday::Sun => say!("Sunday"),
    }
}

/// Its name in a column of dates.
#[must_use]
pub(crate) fn weekday_in_short(weekday: Weekday) -> Said {
    match weekday {
        Weekday::Mon => say!("Mon"),
        Weekday::Tue => say!("Tue"),
        Weekday::Wed => say!("Wed"),
        Weekday::Thu => say!("Thu"),
        Weekday::Fri => say!("Fri"),
        Weekday::Sat => say!("Sat"),
        Weekday::Sun => say!("Sun"),
    }
}
