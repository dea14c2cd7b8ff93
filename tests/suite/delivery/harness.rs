//! A store in a temporary folder, a list, a frozen batch, and runs of it with short waits.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use daily_note::{
    address::Address,
    audience::{Origin, Profile, Suppression, SuppressionReason, membership::ChangeSource},
    clock::Clock,
    delivery::{Progress, Run, RunReport, StopSignal, run},
    message::FrozenIssue,
    publication::{DeliverySettings, Environment, Publication, SmtpSettings},
    smtp::Relay,
    store::{
        Batch, BatchState, DeliveryCounts, DeliveryId, NewBatch, SenderId, Store,
        sqlite::SqliteStore,
    },
};
use tempfile::TempDir;

use crate::{
    message::fixture::{self, links, monday},
    scripted::ScriptedServer,
};

/// A batch and everything to carry it with.
pub(crate) struct Harness {
    /// Goes with the harness.
    _folder: TempDir,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) smtp: SmtpSettings,
    pub(crate) settings: DeliverySettings,
    pub(crate) clock: Clock,
    pub(crate) stop: StopSignal,
}

const CONFIGURATION: &str = "
publication: {name: 데일리 노트, language: ko, timezone: Asia/Seoul, from: hello@note.example.com}
editions:
  monday: {title: 월요일 편, topic: 소프트웨어, day: mon, time: '08:00'}
smtp: {connections: 2}
delivery: {backoff_first: 50ms, backoff_max: 200ms, relay_backoff_first: 10ms, relay_backoff_max: 50ms}
";

impl Harness {
    /// A batch to these readers, frozen and not yet carried.
    pub(crate) async fn new<S: AsRef<str>>(readers: impl IntoIterator<Item = S>) -> Self {
        let issue = fixture::frozen("<p>{{ reader.name }}</p>", "{{ reader.name }}");
        Self::of(&issue, readers).await
    }

    /// The same of an issue of one's own.
    pub(crate) async fn of<S: AsRef<str>>(
        issue: &FrozenIssue,
        readers: impl IntoIterator<Item = S>,
    ) -> Self {
        let folder = TempDir::new().unwrap();
        let publication =
            Publication::from_yaml(folder.path(), CONFIGURATION, &Environment::empty()).unwrap();
        let store: Arc<dyn Store> = Arc::new(
            SqliteStore::open(&folder.path().join(".daily-note"))
                .await
                .unwrap(),
        );
        let profiles: Vec<Profile> = readers.into_iter().map(|it| profile(it.as_ref())).collect();
        store
            .upsert(profiles.into(), Origin::Operator, monday())
            .await
            .unwrap();
        let content = issue.to_bytes().unwrap();
        let batch = NewBatch {
            issue: "monday-2026-11-23".into(),
            edition: "monday".into(),
            slot: monday(),
            date: None,
            readers_hour: None,
            content_hash: FrozenIssue::hash(&content),
            content,
            file: None,
            may_repeat: false,
            is_ad: false,
            term: None,
        };
        store.freeze(&batch, monday()).await.unwrap();
        Self {
            _folder: folder,
            store,
            smtp: publication.smtp,
            settings: publication.delivery,
            clock: Clock::starting_at(monday()),
            stop: StopSignal::default(),
        }
    }

    /// One connection, so that what happens has an order.
    pub(crate) fn one_connection(mut self) -> Self {
        self.smtp.connections = 1;
        self
    }

    /// The batch as the ledger has it.
    pub(crate) async fn batch(&self) -> Batch {
        self.store
            .batch("monday-2026-11-23")
            .await
            .unwrap()
            .unwrap()
    }

    /// Carries the batch to that server until nothing is due now.
    pub(crate) async fn run(&self, server: &ScriptedServer) -> RunReport {
        self.run_to(server.relay()).await
    }

    /// Carries the batch to that relay until nothing is due now.
    pub(crate) async fn run_to(&self, relay: Relay) -> RunReport {
        let batch = self.batch().await;
        let sender = SenderId("a test".into());
        let content = self.store.content(&batch.content).await.unwrap().unwrap();
        let frozen = FrozenIssue::from_bytes(&content).unwrap();
        let composer =
            daily_note::message::Composer::new(&frozen, links(), None, batch.frozen_at).unwrap();
        let settings = Run {
            guard: self.store.hold(&sender).await.unwrap(),
            store: self.store.clone(),
            clock: self.clock,
            composer: Arc::new(composer),
            relay,
            smtp: self.smtp.clone(),
            settings: self.settings.clone(),
            stop: self.stop.clone(),
            progress: Arc::new(Progress::default()),
        };
        // The longest run here takes seconds where nothing else does; one that hangs is a failure
        // of its own.
        tokio::time::timeout(Duration::from_secs(240), run(&batch, settings))
            .await
            .expect("the run hangs")
            .unwrap()
    }

    /// Runs again and again, as a person or cron would, until every row has its end.
    pub(crate) async fn run_until_done(&self, server: &ScriptedServer) -> DeliveryCounts {
        self.run_to_until_done(&server.relay()).await
    }

    /// The same to that relay.
    pub(crate) async fn run_to_until_done(&self, relay: &Relay) -> DeliveryCounts {
        for _ in 0..200 {
            let report = self.run_to(relay.clone()).await;
            if report.counts.open() == 0 {
                return report.counts;
            }
            assert_eq!(
                self.batch().await.state,
                BatchState::Open,
                "the batch stopped"
            );
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        panic!("the batch never ends");
    }

    /// Whoever was deferred waits until the clock is set on.
    pub(crate) fn deferring_for_an_hour(mut self) -> Self {
        self.settings.backoff_first = AN_HOUR;
        self.settings.backoff_max = AN_HOUR;
        self
    }

    /// Time goes on by two hours.
    pub(crate) fn two_hours_later(&mut self) {
        self.clock = Clock::starting_at(self.clock.now() + 2 * AN_HOUR);
    }

    /// Pauses the batch, as `pause` does.
    pub(crate) async fn pause(&self) {
        let state = BatchState::Paused {
            reason: "a test paused it".into(),
            over_refusals: false,
        };
        let batch = self.batch().await;
        self.store
            .set_batch_state(batch.id, &state, self.clock.now())
            .await
            .unwrap();
    }

    /// Gives the paused batch another text; answers how many readers get it.
    pub(crate) async fn refreeze(&self, text: &str) -> u64 {
        let content = fixture::frozen(&format!("<p>{text}</p>"), text);
        let content = content.to_bytes().unwrap();
        let hash = FrozenIssue::hash(&content);
        let batch = self.batch().await;
        self.store
            .refreeze(batch.id, &hash, &content, self.clock.now())
            .await
            .unwrap()
    }

    /// Opens a paused batch, as `resume` does.
    pub(crate) async fn resume(&self) {
        let batch = self.batch().await;
        self.store
            .set_batch_state(batch.id, &BatchState::Open, self.clock.now())
            .await
            .unwrap();
    }

    /// What did not end well, by address: outcome and the relay's words.
    pub(crate) async fn failed(&self) -> BTreeMap<String, (String, String)> {
        let batch = self.batch().await;
        let failed = self
            .store
            .failed(batch.id, DeliveryId(0), 1_000)
            .await
            .unwrap();
        failed
            .into_iter()
            .map(|(_, failed)| {
                let email = failed.email.unwrap().as_str().to_owned();
                (email, (failed.outcome, failed.reply.unwrap_or_default()))
            })
            .collect()
    }

    pub(crate) async fn suppression(&self, email: &str) -> Option<SuppressionReason> {
        let email = Address::parse(email).unwrap();
        self.store
            .suppression(&email)
            .await
            .unwrap()
            .map(|it| it.reason)
    }

    /// The reader leaves, by their own link.
    pub(crate) async fn unsubscribe(&self, email: &str) {
        let suppression = Suppression {
            email: Some(Address::parse(email).unwrap()),
            reason: SuppressionReason::Unsubscribed,
            detail: None,
            at: self.clock.now(),
        };
        self.store
            .suppress(&[suppression], ChangeSource::Operator, self.clock.now())
            .await
            .unwrap();
    }
}

/// Longer than any test takes: what waits for it is not due in the same run.
pub(crate) const AN_HOUR: Duration = Duration::from_secs(3_600);

/// `reader1@example.com` … over as many domains as asked for.
pub(crate) fn readers(count: usize, domains: usize) -> Vec<String> {
    (1..=count)
        .map(|n| format!("reader{n}@d{}.example.com", n % domains))
        .collect()
}

fn profile(email: &str) -> Profile {
    Profile {
        email: Address::parse(email).unwrap(),
        name: Some("민지".into()),
        editions: None,
        tags: Default::default(),
        timezone: None,
        language: None,
        consent: None,
    }
}
