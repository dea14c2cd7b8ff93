//! A PostgreSQL of the bench's own, as it is where nobody has tuned it, and what it says of itself.

use std::{
    fs,
    time::{Duration, Instant},
};

use daily_note::store::postgres::{PostgresSettings, PostgresStore};
use tokio_postgres::{Client, NoTls, Row};

#[path = "../../../tests/suite/support/postgres.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "the suite's own server")]
mod cluster;

use cluster::Cluster;

use crate::{Sizes, processor};

/// What it has by default, and the suite's does not.
const DEFAULTS: [&str; 3] = [
    "max_connections = 100",
    "shared_buffers = 128MB",
    "max_wal_size = 1GB",
];

/// Whoever starts it says that there is none.
fn left_out(_: &str) {}

/// A server that ends with the bench.
pub(crate) struct Server {
    cluster: Cluster,
    process: String,
}

/// What the server counts of the ledger's rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowFigures {
    pub(crate) updates: i64,
    /// Of these touched no index.
    pub(crate) hot_updates: i64,
    pub(crate) dead: i64,
    /// Rows that were read, by whichever way.
    pub(crate) looked_at: i64,
    /// Bytes of the table, without its indexes.
    pub(crate) bytes: i64,
    pub(crate) vacuums: i64,
}

impl Server {
    /// Where its data lies is a disk, so that what is durable costs what it costs.
    pub(crate) fn start(sizes: &Sizes, settings: &[&str]) -> Option<Self> {
        if let Some(folder) = &sizes.folder {
            // Whoever started another one has said the same.
            let _ = tempfile::env::override_temp_dir(folder);
        }
        let settings = [&DEFAULTS[..], settings].concat();
        let cluster = Cluster::start(&settings)?;
        let pid = fs::read_to_string(cluster.folder().join("data/postmaster.pid")).ok()?;
        let process = pid.lines().next()?.to_owned();
        Some(Self { cluster, process })
    }

    /// A database of its own, and its address.
    pub(crate) async fn database(&self, name: &str) -> String {
        let sql = format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0");
        self.cluster.says(&sql).await;
        self.address(name)
    }

    fn address(&self, name: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.cluster.port)
    }

    /// Another process' store on that database: it shares no connection with others.
    pub(crate) async fn open(address: &str) -> PostgresStore {
        let settings = PostgresSettings::parse(address, &|_| None).expect("an address");
        PostgresStore::open(&settings).await.expect("the store")
    }

    /// What it has spent on all cores, with all of its processes.
    pub(crate) fn cpu(&self) -> Duration {
        processor::of_family(&self.process)
    }

    /// Pages that change after it are written whole to the log, once.
    pub(crate) async fn checkpoint(&self) {
        self.cluster.says("CHECKPOINT").await;
    }

    /// Bytes of the log that were ever written.
    pub(crate) async fn log_bytes(&self) -> i64 {
        let sql = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::int8";
        self.ask("postgres", sql, |row| row.get(0)).await
    }

    pub(crate) async fn version(&self) -> String {
        let sql = "SELECT split_part(current_setting('server_version'), ' ', 1)";
        self.ask("postgres", sql, |row| row.get(0)).await
    }

    /// What it counted in that database, once nobody is connected to it any more: until then they keep it to themselves.
    pub(crate) async fn row_figures(&self, database: &str) -> RowFigures {
        let alone = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                     AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let since = Instant::now();
        while self.ask(database, alone, |row| row.get::<_, i64>(0)).await > 0 {
            assert!(since.elapsed() < Duration::from_secs(30), "somebody stays");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let sql = "SELECT n_tup_upd, n_tup_hot_upd, n_dead_tup, autovacuum_count, \
                   pg_relation_size(relid), seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'deliveries'";
        self.ask(database, sql, |row| RowFigures {
            updates: row.get(0),
            hot_updates: row.get(1),
            dead: row.get(2),
            vacuums: row.get(3),
            bytes: row.get(4),
            looked_at: row.get(5),
        })
        .await
    }

    async fn ask<T>(&self, database: &str, sql: &str, read: impl Fn(&Row) -> T) -> T {
        let client = self.connect(database).await;
        let row = client.query_one(sql, &[]).await.expect("an answer");
        read(&row)
    }

    async fn connect(&self, database: &str) -> Client {
        let port = self.cluster.port;
        let address = format!("host=127.0.0.1 port={port} user=postgres dbname={database}");
        let connected = tokio_postgres::connect(&address, NoTls).await;
        let (client, connection) = connected.expect("a connection");
        tokio::spawn(connection);
        client
    }
}
