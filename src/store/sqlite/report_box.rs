//! What comes back, on SQLite.

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

use super::SqliteStore;
use crate::{
    audience::SubscriberId,
    store::{
        BatchId, DomainPause, DoorReading, NewReport, ReaderReports, Realm, ReportBox, ReportEntry,
        ReportFilter, ReportNews, ReportSurroundings, ReportTotals, StoreError, TakenReport,
    },
};

#[async_trait]
impl ReportBox for SqliteStore {
    async fn take_in_reports(
        &self,
        reports: &[NewReport],
        around: &ReportSurroundings,
        now: DateTime<Utc>,
    ) -> Result<Vec<TakenReport>, StoreError> {
        let (results, reports) = (self.result_rules(), reports.to_vec());
        let around = around.clone();
        self.write(move |tx, _| intake::take_in(tx, results, &reports, &around, now))
            .await
    }

    async fn settle_reports(
        &self,
        around: &ReportSurroundings,
        now: DateTime<Utc>,
    ) -> Result<Vec<ReportNews>, StoreError> {
        let (realm, results, around) = (self.realm, self.result_rules(), around.clone());
        // Most of the time there is nothing, and a look costs no write.
        let is_due = self.read(move |tx, _| intake::is_any_due(tx, realm, now));
        if !is_due.await? {
            return Ok(Vec::new());
        }
        self.write(move |tx, _| intake::settle(tx, results, &around, now))
            .await
    }

    async fn reports(
        &self,
        filter: &ReportFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ReportEntry>, StoreError> {
        let (realm, filter) = (self.realm, filter.clone());
        self.read(move |tx, _| shown::page(tx, realm, &filter, before, limit))
            .await
    }

    async fn report(&self, id: i64) -> Result<Option<ReportEntry>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| shown::one(tx, realm, id)).await
    }

    async fn mail_kept_aside(&self, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| shown::raw(tx, realm, id)).await
    }

    async fn report_totals(&self, since: DateTime<Utc>) -> Result<ReportTotals, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| shown::totals(tx, realm, since))
            .await
    }

    async fn reports_of(&self, reader: SubscriberId) -> Result<ReaderReports, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| shown::of_reader(tx, realm, reader))
            .await
    }

    async fn returned_of(&self, batch: BatchId) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        self.read(move |tx, _| shown::of_batch(tx, batch)).await
    }

    async fn domain_pauses(
        &self,
        batch: BatchId,
        now: DateTime<Utc>,
    ) -> Result<Vec<DomainPause>, StoreError> {
        self.read(move |tx, _| against::pauses(tx, batch, now))
            .await
    }

    async fn end_domain_pause(
        &self,
        batch: BatchId,
        domain: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<u64>, StoreError> {
        let domain = domain.to_owned();
        self.write(move |tx, _| against::end_pause(tx, batch, &domain, now))
            .await
    }

    async fn has_probe_come_back(&self, probe: i64) -> Result<bool, StoreError> {
        self.read(move |tx, _| shown::has_probe(tx, probe)).await
    }

    async fn note_door_read(
        &self,
        door: &str,
        realm: Option<Realm>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (door, realm) = (door.to_owned(), realm.unwrap_or(self.realm));
        self.write(move |tx, _| doors::note_read(tx, realm, &door, now))
            .await
    }

    async fn door_readings(&self) -> Result<Vec<DoorReading>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| doors::readings(tx, realm)).await
    }

    async fn door_place(&self, door: &str) -> Result<Option<String>, StoreError> {
        let door = door.to_owned();
        self.read(move |tx, _| doors::place(tx, &door)).await
    }

    async fn keep_door_place(&self, door: &str, place: &str) -> Result<(), StoreError> {
        let (door, place) = (door.to_owned(), place.to_owned());
        self.write(move |tx, _| doors::keep_place(tx, &door, &place))
            .await
    }
}
