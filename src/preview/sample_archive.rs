//! The archive as a writer looks at it: what everybody may read by now, as the files say it now, under the preview's
//! own address. Made when somebody looks, and again when a file has changed or an issue's hour has come.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::{
    app::App,
    live::{PublicationSnapshot, off_thread},
    publication::{ArchiveAccess, Publication},
    site::{ArchiveSite, PictureShelf, SiteInput, StateOfIssues},
    source::with_causes,
    web::preview::READER_PAGES,
};

/// The archive as it was made last.
pub(super) struct SampleArchive {
    pictures: Arc<PictureShelf>,
    kept: Mutex<Option<KeptSite>>,
}

struct KeptSite {
    of: Arc<PublicationSnapshot>,
    /// The publication whose pages are here.
    here: Arc<Publication>,
    site: Option<Arc<ArchiveSite>>,
}

impl SampleArchive {
    pub(super) fn new(app: &App) -> Self {
        Self {
            pictures: app.picture_shelf(),
            kept: Mutex::default(),
        }
    }

    /// The archive of these files. None: the publication has none, or its templates make none.
    pub(super) async fn of(
        self: Arc<Self>,
        snapshot: Arc<PublicationSnapshot>,
        now: DateTime<Utc>,
    ) -> Option<Arc<ArchiveSite>> {
        off_thread(move || self.made(snapshot, now)).await
    }

    fn made(
        &self,
        snapshot: Arc<PublicationSnapshot>,
        now: DateTime<Utc>,
    ) -> Option<Arc<ArchiveSite>> {
        if snapshot.publication.web.archive == ArchiveAccess::Off {
            return None;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let last = kept.take();
        let next = |site: &Arc<ArchiveSite>| site.next_release();
        if let Some(last) = &last
            && Arc::ptr_eq(&last.of, &snapshot)
            && last
                .site
                .as_ref()
                .and_then(next)
                .is_none_or(|next| now < next)
        {
            let site = last.site.clone();
            *kept = Some(KeptSite {
                of: snapshot,
                here: Arc::clone(&last.here),
                site: site.clone(),
            });
            return site;
        }
        let is_same = |last: &&KeptSite| Arc::ptr_eq(&last.of.publication, &snapshot.publication);
        let here = match last.as_ref().filter(is_same) {
            Some(last) => Arc::clone(&last.here),
            None => Arc::new(moved(&snapshot.publication)),
        };
        let input = SiteInput {
            publication: Arc::clone(&here),
            archive: Arc::clone(&snapshot.archive),
            templates: Arc::clone(&snapshot.templates),
            known: Arc::new(StateOfIssues::default()),
            pictures: Arc::clone(&self.pictures),
            now,
        };
        let before = last.and_then(|last| last.site);
        let site = ArchiveSite::after(before.as_deref(), &input);
        let told = |error| tracing::warn!("the archive can't be made: {}", with_causes(&error));
        let site = site.map_err(told).ok().map(Arc::new);
        *kept = Some(KeptSite {
            of: snapshot,
            here,
            site: site.clone(),
        });
        site
    }
}

/// The publication as if its pages were the preview's: what they link to is there.
fn moved(publication: &Publication) -> Publication {
    let mut moved = publication.clone();
    moved.web.base_url = Some(format!("http://localhost{READER_PAGES}"));
    moved
}
