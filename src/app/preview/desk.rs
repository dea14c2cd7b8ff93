//! The desk that the pages ask: the shelf behind a lock, the readers, and the count of changes.

use std::{
    collections::BTreeSet,
    panic::resume_unwind,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{sync::watch, task::spawn_blocking};

use super::{
    super::{App, AppError, SUBSCRIBERS_FILE, reader::stranger},
    people::People,
    shelf::Shelf,
    shown::{NAMED, listed, sample_name, standing, suggested},
    watch::Changed,
};
use crate::{
    address::Address,
    audience,
    clock::Stopwatch,
    publication::FILE_NAME,
    schedule::LedgerView,
    store::Store,
    web::preview::{Change, Colors, Desk, Message, Print, Reader, Sheet, Suggestion, Wanted},
};

/// So often the ledger is asked while somebody looks.
const LEDGER_BEAT: Duration = Duration::from_secs(3);

/// A desk that follows a publication's files.
pub(super) struct LiveDesk {
    shelf: Arc<Mutex<Shelf>>,
    people: Mutex<Arc<People>>,
    store: tokio::sync::Mutex<Option<Arc<dyn Store>>>,
    changes: watch::Sender<Change>,
    /// The issue that the command line named.
    wanted: Option<String>,
}

impl LiveDesk {
    /// Reads everything.
    ///
    /// # Errors
    /// No issue of the name that is wanted; a folder or a ledger that can't be read.
    pub(super) async fn open(app: App, wanted: Option<&str>) -> Result<Self, AppError> {
        let shelf = Shelf::open(app)?;
        let wanted = wanted.map(|wanted| shelf.named(wanted)).transpose()?;
        let desk = Self {
            shelf: Arc::new(Mutex::new(shelf)),
            people: Mutex::default(),
            store: tokio::sync::Mutex::default(),
            changes: watch::Sender::new(Change {
                revision: 1,
                ..Change::default()
            }),
            wanted,
        };
        desk.read_ledger().await?;
        desk.read_people().await;
        desk.count_recipients().await;
        Ok(desk)
    }

    /// Takes in what has changed, then tells the pages.
    pub(super) async fn take_up(&self, changed: Changed, since: Stopwatch) {
        let has_people = changed.touches(SUBSCRIBERS_FILE) || changed.touches(FILE_NAME);
        self.with_shelf(move |shelf| shelf.reload(&changed)).await;
        if has_people {
            self.read_people().await;
        }
        self.count_recipients().await;
        self.tell(since.elapsed());
    }

    /// The folders outside issues/ whose pictures the mail shows.
    pub(super) async fn picture_folders(&self) -> BTreeSet<PathBuf> {
        self.with_shelf(|shelf| shelf.picture_folders()).await
    }

    fn tell(&self, took: Duration) {
        self.changes.send_modify(|change| {
            change.revision += 1;
            change.took = took;
        });
    }

    /// Work with files and templates, off the threads that answer.
    async fn with_shelf<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Shelf) -> T + Send + 'static,
    ) -> T {
        let shelf = Arc::clone(&self.shelf);
        let done =
            spawn_blocking(move || work(&mut shelf.lock().unwrap_or_else(PoisonError::into_inner)));
        match done.await {
            Ok(done) => done,
            Err(error) => resume_unwind(error.into_panic()),
        }
    }

    /// The shelf's own settings, for work that waits.
    fn app(&self) -> App {
        let shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        App {
            publication: shelf.app.publication.clone(),
            clock: shelf.app.clock,
        }
    }

    fn people(&self) -> Arc<People> {
        Arc::clone(&self.people.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The ledger, once there is one: the preview makes none.
    async fn store(&self, app: &App) -> Result<Option<Arc<dyn Store>>, AppError> {
        let mut store = self.store.lock().await;
        if store.is_none() {
            *store = app.store_if_any().await?;
        }
        Ok(store.clone())
    }

    async fn read_people(&self) {
        let app = self.app();
        let store = self.store(&app).await.ok().flatten();
        let people = Arc::new(People::load(&app, store.as_deref()).await);
        *self.people.lock().unwrap_or_else(PoisonError::into_inner) = people;
        self.with_shelf(|shelf| shelf.set_recipients(None)).await;
    }

    async fn count_recipients(&self) {
        if !self.with_shelf(|shelf| shelf.wants_recipients()).await {
            return;
        }
        // A list that can't be read is told as such; the count is then of nobody.
        let recipients = self.app().recipients().await.unwrap_or_default();
        self.with_shelf(|shelf| shelf.set_recipients(Some(recipients)))
            .await;
    }

    /// Answers whether the ledger has something new.
    async fn read_ledger(&self) -> Result<bool, AppError> {
        let app = self.app();
        let ledger = match self.store(&app).await? {
            Some(store) => app.ledger_view(&*store).await?,
            None => LedgerView::default(),
        };
        Ok(self.with_shelf(move |shelf| shelf.set_ledger(ledger)).await)
    }

    /// The reader of that key; None: nobody on the list has that address.
    async fn reader(&self, key: &str) -> (audience::Reader, Option<Reader>) {
        let app = self.app();
        let made_up = |suggestion| {
            let mut reader = app.sample_reader();
            if suggestion == Suggestion::Named {
                reader.name = Some(sample_name(&app.publication).to_owned());
            }
            let shown = suggested(&app.publication, suggestion);
            (reader, Some(shown))
        };
        match key {
            "" => return made_up(Suggestion::Nameless),
            NAMED => return made_up(Suggestion::Named),
            _ => {}
        }
        let Ok(email) = Address::parse(key) else {
            return (app.sample_reader(), None);
        };
        if let Some(reader) = self.people().find(&email) {
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

/// Asks the ledger now and then, and tells the pages what is new in it.
pub(super) async fn follow_ledger(desk: Arc<LiveDesk>) {
    loop {
        tokio::time::sleep(LEDGER_BEAT).await;
        if desk.changes.receiver_count() == 0 {
            continue;
        }
        match desk.read_ledger().await {
            Ok(true) => desk.tell(Duration::ZERO),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the ledger can't be read"),
        }
    }
}

#[async_trait]
impl Desk for LiveDesk {
    fn changes(&self) -> watch::Receiver<Change> {
        self.changes.subscribe()
    }

    async fn front(&self) -> Option<String> {
        let wanted = self.wanted.clone();
        self.with_shelf(move |shelf| {
            let name = wanted
                .as_deref()
                .map(|name| shelf.moved(name).unwrap_or(name));
            match name.filter(|name| shelf.entry(name).is_some()) {
                Some(name) => Some(name.to_owned()),
                None => shelf.front(),
            }
        })
        .await
    }

    async fn sheet(&self, wanted: &Wanted) -> Sheet {
        let revision = self.changes.borrow().revision;
        let people = self.people();
        let (reader, shown) = self.reader(&wanted.reader).await;
        let (found, further_readers) = people.choices(&wanted.readers);
        let mut choices: Vec<Reader> = found.into_iter().map(listed).collect();
        let wanted = wanted.clone();
        self.with_shelf(move |shelf| {
            if wanted.readers.trim().is_empty() {
                let made_up = [Suggestion::Nameless, Suggestion::Named];
                let made_up = made_up.map(|one| suggested(&shelf.app.publication, one));
                choices.splice(..0, made_up);
            }
            let mut faults = shelf.faults();
            faults.extend(people.faults.iter().cloned());
            let standing = standing(shelf, &wanted, &reader, shown, &mut faults);
            Sheet {
                revision,
                publication: shelf.app.publication.name.clone(),
                rows: shelf.rows(),
                faults,
                standing,
                readers: choices,
                further_readers,
            }
        })
        .await
    }

    async fn print(&self, issue: &str, key: &str) -> Option<Arc<Print>> {
        let (reader, _) = self.reader(key).await;
        let (issue, key) = (issue.to_owned(), key.to_owned());
        self.with_shelf(move |shelf| {
            let (app, press) = shelf.press(&issue)?;
            press.print(app, &key, &reader)
        })
        .await
    }

    async fn message(&self, issue: &str, key: &str) -> Option<Message> {
        let (reader, _) = self.reader(key).await;
        let issue = issue.to_owned();
        self.with_shelf(move |shelf| {
            let (app, press) = shelf.press(&issue)?;
            press.message(app, &reader)
        })
        .await
    }

    async fn picture(&self, issue: &str, name: &str) -> Option<(String, Vec<u8>)> {
        let (issue, name) = (issue.to_owned(), name.to_owned());
        self.with_shelf(move |shelf| {
            let (_, press) = shelf.press(&issue)?;
            let images = &press.shown()?.images;
            let image = images.iter().find(|image| image.disk_name() == name)?;
            Some((image.media_type.clone(), image.bytes.clone()))
        })
        .await
    }

    async fn colors(&self) -> Vec<Colors> {
        self.with_shelf(|shelf| shelf.colors()).await
    }
}
