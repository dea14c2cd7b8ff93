//! The `bounces:` block: by which doors `serve` takes in what comes back.

mod door;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

pub use self::door::{DoorAddress, DoorPlace, DoorProtocol};
use super::text::{ParsedText, SingleLine};

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
}

/// By which doors mail comes back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BouncesSettings {
    /// A Maildir.
    pub maildir: Option<PathBuf>,
    /// Where we take it ourselves.
    pub listen: Option<DoorAddress>,
}

impl BouncesSettings {
    /// Whether `serve` takes anything in.
    #[must_use]
    pub(crate) fn has_door(&self) -> bool {
        self.maildir.is_some() || self.listen.is_some()
    }
}

impl BouncesBlock {
    pub(super) fn settle(self, root: &Path) -> BouncesSettings {
        let maildir = self.maildir.map(|ParsedText(SingleLine(path))| path);
        BouncesSettings {
            maildir: maildir.map(|path| root.join(path)),
            listen: self.listen.map(|ParsedText(address)| address),
        }
    }
}
