//! The list of record out of the store, a page at a time: as the table that `import` reads, or as
//! a subscribers.yaml.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    io::Write,
};

use serde::Serialize;

use super::AppError;
use crate::{
    address::Address,
    audience::{Subscriber, SubscriberId, SubscriberState, export::Table, file},
    store::Store,
};

const PAGE_ROWS: u32 = 5_000;

/// How the list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Everybody, with those who left.
    Csv {
        /// Marked as UTF-8 in Excel's way.
        for_excel: bool,
    },
    /// Those who get mail.
    Yaml,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ExportReport {
    /// People on the list.
    pub subscribers: u64,
    /// Of those, and of others, people who are kept off it.
    pub suppressed: u64,
    /// People who are on the list and left out: suppressed or inactive ones, in YAML.
    pub left_out: u64,
}

/// Writes the whole list.
///
/// # Errors
/// When the store can't be read or `to` not be written.
pub async fn export(
    store: &dyn Store,
    format: ExportFormat,
    to: &mut (dyn Write + Send),
) -> Result<ExportReport, AppError> {
    match format {
        ExportFormat::Csv { for_excel } => export_csv(store, for_excel, to).await,
        ExportFormat::Yaml => export_yaml(store, to).await,
    }
}

async fn export_csv(
    store: &dyn Store,
    for_excel: bool,
    to: &mut (dyn Write + Send),
) -> Result<ExportReport, AppError> {
    let suppressed = Suppressed::load(store).await?;
    let mut report = ExportReport::default();
    let mut written = HashSet::new();
    let mut table = Table::begin(to, for_excel).map_err(unwritable)?;
    let mut after = SubscriberId(0);
    while let Some(page) = page(store, &mut after).await? {
        for subscriber in page {
            let email = &subscriber.profile.email;
            let suppression = if suppressed.may_hold(email) {
                store.suppression(email).await?
            } else {
                None
            };
            if suppression.is_some() {
                written.insert(suppressed.hash(email));
                report.suppressed += 1;
            }
            report.subscribers += 1;
            table
                .subscriber(&subscriber, suppression.as_ref())
                .map_err(unwritable)?;
        }
    }
    let mut after = 0;
    loop {
        let page = store.suppressions(after, PAGE_ROWS).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (_, suppression) in &page {
            let is_written = suppression
                .email
                .as_ref()
                .is_some_and(|email| written.contains(&suppressed.hash(email)));
            if !is_written && table.suppression(suppression).map_err(unwritable)? {
                report.suppressed += 1;
            }
        }
    }
    table.finish().map_err(unwritable)?;
    Ok(report)
}

async fn export_yaml(
    store: &dyn Store,
    to: &mut (dyn Write + Send),
) -> Result<ExportReport, AppError> {
    let suppressed = Suppressed::load(store).await?;
    let mut report = ExportReport::default();
    let mut after = SubscriberId(0);
    while let Some(page) = page(store, &mut after).await? {
        for subscriber in page {
            let email = &subscriber.profile.email;
            let is_suppressed =
                suppressed.may_hold(email) && store.suppression(email).await?.is_some();
            if is_suppressed || subscriber.state != SubscriberState::Active {
                report.left_out += 1;
                continue;
            }
            report.subscribers += 1;
            let entry = file::render(&subscriber.profile).map_err(std::io::Error::other);
            let entry = entry.map_err(unwritable)?;
            to.write_all(entry.as_bytes()).map_err(unwritable)?;
        }
    }
    to.flush().map_err(unwritable)?;
    Ok(report)
}

/// The next page of the list; None after the last.
async fn page(
    store: &dyn Store,
    after: &mut SubscriberId,
) -> Result<Option<Vec<Subscriber>>, AppError> {
    let page = store.subscribers(None, *after, PAGE_ROWS).await?;
    Ok(page.last().map(|last| last.id).map(|last| {
        *after = last;
        page
    }))
}

/// Whose addresses may be suppressed, as hashes: far fewer look-ups than one a reader.
struct Suppressed {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl Suppressed {
    async fn load(store: &dyn Store) -> Result<Self, AppError> {
        let mut suppressed = Self {
            hashes: HashSet::new(),
            hasher: RandomState::new(),
        };
        let mut after = 0;
        loop {
            let page = store.suppressions(after, PAGE_ROWS).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for email in page.iter().filter_map(|(_, it)| it.email.as_ref()) {
                suppressed.hashes.insert(suppressed.hash(email));
            }
        }
        Ok(suppressed)
    }

    fn hash(&self, email: &Address) -> u64 {
        self.hasher.hash_one(email.key())
    }

    fn may_hold(&self, email: &Address) -> bool {
        self.hashes.contains(&self.hash(email))
    }
}

fn unwritable(source: std::io::Error) -> AppError {
    AppError::Io {
        action: "written",
        path: "the export".into(),
        source,
    }
}
