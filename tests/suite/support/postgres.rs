//! A PostgreSQL of the tests' own: Debian's, in a folder of its own, on a free port and a socket; as an unprivileged
//! user where the tests are root. It ends with the tests.

use std::{
    ffi::OsString,
    fs,
    io::Write as _,
    net::TcpListener,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio_postgres::NoTls;

use super::left_out;

/// The newest server that is installed.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("postgres").is_file())
        .collect();
    versions.sort();
    versions.pop()
}

/// The user and group that the server runs as, where the tests are root: it refuses to be.
pub(crate) fn unprivileged() -> Option<(u32, u32)> {
    let id = |what: &str, name: &[&str]| -> Option<u32> {
        let said = Command::new("id").arg(what).args(name).output().ok()?;
        String::from_utf8_lossy(&said.stdout).trim().parse().ok()
    };
    (id("-u", &[])? == 0).then_some(())?;
    let user = ["postgres", "nobody"];
    user.iter()
        .find_map(|user| Some((id("-u", &[user])?, id("-g", &[user])?)))
}

/// A port that nothing listens at.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A command that runs as the server does.
pub(crate) fn as_server(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = unprivileged() {
        command.uid(user).gid(group);
    }
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// A folder that the server may write to.
pub(crate) fn server_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    if let Some((user, group)) = unprivileged() {
        std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    folder
}

/// Ends the server when its standard input ends, and takes its data away unless a word is said before.
const ENDING: &str = r#""$0" -D "$1" & server=$!
    read word; kill -QUIT $server; wait
    [ "$word" = keep ] || rm -rf "$1""#;

/// One server and its data.
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: TempDir,
    pub(crate) port: u16,
    server: Child,
    /// What its processes find in their environment, besides.
    environment: Vec<(&'static str, OsString)>,
}

impl Cluster {
    /// The one that tests share, each with a role and a schema of its own.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        SHARED
            .get_or_init(|| Self::start(&["track_commit_timestamp = on"]))
            .as_ref()
    }

    /// A server with these lines in its configuration.
    pub(crate) fn start(settings: &[&str]) -> Option<Self> {
        Self::start_in(settings, Vec::new())
    }

    /// The same with that in its environment. Its log is written in files of a megabyte.
    pub(crate) fn start_in(
        settings: &[&str],
        environment: Vec<(&'static str, OsString)>,
    ) -> Option<Self> {
        let Some(programs) = programs() else {
            left_out("postgresql is not installed");
            return None;
        };
        let folder = server_folder();
        let data = folder.path().join("data");
        let made = as_server(programs.join("initdb"))
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C", "--no-sync", "--wal-segsize=1", "--pgdata"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let place = (programs, folder, free_port());
        Some(Self::launch_at(place, settings, environment))
    }

    /// Runs the server on the data that lies in that folder.
    pub(crate) fn launch(programs: PathBuf, folder: TempDir, settings: &[&str]) -> Self {
        Self::launch_at((programs, folder, free_port()), settings, Vec::new())
    }

    /// The server is gone at once, as in a power cut, and comes back where it was.
    pub(crate) fn die_and_come_back(&mut self) {
        let words = self.server.stdin.as_mut().unwrap();
        words.write_all(b"keep\n").unwrap();
        self.end();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        let place = (self.programs.clone(), folder, self.port);
        *self = Self::launch_at(place, &[], self.environment.clone());
    }

    /// Another server that follows this one without being waited for, over a line that begins at that port.
    pub(crate) fn standby(&self, line: u16) -> Self {
        let folder = server_folder();
        let data = folder.path().join("data");
        let copied = as_server(self.program("pg_basebackup"))
            .args(["-h", "127.0.0.1", "-U", "postgres", "-c", "fast"])
            .args([
                "-X",
                "stream",
                "--no-sync",
                "-p",
                &self.port.to_string(),
                "-D",
            ])
            .arg(&data)
            .output()
            .unwrap();
        assert!(copied.status.success(), "{copied:?}");
        fs::write(data.join("standby.signal"), "").unwrap();
        let follows = format!(
            "primary_conninfo = 'host=127.0.0.1 port={line} user=postgres'\n\
             wal_retrieve_retry_interval = '200ms'"
        );
        Self::launch(self.programs.clone(), folder, &[&follows])
    }

    fn launch_at(
        (programs, folder, port): (PathBuf, TempDir, u16),
        settings: &[&str],
        environment: Vec<(&'static str, OsString)>,
    ) -> Self {
        let lines = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\n\
             max_connections = 300\nshared_buffers = 64MB\nmax_wal_size = 512MB\n{}\n",
            folder.path().display(),
            settings.join("\n")
        );
        let data = folder.path().join("data");
        fs::write(data.join("postgresql.auto.conf"), lines).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        // Its standard input ends when the tests do, however they do.
        let mut server = as_server("/bin/sh");
        server
            .args(["-c", ENDING])
            .arg(programs.join("postgres"))
            .arg(&data)
            .envs(environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        let cluster = Self {
            server: server.spawn().unwrap(),
            programs,
            folder,
            port,
            environment,
        };
        cluster.wait_until_ready();
        cluster
    }

    fn wait_until_ready(&self) {
        let since = Instant::now();
        loop {
            let ready = as_server(self.programs.join("pg_isready"))
                .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
                .output()
                .unwrap();
            if ready.status.success() {
                return;
            }
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(since.elapsed() < Duration::from_secs(60), "{log}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// Where its socket lies, and its data.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its administrator says this.
    pub(crate) async fn says(&self, sql: &str) {
        self.asks(sql).await.unwrap();
    }

    /// The same, which the server may refuse.
    pub(crate) async fn asks(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        let address = format!("host=127.0.0.1 port={} user=postgres", self.port);
        let (client, connection) = tokio_postgres::connect(&address, NoTls).await?;
        tokio::spawn(connection);
        client.batch_execute(sql).await
    }

    /// What that one number is.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let address = format!("host=127.0.0.1 port={} user=postgres", self.port);
        let (client, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Ends the server at once, as a power cut does.
    pub(crate) fn stop(mut self) -> (PathBuf, TempDir) {
        let words = self.server.stdin.as_mut().unwrap();
        words.write_all(b"keep\n").unwrap();
        self.end();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        (self.programs.clone(), folder)
    }

    fn end(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.end();
    }
}
