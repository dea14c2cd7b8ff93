//! The `web:` block: where the public pages are, what signs their links, who may stand before them, and
//! what their forms take.

use std::{
    borrow::Cow,
    fmt,
    net::{IpAddr, SocketAddr},
};

use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{
    shapes::OneOrMore,
    text::{self, DomainName, FromText, ParsedText, SingleLine, ToText, WebUrl},
};
use crate::words::{phrase, phrased};

/// The public pages: subscribe, unsubscribe, preferences, feedback, the archive.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebSettings {
    /// How readers reach the pages. One-click unsubscribing needs https.
    #[serde(deserialize_with = "web_url")]
    #[schemars(with = "Option<ParsedText<WebUrl>>")]
    pub base_url: Option<String>,
    /// Where `serve` answers for them, behind whatever speaks TLS.
    #[serde(deserialize_with = "text::parsed", serialize_with = "text::shown")]
    #[schemars(with = "ParsedText<SocketAddr>")]
    pub listen: SocketAddr,
    /// Signs the readers' links: 32 characters or more, the same on every machine, out of the
    /// environment: `${DAILY_NOTE_SECRET}`. Default: a file in the state folder, made on first
    /// use. In a list the first one signs; the ones behind it let old mail unsubscribe and do nothing else,
    /// and one written as `leaked: ${OLD}` does nothing at all.
    #[serde(deserialize_with = "secrets")]
    #[schemars(with = "Option<OneOrMore<WrittenSecret>>")]
    pub secret: Option<WebSecrets>,
    /// The networks of the proxies before `serve`: only they are believed when they say whom they ask
    /// for (X-Forwarded-For). Default: this machine.
    #[serde(deserialize_with = "networks")]
    #[schemars(with = "Vec<ParsedText<IpNet>>")]
    pub trusted_proxies: Vec<IpNet>,
    /// Whether `send` and `serve` ask the one-click address, as mail clients would, before an issue
    /// promises it: `off` for a machine that can't reach its own public name.
    pub probe: PageProbe,
    /// Whether sent issues stand on the web for everybody.
    pub archive: ArchiveAccess,
    /// What the form takes.
    pub signup: SignupSettings,
    /// What readers are asked about an issue.
    pub feedback: FeedbackSettings,
    /// Whether who unsubscribed gets a last mail that says so. Default: where `law.korea` is.
    pub goodbye: Option<bool>,
}

/// Whether the one-click address is asked before a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageProbe {
    /// It is.
    #[default]
    On,
    /// It is not, and `doctor` calls it unproven.
    Off,
}

/// Who finds sent issues on the web.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveAccess {
    /// Everybody: lists, feeds, search, and search engines.
    #[default]
    Public,
    /// Whoever has an issue's address: nothing lists it.
    Unlisted,
    /// Nobody: mail has no link to a web version.
    Off,
}

/// Who may subscribe, and what of a sign-up is kept.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SignupSettings {
    /// Domains whose addresses are not taken, with all below them.
    #[serde(deserialize_with = "domains")]
    #[schemars(with = "Vec<ParsedText<DomainName>>")]
    pub refuse: Vec<String>,
    /// Keep the network that a sign-up came from as part of its proof, cut to /24 or /56.
    pub keep_network: bool,
    /// How old readers say they are, at least. Default: 14 where `law.korea` is.
    #[schemars(range(min = 1, max = 120))]
    pub least_age: Option<u8>,
}

/// What readers are asked about an issue.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FeedbackSettings {
    /// What an opinion may be, in the publication's own words. Default: three faces.
    #[serde(deserialize_with = "lines")]
    #[schemars(with = "Vec<ParsedText<SingleLine>>", length(max = 6))]
    pub choices: Vec<String>,
    /// Show the opinions that the writer publishes under their issue.
    pub publish: bool,
    /// When the writer gets mail of them: at `notify.to`, or where answers to an issue go.
    pub notify: OpinionNotice,
    /// Each mail has an address of its reader's own, `feedback+TOKEN` at `smtp.bounce_domain`, that an opinion can be
    /// mailed to. It comes by the doors of `bounces:` and is kept for review.
    pub by_mail: bool,
}

/// More of an opinion's text is not kept.
pub(crate) const MOST_OPINION_CHARS: usize = 4_000;

/// When the writer gets mail of what readers said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpinionNotice {
    /// Of each; of many at once together.
    #[default]
    Each,
    /// Once a day, of all of the day before.
    Daily,
    /// Never: `feedback list` has them.
    Off,
}

/// What an opinion may be where the publication names no choices of its own: three faces, which pages and mail have
/// words for.
pub(crate) const FACES: [&str; 3] = ["good", "fair", "poor"];

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            base_url: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            secret: None,
            trusted_proxies: loopback(),
            probe: PageProbe::On,
            archive: ArchiveAccess::Public,
            signup: SignupSettings::default(),
            feedback: FeedbackSettings::default(),
            goodbye: None,
        }
    }
}

impl fmt::Debug for WebSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "web base_url={:?}", self.base_url)
    }
}

/// The secrets that readers' links are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct WebSecrets {
    /// It signs.
    pub current: String,
    /// They let old mail unsubscribe.
    pub retired: Vec<String>,
}

impl fmt::Debug for WebSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a secret and {} retired ones", self.retired.len())
    }
}

/// 32 characters or more.
struct LinkSecret(String);

impl FromText for LinkSecret {
    const NAME: &'static str = phrase!("a secret");
    const EXAMPLES: &'static [&'static str] = &["${WEB_SECRET}"];

    fn from_text(text: &str) -> Result<Self, String> {
        if text.chars().count() < 32 {
            return Err(phrase!(
                "the secret is shorter than 32 characters\n\
                        `openssl rand -hex 32` makes a good one"
            )
            .to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// A secret as it stands in the list: plain, or marked as one that somebody else may know.
enum WrittenSecret {
    Good(String),
    Leaked,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LeakedSecret {
    /// Somebody else may know it: no link that it signed is taken any more.
    #[serde(rename = "leaked", deserialize_with = "checked_secret")]
    #[schemars(with = "ParsedText<LinkSecret>")]
    _secret: (),
}

impl<'de> Deserialize<'de> for WrittenSecret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> de::Visitor<'de> for Either {
            type Value = WrittenSecret;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(phrase!("a secret, or `leaked:` and one"))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<WrittenSecret, E> {
                let secret = LinkSecret::from_text(text).map_err(E::custom)?;
                Ok(WrittenSecret::Good(secret.0))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<WrittenSecret, A::Error> {
                LeakedSecret::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(WrittenSecret::Leaked)
            }
        }
        from.deserialize_any(Either)
    }
}

impl JsonSchema for WrittenSecret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "WrittenSecret".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (plain, leaked) = (
            ParsedText::<LinkSecret>::json_schema(generator),
            generator.subschema_for::<LeakedSecret>(),
        );
        json_schema!({ "anyOf": [plain, leaked] })
    }
}

fn checked_secret<'de, D: Deserializer<'de>>(from: D) -> Result<(), D::Error> {
    let ParsedText(LinkSecret(_)) = ParsedText::deserialize(from)?;
    Ok(())
}

pub(super) fn secrets<'de, D: Deserializer<'de>>(from: D) -> Result<Option<WebSecrets>, D::Error> {
    let Some(OneOrMore(written)) = Option::<OneOrMore<WrittenSecret>>::deserialize(from)? else {
        return Ok(None);
    };
    let mut written = written.into_iter();
    let Some(WrittenSecret::Good(current)) = written.next() else {
        return Err(de::Error::custom(phrase!(
            "the first secret signs: it can't be one that leaked\nput a new one before it"
        )));
    };
    let retired = written.filter_map(|secret| match secret {
        WrittenSecret::Good(secret) => Some(secret),
        WrittenSecret::Leaked => None,
    });
    Ok(Some(WebSecrets {
        retired: retired.collect(),
        current,
    }))
}

impl FromText for SocketAddr {
    const NAME: &'static str = phrase!("an address to listen on");
    const EXAMPLES: &'static [&'static str] = &["127.0.0.1:8080", "[::]:8080"];

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| phrased!("`{text}` is no address and port\nwrite it like 127.0.0.1:8080"))
    }
}

impl ToText for SocketAddr {
    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl FromText for IpNet {
    const NAME: &'static str = phrase!("a network");
    const EXAMPLES: &'static [&'static str] = &["127.0.0.1", "10.0.0.0/8", "fd00::/8"];

    fn from_text(text: &str) -> Result<Self, String> {
        let address = || text.parse::<IpAddr>().map(IpNet::from).ok();
        text.parse()
            .ok()
            .or_else(address)
            .ok_or_else(|| phrased!("`{text}` is no address or network\nwrite it like 10.0.0.0/8"))
    }
}

fn loopback() -> Vec<IpNet> {
    ["127.0.0.0/8", "::1/128"]
        .iter()
        .filter_map(|network| network.parse().ok())
        .collect()
}

fn web_url<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<ParsedText<WebUrl>>::deserialize(from)?.map(|ParsedText(WebUrl(url))| url))
}

fn networks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let written = Vec::<ParsedText<IpNet>>::deserialize(from)?;
    Ok(written.into_iter().map(|ParsedText(it)| it).collect())
}

fn domains<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let written = Vec::<ParsedText<DomainName>>::deserialize(from)?;
    let names = written.into_iter();
    Ok(names.map(|ParsedText(DomainName(name))| name).collect())
}

fn lines<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let written = Vec::<ParsedText<SingleLine>>::deserialize(from)?;
    if written.len() > 6 {
        return Err(de::Error::custom(phrase!(
            "more than six choices are a questionnaire"
        )));
    }
    let lines = written.into_iter();
    Ok(lines.map(|ParsedText(SingleLine(line))| line).collect())
}
