//! The same text twice. Whatever was renamed – the edition or its key, the date, the file, the id – what
//! went out to people before leaves again by a person's word alone.

use chrono::TimeDelta;

use super::{App, AppError, Refusal, Sending};
use crate::{
    issue::Issue,
    message::FrozenIssue,
    store::{Batch, BatchState, Store},
};

/// Batches looked at, the newest first.
const RECENT: u32 = 100;
/// A text that is older may well be meant again: a greeting at each New Year.
const LOOKED_BACK: TimeDelta = TimeDelta::days(180);

impl Sending<'_> {
    /// Stops where the issue has no batch yet and its text has one under another name.
    ///
    /// # Errors
    /// [`AppError::Refused`], naming the batch and the command that sends it all the same.
    pub async fn refuse_sent_text(&self) -> Result<(), AppError> {
        match (&self.batch, &self.issue, &self.frozen) {
            (None, Some(issue), Some(content)) if !self.may_repeat => {
                let store = self.store.as_ref();
                self.app
                    .refuse_sent_text(store, issue, &content.frozen)
                    .await
            }
            _ => Ok(()),
        }
    }
}

impl App {
    pub(super) async fn refuse_sent_text(
        &self,
        store: &dyn Store,
        issue: &Issue,
        frozen: &FrozenIssue,
    ) -> Result<(), AppError> {
        let since = self.clock.now() - LOOKED_BACK;
        for batch in store.batches(RECENT).await? {
            let is_another = batch.issue != issue.id && batch.frozen_at >= since;
            if !is_another || !has_left(store, &batch).await? {
                continue;
            }
            let content = store.content(&batch.content).await?.unwrap_or_default();
            let says_the_same = FrozenIssue::from_bytes(&content)
                .is_ok_and(|sent| sent.composition.says_the_same(&frozen.composition));
            if says_the_same {
                return Err(self.already_sent(issue, &batch));
            }
        }
        Ok(())
    }

    fn already_sent(&self, issue: &Issue, batch: &Batch) -> AppError {
        let zone = self.publication.timezone;
        AppError::Refused {
            kind: Refusal::Configuration,
            message: format!(
                "the text of {} went out already: as {}, on {}, to {} readers",
                issue.id,
                batch.issue,
                batch.frozen_at.with_timezone(&zone).format("%Y-%m-%d"),
                batch.audience
            ),
            hint: format!(
                "if its edition, date or id was corrected since, there is nothing to do; \
                 `daily-note send {} --again` mails it to every reader of its edition once more",
                issue.id
            ),
        }
    }
}

/// Whether a batch may have reached anybody, or still will.
async fn has_left(store: &dyn Store, batch: &Batch) -> Result<bool, AppError> {
    if batch.state != BatchState::Cancelled {
        return Ok(true);
    }
    let counts = store.counts(batch.id).await?;
    Ok(counts.accepted + counts.unknown + counts.sending > 0)
}
