//! The editorial calendar at work: where each slot of the coming weeks stands, which one is due, and
//! the daemon's beat, from the issues, the ledger's batches and the time to what is to be done now,
//! what people should hear and when something changes on its own. Pure: all of these are handed in
//! (`app` looks), so that a year can be played in seconds. The calendar's arithmetic is `publication`'s.

mod event;
pub mod ics;
mod overview;
mod plan;
mod unplaced;
mod window;

pub use self::{
    event::{Event, Standing, Teller},
    overview::{
        Absent, BatchView, LedgerView, Need, Overview, Row, SlotState, SlotView, Stray,
        StrayReason, overview,
    },
    plan::{Broken, Candidate, Carried, Job, Plan, Sight, plan},
    unplaced::{AFTER_DAYS, BEFORE_DAYS},
    window::{Window, Zones, window},
};
