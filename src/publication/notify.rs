//! The `notify:` block: whom the program tells what became of slots and batches, and when it reminds.

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serializer};
use url::{Host, Url};

use super::text::{FromText, ParsedText, ToText};
use crate::{
    address::Address,
    words::{phrase, phrased},
};

/// Telling people and programs what happens: reminders, reports, alarms.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NotifySettings {
    /// Who gets mail: the writer's reminders, a report after each issue, an alarm when something
    /// waits for a person. Default: nobody.
    #[serde(deserialize_with = "addresses")]
    #[schemars(with = "Vec<ParsedText<Address>>")]
    pub to: Vec<Address>,
    /// How long before its hour a slot without a ready issue is reminded of; once each. An empty
    /// list reminds nobody.
    #[serde(deserialize_with = "durations", serialize_with = "shown_durations")]
    #[schemars(with = "Vec<ParsedText<Duration>>")]
    pub remind_before: Vec<Duration>,
    /// A program that is told the same, as JSON over HTTP.
    pub webhook: Option<WebhookSettings>,
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self {
            to: Vec::new(),
            remind_before: vec![
                Duration::from_secs(24 * 3_600),
                Duration::from_secs(3 * 3_600),
            ],
            webhook: None,
        }
    }
}

/// A program that is told what happens (Standard Webhooks).
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where events are posted: https, or http on this machine.
    #[serde(deserialize_with = "hook_url")]
    #[schemars(with = "ParsedText<HookUrl>")]
    pub url: Url,
    /// Signs each event: `whsec_` and 24 to 64 bytes in base64, out of the environment:
    /// `${WEBHOOK_SECRET}`.
    #[serde(deserialize_with = "hook_secret")]
    #[schemars(with = "ParsedText<HookSecret>")]
    pub secret: HookSecret,
}

impl fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The path may hold a token.
        write!(f, "webhook at {}", self.url.host_str().unwrap_or_default())
    }
}

/// The key of the webhook's signatures.
#[derive(Clone, PartialEq, Eq)]
pub struct HookSecret(Vec<u8>);

impl HookSecret {
    /// The bytes.
    #[must_use]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for HookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whsec_…")
    }
}

impl FromText for HookSecret {
    const NAME: &'static str = phrase!("a webhook's secret");
    const PATTERN: Option<&'static str> = Some("^whsec_[A-Za-z0-9+/]{32,}={0,2}$");
    const EXAMPLES: &'static [&'static str] = &["${WEBHOOK_SECRET}"];

    fn from_text(text: &str) -> Result<Self, String> {
        // Errors never repeat it.
        let hint = phrase!("`echo whsec_$(openssl rand -base64 32)` makes a good one");
        let coded = text
            .strip_prefix("whsec_")
            .ok_or_else(|| phrased!("a webhook's secret begins with `whsec_`\n{hint}"))?;
        match STANDARD.decode(coded) {
            Ok(bytes) if (24..=64).contains(&bytes.len()) => Ok(Self(bytes)),
            Ok(bytes) => Err(phrased!(
                "the secret has {bytes} bytes; 24 to 64 are wanted\n{hint}",
                bytes = bytes.len()
            )),
            Err(_) => Err(phrased!("what follows `whsec_` is not base64\n{hint}")),
        }
    }
}

/// Where a webhook's events go.
struct HookUrl(Url);

impl FromText for HookUrl {
    const NAME: &'static str = phrase!("a webhook's address");
    const EXAMPLES: &'static [&'static str] = &["https://hooks.example.com/daily-note"];

    fn from_text(text: &str) -> Result<Self, String> {
        // A path may hold a token: errors show the host alone.
        let url = Url::parse(text).map_err(|_| {
            phrase!("this is not an address\nwrite it like https://example.com/hook").to_owned()
        })?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(phrased!(
                "the address of {host} has a user or a password in it\n\
                 the signature is what the other side knows us by: leave them out"
            ));
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_here(&url) => Ok(Self(url)),
            "http" => Err(phrased!(
                "notices to {host} would travel unencrypted\nuse https://"
            )),
            scheme => Err(phrased!(
                "`{scheme}` is no way to post events\nuse https://"
            )),
        }
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn addresses<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Address>, D::Error> {
    let mut addresses: Vec<Address> = Vec::new();
    for ParsedText(address) in Vec::<ParsedText<Address>>::deserialize(from)? {
        if !addresses.iter().any(|it| it.key() == address.key()) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

/// The longest first, each once.
fn durations<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Duration>, D::Error> {
    let texts = Vec::<ParsedText<Duration>>::deserialize(from)?;
    let mut durations: Vec<Duration> = texts.into_iter().map(|ParsedText(it)| it).collect();
    durations.sort_unstable_by(|a, b| b.cmp(a));
    durations.dedup();
    Ok(durations)
}

fn shown_durations<S: Serializer>(durations: &[Duration], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(durations.iter().map(ToText::to_text))
}

fn hook_url<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    ParsedText::deserialize(from).map(|ParsedText(HookUrl(url))| url)
}

fn hook_secret<'de, D: Deserializer<'de>>(from: D) -> Result<HookSecret, D::Error> {
    ParsedText::deserialize(from).map(|ParsedText(secret)| secret)
}
