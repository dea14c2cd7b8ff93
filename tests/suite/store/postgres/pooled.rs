//! The same promises through pgbouncer in transaction mode, which lends each transaction whatever connection is free:
//! nothing may be left on one. And a pool in statement mode, which is refused.

use std::{
    error::Error as _,
    fs,
    net::TcpStream,
    process::{Child, Stdio},
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chrono::TimeDelta;
use daily_note::store::postgres::PostgresStore;

use super::place::{Schema, opened};
use crate::{
    store::{
        contract::{
            calendar_promises, instance_promises, ledger_promises, lives_promises, people_promises,
            report_promises, retention_promises, voices_promises,
        },
        fixture::Place,
    },
    support::{
        left_out,
        postgres::{Cluster, as_server, free_port, server_folder},
    },
};

/// Few connections for all that one role asks for: they are lent to and fro.
const CONNECTIONS: u32 = 3;

/// A pool in front of the server that tests share. It ends with the tests.
struct Pooler {
    port: u16,
    _process: Child,
}

impl Pooler {
    fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Pooler>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    fn start() -> Option<Self> {
        let cluster = Cluster::shared()?;
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];
        let Some(program) = program.into_iter().find(|it| fs::exists(it).unwrap()) else {
            left_out("pgbouncer is not installed");
            return None;
        };
        let folder = server_folder().keep();
        let port = free_port();
        let server = format!("host=127.0.0.1 port={} dbname=postgres", cluster.port);
        let settings = format!(
            "[databases]\npostgres = {server}\nstatements = {server} pool_mode=statement\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = trust\nauth_file = {users}\npool_mode = transaction\n\
             default_pool_size = {CONNECTIONS}\nmax_client_conn = 900\nserver_idle_timeout = 3\n",
            users = folder.join("users").display(),
        );
        let users: String = (0..2_000).map(|n| format!("\"note{n}\" \"\"\n")).collect();
        fs::write(folder.join("users"), users).unwrap();
        fs::write(folder.join("pgbouncer.ini"), settings).unwrap();
        for file in ["users", "pgbouncer.ini"] {
            use std::os::unix::fs::PermissionsExt;
            let all = fs::Permissions::from_mode(0o644);
            fs::set_permissions(folder.join(file), all).unwrap();
        }
        let mut pooler = as_server("/bin/sh");
        pooler
            .args(["-c", ENDING])
            .arg(program)
            .arg(folder.join("pgbouncer.ini"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = pooler.spawn().unwrap();
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(since.elapsed() < Duration::from_secs(20), "no pool");
            thread::sleep(Duration::from_millis(50));
        }
        Some(Self {
            port,
            _process: process,
        })
    }
}

/// Ends the pool when its standard input ends.
const ENDING: &str = r#""$0" "$1" & pool=$!; read word; kill -KILL $pool; rm -rf "$2""#;

/// A schema on the server, reached through the pool.
pub(super) struct Pooled {
    pub(super) schema: Schema,
    port: u16,
}

impl Pooled {
    pub(super) async fn new() -> Option<Self> {
        let schema = Schema::new().await?;
        let pooler = tokio::task::spawn_blocking(Pooler::shared);
        Some(Self {
            schema,
            port: pooler.await.unwrap()?.port,
        })
    }

    pub(super) fn address(&self, database: &str) -> String {
        let (role, port) = (&self.schema.role, self.port);
        format!("postgres://{role}@127.0.0.1:{port}/{database}")
    }
}

#[async_trait]
impl Place for Pooled {
    type Store = PostgresStore;

    async fn open(&self) -> Arc<PostgresStore> {
        Arc::new(opened(&self.address("postgres")).await.unwrap())
    }

    async fn pass(&self, time: TimeDelta) {
        self.schema.pass(time).await;
    }
}

instance_promises!(match crate::store::postgres::pooled::Pooled::new().await {
    Some(place) => place,
    None => return,
});

calendar_promises!(match crate::store::postgres::pooled::Pooled::new().await {
    Some(place) => place,
    None => return,
});

people_promises!(match crate::store::postgres::pooled::Pooled::new().await {
    Some(place) => place,
    None => return,
});

ledger_promises!(match crate::store::postgres::pooled::Pooled::new().await {
    Some(place) => place,
    None => return,
});

lives_promises!(match crate::store::postgres::pooled::Pooled::new().await {
    Some(place) => place,
    None => return,
});

voices_promises!(match crate::store::postgres::pooled::Pooled::new().await {
    Some(place) => place,
    None => return,
});

report_promises!(match crate::store::postgres::pooled::Pooled::new().await {
    Some(place) => place,
    None => return,
});

retention_promises!(match crate::store::postgres::pooled::Pooled::new().await {
    Some(place) => place,
    None => return,
});

#[tokio::test]
async fn a_pool_without_transactions_is_refused_by_name() {
    let Some(place) = Pooled::new().await else {
        return;
    };
    let refused = opened(&place.address("statements")).await.unwrap_err();
    let cause = refused.source().unwrap().to_string();
    assert!(cause.contains("pool_mode = statement"), "{cause}");
    let remedy = refused.hint().to_string();
    assert!(remedy.contains("pool_mode = transaction"), "{remedy}");
}
