//! The list and the ledger on PostgreSQL: a server of the bench's own on this machine, each row beside SQLite's in the
//! same run, in turns. What a ledger of years costs is measured apart (`ledger-years`): it takes long.

mod long_ledger;
mod sending;
mod server;
mod stores;

pub(crate) use long_ledger::rows as years;
use server::Server;

use super::{Sizes, batch::Postfix, row::Table};

pub(crate) fn rows(table: &mut Table, sizes: &Sizes, postfix: Option<&Postfix>) {
    let Some(server) = Server::start(sizes, &[]) else {
        return table.leave_out("what PostgreSQL costs", "postgresql is not installed");
    };
    stores::rows(table, sizes, &server);
    sending::near(table, sizes, &server, postfix);
    sending::workers(table, sizes, &server);
}
