//! A person takes a database into use. Of what was under way in a copy, what machines noted as leaving since it was made
//! is unknown already; where one of them can't say what it noted, every open row is (docs/decisions/0036).

use chrono::{DateTime, Utc};

use super::{handing_in, home};
use crate::store::{
    AdoptionOutcome, BatchState, StoreError, codes,
    machine::{OLDER_COPY, notes_gone},
    postgres::{
        batch_ledger::batch, fault::PostgresFault, transaction::StoreTransaction, values::values,
    },
};

/// Makes this its home, once all who noted something have handed it in, or are named in `without`.
pub(super) async fn adopt(
    tx: &StoreTransaction,
    without: &[String],
    now: DateTime<Utc>,
) -> Result<AdoptionOutcome, PostgresFault> {
    // Whoever hands something in meanwhile came first, or finds it at home.
    tx.rows("SELECT id FROM instance FOR UPDATE", values![])
        .await?;
    let mut heard = Vec::new();
    if home::is_elsewhere(tx).await? == Some(true) {
        doubt(tx, without, now).await?;
        heard = handing_in::heard(tx).await?;
    }
    home::settle(tx).await?;
    tx.run(
        "UPDATE instance SET adopted_at = $1",
        values![codes::millis(now)],
    )
    .await?;
    let paused = BatchState::put_here_from_a_copy();
    let paused = tx
        .run(
            "UPDATE batches SET state = $1, reason = $2 WHERE state = $3",
            values![
                codes::batch_state_code(&paused),
                paused.pause_reason(),
                codes::batch_state_code(&BatchState::Open)
            ],
        )
        .await?;
    Ok(AdoptionOutcome {
        paused,
        departed: 0,
        heard,
    })
}

async fn doubt(
    tx: &StoreTransaction,
    without: &[String],
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let missing = handing_in::missing(tx).await?;
    let awaited = missing.awaited.into_iter();
    let awaited: Vec<String> = awaited.filter(|name| !without.contains(name)).collect();
    if !awaited.is_empty() {
        let places = awaited.join(", ");
        return Err(StoreError::NotesAwaited { places }.into());
    }
    let gone: Vec<&str> = without
        .iter()
        .chain(&missing.gone)
        .map(String::as_str)
        .collect();
    if !gone.is_empty() {
        let reason = notes_gone(&gone.join(", "));
        return batch::doubt_open(tx, None, &reason, now).await;
    }
    let unnoted = handing_in::unnoted(tx).await?;
    batch::doubt_open(tx, Some(&unnoted), OLDER_COPY, now).await
}
