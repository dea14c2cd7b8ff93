//! What comes back, on PostgreSQL. Many machines may take reports in: one after the other, since what follows from one
//! depends on those before it.

mod against;
mod belief;
mod dead;
mod doors;
mod intake;
mod mailed;
mod matching;
mod relay_ids;
mod rows;
mod shown;
pub(super) mod soft;
mod strangers;

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use self::intake::ReportTaking;
use super::{PostgresStore, tries::transaction};
use crate::{
    audience::SubscriberId,
    store::{
        BatchId, DomainPause, DoorReading, NewReport, ReaderReports, Realm, ReportBox, ReportEntry,
        ReportFilter, ReportNews, ReportSurroundings, ReportTotals, StoreError, TakenReport,
    },
};

#[async_trait]
impl ReportBox for PostgresStore {
    async fn take_in_reports(
        &self,
        reports: &[NewReport],
        around: &ReportSurroundings,
        now: DateTime<Utc>,
    ) -> Result<Vec<TakenReport>, StoreError> {
        let rules = self.result_rules();
        transaction!(self.writing(), |tx| intake::take_in(
            &tx, rules, reports, around, now
        ))
    }

    async fn settle_reports(
        &self,
        around: &ReportSurroundings,
        now: DateTime<Utc>,
    ) -> Result<Vec<ReportNews>, StoreError> {
        // Most of the time there is nothing, and a look costs no write.
        let is_due = transaction!(self.reading(), |tx| intake::is_any_due(
            &tx, self.realm, now
        ));
        if !is_due? {
            return Ok(Vec::new());
        }
        let rules = self.result_rules();
        transaction!(self.writing(), |tx| ReportTaking::settle(
            &tx, rules, around, now
        ))
    }

    async fn reports(
        &self,
        filter: &ReportFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ReportEntry>, StoreError> {
        transaction!(self.reading(), |tx| shown::page(
            &tx,
            self.realm,
            filter,
            (before, limit)
        ))
    }

    async fn report(&self, id: i64) -> Result<Option<ReportEntry>, StoreError> {
        transaction!(self.reading(), |tx| shown::one(&tx, self.realm, id))
    }

    async fn mail_kept_aside(&self, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        transaction!(self.reading(), |tx| shown::raw(&tx, self.realm, id))
    }

    async fn report_totals(&self, since: DateTime<Utc>) -> Result<ReportTotals, StoreError> {
        transaction!(self.reading(), |tx| shown::totals(&tx, self.realm, since))
    }

    async fn reports_of(&self, reader: SubscriberId) -> Result<ReaderReports, StoreError> {
        transaction!(self.reading(), |tx| shown::of_reader(
            &tx, self.realm, reader
        ))
    }

    async fn returned_of(&self, batch: BatchId) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        transaction!(self.reading(), |tx| shown::of_batch(&tx, batch))
    }

    async fn domain_pauses(
        &self,
        batch: BatchId,
        now: DateTime<Utc>,
    ) -> Result<Vec<DomainPause>, StoreError> {
        transaction!(self.reading(), |tx| against::pauses(&tx, batch, now))
    }

    async fn end_domain_pause(
        &self,
        batch: BatchId,
        domain: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<u64>, StoreError> {
        transaction!(self.writing(), |tx| against::end_pause(
            &tx, batch, domain, now
        ))
    }

    async fn has_probe_come_back(&self, probe: i64) -> Result<bool, StoreError> {
        transaction!(self.reading(), |tx| shown::has_probe(&tx, probe))
    }

    async fn note_door_read(
        &self,
        door: &str,
        realm: Option<Realm>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let realm = realm.unwrap_or(self.realm);
        transaction!(self.writing(), |tx| doors::note_read(&tx, realm, door, now))
    }

    async fn door_readings(&self) -> Result<Vec<DoorReading>, StoreError> {
        transaction!(self.reading(), |tx| doors::readings(&tx, self.realm))
    }

    async fn door_place(&self, door: &str) -> Result<Option<String>, StoreError> {
        transaction!(self.reading(), |tx| doors::place(&tx, door))
    }

    async fn keep_door_place(&self, door: &str, place: &str) -> Result<(), StoreError> {
        transaction!(self.writing(), |tx| doors::keep_place(&tx, door, place))
    }
}
