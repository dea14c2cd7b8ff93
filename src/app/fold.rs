//! subscribers.yaml into the list of record, by the rule that a person's own act wins (the rule
//! itself is the store's).

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use chrono::{DateTime, Utc};

use super::{AppError, git::GitRepository};
use crate::{
    address::Address,
    audience::{
        Profile,
        file::{self, ProfileReader, SUBSCRIBERS_FILE},
    },
    publication::Publication,
    source::SourceError,
    store::{AudienceSize, FoldLimits, FoldReport, StoreError, SubscriberList},
    words::{Said, phrase, phrased, say},
};

/// A longer file is not asked of git.
const MAX_COMMITTED_BYTES: u64 = 64 << 20;
/// Nobody fixes more than this in one go.
const SHOWN_ERRORS: usize = 20;

/// Folds the publication's subscribers.yaml into the list; None, and nothing done, where there is
/// no such file.
///
/// # Errors
/// Every entry (up to twenty) that can't be read, or a fold that would lose too many readers:
/// then nothing is changed.
pub async fn fold_file(
    store: &dyn SubscriberList,
    publication: &Publication,
    now: DateTime<Utc>,
) -> Result<Option<FoldReport>, AppError> {
    let Some(mut entries) = NamedEntries::open(publication)? else {
        return Ok(None);
    };
    let limits = entries.limits(publication);
    if limits.is_end_in_doubt {
        // Half a file, most likely: it may add people, and take none off.
        let seen = store.preview(&mut entries, limits, "", now).await;
        let (report, _) = entries.explain(seen)?;
        report_cut(&report)?;
        let Some(again) = NamedEntries::open(publication)? else {
            return Ok(None);
        };
        entries = again;
    }
    let limits = entries.limits(publication);
    let folded = store.fold(&mut entries, limits, now).await;
    entries.explain(folded).map(Some)
}

/// What a fold would do, and whom the edition would then go to; changes nothing.
///
/// # Errors
/// As [`fold_file`].
pub async fn preview_fold(
    store: &dyn SubscriberList,
    publication: &Publication,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<(Option<FoldReport>, AudienceSize), AppError> {
    let Some(mut entries) = NamedEntries::open(publication)? else {
        return Ok((None, store.audience_size(edition).await?));
    };
    let limits = entries.limits(publication);
    let seen = store.preview(&mut entries, limits, edition, now).await;
    let (report, audience) = entries.explain(seen)?;
    if limits.is_end_in_doubt {
        report_cut(&report)?;
    }
    Ok((Some(report), audience))
}

/// What to do about an end in doubt.
#[must_use]
pub(crate) fn held_back_hint() -> Said {
    say!("if nothing is missing there, end the file with a line break, or commit it")
}

/// A file that ends within a line and would take readers off was cut, most likely.
fn report_cut(report: &FoldReport) -> Result<(), AppError> {
    if report.deactivated == 0 {
        return Ok(());
    }
    Err(AppError::Configuration(vec![
        SourceError::new(phrased!("{subscribers_file} ends in the middle of a line, and {deactivated} of the readers who were in it are gone", deactivated = report.deactivated, subscribers_file = SUBSCRIBERS_FILE))
        .with_hint(phrase!("put the end of the file back; if nothing is missing, end it with a line break")),
    ]))
}

/// Whether a file ends in the middle of a line, and git has it otherwise or not at all: some editors leave
/// a file so, and so does a copy that was broken off. What was committed is no half file.
fn is_end_in_doubt(root: &Path, path: &Path) -> bool {
    let last = || -> io::Result<u8> {
        let (mut file, mut byte) = (File::open(path)?, [0]);
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut byte)?;
        Ok(byte[0])
    };
    let is_cut = last().is_ok_and(|byte| !matches!(byte, b'\n' | b'\r'));
    is_cut && !is_as_committed(root, path)
}

fn is_as_committed(root: &Path, path: &Path) -> bool {
    let is_bounded = fs::metadata(path).is_ok_and(|file| file.len() <= MAX_COMMITTED_BYTES);
    let Some(git) = GitRepository::around(root).filter(|_| is_bounded) else {
        return false;
    };
    fs::read(path).is_ok_and(|bytes| !git.as_written(&[(path, bytes)]).is_empty())
}

/// The line of the publication's subscribers.yaml that names an address; None where none does.
///
/// # Errors
/// When the file is there and can't be read.
pub fn line_in_file(
    publication: &Publication,
    email: &Address,
) -> Result<Option<usize>, SourceError> {
    let path = publication.root.join(SUBSCRIBERS_FILE);
    let Some(mut entries) = file::load(&path, publication)? else {
        return Ok(None);
    };
    let is_theirs = |entry: Result<Profile, SourceError>| {
        entry.is_ok_and(|profile| profile.email.key() == email.key())
    };
    if !entries.by_ref().any(is_theirs) {
        return Ok(None);
    }
    let offset = entries.last_offset();
    let (source, _) = entries.place(offset);
    Ok(Some(source.position(offset).line))
}

/// Entries that remember what was wrong with them: the store stops at the first error, and a
/// person wants to see the others too.
struct NamedEntries<'p> {
    entries: ProfileReader<'p>,
    is_end_in_doubt: bool,
    errors: Vec<SourceError>,
}

impl Iterator for NamedEntries<'_> {
    type Item = Result<Profile, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.entries.next();
        if let Some(Err(error)) = &entry {
            self.errors.push(error.clone());
        }
        entry
    }
}

impl<'p> NamedEntries<'p> {
    fn open(publication: &'p Publication) -> Result<Option<Self>, AppError> {
        let path = publication.root.join(SUBSCRIBERS_FILE);
        let entries = file::load(&path, publication);
        let entries = entries.map_err(|error| AppError::Configuration(vec![error]))?;
        Ok(entries.map(|entries| Self {
            entries,
            is_end_in_doubt: is_end_in_doubt(&publication.root, &path),
            errors: Vec::new(),
        }))
    }

    fn limits(&self, publication: &Publication) -> FoldLimits {
        FoldLimits {
            max_removal: publication.audience.max_removal,
            is_end_in_doubt: self.is_end_in_doubt,
        }
    }

    /// The store stopped at the first wrong entry; people fix a file in one go.
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
            let message = phrased!(
                "{subscribers_file}: and {further} more like these",
                subscribers_file = SUBSCRIBERS_FILE
            );
            self.errors.push(SourceError::new(message));
        }
        self.errors
    }
}
