//! Where mail is handed over: host, protection, credentials, and how long each step may take.

use std::{fmt, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use tokio::sync::{Mutex, OnceCell};

use super::tls::{self, LoadedTrust, TrustError};
use crate::publication::{Credentials, RelayUrl, SmtpSettings, TlsMode};

/// A relay and how to talk to it. Cheap to clone; clones share the loaded certificates.
#[derive(Clone)]
pub struct Relay {
    /// Host name or address; also the name that the certificate must carry.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The machines behind the name, in the order in which they are tried; empty: as the name resolves.
    pub addresses: Vec<SocketAddr>,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// Who logs in. Never printed.
    pub credentials: Option<Credentials>,
    /// The name said in EHLO. None: the address literal of our end of the connection.
    pub helo_name: Option<String>,
    /// A PEM file of certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// How long each step may take.
    pub timeouts: Timeouts,
    /// Loaded at the first TLS handshake.
    trust: Arc<OnceCell<LoadedTrust>>,
    /// Held by the one connection that fetches its token just now.
    pub(super) token_turn: Arc<Mutex<()>>,
}

/// How long each step may take: RFC 5321 §4.5.3.2 where it speaks. After any of them the
/// connection is dropped, for a late answer would be taken for the next step's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name resolution, and one TCP connection.
    pub connect: Duration,
    /// The 220 greeting.
    pub greeting: Duration,
    /// The answer to EHLO or HELO.
    pub ehlo: Duration,
    /// The answer to STARTTLS, and the handshake.
    pub starttls: Duration,
    /// Each answer during AUTH.
    pub auth: Duration,
    /// The answer to MAIL, and to RSET.
    pub mail: Duration,
    /// The answer to RCPT.
    pub rcpt: Duration,
    /// The 354 after DATA.
    pub data: Duration,
    /// Each block of the message that the relay takes off our hands.
    pub transfer: Duration,
    /// The answer to the final dot.
    pub dot: Duration,
    /// The answer to QUIT, which nothing depends on.
    pub quit: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        Self {
            connect: Duration::from_secs(30),
            greeting: minutes(5),
            ehlo: minutes(5),
            starttls: minutes(2),
            auth: minutes(3),
            mail: minutes(5),
            rcpt: minutes(5),
            data: minutes(2),
            transfer: minutes(3),
            dot: minutes(10),
            quit: Duration::from_secs(5),
        }
    }
}

impl Timeouts {
    /// The same time for every step.
    #[must_use]
    pub fn all(duration: Duration) -> Self {
        Self {
            connect: duration,
            greeting: duration,
            ehlo: duration,
            starttls: duration,
            auth: duration,
            mail: duration,
            rcpt: duration,
            data: duration,
            transfer: duration,
            dot: duration,
            quit: duration,
        }
    }
}

impl Relay {
    /// A relay without credentials, with the RFC's timeouts.
    #[must_use]
    pub fn new(host: impl Into<String>, port: u16, tls: TlsMode) -> Self {
        Self {
            host: host.into(),
            port,
            addresses: Vec::new(),
            tls,
            credentials: None,
            helo_name: None,
            ca_file: None,
            timeouts: Timeouts::default(),
            trust: Arc::default(),
            token_turn: Arc::default(),
        }
    }

    /// The relay of a publication's `smtp.url`, spoken to as its `smtp:` block says.
    #[must_use]
    pub(crate) fn from_settings(url: &RelayUrl, settings: &SmtpSettings) -> Self {
        Self {
            credentials: url.credentials.clone(),
            helo_name: settings.helo_name.clone().or_else(machine_name),
            ca_file: settings.ca_file.clone(),
            ..Self::new(&url.host, url.port, url.tls)
        }
    }

    /// Who logs in.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The machines behind the name, which is then not looked up.
    #[must_use]
    pub fn at_addresses(mut self, addresses: impl Into<Vec<SocketAddr>>) -> Self {
        self.addresses = addresses.into();
        self
    }

    /// Certificates to trust besides the system's.
    #[must_use]
    pub fn with_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self.trust = Arc::default();
        self
    }

    /// Whom to trust, loaded once.
    pub(super) async fn trust(&self) -> Result<&LoadedTrust, TrustError> {
        let load = || tls::load(self.ca_file.clone());
        self.trust.get_or_try_init(load).await
    }

    /// Other timeouts.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }
}

impl fmt::Display for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let auth = self.credentials.is_some();
        write!(f, "Relay({self}, {:?}, auth: {auth})", self.tls)
    }
}

/// The machine's name where it is one that a relay can look up. Anything less (`laptop`,
/// `localhost.localdomain`) is worse than the address literal of RFC 5321 §4.1.4.
fn machine_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let name = name.trim();
    let is_host_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (name.contains('.') && !name.starts_with("localhost") && name.bytes().all(is_host_name))
        .then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        let relay = Relay::new("smtp.example.com", 587, TlsMode::Required)
            .with_credentials(Credentials::with_password("noodle", "s3cret"));
        assert_eq!(
            format!("{relay:?} {relay}"),
            "Relay(smtp.example.com:587, Required, auth: true) smtp.example.com:587"
        );
    }

    #[test]
    fn no_step_is_given_up_before_the_rfc_allows_and_all_are_in_the_end() {
        // RFC 5321 §4.5.3.2.1 to .6, in minutes; the others are ours to choose.
        let Timeouts {
            connect,
            greeting,
            ehlo,
            starttls,
            auth,
            mail,
            rcpt,
            data,
            transfer,
            dot,
            quit,
        } = Timeouts::default();
        let minutes = [greeting, mail, rcpt, data, transfer, dot].map(|it| it.as_secs() / 60);
        assert_eq!(minutes, [5, 5, 5, 2, 3, 10]);
        for ours in [connect, ehlo, starttls, auth, quit] {
            assert!(ours >= Duration::from_secs(5) && ours <= dot, "{ours:?}");
        }
    }
}
