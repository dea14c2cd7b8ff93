//! The `bounces:` block: by which doors `serve` takes in what comes back.

mod door;
mod hooks;
mod imap;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

pub use self::{
    door::{DoorAddress, DoorPlace, DoorProtocol},
    hooks::{HookKey, HookLogin, HookPublicKey, HookSettings},
    imap::ImapSettings,
};
use self::{hooks::HooksBlock, imap::ImapBlock};
use super::text::{ParsedText, SingleLine};
use crate::{source::SourceError, yaml::Tree};

/// Where `serve` takes in bounces, complaints and unsubscribe mail; `daily-note bounces import` needs none of it.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BouncesBlock {
    /// A Maildir (from this file) that the mail system delivers them into.
    maildir: Option<ParsedText<SingleLine>>,
    /// Where `serve` takes them itself, from relays or from the mail system beside it: `smtp://0.0.0.0:25`,
    /// `lmtp://127.0.0.1:24` or `lmtp:/run/daily-note/lmtp.sock`. It takes mail for the publication's own return-paths
    /// and for `publication.unsubscribe_email`, and for nobody else.
    listen: Option<ParsedText<DoorAddress>>,
    /// A mailbox on another server, read by IMAP.
    imap: Option<ImapBlock>,
    /// Providers that tell by HTTP what became of mail.
    hooks: HooksBlock,
}

/// By which doors mail comes back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BouncesSettings {
    /// A Maildir.
    pub maildir: Option<PathBuf>,
    /// Where we take it ourselves.
    pub listen: Option<DoorAddress>,
    /// A mailbox that is read.
    pub imap: Option<ImapSettings>,
    /// Who may call by HTTP.
    pub hooks: HookSettings,
}

impl BouncesSettings {
    /// Whether `serve` takes mail in: hooks are told of it alone.
    #[must_use]
    pub(crate) fn takes_mail(&self) -> bool {
        self.maildir.is_some() || self.listen.is_some() || self.imap.is_some()
    }
}

impl BouncesBlock {
    pub(super) fn settle(self, root: &Path, tree: &Tree) -> Result<BouncesSettings, SourceError> {
        let maildir = self.maildir.map(|ParsedText(SingleLine(path))| path);
        Ok(BouncesSettings {
            maildir: maildir.map(|path| root.join(path)),
            listen: self.listen.map(|ParsedText(address)| address),
            imap: self.imap.map(|imap| imap.settle(root, tree)).transpose()?,
            hooks: self.hooks.settle(),
        })
    }
}
