//! The history of readers on PostgreSQL: rows that are only ever added, and that name readers by their numbers alone.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{columns, fault::PostgresFault, transaction::StoreTransaction, values::values};
use crate::{
    audience::{
        SubscriberId,
        membership::{ChangeSource, HistoryEntry},
    },
    store::{
        codes,
        history_note::{self, HistoryNote, beginning_codes, change_code, source_code},
    },
};

/// Writes down what happened to one reader.
pub(super) async fn note(
    tx: &StoreTransaction,
    reader: SubscriberId,
    note: HistoryNote,
) -> Result<(), PostgresFault> {
    note_each(tx, &[(reader, note)]).await
}

/// The same of several readers, a row each.
pub(super) async fn note_each(
    tx: &StoreTransaction,
    notes: &[(SubscriberId, HistoryNote)],
) -> Result<(), PostgresFault> {
    let rows: Vec<_> = notes
        .iter()
        .map(|(reader, note)| ((reader.0, reader.0), *note))
        .collect();
    add(tx, &rows).await
}

/// Writes down that all of these, in the order of their numbers, came at once: a row a run of numbers.
pub(super) async fn note_arrivals(
    tx: &StoreTransaction,
    readers: &[i64],
    note: HistoryNote,
) -> Result<(), PostgresFault> {
    let rows: Vec<_> = runs(readers)
        .into_iter()
        .map(|(first, last)| {
            let gain = last - first + 1;
            ((first, last), HistoryNote { gain, ..note })
        })
        .collect();
    add(tx, &rows).await
}

/// The runs that numbers in their order make: others may have been given some in between.
fn runs(numbers: &[i64]) -> Vec<(i64, i64)> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    runs
}

async fn add(
    tx: &StoreTransaction,
    rows: &[((i64, i64), HistoryNote)],
) -> Result<(), PostgresFault> {
    if rows.is_empty() {
        return Ok(());
    }
    let column = |value: fn(&((i64, i64), HistoryNote)) -> i64| -> Vec<i64> {
        rows.iter().map(value).collect()
    };
    tx.run(
        "INSERT INTO history (subscriber, through, at, change, source, gain) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6)",
        values![
            column(|row| row.0.0),
            column(|row| row.0.1),
            column(|row| codes::millis(row.1.at)),
            column(|row| change_code(row.1.change)),
            column(|row| source_code(row.1.source)),
            column(|row| row.1.gain)
        ],
    )
    .await?;
    Ok(())
}

/// When a reader last confirmed, moved or was let in again: mail of before was sent under another membership. None:
/// they are what they were since they came.
pub(super) async fn member_since(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Option<DateTime<Utc>>, PostgresFault> {
    tx.one(
        // What a report had done and a bad hour took back was no change of theirs.
        "SELECT max(at) AS since FROM history \
         WHERE subscriber = $1 AND change = ANY($2) AND source <> $3",
        values![
            reader.0,
            beginning_codes().to_vec(),
            source_code(ChangeSource::Bounce)
        ],
        |row| columns::maybe_time(row, "since"),
    )
    .await
}

/// What happened to a reader, the first of it first.
pub(super) async fn of(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Vec<HistoryEntry>, PostgresFault> {
    tx.all(
        "SELECT * FROM history WHERE subscriber = $1 UNION \
         SELECT * FROM history WHERE through > subscriber AND through >= $1 AND subscriber < $1 \
         ORDER BY id",
        values![reader.0],
        entry_from,
    )
    .await
}

/// What happened to whomever behind that row.
pub(super) async fn behind(
    tx: &StoreTransaction,
    after: i64,
    limit: u32,
) -> Result<Vec<HistoryEntry>, PostgresFault> {
    tx.all(
        "SELECT * FROM history WHERE id > $1 ORDER BY id LIMIT $2",
        values![after, i64::from(limit)],
        entry_from,
    )
    .await
}

fn entry_from(row: &Row) -> Result<HistoryEntry, PostgresFault> {
    Ok(HistoryEntry {
        id: row.try_get("id")?,
        reader: columns::subscriber(row, "subscriber")?,
        through: columns::subscriber(row, "through")?,
        at: columns::time(row, "at")?,
        change: history_note::change(columns::code(row, "change")?)?,
        source: history_note::source(columns::code(row, "source")?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_others_were_given_in_between_part_a_run() {
        assert_eq!(runs(&[]), []);
        assert_eq!(runs(&[4]), [(4, 4)]);
        assert_eq!(runs(&[1, 2, 3, 7, 8, 10]), [(1, 3), (7, 8), (10, 10)]);
    }
}
