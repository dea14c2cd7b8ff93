//! The `smtp:` block: where mail is handed over, how fast, and under whose signature.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    credentials::{Credentials, LoginKeys, LoginProof, TokenSource},
    provider,
    rate::{DomainLimit, Rate},
    relay_url::SmtpTarget,
    text::{DomainName, ParsedText, SingleLine},
};
use crate::{
    source::SourceError,
    words::{phrase, phrased},
    yaml::Tree,
};

/// How mail leaves.
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

impl SmtpSettings {
    /// The files with private keys and tokens.
    #[must_use]
    pub(crate) fn secret_files(&self) -> Vec<&Path> {
        let keys = self.dkim.iter().flat_map(|dkim| {
            let second = dkim.ed25519.as_ref().map(|(_, key)| key);
            [Some(&dkim.key), second].into_iter().flatten()
        });
        let mut files: Vec<&Path> = keys
            .filter_map(|key| match key {
                KeySource::File(path) => Some(path.as_path()),
                KeySource::Pem(_) => None,
            })
            .collect();
        if let SmtpTarget::Relay(relay) = &self.target
            && let Some(LoginProof::Token(TokenSource::File(path))) =
                relay.credentials.as_ref().map(|it| &it.proof)
        {
            files.push(path);
        }
        files
    }

    /// The files that decide whether mail can leave.
    #[must_use]
    pub(crate) fn files(&self) -> Vec<&Path> {
        let mut files = self.secret_files();
        files.extend(self.ca_file.as_deref());
        files
    }
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
    /// A file; relative paths are resolved against the root on loading.
    File(PathBuf),
    /// The PEM text itself, out of the environment.
    Pem(String),
}

impl fmt::Debug for DkimSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dkim d={} s={}", self.domain, self.selector)
    }
}

/// The relay that takes the mail, and how fast it is given.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SmtpBlock {
    /// Where mail is handed over: `inbox` (a server inside this program that keeps the mail for
    /// looking at, the default), `smtp://…` (STARTTLS is required, except on this machine) or
    /// `smtps://…` (TLS from the start).
    url: ParsedText<SmtpTarget>,
    /// Who logs in, where the URL doesn't say it.
    user: Option<String>,
    /// The password, where the URL doesn't hold it; better in the environment:
    /// `${SMTP_PASSWORD}`.
    password: Option<String>,
    /// An OAuth access token instead of a password (Microsoft 365, Gmail), out of the environment:
    /// `${SMTP_TOKEN}`. It lives for about an hour; for longer use `token_command` or `token_file`.
    token: Option<String>,
    /// A file with the token, which another program keeps fresh. It is read at each login.
    token_file: Option<PathBuf>,
    /// A command line that prints the token and nothing else: run by `sh` in this folder at each
    /// login, for half a minute at most.
    token_command: Option<String>,
    /// Connections held at once.
    #[schemars(range(min = 1, max = 1000))]
    connections: u32,
    /// Messages after which a connection is renewed.
    #[schemars(range(min = 1))]
    messages_per_connection: u32,
    /// Messages in a time, over all connections and machines together: `14/s`, `500/h`,
    /// `20000/d`. Without it, as fast as the relay takes them.
    rate: Option<ParsedText<Rate>>,
    /// Limits for the readers of one mail provider, by the domain after the @. Known large
    /// providers have cautious limits already; an entry here replaces theirs, `{}` lifts them.
    per_domain: BTreeMap<ParsedText<DomainName>, DomainBlock>,
    /// The name this machine gives itself to the relay. Default: its host name.
    helo_name: Option<ParsedText<SingleLine>>,
    /// A PEM file of certificates to trust besides the system's.
    ca_file: Option<PathBuf>,
    /// Bounces come back to an address of this domain that names the reader (VERP). Without it
    /// they go to the From address.
    bounce_domain: Option<ParsedText<DomainName>>,
    /// Sign each message. Leave it out where the relay signs.
    dkim: Option<DkimBlock>,
}

impl Default for SmtpBlock {
    fn default() -> Self {
        Self {
            url: ParsedText(SmtpTarget::Inbox),
            user: None,
            password: None,
            token: None,
            token_file: None,
            token_command: None,
            connections: 4,
            messages_per_connection: 100,
            rate: None,
            per_domain: BTreeMap::new(),
            helo_name: None,
            ca_file: None,
            bounce_domain: None,
            dkim: None,
        }
    }
}

/// Limits for one recipient domain.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DomainBlock {
    /// Messages in a time.
    rate: Option<ParsedText<Rate>>,
    /// Connections that may carry this domain at once.
    #[schemars(range(min = 1))]
    connections: Option<u32>,
}

/// A DKIM signature (RFC 6376). `daily-note dkim new` makes the keys.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DkimBlock {
    /// The domain that signs; it should be that of the From address.
    domain: ParsedText<DomainName>,
    /// Names the key's DNS record: `SELECTOR._domainkey.DOMAIN`.
    selector: ParsedText<SingleLine>,
    /// A file with the RSA private key in PEM form (2048 bits or more).
    key_file: Option<PathBuf>,
    /// The key itself instead of a file, out of the environment: `${DKIM_KEY}`.
    key: Option<String>,
    /// A second signature with an Ed25519 key (RFC 8463).
    ed25519: Option<Ed25519Block>,
    /// False where the relay rewrites Date and Message-ID (Amazon SES does).
    #[serde(default = "yes")]
    sign_date: bool,
}

/// The second signature's key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Ed25519Block {
    /// Names the key's DNS record; not the RSA key's.
    selector: ParsedText<SingleLine>,
    /// A file with the Ed25519 private key in PEM form.
    key_file: Option<PathBuf>,
    /// The key itself instead of a file.
    key: Option<String>,
}

fn yes() -> bool {
    true
}

impl SmtpBlock {
    /// The settings, or every contradiction in them.
    pub(super) fn settle(self, root: &Path, tree: &Tree) -> Result<SmtpSettings, Vec<SourceError>> {
        let mut errors = Vec::new();
        let mut target = self.url.0;
        let keys = LoginKeys {
            user: self.user,
            password: self.password,
            token: self.token,
            token_file: self.token_file,
            token_command: self.token_command,
        };
        let logged_in = keys
            .settle(root, tree)
            .and_then(|credentials| log_in(&mut target, credentials, tree));
        errors.extend(logged_in.err());
        for (key, number) in [
            ("connections", self.connections),
            ("messages_per_connection", self.messages_per_connection),
        ] {
            if number == 0 {
                errors.push(tree.error(&["smtp", key], phrased!("`{key}` must be 1 or more")));
            }
        }
        let mut per_domain = match target {
            SmtpTarget::Inbox => BTreeMap::new(),
            SmtpTarget::Relay(_) => provider::limits(),
        };
        for (ParsedText(DomainName(domain)), limit) in self.per_domain {
            if limit.connections == Some(0) {
                let error = tree.error(
                    &["smtp", "per_domain", &domain],
                    phrase!("`connections` must be 1 or more"),
                );
                errors.push(error);
            }
            let limit = DomainLimit {
                rate: limit.rate.map(|ParsedText(rate)| rate),
                connections: limit.connections,
            };
            per_domain.insert(domain, limit);
        }
        let dkim = self.dkim.and_then(|block| {
            block
                .settle(root, tree)
                .map_err(|error| errors.push(error))
                .ok()
        });
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(SmtpSettings {
            target,
            connections: self.connections,
            messages_per_connection: self.messages_per_connection,
            rate: self.rate.map(|ParsedText(rate)| rate),
            per_domain,
            helo_name: self.helo_name.map(|ParsedText(SingleLine(name))| name),
            ca_file: self.ca_file.map(|file| root.join(file)),
            bounce_domain: self
                .bounce_domain
                .map(|ParsedText(DomainName(domain))| domain),
            dkim,
        })
    }
}

fn log_in(
    target: &mut SmtpTarget,
    credentials: Option<Credentials>,
    tree: &Tree,
) -> Result<(), SourceError> {
    let Some(credentials) = credentials else {
        return Ok(());
    };
    let at = |message: &str| tree.error(&["smtp", "user"], message);
    match target {
        SmtpTarget::Inbox => Err(
            at(phrase!("`inbox` asks nobody to log in")).with_hint(phrase!(
                "set `smtp.url`, or remove `user` and what goes with it"
            )),
        ),
        SmtpTarget::Relay(relay) if relay.credentials.is_some() => {
            Err(at(phrase!("the user stands in `smtp.url` already"))
                .with_hint(phrase!("keep one of them")))
        }
        SmtpTarget::Relay(relay) => relay.log_in(credentials).map_err(|error| {
            let (message, hint) = error.split_once('\n').unwrap_or((&error, ""));
            at(message).with_hint(hint)
        }),
    }
}

impl DkimBlock {
    fn settle(self, root: &Path, tree: &Tree) -> Result<DkimSettings, SourceError> {
        let ParsedText(SingleLine(selector)) = self.selector;
        let key = key_source(root, self.key_file, self.key)
            .map_err(|message| tree.error(&["smtp", "dkim"], message))?;
        let ed25519 = match self.ed25519 {
            None => None,
            Some(block) => {
                let at = ["smtp", "dkim", "ed25519"];
                let ParsedText(SingleLine(own)) = block.selector;
                if own == selector {
                    return Err(tree.error(
                        &[&at[..], &["selector"]].concat(),
                        phrase!("the second key needs a selector of its own"),
                    ));
                }
                let key = key_source(root, block.key_file, block.key)
                    .map_err(|message| tree.error(&at, message))?;
                Some((own, key))
            }
        };
        Ok(DkimSettings {
            domain: self.domain.0.0,
            selector,
            key,
            ed25519,
            sign_date: self.sign_date,
        })
    }
}

fn key_source(
    root: &Path,
    file: Option<PathBuf>,
    key: Option<String>,
) -> Result<KeySource, &'static str> {
    match (file, key) {
        (Some(file), None) => Ok(KeySource::File(root.join(file))),
        (None, Some(key)) => Ok(KeySource::Pem(key)),
        (None, None) => Err(phrase!("the private key is missing: `key_file` or `key`")),
        (Some(_), Some(_)) => Err(phrase!(
            "both `key_file` and `key` are set: keep one of them"
        )),
    }
}
