//! What every store must do, run against each: the contract's sentences are written once.

mod before;
mod contract;
mod fixture;
mod lives;
mod membership;
#[cfg(unix)]
mod postgres;
mod rehearsals;
mod reports;
mod sqlite;
