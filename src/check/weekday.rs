//! The names of weekdays, for whoever reads a finding.

use chrono::Weekday;

use crate::words::{Said, say};

/// Its name.
pub(super) fn said(weekday: Weekday) -> Said {
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
