//! A role with a schema of its own on the server that tests share.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use async_trait::async_trait;
use chrono::TimeDelta;
use daily_note::store::{
    StoreError,
    postgres::{PostgresSettings, PostgresStore},
};

use crate::{store::fixture::Place, support::postgres::Cluster};

/// Where one test's tables lie.
pub(crate) struct Schema {
    pub(crate) cluster: &'static Cluster,
    pub(crate) role: String,
}

impl Schema {
    /// None where there is no PostgreSQL, which is said.
    pub(crate) async fn new() -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let cluster = tokio::task::spawn_blocking(Cluster::shared)
            .await
            .unwrap()?;
        let role = format!("note{}", MADE.fetch_add(1, Relaxed));
        let sql = format!("CREATE ROLE {role} LOGIN; CREATE SCHEMA AUTHORIZATION {role}");
        cluster.says(&sql).await;
        Some(Self { cluster, role })
    }

    pub(crate) fn address(&self) -> String {
        let (role, port) = (&self.role, self.cluster.port);
        let folder = self.cluster.folder().display();
        format!("postgres://{role}@/postgres?host={folder}&port={port}")
    }

    pub(crate) async fn try_open(&self) -> Result<PostgresStore, StoreError> {
        opened(&self.address()).await
    }
}

/// Opens what stands at that address; the environment says nothing.
pub(crate) async fn opened(address: &str) -> Result<PostgresStore, StoreError> {
    let settings = PostgresSettings::parse(address, &|_| None)?;
    PostgresStore::open(&settings).await
}

#[async_trait]
impl Place for Schema {
    type Store = PostgresStore;

    async fn open(&self) -> Arc<PostgresStore> {
        Arc::new(self.try_open().await.unwrap())
    }

    async fn pass(&self, time: TimeDelta) {
        let sql = format!(
            "UPDATE {}.receipts SET taken_until = taken_until - {} * interval '1 second'",
            self.role,
            time.num_seconds()
        );
        self.cluster.says(&sql).await;
    }
}
