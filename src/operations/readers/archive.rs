//! The archive as the pages answer with it: made anew when a file changes, when an issue's hour comes, and when
//! readers' opinions are published.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{ReaderDesk, kept_archive::KeptArchive, refusal::refused};
use crate::{
    live::{PublicationSnapshot, off_thread},
    operations::site::state_of_issues,
    publication::ArchiveAccess,
    site::{ArchiveSite, SiteError, SiteInput, StateOfIssues},
    source::with_causes,
    web::reader::ReaderResult,
};

/// How long what the state said of issues is believed.
const BELIEVED: TimeDelta = TimeDelta::seconds(2);

impl ReaderDesk {
    /// The archive as it is now. None: the publication has none.
    pub(super) async fn current_archive(&self) -> ReaderResult<Option<Arc<ArchiveSite>>> {
        let (snapshot, now, asked_at) = (self.snapshot(), self.clock.now(), self.now());
        // Who asks meanwhile waits for the one that is made.
        let mut kept = self.archive.lock().await;
        let current = kept.as_ref().filter(|kept| kept.is_of(&snapshot, now));
        if let Some(kept) = current
            && (asked_at - kept.asked_at).abs() < BELIEVED
        {
            return Ok(kept.site.clone());
        }
        let shows_opinions = snapshot.publication.web.feedback.publish;
        let known = state_of_issues(self.store.as_ref(), shows_opinions).await;
        let known = Arc::new(known.map_err(refused)?);
        let site = match current.filter(|kept| kept.known == known) {
            Some(kept) => kept.site.clone(),
            None => {
                let before = kept.as_ref().and_then(|kept| kept.site.clone());
                self.made_archive(&snapshot, &known, before, now).await
            }
        };
        *kept = Some(KeptArchive {
            of: snapshot,
            known,
            asked_at,
            made_at: now,
            site: site.clone(),
        });
        Ok(site)
    }

    async fn made_archive(
        &self,
        snapshot: &Arc<PublicationSnapshot>,
        known: &Arc<StateOfIssues>,
        before: Option<Arc<ArchiveSite>>,
        now: DateTime<Utc>,
    ) -> Option<Arc<ArchiveSite>> {
        if snapshot.publication.web.archive == ArchiveAccess::Off {
            return None;
        }
        let input = SiteInput {
            publication: Arc::clone(&snapshot.publication),
            archive: Arc::clone(&snapshot.archive),
            templates: Arc::clone(&snapshot.templates),
            known: Arc::clone(known),
            pictures: Arc::clone(&self.pictures),
            now,
        };
        let site = off_thread(move || ArchiveSite::after(before.as_deref(), &input)).await;
        match site {
            Ok(site) => Some(Arc::new(site)),
            Err(SiteError::NoAddress) => None,
            Err(error) => {
                tracing::warn!("the archive can't be made: {}", with_causes(&error));
                None
            }
        }
    }

    /// Whether the mail of that issue may be shown as a page, though the archive has none of it: it was sent before
    /// its hour, or its file is gone. What its writer took off the web is off.
    pub(super) fn is_open_beside_archive(&self, issue: &str) -> bool {
        let snapshot = self.snapshot();
        let mut files = snapshot.archive.readable_heads();
        let file = files.find(|own| own.id == issue);
        snapshot.publication.web.archive != ArchiveAccess::Off
            && file.is_none_or(|file| file.front_matter().is_for_archive())
    }
}
