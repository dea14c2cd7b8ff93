//! What was made of an issue for one archive, and may hold in the next: its text as feeds have it, and what its files are
//! made of.

use std::sync::{Arc, OnceLock};

use super::file_origin::FileOrigin;

/// What is known of an issue, as far as somebody asked.
#[derive(Debug, Default)]
pub(super) struct KnownOfIssue {
    /// Its text, with whole addresses.
    pub(super) feed_text: OnceLock<Arc<str>>,
    /// What its page is made of.
    pub(super) page: OnceLock<FileOrigin>,
    /// What its texts are made of, as the search shows them.
    pub(super) texts: OnceLock<FileOrigin>,
}
