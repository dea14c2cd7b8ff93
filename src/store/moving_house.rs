//! A list that moves from its folder into a database that many machines share: every table, row by row and in an order
//! that both stores can say again, so that what has arrived can be held against what left. Not: how rows are read
//! (`sqlite::moving_out`) and written (`postgres::moving_in`).
//!
//! At no moment can mail leave from both, and whoever is killed goes on where they were:
//!
//! 1. The folder is nobody else's: the rights to send and to keep the calendar are taken, and one transaction is open
//!    that lets nobody write, until the end.
//! 2. Rows go in groups, each in a transaction that also says how far its table has come. The database lets nobody else
//!    in meanwhile.
//! 3. Each table is read back and held against what left, by number and hash.
//! 4. The folder's transaction marks it as moved away and ends: from then on it opens for nobody.
//! 5. The database takes over who the list is, and opens.

pub(super) mod cells;
pub(super) mod columns;
pub(super) mod identity;
pub(super) mod tables;
pub(super) mod trouble;
mod under_way;

pub use self::{
    trouble::MovingTrouble,
    under_way::{HouseMove, MovedRows, move_house},
};
