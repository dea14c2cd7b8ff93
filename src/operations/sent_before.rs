//! The same text twice. Whatever was renamed – the edition or its key, the date, the file, the id – what
//! went out to people before leaves again by a person's word alone.

use chrono::TimeDelta;

use super::Sending;
use crate::{
    app::{App, AppError, doubt::Doubt},
    issue::Issue,
    message::FrozenIssue,
    store::{Batch, BatchLedger, BatchState},
};

/// Batches looked at, the newest first.
const RECENT: u32 = 100;
/// A text that is older may well be meant again: a greeting at each New Year.
const LOOKED_BACK: TimeDelta = TimeDelta::days(180);
/// How much of a text was said before where it is taken for the same: what was corrected since (a slip, a
/// name, its date) is less than the rest.
const SHARE_OF_TEXT: f64 = 0.8;
/// The same where it even stands in the same file.
const SHARE_OF_FILE: f64 = 0.5;

impl Sending<'_> {
    /// Stops where the issue has no batch yet and its text has one under another name.
    ///
    /// # Errors
    /// [`AppError::Doubt`], naming the batch and the command that sends it all the same.
    pub(crate) async fn refuse_sent_text(&self) -> Result<(), AppError> {
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
    pub(crate) async fn refuse_sent_text(
        &self,
        store: &dyn BatchLedger,
        issue: &Issue,
        frozen: &FrozenIssue,
    ) -> Result<(), AppError> {
        if store.is_witnessed(&issue.id).await? {
            let issue = issue.id.clone();
            return Err(Doubt::IssueSent { issue }.into());
        }
        let since = self.clock.now() - LOOKED_BACK;
        let file = issue.file_below(&self.publication.root);
        for batch in store.batches(RECENT).await? {
            let is_another = batch.issue != issue.id && batch.frozen_at >= since;
            if !is_another || !has_left(store, &batch).await? {
                continue;
            }
            let is_same_file = file.is_some() && batch.file == file;
            let content = store.content(&batch.content).await?.unwrap_or_default();
            let says_the_same = FrozenIssue::from_bytes(&content).is_ok_and(|sent| {
                let said = frozen.composition.share_said_by(&sent.composition);
                said >= if is_same_file {
                    SHARE_OF_FILE
                } else {
                    SHARE_OF_TEXT
                }
            });
            if says_the_same {
                return Err(self.text_sent(issue, &batch).into());
            }
        }
        Ok(())
    }

    fn text_sent(&self, issue: &Issue, batch: &Batch) -> Doubt {
        let zone = self.publication.timezone;
        Doubt::TextSent {
            issue: issue.id.clone(),
            sent_as: batch.issue.clone(),
            on: batch.frozen_at.with_timezone(&zone).date_naive(),
            audience: batch.audience,
        }
    }
}

/// Whether a batch may have reached anybody, or still will.
async fn has_left(store: &dyn BatchLedger, batch: &Batch) -> Result<bool, AppError> {
    if batch.state != BatchState::Cancelled {
        return Ok(true);
    }
    let counts = store.counts(batch.id).await?;
    Ok(counts.accepted + counts.unknown + counts.sending > 0)
}
