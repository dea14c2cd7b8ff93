//! The calendar as it stands: issues on disk, batches in the ledger, the time.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use crate::{
    app::{App, AppError},
    issue::IssueStatus,
    schedule::{
        AFTER_DAYS, BEFORE_DAYS, BatchView, CalendarOverview, LedgerView, ReaderZones, StrayFile,
        StrayReason, overview,
    },
    source::shown_path,
    store::{BatchState, Store, StoreError},
};

/// Older batches concern nobody's coming weeks: two a week for five years.
const RECENT_BATCHES: u32 = 520;

/// An issue that is ready, and that no slot takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnplacedIssue {
    /// Its identity.
    pub issue: String,
    /// Why none does.
    pub why: String,
}

impl App {
    /// The ready issues of these weeks that nothing sends but a person. Of the time before the calendar was
    /// kept here nothing is known.
    ///
    /// # Errors
    /// A ledger that can't be read.
    pub(crate) async fn unplaced(&self) -> Result<Vec<UnplacedIssue>, AppError> {
        let store = self.store().await?;
        let store = store.as_ref();
        // A folder that can't be read is told by whoever needs it.
        let Ok(archive) = self.archive() else {
            return Ok(Vec::new());
        };
        let now = self.clock.now();
        let today = self.publication.today(now);
        let kept_since = store.kept_since().await?.unwrap_or(now);
        let first = today.checked_sub_days(Days::new(AFTER_DAYS));
        let first = first
            .unwrap_or(today)
            .max(self.publication.today(kept_since));
        let last = today.checked_add_days(Days::new(BEFORE_DAYS));
        let ledger = self.ledger_view(store).await?;
        let days = first..=last.unwrap_or(today);
        let seen = overview(&self.publication, &archive, &ledger, days, now);
        let ready = |stray: StrayFile| {
            let StrayReason::NoSlot { why, .. } = stray.reason else {
                return None;
            };
            let issue = archive.heads().find(|head| {
                shown_path(&self.publication.root, &head.path) == stray.file
                    && head.front_matter().status == IssueStatus::Ready
            })?;
            Some(UnplacedIssue {
                issue: issue.id.clone(),
                why,
            })
        };
        Ok(seen.strays.into_iter().filter_map(ready).collect())
    }

    /// This week, and as many after it. Writes nothing; a ledger is not made for it.
    ///
    /// # Errors
    /// A folder or a ledger that can't be read.
    pub(crate) async fn schedule(
        &self,
        weeks: u32,
        now: DateTime<Utc>,
    ) -> Result<CalendarOverview, AppError> {
        let today = self.publication.today(now);
        let monday = today
            .checked_sub_days(Days::new(today.weekday().num_days_from_monday().into()))
            .unwrap_or(today);
        let last = monday
            .checked_add_days(Days::new(u64::from(weeks) * 7 + 6))
            .unwrap_or(NaiveDate::MAX);
        let archive = self.archive()?;
        let ledger = match self.store_if_any().await? {
            Some(store) => self.ledger_view(&*store).await?,
            None => LedgerView::default(),
        };
        let publication = &self.publication;
        Ok(overview(publication, &archive, &ledger, monday..=last, now))
    }

    /// What the calendar reads of a ledger.
    pub(crate) async fn ledger_view(&self, store: &dyn Store) -> Result<LedgerView, StoreError> {
        let mut views = Vec::new();
        for batch in store.batches(RECENT_BATCHES).await? {
            let counts = store.counts(batch.id).await?;
            views.push(BatchView::new(batch, counts));
        }
        // What is under way comes first where a slot has two batches' claims.
        views.sort_by_key(|view| view.state == BatchState::Finished);
        Ok(LedgerView {
            batches: views,
            zones: self.zones(store).await?,
            kept_since: store.kept_since().await?,
            holds: store.holds().await?,
        })
    }

    /// Where the readers are, as far as it matters.
    pub(crate) async fn zones(&self, store: &dyn Store) -> Result<ReaderZones, StoreError> {
        let mut zones = ReaderZones::new();
        if self.publication.schedule.by_reader_timezone {
            for edition in &self.publication.editions {
                let of_edition = store.zones(&edition.key).await?;
                zones.insert(edition.key.clone(), of_edition);
            }
        }
        Ok(zones)
    }
}
