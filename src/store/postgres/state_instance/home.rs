//! Where the database is: in which cluster, on which of its timelines, under which number. A dump that is restored
//! elsewhere, a clone of the machine's disk that goes on by itself after a promotion, a standby that takes over: each
//! may know less than was sent, and none of them is at home until a person says so.

use crate::store::{
    StoreError,
    postgres::{fault::PostgresFault, transaction::StoreTransaction, values::values},
};

/// Finds the database at home; the first time, makes this its home.
pub(super) async fn check(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    match is_elsewhere(tx).await? {
        Some(false) => Ok(()),
        Some(true) => Err(StoreError::Copied.into()),
        None => settle(tx).await,
    }
}

/// Whether this is not where somebody took the right to send last; None: nobody did yet.
pub(super) async fn is_elsewhere(tx: &StoreTransaction) -> Result<Option<bool>, PostgresFault> {
    let known: Option<String> = tx.value("SELECT home FROM instance", values![]).await?;
    match known {
        Some(known) => Ok(Some(known != here(tx).await?)),
        None => Ok(None),
    }
}

/// Makes this its home.
pub(super) async fn settle(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    let here = here(tx).await?;
    tx.run("UPDATE instance SET home = $1", values![here])
        .await?;
    Ok(())
}

/// The timeline is that of the log that is written now: what the control file says lags behind a promotion.
async fn here(tx: &StoreTransaction) -> Result<String, PostgresFault> {
    tx.value(
        "SELECT format('%s %s %s', (SELECT system_identifier FROM pg_control_system()), \
         substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), \
         (SELECT oid FROM pg_database WHERE datname = current_database()))",
        values![],
    )
    .await
}
