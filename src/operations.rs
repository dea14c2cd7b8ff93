//! What a person may do with the list and the ledger: a verb each, with a typed result that serialises to
//! the documents of `--json`. Knows neither a terminal nor the words that are said on one.

mod batches;
mod people;
mod suppressions;

pub use self::{
    batches::{
        BatchReport, Cancelling, DeliveryPages, Paused, cancel, cancelling, everybody_failed,
        pause, recent_batches, report, report_of, settled_report,
    },
    people::{
        AddedPerson, ListedPerson, MovedPerson, PeoplePages, PersonRecord, RemovalOutcome,
        RemovedPerson, add_person, move_person, person, remove_people,
    },
    suppressions::{
        LiftedBounces, SuppressionChange, SuppressionPages, bounced, let_in, lift_bounces, suppress,
    },
};
// The nouns of these results: whoever shows them knows no store.
pub use crate::store::{
    Batch, BatchState, BounceSelection, DeliveryCounts, DeliveryRow, DeliveryState, FailedDelivery,
    FoldReport, HeldRelease, MoveOutcome, Receipt, RetryOutcome, RetrySelection, RetryState,
    UnknownAnswer, Upsert, WaveState, ZoneCohort, sqlite::Departures,
};
