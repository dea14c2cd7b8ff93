//! daily-note.yaml → a validated [`Publication`], its editions and the arithmetic of its calendar.
//! Pure after loading: no clock, no network, no store.

mod at_a_glance;
mod block;
mod bounces;
mod calendar;
mod credentials;
mod environment;
mod harmless;
mod ledger;
mod load;
mod look;
mod misnamed;
mod notify;
mod privacy;
mod provider;
mod rate;
mod recurrence;
mod relay_url;
mod schedule;
pub(crate) mod schema;
mod settings;
mod shapes;
mod smtp;
mod storage;
mod text;
mod unset;
mod web;
mod worker;

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

pub(crate) use self::at_a_glance::{own_language, own_timezone};
#[cfg(test)]
pub(crate) use self::ledger::SHORTEST_KEEP;
pub(crate) use self::text::{parse_language, parse_offset};
pub(crate) use self::web::{FACES, MOST_OPINION_CHARS};
pub use self::{
    block::{
        AudienceSettings, DeliverySettings, HouseTerm, ImageSettings, LawSettings, MailClient,
        UnknownPolicy,
    },
    bounces::{
        BouncesSettings, DoorAddress, DoorPlace, DoorProtocol, HookKey, HookLogin, HookPublicKey,
        HookSettings, ImapSettings,
    },
    calendar::{Absence, ZONES_APART, moment_of},
    credentials::{Credentials, LoginProof, TokenSource},
    environment::Environment,
    ledger::LedgerSettings,
    load::FILE_NAME,
    notify::{HookSecret, NotifySettings, WebhookSettings},
    privacy::{DataCarrier, PrivacySettings},
    rate::{DomainLimit, Rate},
    recurrence::{DayRule, Recurrence},
    relay_url::{RelayUrl, SmtpTarget, TlsMode},
    schedule::{ExtraDate, ScheduleBreak, ScheduleSettings},
    smtp::{DkimSettings, KeySource, SmtpSettings},
    storage::StorageAddress,
    text::parse_zone,
    unset::SecretUse,
    web::{
        ArchiveAccess, FeedbackSettings, OpinionNotice, PageProbe, SignupSettings, WebSecrets,
        WebSettings,
    },
    worker::WorkerSettings,
};
pub(crate) use crate::look::Color;
use crate::{
    address::{Address, Mailbox},
    look::{Accent, Look},
    source::SourceError,
};

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
    /// How its mail looks.
    pub look: Look,
    /// The editions in the order of the file.
    pub editions: Vec<Edition>,
    /// How mail leaves.
    pub smtp: SmtpSettings,
    /// Where the list and the ledger lie.
    pub storage: StorageAddress,
    /// Retries and what to do with the unknown.
    pub delivery: DeliverySettings,
    /// Calendar rules.
    pub schedule: ScheduleSettings,
    /// The public pages.
    pub web: WebSettings,
    /// How long the ledger keeps its rows.
    pub ledger: LedgerSettings,
    /// What the privacy notice says of who keeps readers' data.
    pub privacy: PrivacySettings,
    /// How the issues' own images reach readers.
    pub images: ImageSettings,
    /// Countries whose rules `check` applies.
    pub law: LawSettings,
    /// The house's spellings.
    pub terms: Vec<HouseTerm>,
    /// The clients that the mail has to look right in.
    pub clients: Vec<MailClient>,
    /// Guards over the list.
    pub audience: AudienceSettings,
    /// Whom it tells what happens.
    pub notify: NotifySettings,
    /// By which doors mail comes back.
    pub bounces: BouncesSettings,
    /// Secrets whose variable is not set.
    unset: Vec<unset::UnsetSecret>,
    /// Keys of the file that say nothing any more, each at its place.
    pub(crate) retired: Vec<SourceError>,
}

/// A recurring edition: Monday, *software & business*, at 08:00.
#[derive(Debug, Clone)]
pub struct Edition {
    /// The key under `editions:`, which front matter and subscribers name.
    pub key: String,
    /// `월요일 편`.
    pub title: String,
    /// `소프트웨어 & 비즈니스`; a label, never a filter. Empty where the file names none.
    pub topic: String,
    /// The days it appears on.
    pub recurrence: Recurrence,
    /// The hour, in the publication's zone.
    pub time: NaiveTime,
    /// The accent of its mail, where that is its own.
    pub accent_color: Option<Color>,
}

/// One date of one edition.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Slot {
    /// The edition's key.
    pub edition: String,
    /// The date in the publication's zone.
    pub date: NaiveDate,
    /// The moment it is due.
    pub at: DateTime<Utc>,
}

impl Publication {
    /// The edition of that key.
    #[must_use]
    pub fn edition(&self, key: &str) -> Option<&Edition> {
        self.editions.iter().find(|edition| edition.key == key)
    }

    /// The accent of an edition: its own, or the look's.
    #[must_use]
    pub(crate) fn accent_of(&self, edition: &Edition) -> Accent {
        edition.accent_color.map_or(self.look.accent, Accent::from)
    }

    /// Whether every message has a way out that mail clients show: a one-click link or a mailto.
    #[must_use]
    pub(crate) fn has_way_out(&self) -> bool {
        self.web.base_url.as_deref().is_some_and(is_https) || self.unsubscribe_email.is_some()
    }

    /// The domain of the addresses that readers mail opinions to; None: they mail none.
    #[must_use]
    pub(crate) fn feedback_domain(&self) -> Option<&str> {
        let domain = self.smtp.bounce_domain.as_deref();
        domain.filter(|_| self.web.feedback.by_mail)
    }

    /// The state folder, `.daily-note`.
    #[must_use]
    pub fn state_dir(&self) -> PathBuf {
        self.root.join(".daily-note")
    }
}

/// Whether a URL is one that one-click unsubscribe may have (RFC 8058 §3.1).
pub(crate) fn is_https(url: &str) -> bool {
    let scheme = url.get(..8);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}

impl Edition {
    /// Whether its days include that date. Holidays and breaks are the publication's:
    /// [`Publication::slot`].
    #[must_use]
    pub(crate) fn falls_on(&self, date: NaiveDate) -> bool {
        self.recurrence.picks(date)
    }
}
