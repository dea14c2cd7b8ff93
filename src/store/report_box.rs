//! What comes back: bounces, complaints, answers. Each is kept once, with what follows from it, in one transaction:
//! what was answered for is on the disk, and what can't be read is kept aside. Who is meant, and whether that is
//! proved, is found out before (`bounce`); what follows is decided by `report_rules`.

mod kinds;
mod nouns;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

pub use self::{
    kinds::{ReportEffect, ReportKind},
    nouns::{
        DomainPause, DoorReading, Dormancy, NewReport, ReaderReports, RehearsedBounce, ReportCount,
        ReportEntry, ReportFilter, ReportNews, ReportOpinion, ReportTotals, ReportWords,
        TakenReport,
    },
};
use super::{BatchId, Realm, StoreError};
use crate::audience::SubscriberId;

/// What readers, their mail systems and providers send back.
#[async_trait]
pub trait ReportBox: Send + Sync {
    /// Takes in what came back, in its order, and does what follows. What is known already counts no second time.
    async fn take_in_reports(
        &self,
        reports: &[NewReport],
        around: &ReportSurroundings,
        now: DateTime<Utc>,
    ) -> Result<Vec<TakenReport>, StoreError>;

    /// Decides what was held until now, and what silence has come to mean: refusals whose hour is over, readers whose
    /// mailboxes were full for weeks, readers who got an issue after all.
    async fn settle_reports(
        &self,
        around: &ReportSurroundings,
        now: DateTime<Utc>,
    ) -> Result<Vec<ReportNews>, StoreError>;

    /// A page of what came back, the newest first, older than the number `before`.
    async fn reports(
        &self,
        filter: &ReportFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ReportEntry>, StoreError>;

    /// The report of that number.
    async fn report(&self, id: i64) -> Result<Option<ReportEntry>, StoreError>;

    /// A mail that was kept aside, as it came.
    async fn mail_kept_aside(&self, id: i64) -> Result<Option<Vec<u8>>, StoreError>;

    /// How many of what came back since then.
    async fn report_totals(&self, since: DateTime<Utc>) -> Result<ReportTotals, StoreError>;

    /// What came back of one reader, and whether issues pass them by.
    async fn reports_of(&self, reader: SubscriberId) -> Result<ReaderReports, StoreError>;

    /// How many reports on a batch's mail led to what.
    async fn returned_of(&self, batch: BatchId) -> Result<BTreeMap<&'static str, u64>, StoreError>;

    /// The domains of a batch that rest because their systems sent it back.
    async fn domain_pauses(
        &self,
        batch: BatchId,
        now: DateTime<Utc>,
    ) -> Result<Vec<DomainPause>, StoreError>;

    /// Ends the rest of a domain in a batch; answers how many readers waited for its end. None: it does not rest there.
    async fn end_domain_pause(
        &self,
        batch: BatchId,
        domain: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<u64>, StoreError>;

    /// Whether the probe of that number came back.
    async fn has_probe_come_back(&self, probe: i64) -> Result<bool, StoreError>;

    /// A door was read through until now, in that realm or the store's own: what did not come through it by then did
    /// not come.
    async fn note_door_read(
        &self,
        door: &str,
        realm: Option<Realm>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// When each door was read last.
    async fn door_readings(&self) -> Result<Vec<DoorReading>, StoreError>;

    /// Where the reading of a door's mailbox stands.
    async fn door_place(&self, door: &str) -> Result<Option<String>, StoreError>;

    /// Keeps it in the place of the one before.
    async fn keep_door_place(&self, door: &str, place: &str) -> Result<(), StoreError>;
}

/// What is known beside the list when something comes back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportSurroundings {
    /// Domains that refuse everybody just now.
    pub spells: BTreeSet<String>,
    /// Who unsubscribes by mail gets a last mail that says so.
    pub wants_goodbye: bool,
    /// What names no batch is of that realm; None: of the store's own.
    pub realm: Option<Realm>,
}
