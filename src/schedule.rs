//! The editorial calendar at work: where each slot of the coming weeks stands, which one is due, and
//! the daemon's beat, from the issues, the ledger's batches and the time to what is to be done now,
//! what people should hear and when something changes on its own. Pure: all of these are handed in
//! (`app` looks), so that a year can be played in seconds. The calendar's arithmetic is `publication`'s.

mod event;
pub(crate) mod ics;
mod overview;
mod plan;
mod plan_input;
mod unplaced;
mod window;

pub(crate) use self::event::codes;
pub use self::{
    event::{Event, EventFacts, EventKey, EventSink, EventWeight, Repetition, SlotStanding},
    overview::{
        AbsentDates, BatchView, CalendarOverview, CalendarRow, LedgerView, SlotNeed, SlotState,
        SlotView, StrayFile, StrayReason, overview,
    },
    plan::{BeatPlan, DueJob, plan},
    plan_input::{BrokenFile, CarriedBatch, IssueCandidate, PlanInput},
    unplaced::{AFTER_DAYS, BEFORE_DAYS},
    window::{ReaderZones, TimeWindow, window},
};
