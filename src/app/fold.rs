//! subscribers.yaml into the list of record, by the rule that a person's own act wins (the rule
//! itself is the store's).

use chrono::{DateTime, Utc};

use super::AppError;
use crate::{
    audience::{
        Profile,
        file::{self, Entries},
    },
    publication::Publication,
    source::SourceError,
    store::{AudienceSize, FoldReport, Store, StoreError},
};

/// The list kept by hand, below the publication's root.
pub const SUBSCRIBERS_FILE: &str = "subscribers.yaml";
/// Nobody mends more than this in one go.
const SHOWN_ERRORS: usize = 20;

/// Folds the publication's subscribers.yaml into the list; None, and nothing done, where there is
/// no such file.
///
/// # Errors
/// Every entry (up to twenty) that can't be read, or a fold that would lose too many readers:
/// then nothing is changed.
pub async fn fold_file(
    store: &dyn Store,
    publication: &Publication,
    now: DateTime<Utc>,
) -> Result<Option<FoldReport>, AppError> {
    let Some(mut entries) = Watched::open(publication)? else {
        return Ok(None);
    };
    let max_removal = publication.audience.max_removal;
    let folded = store.fold(&mut entries, max_removal, now).await;
    entries.explain(folded).map(Some)
}

/// What a fold would do, and whom the edition would then go to; changes nothing.
///
/// # Errors
/// As [`fold_file`].
pub async fn preview_fold(
    store: &dyn Store,
    publication: &Publication,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<(Option<FoldReport>, AudienceSize), AppError> {
    let Some(mut entries) = Watched::open(publication)? else {
        return Ok((None, store.audience_size(edition).await?));
    };
    let max_removal = publication.audience.max_removal;
    let seen = store.preview(&mut entries, max_removal, edition, now).await;
    let (report, audience) = entries.explain(seen)?;
    Ok((Some(report), audience))
}

/// Entries that remember what was wrong with them: the store stops at the first error, and a
/// person wants to see the others too.
struct Watched<'p> {
    entries: Entries<'p>,
    errors: Vec<SourceError>,
}

impl Iterator for Watched<'_> {
    type Item = Result<Profile, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.entries.next();
        if let Some(Err(error)) = &entry {
            self.errors.push(error.clone());
        }
        entry
    }
}

impl<'p> Watched<'p> {
    fn open(publication: &'p Publication) -> Result<Option<Self>, AppError> {
        let path = publication.root.join(SUBSCRIBERS_FILE);
        let entries = file::load(&path, publication);
        let entries = entries.map_err(|error| AppError::Configuration(vec![error]))?;
        Ok(entries.map(|entries| Self {
            entries,
            errors: Vec::new(),
        }))
    }

    /// The store stopped at the first wrong entry; people mend a file in one go.
    fn explain<T>(self, result: Result<T, StoreError>) -> Result<T, AppError> {
        match result {
            Err(StoreError::Entry(_)) if !self.errors.is_empty() => {
                Err(AppError::Configuration(self.all_errors()))
            }
            result => Ok(result?),
        }
    }

    fn all_errors(mut self) -> Vec<SourceError> {
        let missing = SHOWN_ERRORS.saturating_sub(self.errors.len());
        let others = self.entries.by_ref().filter_map(Result::err).take(missing);
        self.errors.extend(others);
        let further = self.entries.filter(Result::is_err).count();
        if further > 0 {
            let message = format!("{SUBSCRIBERS_FILE}: and {further} more like these");
            self.errors.push(SourceError::new(message));
        }
        self.errors
    }
}
