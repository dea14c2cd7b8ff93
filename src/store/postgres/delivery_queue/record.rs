//! Transitions on PostgreSQL.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    moved::{LoadedRows, RowHold},
    refusals,
};
use crate::store::{
    DeliveryId, DeliveryStep, Realm, RefusedStep, Transition,
    postgres::{fault::PostgresFault, transaction::StoreTransaction},
};

/// Answers what was refused.
pub(crate) async fn record(
    tx: &StoreTransaction,
    realm: Realm,
    transitions: &[Transition],
    hold: RowHold,
    now: DateTime<Utc>,
) -> Result<Vec<RefusedStep>, PostgresFault> {
    // Numbers below nothing are nobody's.
    let ids = transitions.iter().map(|step| step.delivery);
    let ids: BTreeSet<DeliveryId> = ids.filter(|id| id.0 >= 0).collect();
    let mut ledger = LoadedRows::look(tx, realm, &ids, hold, now).await?;
    let lets_go = |step: &Transition| matches!(step.to, DeliveryStep::Sending { .. });
    if transitions.iter().any(lets_go) {
        ledger.require_home()?;
    }
    let mut refused = Vec::new();
    for transition in transitions {
        let believed = refusals::without_doubt(tx, realm, &ledger.rows, transition, now).await?;
        let applied = ledger.rows.apply(believed.as_ref().unwrap_or(transition));
        if let Err(reason) = applied {
            refused.push(RefusedStep {
                delivery: transition.delivery,
                reason,
            });
        }
    }
    // What they write has nothing to do with each other: the server gets it all at once.
    let (noted, written) = tokio::join!(
        refusals::note(tx, realm, &ledger.rows, transitions, &refused),
        ledger.write(tx),
    );
    noted?;
    written?;
    Ok(refused)
}
