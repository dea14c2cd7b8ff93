//! What came back, for whoever writes the newsletter: listed, shown, counted.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::{
    address::Address,
    app::{App, AppError, RefusalKind},
    bounce::BounceClass,
    store::{DoorReading, ReportEffect, ReportEntry, ReportFilter, ReportKind, ReportTotals},
    words::{phrase, phrased},
};

/// Reports read at once.
const PAGE: u32 = 500;
/// What `status` counts.
const LATELY: TimeDelta = TimeDelta::days(30);

/// Which reports are wanted.
#[derive(Debug, Clone, Default)]
pub struct ReturnsWanted {
    /// About this issue's mail.
    pub issue: Option<String>,
    /// Of this kind.
    pub kind: Option<ReportKind>,
    /// Of this class.
    pub class: Option<BounceClass>,
    /// That led to this.
    pub effect: Option<ReportEffect>,
    /// About this address.
    pub about: Option<Address>,
    /// Taken in since then.
    pub since: Option<DateTime<Utc>>,
    /// So many at most.
    pub limit: u32,
}

/// How it stands with what comes back.
#[derive(Debug, Clone, Serialize)]
pub struct ReturnStatus {
    /// Since when reports are counted.
    pub since: DateTime<Utc>,
    /// How many of them.
    #[serde(flatten)]
    pub totals: ReportTotals,
    /// When each door was read last.
    pub doors: Vec<DoorReading>,
}

impl App {
    /// What came back, the newest first.
    ///
    /// # Errors
    /// No issue of that name; the store's.
    pub(crate) async fn returns(
        &self,
        wanted: &ReturnsWanted,
    ) -> Result<Vec<ReportEntry>, AppError> {
        let store = self.store().await?;
        let issue = match &wanted.issue {
            Some(issue) => Some(self.issue_id(store.as_ref(), issue).await?),
            None => None,
        };
        let filter = ReportFilter {
            issue,
            kind: wanted.kind,
            class: wanted.class,
            effect: wanted.effect,
            about: wanted.about.clone(),
            since: wanted.since,
        };
        let mut all: Vec<ReportEntry> = Vec::new();
        loop {
            let left = wanted
                .limit
                .saturating_sub(u32::try_from(all.len()).unwrap_or(u32::MAX));
            let before = all.last().map(|report| report.id);
            let page = store.reports(&filter, before, left.min(PAGE)).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// The report of that number, and the mail where it was kept aside.
    ///
    /// # Errors
    /// Where there is none; the store's.
    pub(crate) async fn returned(
        &self,
        id: i64,
    ) -> Result<(ReportEntry, Option<Vec<u8>>), AppError> {
        let store = self.store().await?;
        let report = store.report(id).await?;
        let report = report.ok_or_else(|| AppError::Refused {
            kind: RefusalKind::Usage,
            message: phrased!("there is no report {id}").into(),
            hint: phrase!("`daily-note bounces list` has their numbers").into(),
        })?;
        Ok((report, store.mail_kept_aside(id).await?))
    }

    /// How it stands with what comes back.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn return_status(&self) -> Result<ReturnStatus, AppError> {
        let store = self.store().await?;
        let since = self.clock.now() - LATELY;
        Ok(ReturnStatus {
            since,
            totals: store.report_totals(since).await?,
            doors: store.door_readings().await?,
        })
    }
}
