//! Everything the preview has read: the publication as it could be read last, the ledger, the consents; and
//! what it has made of them.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;

use super::{
    accents,
    former::FormerIssue,
    issue_list::{self, ListInputs},
    issue_preview::{IssuePreview, RenderInputs, source_error},
    ready_mail::RenderSources,
};
use crate::{
    app::{App, AppError, on_hold::hold_among},
    clock::Clock,
    issue::{ArchiveError, ArchivedFile, Issue, IssueHead},
    live::PublicationSnapshot,
    operations::consents::RecipientsByEdition,
    publication::Publication,
    render::RenderError,
    schedule::{BatchView, LedgerView, SlotState},
    source::SourceError,
    web::{
        pages::PageTemplates,
        preview::{AccentColors, IssueRow, OwnLook},
    },
};

/// What has been read.
pub(super) struct PreviewState {
    pub(super) snapshot: Arc<PublicationSnapshot>,
    pub(super) app: App,
    /// The pages' own templates.
    pages: Arc<PageTemplates>,
    pages_error: Option<RenderError>,
    ledger: LedgerView,
    /// How the readers' consents stand; None: not counted.
    recipients: Option<RecipientsByEdition>,
    previews: BTreeMap<String, (u64, IssuePreview)>,
    /// Counts the changes: what was made before the last is made again when it is asked for.
    generation: u64,
    /// Every issue that could once be read, by its name then.
    former: BTreeMap<String, FormerIssue>,
}

impl PreviewState {
    pub(super) fn open(snapshot: Arc<PublicationSnapshot>, clock: Clock) -> Result<Self, AppError> {
        let mut state = Self {
            app: App::of(&snapshot, clock),
            snapshot,
            pages: Arc::new(PageTemplates::built_in()?),
            pages_error: None,
            ledger: LedgerView::default(),
            recipients: None,
            previews: BTreeMap::new(),
            generation: 1,
            former: BTreeMap::new(),
        };
        state.read_pages();
        state.remember_names();
        Ok(state)
    }

    /// Takes in what has changed in the files; answers whether the readers may be others.
    pub(super) fn take_up(&mut self, snapshot: Arc<PublicationSnapshot>) -> bool {
        self.generation += 1;
        let last = std::mem::replace(&mut self.snapshot, snapshot);
        let is_same = Arc::ptr_eq(&last.publication, &self.snapshot.publication);
        self.app = App::of(&self.snapshot, self.app.clock);
        if !Arc::ptr_eq(&last.templates, &self.snapshot.templates) {
            self.read_pages();
        }
        self.remember_names();
        !is_same || last.files.list != self.snapshot.files.list
    }

    fn read_pages(&mut self) {
        match PageTemplates::load(&self.snapshot.templates) {
            Ok(pages) => {
                self.pages = Arc::new(pages);
                self.pages_error = None;
            }
            Err(error) => self.pages_error = Some(error),
        }
    }

    /// The pages' templates, as they could be read last.
    pub(super) fn pages(&self) -> Arc<PageTemplates> {
        Arc::clone(&self.pages)
    }

    /// The look that the mail is sent in.
    pub(super) fn own_look(&self) -> OwnLook {
        let look = &self.app.publication.look;
        OwnLook {
            theme: look.theme,
            is_serif: look.font.is_serif(),
        }
    }

    fn remember_names(&mut self) {
        for entry in self.snapshot.archive.entries() {
            if let Ok((head, _)) = entry.glimpse() {
                let front_matter = head.front_matter();
                let former = FormerIssue {
                    id: head.id.clone(),
                    title: front_matter.title.clone(),
                    edition: front_matter.edition.clone(),
                    date: front_matter.date,
                };
                self.former.insert(entry.name.clone(), former);
            }
        }
    }

    /// Takes in what the ledger has; answers whether that is new.
    pub(super) fn set_ledger(&mut self, ledger: LedgerView) -> bool {
        let key = |ledger: &LedgerView| {
            let of = |batch: &BatchView| (batch.issue.clone(), batch.state.clone());
            let batches: Vec<_> = ledger.batches.iter().map(of).collect();
            (batches, ledger.zones.clone())
        };
        let is_new = key(&self.ledger) != key(&ledger);
        self.ledger = ledger;
        self.generation += u64::from(is_new);
        is_new
    }

    /// Whether a law makes an issue that is still to go out depend on who agreed, and nobody has
    /// been counted.
    pub(super) fn wants_recipients(&self) -> bool {
        let is_to_come = |head: &&IssueHead| {
            let is_it = |batch: &BatchView| batch.issue == head.id;
            !self.ledger.batches.iter().any(is_it)
        };
        let to_come = self.snapshot.archive.readable_heads().filter(is_to_come);
        let heads = to_come.map(IssueHead::front_matter);
        self.recipients.is_none() && self.app.asks_for_consent(heads)
    }

    /// Takes in how the consents stand; None: they have to be counted anew.
    pub(super) fn set_recipients(&mut self, recipients: Option<RecipientsByEdition>) {
        self.recipients = recipients;
        self.generation += 1;
    }

    /// The list's lines.
    pub(super) fn rows(&self) -> Vec<IssueRow> {
        issue_list::rows(&ListInputs {
            publication: &self.app.publication,
            archive: &self.snapshot.archive,
            former: &self.former,
            ledger: &self.ledger,
            now: self.app.clock.now(),
        })
    }

    /// The editions' accents, in the order of the file.
    pub(super) fn accents(&self) -> Vec<AccentColors> {
        accents::colors(&self.app.publication)
    }

    /// The file of that name.
    pub(super) fn entry(&self, name: &str) -> Option<&ArchivedFile> {
        self.snapshot
            .archive
            .entries()
            .find(|entry| entry.name == name)
    }

    /// Whether there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.snapshot.archive.entries().next().is_none()
    }

    /// The name that the issue of that former name has now.
    pub(super) fn moved(&self, name: &str) -> Option<&str> {
        let id = &self.former.get(name)?.id;
        let is_it = |entry: &&ArchivedFile| entry.glimpse().is_ok_and(|(head, _)| head.id == *id);
        let entry = self.snapshot.archive.entries().find(is_it)?;
        Some(&entry.name)
    }

    /// The issue that the command line's word means.
    pub(super) fn named(&self, wanted: &str) -> Result<String, ArchiveError> {
        Ok(self.snapshot.archive.entry(wanted)?.name.clone())
    }

    /// The issue that is most likely being written: the next that hasn't gone out, or the newest.
    pub(super) fn front(&self) -> Option<String> {
        let rows = self.rows();
        let today = self.today();
        let is_next = |row: &&IssueRow| {
            row.name.is_some()
                && row.date.is_none_or(|date| date >= today)
                && row.state != Some(SlotState::Sent)
        };
        // The latest date comes first.
        let next = rows.iter().rev().find(is_next);
        let newest = || rows.iter().find(|row| row.name.is_some());
        next.or_else(newest)?.name.clone()
    }

    fn today(&self) -> NaiveDate {
        self.app.publication.today(self.app.clock.now())
    }

    /// What is wrong with other files than issues.
    pub(super) fn faults(&self) -> Vec<SourceError> {
        let mut faults = self.snapshot.trouble();
        let templates = self.snapshot.template_fault.as_deref();
        let templates = templates.into_iter().chain(&self.pages_error);
        faults.extend(templates.map(source_error));
        faults
    }

    /// The preview of the issue of that name, or of a name it had before; renewed where something has
    /// changed. Beside it, what its mail is made from.
    pub(super) fn preview(&mut self, name: &str) -> Option<(RenderSources<'_>, &mut IssuePreview)> {
        let moved = match self.entry(name) {
            Some(_) => None,
            None => self.moved(name).map(str::to_owned),
        };
        let name = moved.as_deref().unwrap_or(name);
        let entry = self
            .snapshot
            .archive
            .entries()
            .find(|entry| entry.name == name)?;
        let sources = RenderSources {
            app: &self.app,
            archive: &self.snapshot.archive,
            templates: &self.snapshot.templates,
        };
        let (made_at, preview) = self.previews.entry(name.to_owned()).or_default();
        if *made_at != self.generation {
            let kept_since = self.ledger.kept_since;
            let is_sent = entry.issue().is_ok_and(|issue| {
                self.ledger
                    .batches
                    .iter()
                    .any(|batch| batch.issue == issue.id)
            });
            let slot_taken_by = entry
                .issue()
                .ok()
                .and_then(|issue| taker_of(&self.app.publication, &self.ledger, issue));
            let issue = entry.issue().ok();
            let hold = issue.and_then(|issue| hold_among(&self.ledger.holds, issue));
            let zone = self.app.publication.timezone;
            let nobody = RecipientsByEdition::new();
            let inputs = RenderInputs {
                sources,
                template_error: self.snapshot.template_fault.as_deref(),
                today: self.app.clock.now().with_timezone(&zone).date_naive(),
                is_sent,
                kept_since: kept_since.map(|since| self.app.publication.today(since)),
                slot_taken_by,
                held_because: hold.map(|hold| hold.why.as_str()),
                recipients: self.recipients.as_ref().unwrap_or(&nobody),
            };
            preview.renew(&inputs, entry.issue());
            *made_at = self.generation;
        }
        Some((sources, preview))
    }
}

/// The other issue that went out on this one's slot.
fn taker_of<'l>(
    publication: &Publication,
    ledger: &'l LedgerView,
    issue: &Issue,
) -> Option<&'l str> {
    let head = &issue.front_matter;
    let slot = publication.slot(&head.edition, head.date)?;
    let takes = |batch: &&BatchView| {
        batch.edition == slot.edition
            && batch.slot == slot.at
            && batch.state != crate::store::BatchState::Cancelled
            && batch.issue != issue.id
    };
    let taker = ledger.batches.iter().find(takes)?;
    Some(&taker.issue)
}
