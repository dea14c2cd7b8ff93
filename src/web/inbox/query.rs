//! What the address of a page of the inbox asks for.

use serde::{Deserialize, Serialize};

use super::service::ClearedInbox;

/// How a letter is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LetterView {
    /// As its reader sees it.
    #[default]
    Html,
    /// The text part.
    Text,
    /// The bytes.
    Source,
}

/// What the address of a page asks for.
#[derive(Debug, Deserialize)]
pub(super) struct InboxQuery {
    /// Letters to somebody whose address holds this.
    #[serde(default, rename = "q")]
    pub(super) search: String,
    #[serde(default = "first_page")]
    pub(super) page: usize,
    #[serde(default)]
    pub(super) view: LetterView,
    #[serde(default)]
    pub(super) phone: bool,
    #[serde(default)]
    pub(super) remote: bool,
    /// What has just been thrown away.
    pub(super) mails: Option<u64>,
    pub(super) rehearsals: Option<u64>,
}

impl InboxQuery {
    pub(super) fn cleared(&self) -> Option<ClearedInbox> {
        Some(ClearedInbox {
            mails: self.mails?,
            rehearsals: self.rehearsals?,
        })
    }
}

fn first_page() -> usize {
    1
}
