//! How the list grew, week by week, by the history: for every store. Not: the sums.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;

use crate::{
    audience::membership::MembershipChange,
    store::{
        GrowthWeek,
        codes::{self, NotOurs},
    },
    words::phrased,
};

const WEEK: Days = Days::new(7);

/// A week on some zone's clock, by its moments in milliseconds.
pub(crate) struct WeekSpan {
    pub(crate) starts: NaiveDate,
    pub(crate) from: i64,
    pub(crate) until: i64,
}

/// What the history says of one kind of change in a week.
pub(crate) struct WeekChange {
    pub(crate) change: MembershipChange,
    pub(crate) people: u64,
    /// How many of its rows brought somebody mail.
    pub(crate) gains: u64,
}

/// The last `weeks` weeks, from Monday to Monday on that zone's clock, the last one first, which is this one.
pub(crate) fn weeks_back(
    weeks: u32,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Vec<WeekSpan>, NotOurs> {
    let today = now.with_timezone(&zone).date_naive();
    let this = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    let span = |back| {
        let starts = this - Days::new(7 * back);
        Ok(WeekSpan {
            starts,
            from: begins(zone, starts)?,
            until: begins(zone, starts + WEEK)?,
        })
    };
    (0..u64::from(weeks)).map(span).collect()
}

/// Midnight of that date; where the clock skips it, the first moment after.
fn begins(zone: Tz, date: NaiveDate) -> Result<i64, NotOurs> {
    let begins = (0..24).find_map(|hour| {
        let local = date.and_hms_opt(hour, 0, 0)?;
        zone.from_local_datetime(&local).earliest()
    });
    let begins = begins.ok_or_else(|| NotOurs(phrased!("{date} is no date")))?;
    Ok(codes::millis(begins.with_timezone(&Utc)))
}

/// A week that ended with so many who get mail, and in which that happened.
pub(crate) fn week(starts: NaiveDate, readers_at_end: i64, changes: &[WeekChange]) -> GrowthWeek {
    let mut week = GrowthWeek {
        starts,
        asked: 0,
        confirmed: 0,
        added: 0,
        left: 0,
        returned: 0,
        bounced: 0,
        complained: 0,
        erased: 0,
        readers_at_end: readers_at_end.unsigned_abs(),
    };
    for WeekChange {
        change,
        people,
        gains,
    } in changes
    {
        match change {
            MembershipChange::Asked => week.asked = *people,
            MembershipChange::Confirmed => week.confirmed = *people,
            MembershipChange::Added | MembershipChange::Reactivated => week.added += people,
            MembershipChange::Left => week.left = *people,
            MembershipChange::Returned => week.returned = *gains,
            MembershipChange::Bounced => week.bounced = *people,
            MembershipChange::Complained => week.complained = *people,
            MembershipChange::Erased => week.erased = *people,
            _ => {}
        }
    }
    week
}
