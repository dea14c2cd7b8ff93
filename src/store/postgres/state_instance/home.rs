//! Where the database is: in which cluster, on which of its timelines, under which number. A dump that is restored
//! elsewhere, a clone of the machine's disk that goes on by itself after a promotion, a standby that takes over: each
//! may know less than was sent, and none of them is at home until a person says so.

use crate::store::{
    StoreError,
    postgres::{fault::PostgresFault, transaction::StoreTransaction, values::values},
};

/// Where it is now, as SQL. The timeline is that of the log that is written now: what the control file says lags behind a
/// promotion.
macro_rules! here {
    () => {
        "format('%s %s %s', (SELECT system_identifier FROM pg_control_system()), \
         substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), \
         (SELECT oid FROM pg_database WHERE datname = current_database()))"
    };
}

/// Whether this is not where somebody took the right to send last, as SQL; NULL: nobody did yet.
pub(crate) const IS_ELSEWHERE: &str = concat!("(SELECT home <> ", here!(), " FROM instance)");

/// Finds the database at home; the first time, makes this its home.
pub(super) async fn check(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    match is_elsewhere(tx).await? {
        Some(false) => Ok(()),
        Some(true) => Err(StoreError::Copied.into()),
        None => settle(tx).await,
    }
}

/// Refuses where the database is not at home: a server may be another under a process that goes on, and its lease may
/// have come along.
pub(crate) async fn require(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    match is_elsewhere(tx).await? {
        Some(true) => Err(StoreError::Copied.into()),
        _ => Ok(()),
    }
}

/// Whether this is not where somebody took the right to send last; None: nobody did yet.
pub(super) async fn is_elsewhere(tx: &StoreTransaction) -> Result<Option<bool>, PostgresFault> {
    tx.value(&format!("SELECT {IS_ELSEWHERE}"), values![]).await
}

/// Where somebody took the right to send last; empty: nobody did yet.
pub(crate) async fn known(tx: &StoreTransaction) -> Result<String, PostgresFault> {
    let home: Option<String> = tx.value("SELECT home FROM instance", values![]).await?;
    Ok(home.unwrap_or_default())
}

/// Where it is.
pub(super) async fn here(tx: &StoreTransaction) -> Result<String, PostgresFault> {
    tx.value(concat!("SELECT ", here!()), values![]).await
}

/// Makes this its home.
pub(super) async fn settle(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    let here = here(tx).await?;
    tx.run("UPDATE instance SET home = $1", values![here])
        .await?;
    Ok(())
}
