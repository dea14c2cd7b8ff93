//! The archive as it was made last, and whether it still is what it would be now.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    live::PublicationSnapshot,
    site::{ArchiveSite, StateOfIssues},
};

/// The archive as it was made last.
pub(super) struct KeptArchive {
    pub(super) of: Arc<PublicationSnapshot>,
    pub(super) known: Arc<StateOfIssues>,
    pub(super) asked_at: DateTime<Utc>,
    pub(super) made_at: DateTime<Utc>,
    pub(super) site: Option<Arc<ArchiveSite>>,
}

impl KeptArchive {
    /// Whether nothing that it is made of is another by now.
    pub(super) fn is_of(&self, snapshot: &Arc<PublicationSnapshot>, now: DateTime<Utc>) -> bool {
        let next = self.site.as_ref().and_then(|site| site.next_release());
        Arc::ptr_eq(&self.of, snapshot) && now >= self.made_at && next.is_none_or(|next| now < next)
    }
}
