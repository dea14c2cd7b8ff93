//! How the list grew, week by week: the sums of the history.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, params};

use crate::{
    audience::SubscriberState,
    store::{
        GrowthWeek,
        membership::growth::{WeekChange, WeekSpan, week, weeks_back},
        sqlite::{codes, fault::SqliteFault, history, statement::Statements},
    },
};

/// The last `weeks` weeks, from Monday to Monday on that zone's clock; the last one is this one.
pub(crate) fn growth(
    tx: &Connection,
    weeks: u32,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Vec<GrowthWeek>, SqliteFault> {
    let spans = weeks_back(weeks, zone, now)?;
    let Some(this) = spans.first() else {
        return Ok(Vec::new());
    };
    // From this week back: who gets mail now is known, and the history says what led there.
    let mut readers = readers(tx)? - gained(tx, this.until, None)?;
    let mut growth = Vec::new();
    for span in &spans {
        growth.push(week(span.starts, readers, &changes(tx, span)?));
        readers -= gained(tx, span.from, Some(span.until))?;
    }
    growth.reverse();
    Ok(growth)
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

fn changes(tx: &Connection, span: &WeekSpan) -> Result<Vec<WeekChange>, SqliteFault> {
    tx.all(
        "SELECT change, sum(through - subscriber + 1) AS people, sum(gain > 0) AS gains \
         FROM history WHERE at >= ?1 AND at < ?2 GROUP BY change",
        params![span.from, span.until],
        |row| {
            Ok(WeekChange {
                change: history::change(row.get("change")?)?,
                people: codes::count(row, "people")?,
                gains: codes::count(row, "gains")?,
            })
        },
    )
}
