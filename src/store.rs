//! The list of record and the delivery ledger, behind interfaces that SQLite and PostgreSQL implement: a
//! trait a concern, in a file of its name here, and the same file below each store. They speak the domain's
//! verbs on groups of rows: one transaction a call, durable on return, the time passed in, no SQL
//! type outside. What is decided without a database (`machine`, `merge`, `pace` …) all stores share.

mod batch_ledger;
mod calendar_record;
mod codes;
mod consent_record;
mod delivery;
mod delivery_queue;
mod delivery_records;
mod domain_history;
mod erased_text;
mod error;
mod folding;
mod hash_keys;
mod history_note;
mod lease_term;
mod ledger_retention;
mod ledger_rows;
mod machine;
mod membership;
mod merge;
mod moving_house;
mod notes_head;
mod notes_place;
mod notice_outbox;
mod opinion_box;
mod pace;
mod person_group;
pub mod postgres;
mod queue_partition;
mod realm;
mod receipt_outbox;
mod relay_numbers;
mod report_box;
mod report_codes;
mod report_rules;
mod sender_guard;
mod server_trouble;
mod signup_counts;
mod signup_limits;
pub mod sqlite;
mod state_instance;
mod step_notes;
mod strangers;
mod subscriber_list;
mod suppression_list;
mod transfer_notes;
mod transition;
mod wished_mail;
mod zone_cohort;

pub(crate) use self::domain_history::is_beyond_doubt;
pub use self::{
    batch_ledger::{Batch, BatchId, BatchLedger, BatchState, Freeze, NewBatch},
    calendar_record::{CalendarRecord, HeldRelease},
    consent_record::ConsentRecord,
    delivery::{DeliveryCounts, DeliveryId, DeliveryState},
    delivery_queue::{
        Claim, ClaimQuotas, DeadSender, DeliveryQueue, LeaseAnswer, RecoveredRows, RetryOutcome,
        RetrySelection, RetryState, SenderId, SenderShare,
    },
    delivery_records::{DeliveryRecords, DeliveryRow, FailedDelivery, Receipt},
    domain_history::{DomainHistory, DomainRecord, StoredMood},
    error::StoreError,
    lease_term::LeaseTerm,
    ledger_retention::{
        ClockWatch, LedgerRetention, PrunableBatch, PruneCursor, PruneStep, PrunedRows,
    },
    membership::{
        AskOutcome, ConfirmMoveOutcome, ConfirmOutcome, DepartureScope, GrowthWeek, LeaveOutcome,
        LeaveRequest, Member, Membership, MoveAskOutcome, PendingAsk, PersonalMove, PersonalRecord,
        PreferOutcome, ReaderPreferences, UndoOutcome,
    },
    moving_house::{HouseMove, MovedRows, MovingTrouble, move_house},
    notice_outbox::{
        DueNotice, NewNotice, NoticeId, NoticeOutbox, NotifyOutcome, TELLING, UnreachedTarget,
    },
    opinion_box::{
        NewOpinion, Opinion, OpinionBox, OpinionFilter, OpinionLimits, OpinionOutcome,
        PublicOpinion, UntoldOpinion,
    },
    realm::Realm,
    receipt_outbox::{
        ConsentDeed, DueReceipt, NewReceipt, ReceiptFacts, ReceiptId, ReceiptKind, ReceiptOutbox,
        ReceiptOutcome, ReceiptTurn,
    },
    report_box::{
        DomainPause, DoorReading, Dormancy, NewReport, ReaderReports, RehearsedBounce, ReportBox,
        ReportCount, ReportEffect, ReportEntry, ReportFilter, ReportKind, ReportNews,
        ReportOpinion, ReportSurroundings, ReportTotals, ReportWords, TakenReport,
    },
    sender_guard::{SenderGuard, SenderLease},
    server_trouble::ServerTrouble,
    signup_limits::{HELD_FOR, LimitReached, SignupLimits},
    state_instance::{AdoptionOutcome, StateInstance, StateServer},
    subscriber_list::{
        AudienceSize, FoldLimits, FoldReport, JoinOutcome, KnownAddress, MoveOutcome,
        SubscriberList, Upsert,
    },
    suppression_list::{BounceSelection, Erasure, SuppressionList},
    transfer_notes::{TransferLine, TransferNotes},
    transition::{DeliveryStep, RefusalReason, RefusedStep, Transition, UnknownAnswer},
    zone_cohort::{WaveState, ZoneCohort},
};

/// All that carrying a batch needs: the batches, their rows, and how domains have fared.
pub trait DeliveryLedger: BatchLedger + DeliveryQueue + DeliveryRecords + DomainHistory {}

impl<S: BatchLedger + DeliveryQueue + DeliveryRecords + DomainHistory> DeliveryLedger for S {}

/// What carrying batches beside others takes: the ledger, and a name among those who send.
pub trait SharedLedger: DeliveryLedger + StateInstance {}

impl<S: DeliveryLedger + StateInstance> SharedLedger for S {}

/// All of a state, for whoever opens one; who needs one concern asks for that one.
pub trait Store:
    SubscriberList
    + SuppressionList
    + Membership
    + ReceiptOutbox
    + ConsentRecord
    + OpinionBox
    + ReportBox
    + DeliveryLedger
    + LedgerRetention
    + NoticeOutbox
    + CalendarRecord
    + StateInstance
{
}

impl<S> Store for S where
    S: SubscriberList
        + SuppressionList
        + Membership
        + ReceiptOutbox
        + ConsentRecord
        + OpinionBox
        + ReportBox
        + DeliveryLedger
        + LedgerRetention
        + NoticeOutbox
        + CalendarRecord
        + StateInstance
{
}
