//! daily-note.yaml → a validated [`Publication`], its editions and the arithmetic of its calendar.
//! Pure after loading: no clock, no network, no store.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use crate::address::{Address, Mailbox};

/// A newsletter: who writes it, when it appears, how it looks and how it is sent.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The folder that holds daily-note.yaml.
    pub root: PathBuf,
    /// `데일리 노트`.
    pub name: String,
    /// A line under the name.
    pub tagline: Option<String>,
    /// A quotation that the masthead carries.
    pub motto: Option<String>,
    /// Who writes this and why, for the about block.
    pub about: Option<String>,
    /// The publication's home page.
    pub url: Option<String>,
    /// BCP 47 tag of the language it is written in.
    pub language: String,
    /// The zone in which the editions' hours are meant.
    pub timezone: Tz,
    /// The From header.
    pub from: Mailbox,
    /// The Reply-To header.
    pub reply_to: Option<Mailbox>,
    /// The sender's postal address (CAN-SPAM asks for it).
    pub postal_address: Option<String>,
    /// How readers reach the sender (정보통신망법 asks for it in advertising).
    pub contact: Option<String>,
    /// Where a mailto: unsubscribe goes.
    pub unsubscribe_email: Option<Address>,
    /// Path or URL of the logo.
    pub logo: Option<String>,
    /// The accent used where an edition names none of its own.
    pub accent_color: Color,
    /// The editions in the order of the file.
    pub editions: Vec<Edition>,
    /// How mail leaves.
    pub smtp: SmtpSettings,
    /// Retries and what to do with the unknown.
    pub delivery: DeliverySettings,
    /// Where the list and the ledger live.
    pub storage: Storage,
    /// Calendar rules.
    pub schedule: ScheduleSettings,
    /// The public pages.
    pub web: WebSettings,
    /// What is counted about readers.
    pub tracking: Tracking,
    /// Countries whose rules `check` applies.
    pub law: LawSettings,
    /// Guards over the list.
    pub audience: AudienceSettings,
}

/// An accent: its value on light paper and the one for dark mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    /// `0xRRGGBB`.
    pub rgb: u32,
}

/// A recurring edition: Monday, *software & business*, at 08:00.
#[derive(Debug, Clone)]
pub struct Edition {
    /// The key under `editions:`, which front matter and subscribers name.
    pub key: String,
    /// `월요일 편`.
    pub title: String,
    /// `소프트웨어 & 비즈니스`; a label, never a filter.
    pub topic: String,
    /// The weekday it appears on.
    pub day: Weekday,
    /// The hour, in the publication's zone.
    pub time: NaiveTime,
    /// The accent of its mail.
    pub accent_color: Option<Color>,
}

/// One date of one edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The edition's key.
    pub edition: String,
    /// The date in the publication's zone.
    pub date: NaiveDate,
    /// The moment it is due.
    pub at: DateTime<Utc>,
}

/// Where mail is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmtpTarget {
    /// The embedded inbox: a real SMTP server inside this program, on loopback.
    Inbox,
    /// A relay.
    Relay(RelayUrl),
}

/// `smtp://user:password@host:port?tls=…` taken apart.
#[derive(Clone, PartialEq, Eq)]
pub struct RelayUrl {
    /// Host name or address.
    pub host: String,
    /// Port; 465 for smtps, 587 for smtp unless the URL says otherwise.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// User and password for AUTH. Never printed.
    pub credentials: Option<(String, String)>,
}

/// How a connection to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// TLS from the first byte (`smtps://`).
    Implicit,
    /// STARTTLS, required (`smtp://`).
    Required,
    /// STARTTLS when offered, clear otherwise: only to loopback.
    Opportunistic,
    /// Clear (`?tls=none`). AUTH is refused.
    None,
}

/// The `smtp:` block.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Where mail is handed over.
    pub target: SmtpTarget,
    /// Connections held at once.
    pub connections: u32,
    /// Messages after which a connection is renewed.
    pub messages_per_connection: u32,
    /// Over all connections and workers together.
    pub rate: Option<Rate>,
    /// By literal recipient domain.
    pub per_domain: BTreeMap<String, DomainLimit>,
    /// The name said in EHLO; default: the machine's.
    pub helo_name: Option<String>,
    /// A PEM file of certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Domain of VERP return-paths; without it the From address is the envelope sender.
    pub bounce_domain: Option<String>,
    /// Signing.
    pub dkim: Option<DkimSettings>,
}

/// So many messages in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Messages.
    pub messages: u32,
    /// In this time.
    pub per: Duration,
}

/// Limits for one recipient domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DomainLimit {
    /// Messages in a time.
    pub rate: Option<Rate>,
    /// Connections that may carry this domain at once.
    pub connections: Option<u32>,
}

/// DKIM keys (RFC 6376, RFC 8463).
#[derive(Clone)]
pub struct DkimSettings {
    /// The `d=` domain.
    pub domain: String,
    /// The `s=` selector of the RSA key.
    pub selector: String,
    /// PEM text of the RSA private key, or the path of the file that holds it.
    pub key: KeySource,
    /// A second signature with an Ed25519 key of its own selector.
    pub ed25519: Option<(String, KeySource)>,
    /// False where the relay rewrites Date and Message-ID.
    pub sign_date: bool,
}

/// Where a private key comes from.
#[derive(Clone)]
pub enum KeySource {
    /// A file, relative to the root.
    File(PathBuf),
    /// The PEM text itself, out of the environment.
    Pem(String),
}

/// The `delivery:` block.
#[derive(Debug, Clone)]
pub struct DeliverySettings {
    /// What becomes of rows whose fate a crash hid.
    pub unknown: UnknownPolicy,
    /// Wait before the second attempt; doubles up to `backoff_max`.
    pub backoff_first: Duration,
    /// Longest wait between attempts.
    pub backoff_max: Duration,
    /// After this long without success a delivery is rejected (`gave_up`).
    pub give_up: Duration,
    /// Wait before a failed relay is tried again; doubles up to `relay_backoff_max`.
    pub relay_backoff_first: Duration,
    /// Longest wait before a failed relay is tried again.
    pub relay_backoff_max: Duration,
}

/// `delivery.unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownPolicy {
    /// A person decides.
    Hold,
    /// Send again with the same Message-ID.
    Resend,
}

/// `storage:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// One file in the state folder.
    Sqlite,
    /// A server that many machines share.
    Postgres(String),
}

/// The `schedule:` block.
#[derive(Debug, Clone)]
pub struct ScheduleSettings {
    /// How late an issue may still go out on its own.
    pub late: Duration,
    /// Each reader at the edition's hour in their own zone.
    pub by_reader_timezone: bool,
}

/// The `web:` block.
#[derive(Clone)]
pub struct WebSettings {
    /// Where the pages listen.
    pub listen: Option<String>,
    /// How readers reach them; no slash at the end.
    pub base_url: Option<String>,
    /// Signs the readers' links. None: `.daily-note/secret` is used.
    pub secret: Option<String>,
}

/// `tracking:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tracking {
    /// Nothing.
    #[default]
    None,
    /// Counts an issue, no reader.
    Aggregate,
    /// Per reader, with their consent.
    Individual,
}

/// The `law:` block.
#[derive(Debug, Clone, Default)]
pub struct LawSettings {
    /// 정보통신망법.
    pub korea: bool,
    /// CAN-SPAM.
    pub us: bool,
    /// GDPR.
    pub eu: bool,
}

/// The `audience:` block.
#[derive(Debug, Clone)]
pub struct AudienceSettings {
    /// The share of the list (0..=1) that one fold of subscribers.yaml may take away.
    pub max_removal: f64,
}

impl Publication {
    /// The edition of that key.
    #[must_use]
    pub fn edition(&self, key: &str) -> Option<&Edition> {
        self.editions.iter().find(|edition| edition.key == key)
    }

    /// The state folder, `.daily-note`.
    #[must_use]
    pub fn state_dir(&self) -> PathBuf {
        self.root.join(".daily-note")
    }
}

impl std::fmt::Debug for RelayUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}:{} ({:?}, auth: {})",
            self.host,
            self.port,
            self.tls,
            self.credentials.is_some()
        )
    }
}

impl std::fmt::Debug for DkimSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "dkim d={} s={}", self.domain, self.selector)
    }
}

impl std::fmt::Debug for WebSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "web listen={:?} base_url={:?}",
            self.listen, self.base_url
        )
    }
}
