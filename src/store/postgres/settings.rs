//! Where the database is and how it is spoken to: one address as every program of PostgreSQL's writes it, and beside it
//! the standard variables and files. A password is never shown.

mod passwords;

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use percent_encoding::percent_decode_str;
use tokio_postgres::{Config, config::SslMode};
use url::Url;

use crate::store::{ServerTrouble, StoreError};
use crate::words::{phrase, phrased};

const DEFAULT_PORT: u16 = 5432;
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_CONNECTIONS: u32 = 8;
const MOST_CONNECTIONS: u32 = 200;

/// A variable of the environment, by its name.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How a database is reached.
#[derive(Clone)]
pub struct PostgresSettings {
    /// A name, an address, or the folder of a socket.
    host: String,
    port: u16,
    user: String,
    database: String,
    password: Option<String>,
    /// None: in clear.
    trust: Option<ServerRoots>,
    connect_timeout: Duration,
    /// How many connections this process keeps at the most.
    connections: u32,
}

/// Whose word for the server's certificate is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ServerRoots {
    /// The machine's own.
    System,
    /// Those of that file, and no others.
    File(PathBuf),
}

impl PostgresSettings {
    /// Reads an address: `postgres://USER@HOST:PORT/DATABASE?sslmode=…&sslrootcert=…&connect_timeout=…&connections=…`; for
    /// a socket `postgres://USER@/DATABASE?host=/FOLDER`. What it leaves out is taken from PGUSER, PGPASSWORD,
    /// PGPASSFILE and PGSSLROOTCERT.
    ///
    /// # Errors
    /// [`ServerTrouble::Address`] where it says too little or something that is not known.
    pub fn parse(address: &str, environment: Environment<'_>) -> Result<Self, StoreError> {
        let read = Self::read(address, environment);
        read.map_err(|why| StoreError::Server {
            place: shown(address),
            source: ServerTrouble::Address { why },
        })
    }

    fn read(address: &str, environment: Environment<'_>) -> Result<Self, String> {
        // A socket's address names no host, which every program of PostgreSQL's takes and no other URL allows.
        let is_hostless = address.contains("@/");
        let address = &address.replacen("@/", "@localhost/", 1);
        let url = Url::parse(address).map_err(|error| error.to_string())?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(phrased!(
                "{scheme}:// is not postgres://",
                scheme = url.scheme()
            ));
        }
        let mut options = AddressOptions::default();
        for (name, value) in url.query_pairs() {
            options.take(&name, &value)?;
        }
        let named = decoded(url.host_str().unwrap_or_default())?;
        let named = Some(named).filter(|named| !named.is_empty() && !is_hostless);
        let host = options.host.or(named).ok_or(phrase!("it names no host"))?;
        // Brackets are the URL's, not the address's.
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let user = Some(decoded(url.username())?).filter(|user| !user.is_empty());
        let user = user
            .or_else(|| environment("PGUSER"))
            .ok_or(phrase!("it names no user"))?;
        let database = decoded(url.path().trim_start_matches('/'))?;
        if database.is_empty() {
            return Err(phrase!("it names no database").to_owned());
        }
        let port = url.port().or(options.port).unwrap_or(DEFAULT_PORT);
        let is_near = host.starts_with('/') || is_loopback(&host);
        let root = options
            .root
            .or_else(|| environment("PGSSLROOTCERT").map(PathBuf::from));
        let trust = match options.is_encrypted.unwrap_or(!is_near) {
            true if host.starts_with('/') => {
                return Err(
                    phrase!("a socket of this machine has no TLS: leave sslmode out").to_owned(),
                );
            }
            true => Some(root.map_or(ServerRoots::System, ServerRoots::File)),
            false => None,
        };
        let mut settings = Self {
            password: url.password().map(decoded).transpose()?,
            host,
            port,
            user,
            database,
            trust,
            connect_timeout: options.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT),
            connections: options.connections.unwrap_or(DEFAULT_CONNECTIONS),
        };
        if settings.password.is_none() {
            settings.password = passwords::beside(&settings, environment);
        }
        Ok(settings)
    }

    /// The same database, named otherwise: for tests and tools.
    #[must_use]
    pub fn with_database(self, database: &str) -> Self {
        Self {
            database: database.to_owned(),
            ..self
        }
    }

    /// As people are told of it.
    pub(super) fn place(&self) -> String {
        let Self {
            user,
            host,
            port,
            database,
            ..
        } = self;
        match host.starts_with('/') {
            true => format!("postgres://{user}@/{database}?host={host}&port={port}"),
            false if host.contains(':') => format!("postgres://{user}@[{host}]:{port}/{database}"),
            false => format!("postgres://{user}@{host}:{port}/{database}"),
        }
    }

    pub(super) fn connections(&self) -> u32 {
        self.connections
    }

    pub(super) fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    pub(super) fn trust(&self) -> Option<&ServerRoots> {
        self.trust.as_ref()
    }

    /// As the driver wants it.
    pub(super) fn config(&self) -> Config {
        let mut config = Config::new();
        match self.host.starts_with('/') {
            true => config.host_path(&self.host),
            false => config.host(&self.host),
        };
        config
            .port(self.port)
            .user(&self.user)
            .dbname(&self.database)
            .application_name("daily-note")
            .connect_timeout(self.connect_timeout)
            .keepalives_idle(Duration::from_secs(30))
            .ssl_mode(match self.trust {
                Some(_) => SslMode::Require,
                None => SslMode::Disable,
            });
        if let Some(password) = &self.password {
            config.password(password);
        }
        config
    }
}

impl fmt::Debug for PostgresSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("PostgresSettings")
            .field(&self.place())
            .finish()
    }
}

/// What stands behind the question mark.
#[derive(Default)]
struct AddressOptions {
    host: Option<String>,
    port: Option<u16>,
    is_encrypted: Option<bool>,
    root: Option<PathBuf>,
    connect_timeout: Option<Duration>,
    connections: Option<u32>,
}

impl AddressOptions {
    fn take(&mut self, name: &str, value: &str) -> Result<(), String> {
        let number = || {
            let number = value.parse::<u32>().ok().filter(|number| *number > 0);
            number.ok_or_else(|| phrased!("{name}={value} is no number above 0"))
        };
        match name {
            "host" => self.host = Some(value.to_owned()),
            "port" => {
                let port = u16::try_from(number()?).map_err(|_| phrased!("no port is {value}"))?;
                self.port = Some(port);
            }
            "sslmode" => {
                self.is_encrypted = Some(match value {
                    "disable" => false,
                    "verify-full" => true,
                    // What is not verified is whoever stands in between.
                    "allow" | "prefer" | "require" | "verify-ca" => {
                        return Err(phrased!(
                            "sslmode={value} leaves open who the server is; say verify-full, or disable"
                        ));
                    }
                    _ => return Err(phrased!("there is no sslmode={value}")),
                });
            }
            "sslrootcert" if value == "system" => {}
            "sslrootcert" => self.root = Some(PathBuf::from(value)),
            "connect_timeout" => {
                self.connect_timeout = Some(Duration::from_secs(u64::from(number()?)));
            }
            "connections" => self.connections = Some(number()?.min(MOST_CONNECTIONS)),
            _ => return Err(phrased!("nothing is known of {name}=")),
        }
        Ok(())
    }
}

fn decoded(part: &str) -> Result<String, String> {
    let decoded = percent_decode_str(part).decode_utf8();
    let text = decoded.map_err(|_| phrase!("a part of it is not UTF-8").to_owned())?;
    // PostgreSQL ends its texts with it.
    match text.contains('\0') {
        true => Err(phrase!("a part of it has a zero byte").to_owned()),
        false => Ok(text.into_owned()),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// An address that could not be read, without anything that might be a password.
fn shown(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) if url.has_host() => {
            // Only a URL without a host refuses this.
            let _ = url.set_password(None);
            url.set_query(None);
            url.to_string()
        }
        _ => "postgres://…".to_owned(),
    }
}

/// The folder of the person who runs this.
fn home(environment: Environment<'_>) -> Option<PathBuf> {
    let home = environment("HOME")?;
    Path::new(&home).is_absolute().then(|| PathBuf::from(home))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    fn parsed(address: &str) -> PostgresSettings {
        PostgresSettings::parse(address, &nothing).unwrap()
    }

    fn refused(address: &str) -> String {
        let error = PostgresSettings::parse(address, &nothing).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        format!("{error}: {cause}")
    }

    #[test]
    fn what_is_far_away_is_verified_and_what_is_near_goes_in_clear() {
        let far = parsed("postgres://note@db.example.com/note");
        assert_eq!(far.trust(), Some(&ServerRoots::System));
        assert_eq!(far.place(), "postgres://note@db.example.com:5432/note");
        for near in [
            "postgres://note@127.0.0.1/note",
            "postgres://note@[::1]:6543/note",
            "postgresql://note@localhost/note",
            "postgres://note@/note?host=/run/postgresql",
            "postgres://note@db.example.com/note?sslmode=disable",
        ] {
            assert_eq!(parsed(near).trust(), None, "{near}");
        }
        let own = parsed("postgres://n@10.0.0.7/n?sslmode=verify-full&sslrootcert=/etc/own.pem");
        let file = ServerRoots::File(PathBuf::from("/etc/own.pem"));
        assert_eq!(own.trust(), Some(&file));
    }

    #[test]
    fn no_password_is_ever_shown() {
        let settings = parsed("postgres://note:s%C3%A9cret%40@db.example.com:6000/note");
        assert_eq!(settings.password.as_deref(), Some("sécret@"));
        for shown in [settings.place(), format!("{settings:?}")] {
            assert!(!shown.contains("cret"), "{shown}");
        }
        for broken in [
            "postgres://note:secret@db.example.com/note?sslmode=sometimes",
            "postgres://note:secret@db.example.com:99999/note",
            "mysql://note:secret@db.example.com/note",
            "postgres:note:secret",
        ] {
            let told = refused(broken);
            assert!(!told.contains("secret"), "{told}");
        }
    }

    #[test]
    fn what_an_address_lacks_or_has_too_much_of_is_named() {
        for (address, told) in [
            ("postgres:///note", "it names no host"),
            ("postgres://db.example.com/note", "it names no user"),
            ("postgres://note@db.example.com/", "it names no database"),
            (
                "postgres://note@db.example.com/note?sslmode=require",
                "sslmode=require",
            ),
            (
                "postgres://note@db.example.com/note?options=-csync",
                "options=",
            ),
            (
                "postgres://note@db.example.com/note?connections=0",
                "connections=0",
            ),
            (
                "postgres://note@/note?host=/run&sslmode=verify-full",
                "no TLS",
            ),
            ("postgres://note@db.example.com/a%00b", "zero byte"),
        ] {
            let refused = refused(address);
            assert!(refused.contains(told), "{refused}");
        }
    }
}
