//! What is tidied once a day while nothing is on its way: rows that are older than `ledger.keep`, and the names of
//! senders long dead. A little a beat, and never near a slot. Not: whether something is on its way.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::{
    clock::Clock,
    operations::{Pruning, oldest_kept},
    schedule::BeatPlan,
    source::with_causes,
    store::{Store, StoreError},
};

/// So long before something is due nothing is tidied any more.
const NEAR: TimeDelta = TimeDelta::minutes(10);
/// How much of a beat it takes.
const SPELL: Duration = Duration::from_millis(500);

/// How far a day's tidying has come.
#[derive(Default)]
pub(super) struct Upkeep {
    /// The day on which it was begun last.
    begun_on: Option<NaiveDate>,
    pruning: Option<Pruning>,
}

/// Whether nothing is due, nor soon.
pub(super) fn is_quiet(plan: &BeatPlan, now: DateTime<Utc>) -> bool {
    let is_far = |at: DateTime<Utc>| at - now > NEAR;
    plan.jobs.is_empty() && plan.wake_at.is_none_or(is_far)
}

impl Upkeep {
    /// Goes on with the day's tidying. What keeps it from that is told in the log: no issue waits for it, and tomorrow
    /// is another day.
    pub(super) async fn go_on(
        &mut self,
        store: &Arc<dyn Store>,
        keep: Option<Duration>,
        clock: Clock,
    ) {
        if let Err(error) = self.tidy_a_little(store, keep, clock).await {
            self.pruning = None;
            tracing::warn!("old rows stay for another day: {}", with_causes(&error));
        }
    }

    async fn tidy_a_little(
        &mut self,
        store: &Arc<dyn Store>,
        keep: Option<Duration>,
        clock: Clock,
    ) -> Result<(), StoreError> {
        let today = clock.true_now().date_naive();
        if self.begun_on != Some(today) && self.pruning.is_none() {
            self.begun_on = Some(today);
            self.pruning = begin(store, keep, clock).await?;
        }
        let Some(pruning) = &mut self.pruning else {
            return Ok(());
        };
        if pruning.go_on(SPELL, clock).await? {
            let gone = pruning.summary();
            if gone.rows > 0 {
                let (rows, issues, before) = (gone.rows, gone.issues, gone.before.date_naive());
                tracing::info!("{rows} rows of {issues} issues, older than {before}, are pruned");
            }
            self.pruning = None;
        }
        Ok(())
    }
}

/// The day's first look. A clock that jumped takes nothing away.
async fn begin(
    store: &Arc<dyn Store>,
    keep: Option<Duration>,
    clock: Clock,
) -> Result<Option<Pruning>, StoreError> {
    let forgotten = store.forget_dead_senders().await?;
    tracing::debug!("{forgotten} senders that are no more are forgotten");
    // Whoever sets `ledger.keep` tomorrow finds that the clock was looked at.
    let watch = store.watch_clock(clock.true_now()).await?;
    let Some(keep) = keep else {
        return Ok(None);
    };
    if !watch.is_proven() {
        let (since, until) = (watch.since.date_naive(), watch.proven_at().date_naive());
        tracing::info!(
            "no row is pruned before {until}: the clock goes evenly since {since} alone"
        );
        return Ok(None);
    }
    let before = oldest_kept(store.as_ref(), clock, keep).await?;
    Ok(Some(Pruning::of(Arc::clone(store), before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_quiet_while_nothing_is_due_nor_soon() {
        let now = DateTime::UNIX_EPOCH;
        let wakes = |minutes| BeatPlan {
            wake_at: Some(now + TimeDelta::minutes(minutes)),
            ..BeatPlan::default()
        };
        assert!(is_quiet(&BeatPlan::default(), now));
        assert!(is_quiet(&wakes(11), now));
        assert!(!is_quiet(&wakes(9), now));
        assert!(!is_quiet(&wakes(-1), now));
    }
}
