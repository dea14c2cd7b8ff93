//! Those who send beside a run, on this machine or others: how many live, what the dead among them left, and what the
//! others learned of the relay and its domains. Where only one may send there is nobody.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::store::{
    BatchId, DeliveryLedger, RecoveredRows, SenderId, SenderShare, StoreError, StoredMood,
};

/// How often a run looks around: a dead sender's rows come back so long after its lease at the latest.
const BETWEEN_LOOKS: Duration = Duration::from_secs(3);

/// What a run knows of the others.
pub(crate) struct Colleagues {
    pub(crate) store: Arc<dyn DeliveryLedger>,
    pub(crate) batch: BatchId,
    pub(crate) sender: SenderId,
    pub(crate) is_shared: bool,
    pub(crate) resends_unknown: bool,
    pub(crate) looked_at: Option<Instant>,
    /// What was found of those who died since the run began.
    pub(crate) recovered: RecoveredRows,
}

/// What a look shows.
pub(crate) struct LookAround {
    pub(crate) share: SenderShare,
    /// What is known of the relay and its domains by now.
    pub(crate) moods: Vec<StoredMood>,
}

impl Colleagues {
    /// Looks, where it is time to; recovers what somebody left.
    pub(crate) async fn look(
        &mut self,
        now: DateTime<Utc>,
    ) -> Result<Option<LookAround>, StoreError> {
        let is_time = |at: Instant| at.elapsed() >= BETWEEN_LOOKS;
        if !self.is_shared || !self.looked_at.is_none_or(is_time) {
            return Ok(None);
        }
        self.looked_at = Some(Instant::now());
        let found = self
            .store
            .reap(self.batch, self.resends_unknown, now)
            .await?;
        tell(&found);
        self.recovered.add(found);
        Ok(Some(LookAround {
            share: self.store.share(&self.sender).await?,
            moods: self.store.moods().await?,
        }))
    }
}

/// Says who died, where somebody reads it.
pub(crate) fn tell(found: &RecoveredRows) {
    for dead in &found.dead {
        tracing::warn!(
            sender = dead.sender,
            claimed = dead.claimed,
            sending = dead.sending,
            "a sender died with rows in its hands"
        );
    }
}
