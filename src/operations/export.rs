//! The list of record out of the store, a page at a time: as the table that `import` reads, or as
//! a subscribers.yaml.

use std::{
    collections::{HashMap, HashSet},
    io::Write,
};

use serde::Serialize;

use super::suppressed::{PAGE_ROWS, SubscriberPages, Suppressed};
use crate::{
    app::{App, AppError, FileAction},
    audience::{
        PastConsent, Subscriber, SubscriberId, SubscriberState, export::CsvTable, file,
        membership::signup::KeptProof,
    },
    store::Store,
};

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

impl App {
    /// Writes the whole list of record.
    ///
    /// # Errors
    /// When the store can't be read or `to` not be written.
    pub(crate) async fn export_list(
        &self,
        format: ExportFormat,
        to: &mut (dyn Write + Send),
    ) -> Result<ExportReport, AppError> {
        export(self.store().await?.as_ref(), format, to).await
    }
}

async fn export_csv(
    store: &dyn Store,
    for_excel: bool,
    to: &mut (dyn Write + Send),
) -> Result<ExportReport, AppError> {
    let mut table = TableExport {
        store,
        suppressed: Suppressed::load(store).await?,
        written: HashSet::new(),
        table: CsvTable::begin(to, for_excel).map_err(unwritable)?,
        report: ExportReport::default(),
    };
    table.hashed().await?;
    table.wordings().await?;
    let mut pages = SubscriberPages::new(None);
    let mut next = PeoplePage::next(&mut pages, store).await?;
    while let Some(page) = next {
        // The store reads the next page on its own thread while this one is written.
        let (following, written) =
            tokio::join!(PeoplePage::next(&mut pages, store), table.people(page));
        written?;
        next = following?;
    }
    table.strangers().await?;
    table.table.finish().map_err(unwritable)?;
    Ok(table.report)
}

/// The table in the making.
struct TableExport<'s, W: Write> {
    store: &'s dyn Store,
    suppressed: Suppressed,
    /// Hashes of those of them whose rows are written.
    written: HashSet<u64>,
    table: CsvTable<W>,
    report: ExportReport,
}

impl<W: Write> TableExport<'_, W> {
    /// First, so that an import lets none of them in.
    async fn hashed(&mut self) -> Result<(), AppError> {
        for departure in self.store.hashed_departures().await? {
            self.table.hashed(&departure).map_err(unwritable)?;
            self.report.suppressed += 1;
        }
        Ok(())
    }

    /// Before those who agreed to them.
    async fn wordings(&mut self) -> Result<(), AppError> {
        for wording in self.store.wordings().await? {
            self.table.wording(&wording).map_err(unwritable)?;
        }
        Ok(())
    }

    async fn people(&mut self, page: PeoplePage) -> Result<(), AppError> {
        let PeoplePage { people, mut past } = page;
        for subscriber in people {
            let email = &subscriber.profile.email;
            let suppression = self.suppressed.of(email, self.store).await?;
            if suppression.is_some() {
                self.written.insert(self.suppressed.hash(email));
                self.report.suppressed += 1;
            }
            self.report.subscribers += 1;
            let (consents, proofs) = past.take(subscriber.id);
            self.table
                .subscriber(&subscriber, suppression.as_ref(), &consents, &proofs)
                .map_err(unwritable)?;
        }
        Ok(())
    }

    /// Who gets no mail and is not on the list.
    async fn strangers(&mut self) -> Result<(), AppError> {
        let mut after = 0;
        loop {
            let page = self.store.suppressions(after, PAGE_ROWS).await?;
            let Some((last, _)) = page.last() else {
                return Ok(());
            };
            after = *last;
            for (_, suppression) in &page {
                let is_written = suppression
                    .email
                    .as_ref()
                    .is_some_and(|email| self.written.contains(&self.suppressed.hash(email)));
                if !is_written && self.table.suppression(suppression).map_err(unwritable)? {
                    self.report.suppressed += 1;
                }
            }
        }
    }
}

/// Some of the people, with what stands beside them.
struct PeoplePage {
    people: Vec<Subscriber>,
    past: PastConsents,
}

impl PeoplePage {
    async fn next(
        pages: &mut SubscriberPages,
        store: &dyn Store,
    ) -> Result<Option<Self>, AppError> {
        let Some(people) = pages.next(store).await? else {
            return Ok(None);
        };
        let past = PastConsents::of(&people, store).await?;
        Ok(Some(Self { people, past }))
    }
}

/// The replaced consents of a page of people, and what proves theirs.
#[derive(Default)]
struct PastConsents(HashMap<SubscriberId, (Vec<PastConsent>, Vec<KeptProof>)>);

impl PastConsents {
    async fn of(page: &[Subscriber], store: &dyn Store) -> Result<Self, AppError> {
        let mut all = Self::default();
        if let (Some(first), Some(last)) = (page.first(), page.last()) {
            for (id, consent) in store.past_consents(first.id..=last.id).await? {
                all.0.entry(id).or_default().0.push(consent);
            }
            for (id, proof) in store.proofs(first.id..=last.id).await? {
                all.0.entry(id).or_default().1.push(proof);
            }
        }
        Ok(all)
    }

    fn take(&mut self, id: SubscriberId) -> (Vec<PastConsent>, Vec<KeptProof>) {
        self.0.remove(&id).unwrap_or_default()
    }
}

async fn export_yaml(
    store: &dyn Store,
    to: &mut (dyn Write + Send),
) -> Result<ExportReport, AppError> {
    let suppressed = Suppressed::load(store).await?;
    let mut report = ExportReport::default();
    let mut pages = SubscriberPages::new(None);
    while let Some(page) = pages.next(store).await? {
        for subscriber in page {
            let email = &subscriber.profile.email;
            let is_suppressed = suppressed.of(email, store).await?.is_some();
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

fn unwritable(source: std::io::Error) -> AppError {
    AppError::Io {
        action: FileAction::Written,
        path: "the export".into(),
        source,
    }
}
