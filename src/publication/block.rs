//! The smaller blocks of daily-note.yaml: `delivery`, `law`, `terms`,
//! `clients`, `audience`. Where a block needs no settling, its settings are read as they stand.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{self, ParsedText, ShareOfWhole};

/// Retries, and what to do where nobody can know.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeliverySettings {
    /// What becomes of messages whose fate a crash hid: `hold` leaves them to a person, `resend`
    /// sends them again under the same Message-ID.
    pub unknown: UnknownPolicy,
    /// Wait before the second attempt; doubles with each one up to `backoff_max`.
    #[serde(deserialize_with = "text::parsed", serialize_with = "text::shown")]
    #[schemars(with = "ParsedText<Duration>")]
    pub backoff_first: Duration,
    /// Longest wait between attempts.
    #[serde(deserialize_with = "text::parsed", serialize_with = "text::shown")]
    #[schemars(with = "ParsedText<Duration>")]
    pub backoff_max: Duration,
    /// After this long without success a delivery is given up.
    #[serde(deserialize_with = "text::parsed", serialize_with = "text::shown")]
    #[schemars(with = "ParsedText<Duration>")]
    pub give_up: Duration,
    /// Wait before a relay that failed is tried again; doubles up to `relay_backoff_max`.
    #[serde(deserialize_with = "text::parsed", serialize_with = "text::shown")]
    #[schemars(with = "ParsedText<Duration>")]
    pub relay_backoff_first: Duration,
    /// Longest wait before a relay that failed is tried again.
    #[serde(deserialize_with = "text::parsed", serialize_with = "text::shown")]
    #[schemars(with = "ParsedText<Duration>")]
    pub relay_backoff_max: Duration,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self {
            unknown: UnknownPolicy::Hold,
            backoff_first: Duration::from_secs(10 * 60),
            backoff_max: Duration::from_secs(4 * 3_600),
            give_up: Duration::from_secs(2 * 86_400),
            relay_backoff_first: Duration::from_secs(1),
            relay_backoff_max: Duration::from_secs(5 * 60),
        }
    }
}

/// `delivery.unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnknownPolicy {
    /// A person decides.
    Hold,
    /// Send again with the same Message-ID.
    Resend,
}

/// `images:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImageSettings {
    /// Fetched from `web.base_url` where it is set; with the mail otherwise, and in a rehearsal.
    #[default]
    Auto,
    /// With the mail, always.
    Cid,
    /// Fetched from `web.base_url`, always: in a rehearsal too.
    Https,
}

/// Countries whose rules `check` applies.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LawSettings {
    /// Korea: 정보통신망법 제50조.
    pub korea: bool,
    /// United States: CAN-SPAM.
    pub us: bool,
    /// European Union: GDPR.
    pub eu: bool,
}

impl LawSettings {
    /// Whether any country's rules apply.
    #[must_use]
    pub(crate) fn is_any(&self) -> bool {
        self.korea || self.us || self.eu
    }
}

/// A spelling of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseTerm {
    /// As the house writes it.
    pub preferred: String,
    /// As it does not.
    pub instead_of: Vec<String>,
}

/// A mail client, or a family of them, that the mail has to look right in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MailClient {
    /// Gmail, in the browser and as an app.
    Gmail,
    /// Apple Mail on macOS and iOS.
    AppleMail,
    /// Outlook on Windows, which renders with Word.
    Outlook,
    /// Outlook in the browser, on macOS and as an app.
    OutlookWeb,
    /// 네이버 메일.
    Naver,
    /// 다음 메일.
    Daum,
    /// Samsung Email.
    Samsung,
    /// Yahoo Mail.
    Yahoo,
}

impl MailClient {
    /// Every one.
    pub(crate) const ALL: [Self; 8] = [
        Self::Gmail,
        Self::AppleMail,
        Self::Outlook,
        Self::OutlookWeb,
        Self::Naver,
        Self::Daum,
        Self::Samsung,
        Self::Yahoo,
    ];
}

/// Guards over the list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AudienceSettings {
    /// The share of the list that one reading of subscribers.yaml may take away before it stops
    /// and asks, where it is more than three readers or most of the list; 100% never asks.
    // Inside the program: 0..=1.
    #[serde(deserialize_with = "share", serialize_with = "percent")]
    #[schemars(with = "ParsedText<ShareOfWhole>")]
    pub max_removal: f64,
}

impl Default for AudienceSettings {
    fn default() -> Self {
        Self { max_removal: 0.1 }
    }
}

fn share<'de, D: serde::Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    text::parsed(from).map(|ShareOfWhole(share)| share)
}

fn percent<S: serde::Serializer>(share: &f64, to: S) -> Result<S::Ok, S::Error> {
    text::shown(&ShareOfWhole(*share), to)
}
