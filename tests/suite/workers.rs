//! `worker`: many senders on one database. The real binary, a PostgreSQL of the tests' own, a relay that counts.

mod alone;
mod beside;
mod clocks;
mod disk;
mod faults;
pub(crate) mod fleet;
mod promoted;
mod week;
