//! The `bounces.imap` block: a mailbox that bounces are delivered to, somewhere else.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::{
    publication::{
        credentials::{Credentials, TokenSource},
        text::{FromText, ParsedText, SingleLine},
    },
    source::SourceError,
    words::{phrase, phrased},
    yaml::Tree,
};

/// A mailbox on another server that `serve` reads. Mail that was taken in is moved to its folder `daily-note-done`, mail
/// that can't be read to `daily-note-unread`; nothing is deleted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImapBlock {
    /// The server and the folder: `imaps://imap.example.com/INBOX`. `imap://` is secured by STARTTLS, and never without.
    url: ParsedText<ImapUrl>,
    /// Who logs in; the mailbox's address at most providers.
    user: ParsedText<SingleLine>,
    /// The password or app password, out of the environment: `${IMAP_PASSWORD}`.
    password: Option<String>,
    /// A file that another program keeps an OAuth access token in (XOAUTH2).
    token_file: Option<PathBuf>,
    /// A command that prints an OAuth access token (XOAUTH2).
    token_command: Option<String>,
    /// A file of further certificates to trust, in PEM.
    ca_file: Option<PathBuf>,
}

/// A mailbox that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImapSettings {
    /// The server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS from the first byte, not by STARTTLS.
    pub is_implicit_tls: bool,
    /// The folder that mail comes into.
    pub folder: String,
    /// Who logs in.
    pub login: Credentials,
    /// Further certificates to trust.
    pub ca_file: Option<PathBuf>,
}

impl ImapBlock {
    /// The mailbox, whose login is proved once.
    pub(super) fn settle(self, root: &Path, tree: &Tree) -> Result<ImapSettings, SourceError> {
        let ParsedText(url) = self.url;
        let ParsedText(SingleLine(user)) = self.user;
        let given = [
            self.password.is_some(),
            self.token_file.is_some(),
            self.token_command.is_some(),
        ];
        if given.iter().filter(|is| **is).count() != 1 {
            return Err(tree
                .error(
                    &["bounces", "imap", "user"],
                    phrase!("who logs in is proved by exactly one way"),
                )
                .with_hint(phrase!(
                    "give one of `password: ${IMAP_PASSWORD}`, `token_file:` and `token_command:`"
                )));
        }
        let folder = root.to_owned();
        let login = match (self.password, self.token_file, self.token_command) {
            (Some(password), ..) => Credentials::with_password(user, password),
            (_, Some(file), _) => Credentials::with_token(user, TokenSource::File(root.join(file))),
            (.., line) => Credentials::with_token(
                user,
                TokenSource::Command {
                    line: line.unwrap_or_default(),
                    folder,
                },
            ),
        };
        Ok(ImapSettings {
            host: url.host,
            port: url.port,
            is_implicit_tls: url.is_implicit_tls,
            folder: url.folder,
            login,
            ca_file: self.ca_file.map(|file| root.join(file)),
        })
    }
}

/// Where a mailbox is.
struct ImapUrl {
    host: String,
    port: u16,
    is_implicit_tls: bool,
    folder: String,
}

impl FromText for ImapUrl {
    const NAME: &'static str = phrase!("a mailbox's address");
    const EXAMPLES: &'static [&'static str] = &["imaps://imap.example.com/INBOX"];

    fn from_text(text: &str) -> Result<Self, String> {
        const HINT: &str = phrase!("write it like imaps://imap.example.com/INBOX");
        let url = Url::parse(text)
            .map_err(|_| phrased!("this is not an address\n{hint}", hint = HINT))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(phrased!(
                "the address has a user or a password in it\nput them into `user:` and `password:`, and {hint}",
                hint = HINT
            ));
        }
        let is_implicit_tls = match url.scheme() {
            "imaps" => true,
            "imap" => false,
            scheme => {
                return Err(phrased!(
                    "`{scheme}` is no way to read a mailbox\n{hint}",
                    hint = HINT
                ));
            }
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        if host.is_empty() || url.query().is_some() || url.fragment().is_some() {
            return Err(phrased!(
                "the address has no server, or more than a folder\n{hint}",
                hint = HINT
            ));
        }
        let folder = percent_encoding::percent_decode_str(url.path().trim_matches('/'))
            .decode_utf8_lossy()
            .into_owned();
        Ok(Self {
            host,
            port: url
                .port()
                .unwrap_or(if is_implicit_tls { 993 } else { 143 }),
            is_implicit_tls,
            folder: if folder.is_empty() {
                "INBOX".to_owned()
            } else {
                folder
            },
        })
    }
}
