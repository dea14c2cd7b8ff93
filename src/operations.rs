//! What a person may do with the list and the ledger: a verb each, with a typed result that serialises to
//! the documents of `--json`. Knows neither a terminal nor the words that are said on one.

pub(crate) mod adopt;
pub(crate) mod backup;
mod batches;
pub(crate) mod check;
mod check_keeper;
pub(crate) mod consents;
pub(crate) mod doctor;
pub(crate) mod erase;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod inbox;
pub(crate) mod online;
mod people;
pub(crate) mod preflight;
pub(crate) mod resume;
pub(crate) mod save_as_is;
pub(crate) mod schedule;
pub(crate) mod send;
pub(crate) mod sent_before;
pub(crate) mod suppressed;
mod suppressions;
pub(crate) mod templates;
pub(crate) mod test_mail;

pub use self::adopt::Adopted;
pub use self::backup::RestoreSummary;
pub use self::check::{CheckReport, CheckedFile, LinkProbing};
pub use self::doctor::OutsideProbes;
pub use self::erase::Erased;
pub use self::export::{ExportFormat, ExportReport, export};
pub use self::import::{ImportReport, RowOutcome, RowProblem, import};
pub use self::inbox::InboxSite;
pub use self::preflight::{Outlet, Preflight};
pub use self::resume::{ResumeDecision, ResumedBatch};
pub use self::schedule::UnplacedIssue;
pub use self::send::{DryRun, Sending};
pub use self::suppressed::{SubscriberPages, Suppressed};
pub use self::templates::template_named;
pub use self::test_mail::TestOutcome;
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
