//! The editorial calendar at work: where each slot of the coming weeks stands. Pure: the issues, the
//! ledger's batches and the time are handed in. The calendar's arithmetic is `publication`'s.

pub mod ics;
mod overview;

pub use self::overview::{
    Absent, BatchView, Need, Overview, Row, SlotState, SlotView, Stray, StrayReason, overview,
};
