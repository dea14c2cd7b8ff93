//! A batch taken up again by a person's word: its unknown rows settled, its content renewed, its late
//! readers let go, and the batch opened. Beside a daemon that sends, it only opens it.

use super::{App, AppError, Refusal, Sending};
use crate::{
    message::Content,
    publication::SecretUse,
    store::{Batch, BatchState, Store, StoreError, UnknownAnswer},
};

/// What a person decided about a batch that they resume.
#[derive(Debug, Clone, Copy, Default)]
pub struct Resumption {
    /// What becomes of the rows that are unknown.
    pub unknown: Option<UnknownAnswer>,
    /// Readers not tried yet get the issue as its file is now.
    pub refreeze: bool,
}

/// A batch that was taken up again.
pub enum Resumed<'a> {
    /// To be carried here.
    Here(Box<Sending<'a>>),
    /// Open, and to be carried by the process that sends already.
    Beside {
        /// The batch.
        batch: Batch,
        /// What that process says of itself.
        holder: String,
    },
}

impl App {
    /// Takes a batch up again: settles its unknown rows and its content as asked, and opens it.
    ///
    /// # Errors
    /// No such batch, one that has its end, somebody else who sends this very batch.
    pub async fn resuming(&self, wanted: &str, how: &Resumption) -> Result<Resumed<'_>, AppError> {
        self.refuse_pretended_time()?;
        self.require_secrets(&SecretUse::SENDING)?;
        let store = self.store().await?;
        let batch = self.batch(store.as_ref(), wanted).await?;
        let content = match how.refreeze {
            true => Some(self.new_content(wanted, &batch).await?),
            false => None,
        };
        let guard = match self.right_to_send(store.as_ref(), "resume").await {
            Ok(guard) => guard,
            // Nobody sends what is paused, whatever else they send.
            Err(AppError::State(StoreError::Held { holder })) if is_paused(&batch) => {
                self.settle(store.as_ref(), &batch, how.unknown, content)
                    .await?;
                return Ok(Resumed::Beside { batch, holder });
            }
            Err(error) => return Err(error),
        };
        // A sender that died left rows on the wire: they are unknown before anybody decides.
        let recovered = store.recover(batch.id, false, self.clock.now()).await?;
        if recovered.restored > 0 {
            return Err(AppError::Refused {
                kind: Refusal::Deliveries,
                message: format!(
                    "the database is an older copy of itself: {} readers may have got {} after it was made; they are unknown now",
                    recovered.restored, batch.issue
                ),
                hint: "see who in `daily-note status --failed`, and `resume` with what you decide"
                    .to_owned(),
            });
        }
        let settled = self
            .settle(store.as_ref(), &batch, how.unknown, content)
            .await?;
        let batch = self.batch(store.as_ref(), wanted).await?;
        Ok(Resumed::Here(Box::new(Sending {
            settled,
            ..Sending::of(self, store, guard, batch)
        })))
    }

    /// What the issue's file would be frozen as now, for a batch that may get it. All that can be
    /// refused is refused here, before anything is written.
    async fn new_content(&self, wanted: &str, batch: &Batch) -> Result<Content, AppError> {
        let id = &batch.issue;
        let refused = |kind, message: String, hint: String| {
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
                    Refusal::Usage,
                    format!("{id} is under way: only a paused batch gets new content"),
                    format!("`daily-note pause {id}`, then `daily-note resume {id} --refreeze`"),
                );
            }
            BatchState::Finished | BatchState::Cancelled => {
                return refused(
                    Refusal::Nothing,
                    format!("{id} has its end: nobody in it waits for new content"),
                    "an issue has one batch, ever: write a new issue to send the text".to_owned(),
                );
            }
        }
        let archive = self.archive()?;
        let issue = archive.find(wanted)?;
        let frozen = self.checked_content(&archive, issue).await?.frozen;
        self.refuse_unpublished_images(&frozen).await?;
        Ok(Content::new(frozen)?)
    }

    /// Does what the person decided, and opens the batch; answers how many unknown rows it settled.
    async fn settle(
        &self,
        store: &dyn Store,
        batch: &Batch,
        unknown: Option<UnknownAnswer>,
        content: Option<Content>,
    ) -> Result<u64, AppError> {
        let now = self.clock.now();
        let settled = match unknown {
            Some(answer) => store.resolve_unknown(batch.id, answer, now).await?,
            None => 0,
        };
        if let Some(Content { bytes, hash, .. }) = content {
            store.refreeze(batch.id, &hash, &bytes, now).await?;
        }
        store.release_waves(batch.id, now).await?;
        let has_rows = store.counts(batch.id).await?.open() > 0;
        let is_open_again = match batch.state {
            BatchState::Paused { .. } => true,
            BatchState::Finished => settled > 0 && has_rows,
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

fn is_paused(batch: &Batch) -> bool {
    matches!(batch.state, BatchState::Paused { .. })
}
