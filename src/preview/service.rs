//! What the pages ask: the state behind a lock, the readers, and the count of changes.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::watch;

use super::{
    content::{NAMED, listed, sample_name, standing, suggested},
    reader_directory::ReaderDirectory,
    reader_mail::reader_mail,
    state::PreviewState,
};
use crate::{
    address::Address,
    app::{App, AppError, reader::stranger},
    audience,
    clock::Clock,
    live::{PublicationSnapshot, off_thread},
    schedule::LedgerView,
    source::with_causes,
    store::Store,
    web::{
        pages::PageTemplates,
        preview::{
            AccentColors, LookChoice, PageRequest, PreviewContent, PreviewService, ReaderChoice,
            ReaderMailSample, RenderedPreview, Revision, SampleReader, WholeMessage,
        },
    },
};

/// So often the ledger is asked while somebody looks.
const LEDGER_BEAT: Duration = Duration::from_secs(3);

/// A preview that follows a publication's files.
pub(super) struct LivePreview {
    state: Arc<Mutex<PreviewState>>,
    readers: Mutex<Arc<ReaderDirectory>>,
    store: tokio::sync::Mutex<Option<Arc<dyn Store>>>,
    changes: watch::Sender<Revision>,
    /// Why the ledger can't be read just now: texts are shown all the same.
    trouble: Mutex<Option<String>>,
    /// The issue that the command line named.
    wanted: Option<String>,
}

impl LivePreview {
    /// Reads list and ledger.
    ///
    /// # Errors
    /// No issue of the name that is wanted; pages of the program's own that can't be made.
    pub(super) async fn open(
        snapshot: Arc<PublicationSnapshot>,
        clock: Clock,
        wanted: Option<&str>,
    ) -> Result<Self, AppError> {
        let state = PreviewState::open(snapshot, clock)?;
        let wanted = wanted.map(|wanted| state.named(wanted)).transpose()?;
        let preview = Self {
            state: Arc::new(Mutex::new(state)),
            readers: Mutex::default(),
            store: tokio::sync::Mutex::default(),
            changes: watch::Sender::new(Revision {
                number: 1,
                ..Revision::default()
            }),
            trouble: Mutex::default(),
            wanted,
        };
        preview.look_at_ledger().await;
        preview.read_readers().await;
        preview.count_recipients().await;
        Ok(preview)
    }

    /// Takes in what has changed, then tells the pages.
    async fn take_up(&self, snapshot: Arc<PublicationSnapshot>) {
        let noticed = snapshot.noticed;
        if self.with_state(|state| state.take_up(snapshot)).await {
            self.read_readers().await;
        }
        self.count_recipients().await;
        self.tell(noticed.elapsed());
    }

    fn tell(&self, took: Duration) {
        self.changes.send_modify(|change| {
            change.number += 1;
            change.took = took;
        });
    }

    /// Work with files and templates, off the threads that answer.
    async fn with_state<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PreviewState) -> T + Send + 'static,
    ) -> T {
        let state = Arc::clone(&self.state);
        let work = move || work(&mut state.lock().unwrap_or_else(PoisonError::into_inner));
        off_thread(work).await
    }

    /// The present settings, for work that waits.
    pub(super) fn app(&self) -> App {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.app.clone()
    }

    fn readers(&self) -> Arc<ReaderDirectory> {
        Arc::clone(&self.readers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The ledger, once there is one: the preview makes none.
    async fn store(&self, app: &App) -> Result<Option<Arc<dyn Store>>, AppError> {
        let mut store = self.store.lock().await;
        if store.is_none() {
            *store = app.store_if_any().await?;
        }
        Ok(store.clone())
    }

    async fn read_readers(&self) {
        let app = self.app();
        let store = self.store(&app).await.ok().flatten();
        let readers = Arc::new(ReaderDirectory::load(&app, store.as_deref()).await);
        *self.readers.lock().unwrap_or_else(PoisonError::into_inner) = readers;
        self.with_state(|state| state.set_recipients(None)).await;
    }

    async fn count_recipients(&self) {
        if !self.with_state(|state| state.wants_recipients()).await {
            return;
        }
        // A list that can't be read is told as such; the count is then of nobody.
        let recipients = self.app().recipients().await.unwrap_or_default();
        self.with_state(|state| state.set_recipients(Some(recipients)))
            .await;
    }

    /// Takes in what the ledger says, or tells once why it can't be read; answers whether the pages have
    /// something new to show.
    async fn look_at_ledger(&self) -> bool {
        let read = self.read_ledger().await;
        let trouble = read.as_ref().err().map(|error| with_causes(error));
        let before = std::mem::replace(&mut *self.trouble(), trouble.clone());
        match (read, before) {
            (Ok(is_new), None) => is_new,
            (Ok(_), Some(_)) => {
                tracing::warn!("the state can be read again");
                self.read_readers().await;
                self.count_recipients().await;
                true
            }
            (Err(_), before) => {
                if before != trouble {
                    let why = trouble.unwrap_or_default();
                    tracing::warn!("texts are shown without calendar and readers: {why}");
                }
                false
            }
        }
    }

    fn trouble(&self) -> MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers whether the ledger has something new.
    async fn read_ledger(&self) -> Result<bool, AppError> {
        let app = self.app();
        let ledger = match self.store(&app).await? {
            Some(store) => app.ledger_view(&*store).await?,
            None => LedgerView::default(),
        };
        Ok(self.with_state(move |state| state.set_ledger(ledger)).await)
    }

    /// The reader of that key; None: nobody on the list has that address.
    async fn reader(&self, key: &str) -> (audience::Reader, Option<ReaderChoice>) {
        let app = self.app();
        let made_up = |suggestion| {
            let mut reader = app.sample_reader();
            if suggestion == SampleReader::Named {
                reader.name = Some(sample_name(&app.publication).to_owned());
            }
            let shown = suggested(&app.publication, suggestion);
            (reader, Some(shown))
        };
        match key {
            "" => return made_up(SampleReader::Nameless),
            NAMED => return made_up(SampleReader::Named),
            _ => {}
        }
        let Ok(email) = Address::parse(key) else {
            return (app.sample_reader(), None);
        };
        if let Some(reader) = self.readers().find(&email) {
            return (reader.clone(), Some(listed(reader)));
        }
        let store = self.store(&app).await.ok().flatten();
        if let Some(store) = store
            && let Ok(Some(subscriber)) = store.subscriber(&email).await
        {
            let reader = audience::Reader::of(subscriber.id, &subscriber.profile);
            let shown = listed(&reader);
            return (reader, Some(shown));
        }
        (stranger(email), None)
    }
}

/// Takes in every change of the files.
pub(super) async fn follow_files(
    mut snapshots: watch::Receiver<Arc<PublicationSnapshot>>,
    preview: Arc<LivePreview>,
) {
    while snapshots.changed().await.is_ok() {
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        preview.take_up(snapshot).await;
    }
}

/// Asks the ledger now and then, and tells the pages what is new in it.
pub(super) async fn follow_ledger(preview: Arc<LivePreview>) {
    loop {
        tokio::time::sleep(LEDGER_BEAT).await;
        let is_in_trouble = preview.trouble().is_some();
        if preview.changes.receiver_count() == 0 && !is_in_trouble {
            continue;
        }
        if preview.look_at_ledger().await {
            preview.tell(Duration::ZERO);
        }
    }
}

#[async_trait]
impl PreviewService for LivePreview {
    fn changes(&self) -> watch::Receiver<Revision> {
        self.changes.subscribe()
    }

    fn pages(&self) -> Arc<PageTemplates> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.pages()
    }

    async fn front(&self) -> Option<String> {
        let wanted = self.wanted.clone();
        self.with_state(move |state| {
            let name = wanted
                .as_deref()
                .map(|name| state.moved(name).unwrap_or(name));
            match name.filter(|name| state.entry(name).is_some()) {
                Some(name) => Some(name.to_owned()),
                None => state.front(),
            }
        })
        .await
    }

    async fn content(&self, request: &PageRequest) -> PreviewContent {
        let revision = self.changes.borrow().number;
        let readers = self.readers();
        let (reader, shown) = self.reader(&request.reader).await;
        let (found, further_readers) = readers.choices(&request.readers);
        let mut choices: Vec<ReaderChoice> = found.into_iter().map(listed).collect();
        let request = request.clone();
        self.with_state(move |state| {
            if request.readers.trim().is_empty() {
                let made_up = [SampleReader::Nameless, SampleReader::Named];
                let made_up = made_up.map(|one| suggested(&state.app.publication, one));
                choices.splice(..0, made_up);
            }
            let mut faults = state.faults();
            faults.extend(readers.faults.iter().cloned());
            let standing = standing(state, &request, &reader, shown, &mut faults);
            PreviewContent {
                revision,
                publication: state.app.publication.name.clone(),
                rows: state.rows(),
                faults,
                standing,
                readers: choices,
                further_readers,
                own_look: state.own_look(),
            }
        })
        .await
    }

    async fn mail(&self, issue: &str, key: &str, look: LookChoice) -> Option<Arc<RenderedPreview>> {
        let (reader, _) = self.reader(key).await;
        let (issue, key) = (issue.to_owned(), key.to_owned());
        self.with_state(move |state| {
            let (sources, preview) = state.preview(&issue)?;
            preview.mail(sources, look, &key, &reader)
        })
        .await
    }

    async fn message(&self, issue: &str, key: &str) -> Option<WholeMessage> {
        let (reader, _) = self.reader(key).await;
        let issue = issue.to_owned();
        self.with_state(move |state| {
            let (sources, preview) = state.preview(&issue)?;
            preview.message(sources.app, &reader)
        })
        .await
    }

    async fn picture(&self, issue: &str, name: &str) -> Option<(String, Vec<u8>)> {
        let (issue, name) = (issue.to_owned(), name.to_owned());
        self.with_state(move |state| {
            let (_, preview) = state.preview(&issue)?;
            let image = preview.picture(&name)?;
            Some((image.media_type.clone(), image.bytes.clone()))
        })
        .await
    }

    async fn reader_mail(&self) -> Vec<ReaderMailSample> {
        self.with_state(|state| reader_mail(&state.snapshot, state.app.clock.now()))
            .await
    }

    async fn accents(&self) -> Vec<AccentColors> {
        self.with_state(|state| state.accents()).await
    }
}
