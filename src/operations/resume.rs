//! A batch taken up again by a person's word: its unknown rows settled, its content renewed, its late
//! readers let go, and the batch opened. Beside a daemon that sends, it only opens it.

use super::Sending;
use crate::{
    app::{App, AppError, RefusalKind},
    delivery::end_spells,
    message::FrozenContent,
    publication::SecretUse,
    store::{Batch, BatchState, RetryOutcome, RetrySelection, Store, StoreError, UnknownAnswer},
    words::say,
};

/// What a person decided about a batch that they resume.
#[derive(Debug, Clone, Default)]
pub struct ResumeDecision {
    /// What becomes of the rows that are unknown.
    pub unknown: Option<UnknownAnswer>,
    /// Readers not tried yet get the issue as its file is now.
    pub refreeze: bool,
    /// Rows that are tried again now.
    pub retry: Option<RetrySelection>,
    /// A domain whose rest is over, whatever came back from it.
    pub waking: Option<String>,
}

impl ResumeDecision {
    /// Whether it is carried out beside whoever sends: about rows that nobody holds.
    fn can_be_taken_beside(&self) -> bool {
        self.unknown.is_none() && (self.retry.is_some() || self.waking.is_some())
    }
}

/// A batch that was taken up again.
pub enum ResumedBatch<'a> {
    /// To be carried here.
    Here(Box<Sending<'a>>),
    /// Open, and to be carried by the process that sends already.
    Beside {
        /// The batch.
        batch: Box<Batch>,
        /// What that process says of itself.
        holder: String,
        /// What came of a retry.
        retried: RetryOutcome,
        /// How many readers of a domain no longer wait.
        woken: u64,
    },
}

impl App {
    /// Takes a batch up again: settles its unknown rows and its content as asked, and opens it.
    ///
    /// # Errors
    /// No such batch, one that has its end, somebody else who sends this very batch.
    pub(crate) async fn resuming(
        &self,
        wanted: &str,
        how: &ResumeDecision,
    ) -> Result<ResumedBatch<'_>, AppError> {
        self.refuse_pretended_time()?;
        self.require_secrets(&SecretUse::SENDING)?;
        let store = self.store().await?;
        let batch = self.batch(store.as_ref(), wanted).await?;
        let content = match how.refreeze {
            true => Some(self.new_content(store.as_ref(), wanted, &batch).await?),
            false => None,
        };
        let guard = match self.right_to_send(store.as_ref(), "resume").await {
            Ok(guard) => guard,
            // Nobody sends what is paused, whatever else they send; and a row that has its end, or
            // waits, is held by nobody.
            Err(AppError::State(StoreError::Held { holder }))
                if is_paused(&batch) || how.can_be_taken_beside() =>
            {
                let settled = self.settle(store.as_ref(), &batch, how, content).await?;
                return Ok(ResumedBatch::Beside {
                    batch: Box::new(batch),
                    holder,
                    retried: settled.retried,
                    woken: settled.woken,
                });
            }
            Err(error) => return Err(error),
        };
        // A sender that died left rows on the wire: they are unknown before anybody decides.
        let recovered = store.recover(batch.id, false, self.clock.now()).await?;
        if recovered.restored > 0 {
            return Err(AppError::Refused {
                kind: RefusalKind::Deliveries,
                message: say!(
                    "the database is an older copy of itself: {readers} readers may have got {issue} after it was made; they are unknown now",
                    readers = recovered.restored,
                    issue = batch.issue
                ),
                hint: say!(
                    "see who in `daily-note status --failed`, and `resume` with what you decide"
                ),
            });
        }
        let DecisionSummary {
            unknown,
            retried,
            woken,
        } = self.settle(store.as_ref(), &batch, how, content).await?;
        let batch = self.batch(store.as_ref(), wanted).await?;
        Ok(ResumedBatch::Here(Box::new(Sending {
            settled: unknown,
            retried,
            woken,
            ..Sending::of(self, store, guard, batch)
        })))
    }

    /// What the issue's file would be frozen as now, for a batch that may get it. All that can be
    /// refused is refused here, before anything is written.
    async fn new_content(
        &self,
        store: &dyn Store,
        wanted: &str,
        batch: &Batch,
    ) -> Result<FrozenContent, AppError> {
        let id = &batch.issue;
        let refused = |kind, message, hint| {
            Err(AppError::Refused {
                kind,
                message,
                hint,
            })
        };
        match &batch.state {
            BatchState::Paused { .. } => {}
            BatchState::Open => {
                return refused(
                    RefusalKind::Usage,
                    say!(
                        "{issue} is under way: only a paused batch gets new content",
                        issue = id
                    ),
                    say!(
                        "`daily-note pause {issue}`, then `daily-note resume {issue} --refreeze`",
                        issue = id
                    ),
                );
            }
            BatchState::Finished | BatchState::Cancelled => {
                return refused(
                    RefusalKind::Nothing,
                    say!(
                        "{issue} has its end: nobody in it waits for new content",
                        issue = id
                    ),
                    say!("an issue has one batch, ever: write a new issue to send the text"),
                );
            }
        }
        let archive = self.archive()?;
        let issue = archive.find(wanted)?;
        let frozen = self.checked_content(&archive, issue).await?.frozen;
        self.refuse_unpublished_images(&frozen).await?;
        let frozen = self.asking_for_keys(frozen, store).await?;
        Ok(FrozenContent::new(frozen)?)
    }

    /// Does what the person decided, and opens the batch.
    async fn settle(
        &self,
        store: &dyn Store,
        batch: &Batch,
        how: &ResumeDecision,
        content: Option<FrozenContent>,
    ) -> Result<DecisionSummary, AppError> {
        let now = self.clock.now();
        let mut settled = DecisionSummary::default();
        if let Some(domain) = &how.waking {
            let woken = store.end_domain_pause(batch.id, domain, now).await?;
            settled.woken = woken.ok_or_else(|| AppError::Refused {
                kind: RefusalKind::Nothing,
                message: say!("{domain} does not rest in {issue}", domain = domain, issue = batch.issue),
                hint: say!(
                    "`daily-note status {issue}` says which domains do; whom a relay put off goes on with --retry deferred",
                    issue = batch.issue
                ),
            })?;
        }
        if let Some(answer) = how.unknown {
            settled.unknown = store.resolve_unknown(batch.id, answer, now).await?;
        }
        if let Some(retry) = &how.retry
            && batch.state != BatchState::Cancelled
        {
            settled.retried = store.retry(batch.id, retry, now).await?;
            // A person who wants it tried now does not wait for a spell to be over.
            end_spells(store, retry.domain.as_deref(), now).await?;
        }
        if let Some(FrozenContent { bytes, hash, .. }) = content {
            store.refreeze(batch.id, &hash, &bytes, now).await?;
        }
        store.release_waves(batch.id, now).await?;
        let has_rows = store.counts(batch.id).await?.open() > 0;
        let is_open_again = match batch.state {
            BatchState::Paused { .. } => true,
            BatchState::Finished => settled.unknown > 0 && has_rows,
            BatchState::Open | BatchState::Cancelled => false,
        };
        if is_open_again {
            store
                .set_batch_state(batch.id, &BatchState::Open, now)
                .await?;
        }
        Ok(settled)
    }
}

/// What a person's decisions came to.
#[derive(Debug, Clone, Copy, Default)]
struct DecisionSummary {
    unknown: u64,
    retried: RetryOutcome,
    woken: u64,
}

fn is_paused(batch: &Batch) -> bool {
    matches!(batch.state, BatchState::Paused { .. })
}
