//! Rows that moved, written back where they still stand as they were found: somebody who was there in between is noticed.

use chrono::{DateTime, Utc};

use super::waiting;
use crate::{
    audience::SubscriberState,
    store::{
        BatchId, DeliveryId, DeliveryState, Realm, codes,
        ledger_rows::RecordedStep,
        machine::LedgerRow,
        postgres::{
            columns, fault::PostgresFault, realm, transaction::StoreTransaction, values::values,
        },
    },
};

/// A row that stands otherwise than it was found.
pub(crate) struct MovedRow<'a> {
    pub(crate) id: DeliveryId,
    /// Which version of it was found.
    pub(crate) version: i64,
    pub(crate) step: &'a RecordedStep,
}

/// Writes the rows of a batch that moved, where nobody was there in between.
pub(crate) async fn write(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    moved: &[MovedRow<'_>],
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let ords: Vec<i64> = moved.iter().map(|it| columns::ord_of(it.id)).collect();
    // Only what was claimed waits nowhere; whatever else moves may leave its place among what waits.
    let was_waiting = moved.iter().any(|it| !is_held(it.step));
    if was_waiting {
        waiting::remove(tx, batch, &ords).await?;
    }
    // The look comes right behind the write.
    let (written, none_has_left) = tokio::join!(
        biased;
        write_rows(tx, batch, moved, now),
        none_has_left(tx, realm, batch, moved)
    );
    if written? < moved.len() as u64 || !none_has_left? {
        return Err(PostgresFault::Overtaken);
    }
    if moved.iter().any(|it| it.step.row.due_at.is_some()) {
        waiting::add(tx, batch, &ords).await?;
    }
    Ok(())
}

/// Writes those that nobody has changed since they were found; answers how many.
async fn write_rows(
    tx: &StoreTransaction,
    batch: BatchId,
    moved: &[MovedRow<'_>],
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let rows: Vec<&LedgerRow> = moved.iter().map(|it| &it.step.row).collect();
    let column =
        |value: fn(&LedgerRow) -> i64| -> Vec<i64> { rows.iter().map(|row| value(row)).collect() };
    let moment = |value: fn(&LedgerRow) -> Option<DateTime<Utc>>| -> Vec<Option<i64>> {
        let moments = rows.iter();
        moments.map(|row| value(row).map(codes::millis)).collect()
    };
    let of_row =
        |value: fn(&MovedRow<'_>) -> i64| -> Vec<i64> { moved.iter().map(value).collect() };
    let replies = rows
        .iter()
        .map(|row| row.reply.as_deref().map(columns::text));
    let contents = rows.iter().map(|row| row.content.clone());
    tx.run(
        "UPDATE deliveries AS d SET state = n.state, attempts = n.attempts, losses = n.losses, \
         due_at = n.due_at, first_attempt_at = n.first_attempt_at, reply = n.reply, \
         updated_at = $12, waited = nullif(n.waited, 0), tried_at = n.tried_at, \
         content = CASE WHEN n.first_attempt_at IS NULL THEN NULL ELSE \
           coalesce((SELECT id FROM contents WHERE hash = n.content), d.content) END \
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13) AS n(batch, ord, state, \
           attempts, losses, due_at, first_attempt_at, reply, waited, tried_at, content, version) \
         WHERE d.batch = n.batch AND d.ord = n.ord AND d.xmin::text::int8 = n.version",
        values![
            vec![batch.0; moved.len()],
            of_row(|it| columns::ord_of(it.id)),
            column(|row| codes::state_code(row.state)),
            column(|row| i64::from(row.attempts)),
            column(|row| i64::from(row.losses)),
            moment(|row| row.due_at),
            moment(|row| row.first_attempt_at),
            replies.collect::<Vec<Option<String>>>(),
            column(|row| codes::duration_millis(row.waited)),
            moment(|row| row.tried_at),
            contents.collect::<Vec<Option<String>>>(),
            codes::millis(now),
            of_row(|it| it.version)
        ],
    )
    .await
}

/// Looks once more at the readers of rows that were let go, now that nobody else can have these rows: whoever was
/// answered as gone before has left their mark by then, and whoever comes later waits for these rows.
async fn none_has_left(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    moved: &[MovedRow<'_>],
) -> Result<bool, PostgresFault> {
    let let_go = moved
        .iter()
        .filter(|it| it.step.row.state == DeliveryState::Sending);
    let ords: Vec<i64> = let_go.map(|it| columns::ord_of(it.id)).collect();
    if ords.is_empty() {
        return Ok(true);
    }
    let sql = format!(
        "SELECT NOT EXISTS (SELECT 1 FROM unnest($1, $2) AS n(batch, ord) \
         JOIN deliveries AS d ON d.batch = n.batch AND d.ord = n.ord \
         LEFT JOIN subscribers AS s ON s.id = d.subscriber \
         WHERE {} IS NOT NULL OR s.state IS DISTINCT FROM $3)",
        realm::suppressed(realm)
    );
    let active = codes::subscriber_state_code(SubscriberState::Active);
    let batches = vec![batch.0; ords.len()];
    tx.value(&sql, values![batches, ords, active]).await
}

fn is_held(step: &RecordedStep) -> bool {
    use DeliveryState::{Claimed, Sending};
    matches!(step.before, Claimed | Sending)
}
