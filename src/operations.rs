//! What a person may do with a publication, its list and its ledger: a verb each, with a typed result that
//! serialises to the documents of `--json`. Knows neither a terminal nor the words that are said on one.

mod adopt;
mod backup;
mod batches;
mod bounces;
mod check;
mod check_fix;
mod check_keeper;
mod check_report;
mod check_unseen;
pub(crate) mod consents;
mod doctor;
mod erase;
mod export;
mod feedback;
mod growth;
mod held_signups;
mod hooks;
mod import;
mod import_posts;
mod inbox;
mod mailbox_door;
mod online;
mod people;
mod preflight;
pub(crate) mod readers;
mod reconfirm;
mod resume;
mod retention;
mod save_as_is;
mod schedule;
mod secret;
mod send;
mod sent_before;
pub(crate) mod site;
mod storage;
mod suppressed;
mod suppressions;
mod templates;
mod test_mail;
mod welcome;

pub use self::{
    adopt::Adopted,
    backup::RestoreSummary,
    batches::{
        BatchReport, Cancelling, DeliveryPages, Paused, batch_of, cancel, cancelling,
        everybody_failed, pause, pruned_of, recent_batches, report, report_of, settled_report,
    },
    bounces::{ImportedReturns, ReturnStatus, ReturnsWanted},
    check::LinkProbing,
    check_report::{CheckReport, CheckedFile},
    doctor::OutsideProbes,
    erase::Erased,
    export::{ExportFormat, ExportReport, export},
    feedback::PublishedChange,
    held_signups::HeldSignups,
    import::{
        ImportReport, ImportRules, ProblemSink, ProgressSink, RowOutcome, RowProblem, import,
    },
    inbox::InboxSite,
    people::{
        AddedPerson, ListedPerson, MovedPerson, PeoplePages, PersonRecord, RemovalOutcome,
        RemovedPerson, add_person, move_person, person, remove_people,
    },
    preflight::{Outlet, Preflight},
    reconfirm::ReconfirmReport,
    resume::{ResumeDecision, ResumedBatch},
    retention::{PrunePlan, PruneSummary},
    schedule::UnplacedIssue,
    secret::RotatedSecret,
    send::{DryRun, Sending},
    site::{SiteReport, WrittenFiles},
    suppressed::{SubscriberPages, Suppressed},
    suppressions::{
        LiftedBounces, SuppressionChange, SuppressionPages, bounced, let_in, lift_bounces, suppress,
    },
    templates::template_named,
    test_mail::TestOutcome,
};
pub(crate) use self::{
    check_fix::{FixOutcome, FixableFile},
    import_posts::PostWish,
    retention::{Pruning, oldest_kept},
    site::SiteWriter,
};
// The nouns of these results: whoever shows them knows no store.
pub(crate) use self::{
    bounces::{ReturnDesk, ReturnDoors},
    hooks::HookDesk,
};
pub(crate) use crate::store::{
    AudienceSize, Batch, BatchState, BounceSelection, DeliveryCounts, DeliveryRow, DeliveryState,
    FoldReport, HeldRelease, MoveOutcome, MovedRows, Opinion, PrunedRows, Receipt, ReportCount,
    ReportEffect, ReportEntry, ReportKind, ReportTotals, RetryOutcome, RetrySelection, RetryState,
    UnknownAnswer, Upsert, WaveState, ZoneCohort, sqlite::Departures,
};
