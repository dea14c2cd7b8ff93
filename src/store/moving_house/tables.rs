//! The tables that move, in the order in which one needs the other. A table that is kept only while a process lies there
//! (`senders`, leases) does not move.

mod ledger;
mod people;
mod returns;

use super::columns::MovedTable;

/// All of them.
pub(crate) fn tables() -> impl Iterator<Item = &'static MovedTable> {
    let rooms = [people::TABLES, ledger::TABLES, returns::TABLES];
    rooms.into_iter().flatten()
}

#[cfg(test)]
mod tests;
