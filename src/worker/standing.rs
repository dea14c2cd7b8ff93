//! How a worker is: whether it beats, what keeps it from its work, how much it has done; and what it lets rest after a
//! failure.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{
    clock::Pulse,
    delivery::Progress,
    publication::DeliverySettings,
    web::{
        metrics::MetricsText,
        vitals::{HealthReport, Vitals},
    },
    words::phrase,
};

/// A worker that did not look for so long hangs.
const DEAD_AFTER: Duration = Duration::from_secs(60);

/// How a worker is. Shared with whoever watches it.
#[derive(Debug, Default)]
pub(crate) struct WorkerStanding {
    pulse: Pulse,
    /// Messages that this process has settled.
    pub(super) progress: std::sync::Arc<Progress>,
    /// What keeps it from an issue, or from all where the issue is empty.
    ailments: Mutex<BTreeMap<String, String>>,
}

impl WorkerStanding {
    /// It looks for work.
    pub(super) fn beat(&self) {
        self.pulse.beat();
    }

    /// Whether it did of late.
    #[must_use]
    pub(crate) fn is_alive(&self) -> bool {
        self.pulse.is_alive(DEAD_AFTER)
    }

    /// That keeps it from an issue; true: it is new.
    pub(super) fn ails(&self, issue: &str, reason: &str) -> bool {
        let before = self.ailments().insert(issue.to_owned(), reason.to_owned());
        before.as_deref() != Some(reason)
    }

    /// Nothing keeps it from that issue any more.
    pub(super) fn is_well(&self, issue: &str) {
        self.ailments().remove(issue);
    }

    fn ailments(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.ailments.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Vitals for WorkerStanding {
    fn health(&self) -> HealthReport {
        match self.is_alive() {
            true => HealthReport::default(),
            false => HealthReport::ailing(phrase!("the worker's beat has stopped")),
        }
    }

    async fn readiness(&self) -> HealthReport {
        let mut wellness = self.health();
        for (issue, reason) in &*self.ailments() {
            match issue.is_empty() {
                true => wellness.add(reason),
                false => wellness.add(&format!("{issue}: {reason}")),
            }
        }
        wellness
    }

    async fn metrics(&self) -> String {
        let mut page = MetricsText::default();
        page.build_info();
        page.gauge(
            "daily_note_worker_ok",
            "0: something keeps this worker from an issue, or from the database.",
        );
        page.sample(&[], i64::from(self.ailments().is_empty()));
        page.counter(
            "daily_note_worker_messages_total",
            "Messages that this worker has settled, by what became of them.",
        );
        for (outcome, count) in [
            ("accepted", &self.progress.accepted),
            ("deferred", &self.progress.deferred),
            ("rejected", &self.progress.rejected),
            ("unknown", &self.progress.unknown),
            ("skipped", &self.progress.skipped),
        ] {
            let count = i64::try_from(count.get()).unwrap_or(i64::MAX);
            page.sample(&[("outcome", outcome)], count);
        }
        page.into_text()
    }
}

/// Issues that rest after a failure, longer each time.
#[derive(Debug)]
pub(super) struct Rests {
    first: Duration,
    max: Duration,
    by_issue: BTreeMap<String, (Instant, u32)>,
}

impl Rests {
    pub(super) fn new(settings: &DeliverySettings) -> Self {
        Self {
            first: settings.relay_backoff_first,
            max: settings.relay_backoff_max,
            by_issue: BTreeMap::new(),
        }
    }

    /// It failed once more.
    pub(super) fn begin(&mut self, issue: &str) {
        let (until, failures) = self
            .by_issue
            .entry(issue.to_owned())
            .or_insert_with(|| (Instant::now(), 0));
        let wait = self.first.saturating_mul(1 << (*failures).min(16));
        *until = Instant::now() + wait.min(self.max);
        *failures += 1;
    }

    /// It goes well.
    pub(super) fn end(&mut self, issue: &str) {
        self.by_issue.remove(issue);
    }

    pub(super) fn holds(&self, issue: &str) -> bool {
        let until = self.by_issue.get(issue).map(|(until, _)| *until);
        until.is_some_and(|until| until > Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_ails_is_told_once_and_shown_until_it_is_over() {
        let standing = WorkerStanding::default();
        standing.beat();
        assert!(
            standing
                .metrics()
                .await
                .contains("\ndaily_note_worker_ok 1\n")
        );
        assert!(standing.ails("monday", "no key"));
        assert!(!standing.ails("monday", "no key"));
        assert!(standing.ails("monday", "no relay"));
        assert!(
            standing
                .metrics()
                .await
                .contains("\ndaily_note_worker_ok 0\n")
        );
        let shown = format!("{:?}", standing.readiness().await);
        assert!(shown.contains("monday: no relay"), "{shown}");
        standing.is_well("monday");
        standing.progress.accepted.add();
        let metrics = standing.metrics().await;
        assert!(metrics.contains("{outcome=\"accepted\"} 1\n"), "{metrics}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_again_rests_longer_and_never_longer_than_the_longest() {
        let mut rests = Rests::new(&DeliverySettings::default());
        assert!(!rests.holds("monday"));
        let mut lengths = Vec::new();
        for _ in 0..12 {
            rests.begin("monday");
            let since = Instant::now();
            while rests.holds("monday") {
                tokio::time::advance(Duration::from_secs(1)).await;
            }
            lengths.push(since.elapsed().as_secs());
        }
        assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        rests.end("monday");
        assert!(!rests.holds("monday"));
    }
}
