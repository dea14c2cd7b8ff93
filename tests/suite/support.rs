//! What tests of the whole program stand on: a publication in a temporary folder, the real binary
//! run in it, and one way to say that a test was left out.

mod left_out;
mod line;
#[cfg(unix)]
pub(crate) mod postgres;
mod publication;
pub(crate) mod python;
mod ran;
mod sql;
mod succeeded;

pub(crate) use self::{
    left_out::left_out, line::Line, publication::TestPublication, ran::Ran, sql::sqlite3,
    succeeded::succeeded,
};
