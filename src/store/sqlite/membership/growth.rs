//! How the list grew, week by week, read from the history.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, params};

use crate::{
    audience::{SubscriberState, membership::MembershipChange},
    store::{
        GrowthWeek,
        sqlite::{codes, fault::SqliteFault, history, statement::Statements},
    },
    words::phrased,
};

/// The last `weeks` weeks, from Monday to Monday on that zone's clock; the last one is this one.
pub(crate) fn growth(
    tx: &Connection,
    weeks: u32,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Vec<GrowthWeek>, SqliteFault> {
    let today = now.with_timezone(&zone).date_naive();
    let this = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    let mut growth = Vec::new();
    // From this week back: who gets mail now is known, and the history says what led there.
    let mut readers = readers(tx)? - gained(tx, week_from(zone, this + WEEK)?, None)?;
    for back in 0..u64::from(weeks) {
        let starts = this - Days::new(7 * back);
        let (from, until) = (week_from(zone, starts)?, week_from(zone, starts + WEEK)?);
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
            readers_at_end: readers.unsigned_abs(),
        };
        tally(tx, &mut week, from, until)?;
        readers -= gained(tx, from, Some(until))?;
        growth.push(week);
    }
    growth.reverse();
    Ok(growth)
}

const WEEK: Days = Days::new(7);

/// Midnight of that date; where the clock skips it, the first moment after.
fn week_from(zone: Tz, date: NaiveDate) -> Result<i64, SqliteFault> {
    let begins = (0..24).find_map(|hour| {
        let local = date.and_hms_opt(hour, 0, 0)?;
        zone.from_local_datetime(&local).earliest()
    });
    let begins = begins.ok_or_else(|| SqliteFault::Damaged(phrased!("{date} is no date")))?;
    Ok(codes::millis(begins.with_timezone(&Utc)))
}

fn readers(tx: &Connection) -> Result<i64, SqliteFault> {
    tx.value(
        "SELECT count(*) FROM subscribers WHERE state = ?1 AND suppressed IS NULL",
        params![codes::subscriber_state_code(SubscriberState::Active)],
    )
}

fn gained(tx: &Connection, from: i64, until: Option<i64>) -> Result<i64, SqliteFault> {
    tx.value(
        "SELECT coalesce(sum(gain), 0) FROM history WHERE at >= ?1 AND (?2 IS NULL OR at < ?2)",
        params![from, until],
    )
}

fn tally(tx: &Connection, week: &mut GrowthWeek, from: i64, until: i64) -> Result<(), SqliteFault> {
    tx.all(
        "SELECT change, sum(through - subscriber + 1) AS people, sum(gain > 0) AS gains \
         FROM history WHERE at >= ?1 AND at < ?2 GROUP BY change",
        params![from, until],
        |row| {
            let people = codes::count(row, "people")?;
            match history::change(row.get("change")?)? {
                MembershipChange::Asked => week.asked = people,
                MembershipChange::Confirmed => week.confirmed = people,
                MembershipChange::Added | MembershipChange::Reactivated => week.added += people,
                MembershipChange::Left => week.left = people,
                MembershipChange::Returned => week.returned = codes::count(row, "gains")?,
                MembershipChange::Bounced => week.bounced = people,
                MembershipChange::Complained => week.complained = people,
                MembershipChange::Erased => week.erased = people,
                _ => {}
            }
            Ok(())
        },
    )?;
    Ok(())
}
