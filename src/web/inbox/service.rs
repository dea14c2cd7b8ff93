//! What the pages need of whoever keeps the mail.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::Serialize;

/// What the pages need of whoever keeps the mail.
#[async_trait]
pub trait InboxService: Send + Sync + 'static {
    /// Where the mail is.
    fn folder(&self) -> PathBuf;

    /// Throws away the mail and the rehearsals that it came from.
    ///
    /// # Errors
    /// Why it can't be, in a sentence for the page.
    async fn clear(&self) -> Result<ClearedInbox, String>;
}

/// What was thrown away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ClearedInbox {
    /// Files of mail.
    pub mails: u64,
    /// Batches that were played.
    pub rehearsals: u64,
}

impl ClearedInbox {
    /// Whether there was nothing to throw away.
    #[must_use]
    pub(crate) fn is_nothing(&self) -> bool {
        self.mails == 0 && self.rehearsals == 0
    }
}
