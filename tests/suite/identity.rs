//! Nobody is mailed again unasked: states that were copied, put back, emptied, cloned, restored, each under
//! every command that sends, with a terminal and without.

mod departures;
pub(crate) mod harness;
mod moved;
mod notes;
mod places;
mod questions;
