//! How the list grew, week by week: the sums of the history.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    audience::SubscriberState,
    store::{
        GrowthWeek, codes, history_note,
        membership::growth::{WeekChange, WeekSpan, week, weeks_back},
        postgres::{columns, fault::PostgresFault, transaction::StoreTransaction, values::values},
    },
};

/// The last `weeks` weeks, from Monday to Monday on that zone's clock; the last one is this one.
pub(crate) async fn growth(
    tx: &StoreTransaction,
    weeks: u32,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Vec<GrowthWeek>, PostgresFault> {
    let spans = weeks_back(weeks, zone, now)?;
    let Some(this) = spans.first() else {
        return Ok(Vec::new());
    };
    // From this week back: who gets mail now is known, and the history says what led there.
    let mut readers = readers(tx).await? - gained(tx, this.until, None).await?;
    let mut growth = Vec::new();
    for span in &spans {
        growth.push(week(span.starts, readers, &changes(tx, span).await?));
        readers -= gained(tx, span.from, Some(span.until)).await?;
    }
    growth.reverse();
    Ok(growth)
}

async fn readers(tx: &StoreTransaction) -> Result<i64, PostgresFault> {
    let sql = "SELECT count(*) FROM subscribers WHERE state = $1 AND suppressed IS NULL";
    let active = codes::subscriber_state_code(SubscriberState::Active);
    tx.value(sql, values![active]).await
}

async fn gained(
    tx: &StoreTransaction,
    from: i64,
    until: Option<i64>,
) -> Result<i64, PostgresFault> {
    let sql = "SELECT coalesce(sum(gain), 0)::int8 FROM history \
               WHERE at >= $1 AND ($2 IS NULL OR at < $2)";
    tx.value(sql, values![from, until]).await
}

async fn changes(tx: &StoreTransaction, span: &WeekSpan) -> Result<Vec<WeekChange>, PostgresFault> {
    tx.all(
        "SELECT change, sum(through - subscriber + 1)::int8 AS people, \
         count(*) FILTER (WHERE gain > 0) AS gains \
         FROM history WHERE at >= $1 AND at < $2 GROUP BY change",
        values![span.from, span.until],
        |row| {
            Ok(WeekChange {
                change: history_note::change(columns::code(row, "change")?)?,
                people: columns::count(row, "people")?,
                gains: columns::count(row, "gains")?,
            })
        },
    )
    .await
}
