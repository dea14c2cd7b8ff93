//! What was its chunk's until a claim came to it, and is a row from then on: claimed, or passed by.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::due::{DueQuestion, FoundRow};
use crate::store::{
    Claim, DeliveryId, DeliveryState, codes,
    postgres::{columns, fault::PostgresFault, transaction::StoreTransaction, values::values},
};

/// A row that ends without mail, and why.
pub(crate) type SkippedRow = (DeliveryState, DeliveryId, &'static str);

/// A row that was its chunk's until now.
pub(crate) struct NewRow {
    subscriber: i64,
    domain: i64,
    lane: i64,
    wave: Option<i64>,
    pub(crate) from: DeliveryState,
    /// Why it ends without mail; None: it is claimed.
    pub(crate) skipped: Option<&'static str>,
}

impl NewRow {
    pub(crate) fn at(found: &FoundRow) -> Option<(i64, Self)> {
        let place = found.place();
        (!place.is_waiting).then_some((
            place.ord,
            Self {
                subscriber: found.subscriber,
                domain: found.domain,
                lane: found.row.partition,
                wave: found.wave,
                from: found.row.from,
                skipped: None,
            },
        ))
    }

    fn state(&self) -> DeliveryState {
        match self.skipped {
            Some(_) => DeliveryState::Skipped,
            None => DeliveryState::Claimed,
        }
    }
}

/// Those that become rows, by their places.
pub(crate) fn of(
    mut unclaimed: BTreeMap<i64, NewRow>,
    taken: &[(DeliveryState, Claim)],
    skipped: &[SkippedRow],
) -> BTreeMap<i64, NewRow> {
    let taken = taken.iter().map(|(_, claim)| (claim.delivery, None));
    let skipped = skipped.iter().map(|(_, id, why)| (*id, Some(*why)));
    let handled = taken.chain(skipped).filter_map(|(id, skipped)| {
        let ord = columns::ord_of(id);
        let row = unclaimed.remove(&ord)?;
        Some((ord, NewRow { skipped, ..row }))
    });
    handled.collect()
}

/// Makes the rows of those that were their chunks' until now, in the order of their places: whoever parts some of them
/// meanwhile does it in that order, too. One that is there already has been parted since it was found, and all of this
/// is begun once more.
pub(crate) async fn write(
    tx: &StoreTransaction,
    question: &DueQuestion,
    entered: &BTreeMap<i64, NewRow>,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    if entered.is_empty() {
        return Ok(());
    }
    let column = |value: fn(&NewRow) -> i64| -> Vec<i64> { entered.values().map(value).collect() };
    let waves: Vec<Option<i64>> = entered.values().map(|row| row.wave).collect();
    let skipped: Vec<Option<&str>> = entered.values().map(|row| row.skipped).collect();
    let sql = "INSERT INTO deliveries (batch, ord, subscriber, domain, lane, wave, state, fence, \
               sender, reply, updated_at) \
               SELECT $1, n.ord, n.subscriber, n.domain, n.lane, n.wave, n.state, \
               CASE WHEN n.reply IS NULL THEN 1 ELSE 0 END, \
               CASE WHEN n.reply IS NULL THEN $9 END, n.reply, \
               CASE WHEN n.reply IS NOT NULL THEN $10 END \
               FROM unnest($2, $3, $4, $5, $6, $7, $8) \
               AS n(ord, subscriber, domain, lane, wave, state, reply)";
    tx.run(
        sql,
        values![
            question.batch.0,
            entered.keys().copied().collect::<Vec<i64>>(),
            column(|row| row.subscriber),
            column(|row| row.domain),
            column(|row| row.lane),
            waves,
            column(|row| codes::state_code(row.state())),
            skipped,
            question.sender,
            codes::millis(now)
        ],
    )
    .await
    .map(drop)
}
