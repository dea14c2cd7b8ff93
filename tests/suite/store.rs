//! What every store must do, run against each: the contract's sentences are written once.

mod before;
mod contract;
pub(crate) mod fixture;
mod lives;
mod membership;
#[cfg(unix)]
pub(crate) mod postgres;
mod rehearsals;
mod reports;
mod sqlite;
pub(crate) mod twins;
