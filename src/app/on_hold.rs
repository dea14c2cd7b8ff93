//! Issues and slots that a person holds: neither the calendar nor `send` begins them before they are
//! released. What is on its way is paused instead.

use chrono::NaiveDate;

use super::{App, AppError, RefusalKind};
use crate::{
    issue::{ArchiveError, Issue},
    store::{BatchState, CalendarRecord, HeldRelease, StoreError},
    words::say,
};

impl App {
    /// Holds an issue that is not begun, or a slot (`edition-date`); false: it was held already.
    ///
    /// # Errors
    /// A word that is neither; an issue that has begun, naming what to do instead.
    pub(crate) async fn put_on_hold(
        &self,
        wanted: &str,
        why: &str,
    ) -> Result<(HeldRelease, bool), AppError> {
        let store = self.store().await?;
        let name = self.name_of_hold(wanted)?;
        if let Some(batch) = store.batch(&name).await? {
            let (kind, hint) = match batch.state {
                BatchState::Open => (RefusalKind::Usage, say!("daily-note pause {name}", name)),
                _ => (
                    RefusalKind::Nothing,
                    say!("see `daily-note status {name}`", name),
                ),
            };
            return Err(AppError::Refused {
                kind,
                message: say!("{name} has begun: there is nothing left to hold", name),
                hint,
            });
        }
        let hold = HeldRelease {
            name,
            why: why.to_owned(),
            at: self.clock.true_now(),
        };
        let is_new = store.put_on_hold(&hold).await?;
        Ok((hold, is_new))
    }

    /// All that stands on hold.
    ///
    /// # Errors
    /// A ledger that can't be read.
    pub(crate) async fn holds(&self) -> Result<Vec<HeldRelease>, AppError> {
        Ok(self.store().await?.holds().await?)
    }

    /// Releases an issue that was held before it began, of which there is no batch to go on with; answers
    /// nothing where there is one.
    ///
    /// # Errors
    /// As [`App::release`].
    pub(crate) async fn release_if_not_begun(
        &self,
        issue: &str,
    ) -> Result<Vec<HeldRelease>, AppError> {
        let store = self.store().await?;
        let id = self.issue_id(store.as_ref(), issue).await?;
        if store.batch(&id).await?.is_some() || store.holds().await?.is_empty() {
            return Ok(Vec::new());
        }
        self.release(issue).await
    }

    /// Releases an issue or a slot; answers the holds that stood on it.
    ///
    /// # Errors
    /// A word that is neither, and that nothing is held under.
    pub(crate) async fn release(&self, wanted: &str) -> Result<Vec<HeldRelease>, AppError> {
        let store = self.store().await?;
        let mut names = vec![wanted.to_owned()];
        match self.archive()?.find(wanted) {
            Ok(issue) => names.extend(names_of(issue)),
            Err(error) => {
                if store.holds().await?.iter().all(|hold| hold.name != wanted) {
                    self.name_of_hold(wanted).map_err(|_| error)?;
                }
            }
        }
        names.sort();
        names.dedup();
        let mut released = Vec::new();
        for name in names {
            released.extend(store.release_hold(&name).await?);
        }
        Ok(released)
    }

    /// The hold on an issue, by its own name or its slot's.
    pub(crate) async fn hold_on(
        &self,
        store: &dyn CalendarRecord,
        issue: &Issue,
    ) -> Result<Option<HeldRelease>, StoreError> {
        let holds = store.holds().await?;
        Ok(hold_among(&holds, issue).cloned())
    }

    /// Stops where a person holds the issue.
    ///
    /// # Errors
    /// [`AppError::Refused`], naming the command that releases it.
    pub(crate) async fn refuse_on_hold(
        &self,
        store: &dyn CalendarRecord,
        issue: &Issue,
    ) -> Result<(), AppError> {
        let Some(hold) = self.hold_on(store, issue).await? else {
            return Ok(());
        };
        Err(AppError::Refused {
            kind: RefusalKind::Deliveries,
            message: say!(
                "{issue} is on hold: {why}",
                issue = issue.id,
                why = hold.why
            ),
            hint: say!(
                "`daily-note release {name}`, then send it",
                name = hold.name
            ),
        })
    }

    /// What a word of the command line means: an issue's id, or a slot.
    fn name_of_hold(&self, wanted: &str) -> Result<String, AppError> {
        match self.archive()?.find(wanted) {
            Ok(issue) => Ok(issue.id.clone()),
            Err(ArchiveError::NotFound { .. } | ArchiveError::Empty) if self.is_slot(wanted) => {
                Ok(wanted.to_owned())
            }
            // A file that can't be read yet may well be held.
            Err(ArchiveError::Broken { .. }) if self.is_slot(wanted) => Ok(wanted.to_owned()),
            Err(error) => Err(error.into()),
        }
    }

    fn is_slot(&self, name: &str) -> bool {
        let at = name.len().saturating_sub("-2026-11-30".len());
        let (Some(edition), Some(date)) = (name.get(..at), name.get(at + 1..)) else {
            return false;
        };
        let date = date.parse::<NaiveDate>();
        date.is_ok_and(|date| self.publication.slot(edition, date).is_some())
    }
}

/// The hold on an issue among all that stand.
pub(crate) fn hold_among<'h>(holds: &'h [HeldRelease], issue: &Issue) -> Option<&'h HeldRelease> {
    let names = names_of(issue);
    holds.iter().find(|hold| names.contains(&hold.name))
}

/// The names under which an issue may be held.
fn names_of(issue: &Issue) -> [String; 2] {
    let front_matter = &issue.front_matter;
    let slot = format!("{}-{}", front_matter.edition, front_matter.date);
    [issue.id.clone(), slot]
}
