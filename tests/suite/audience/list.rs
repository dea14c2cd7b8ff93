//! A publication in a temporary folder, its subscribers.yaml and its store.

use std::{path::PathBuf, sync::Arc};

use chrono::{DateTime, TimeZone, Utc};
use daily_note::{
    address::Address,
    app::{AppError, fold_file},
    audience::{
        Origin, Profile, Subscriber, SubscriberId, Suppression, SuppressionReason,
        import::{OpenedExport, ReadingOptions},
        membership::ChangeSource,
    },
    operations::{ImportReport, ImportRules},
    publication::{Environment, Publication},
    store::{FoldReport, Store, Upsert, sqlite::SqliteStore},
};
use tempfile::TempDir;

pub(super) const CONFIGURATION: &str = "
publication: {name: 데일리 노트, from: hello@example.com, language: ko, timezone: Asia/Seoul}
editions:
  monday: {title: 월요일 편, topic: 소프트웨어, day: mon, time: '08:00'}
  thursday: {title: 목요일 편, topic: 디자인, day: thu, time: '08:00'}
";

/// The publication and its list.
pub(super) struct List {
    folder: TempDir,
    pub(super) publication: Publication,
    pub(super) store: Arc<dyn Store>,
}

pub(super) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 0, 0, 0).unwrap()
}

impl List {
    pub(super) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let publication =
            Publication::from_yaml(folder.path(), CONFIGURATION, &Environment::empty()).unwrap();
        let store = SqliteStore::open(&publication.state_dir()).await.unwrap();
        Self {
            folder,
            publication,
            store: Arc::new(store),
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Writes subscribers.yaml and folds it.
    pub(super) async fn fold(&self, text: &str) -> Result<Option<FoldReport>, AppError> {
        self.write("subscribers.yaml", text);
        fold_file(self.store.as_ref(), &self.publication, now()).await
    }

    /// The same with these addresses and nothing more.
    pub(super) async fn fold_emails(&self, emails: &[&str]) -> Result<FoldReport, AppError> {
        let text: String = emails
            .iter()
            .map(|email| format!("- email: {email}\n"))
            .collect();
        Ok(self.fold(&text).await?.unwrap())
    }

    pub(super) async fn import(
        &self,
        name: &str,
        text: impl AsRef<[u8]>,
        dry_run: bool,
    ) -> ImportReport {
        let path = self.write(name, text);
        let import =
            OpenedExport::open(&path, &ReadingOptions::default(), &self.publication, now())
                .unwrap();
        daily_note::operations::import(
            self.store.as_ref(),
            import,
            ImportRules {
                is_dry_run: dry_run,
                ..ImportRules::default()
            },
            &self.publication.root,
            now(),
            (&mut |_| Ok(()), &mut |_| {}),
        )
        .await
        .unwrap()
    }

    pub(super) async fn upsert(&self, profile: Profile, origin: Origin) -> Upsert {
        let answers = self.store.upsert([profile].into(), origin, now());
        let answers = answers.await.unwrap();
        answers[0]
    }

    pub(super) async fn suppress(&self, email: &str, reason: SuppressionReason) {
        let suppression = Suppression {
            email: Some(address(email)),
            reason,
            detail: Some("a test".to_owned()),
            at: now(),
        };
        self.store
            .suppress(&[suppression], ChangeSource::Operator, now())
            .await
            .unwrap();
    }

    pub(super) async fn subscriber(&self, email: &str) -> Option<Subscriber> {
        self.store.subscriber(&address(email)).await.unwrap()
    }

    /// Everybody on the list.
    pub(super) async fn all(&self) -> Vec<Subscriber> {
        self.store
            .subscribers(None, SubscriberId(0), 100_000)
            .await
            .unwrap()
    }

    pub(super) async fn suppressions(&self) -> Vec<Suppression> {
        let page = self.store.suppressions(0, 100_000).await.unwrap();
        page.into_iter()
            .map(|(_, suppression)| suppression)
            .collect()
    }

    /// How many would get an edition.
    pub(super) async fn readers(&self, edition: &str) -> u64 {
        self.store.audience_size(edition).await.unwrap().readers
    }
}

pub(super) fn address(email: &str) -> Address {
    Address::parse(email).unwrap()
}

/// Somebody of whom only the address is known.
pub(super) fn profile(email: &str) -> Profile {
    Profile {
        email: address(email),
        name: None,
        editions: None,
        tags: std::collections::BTreeSet::new(),
        timezone: None,
        language: None,
        consent: None,
    }
}
