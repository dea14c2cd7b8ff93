//! The readers to choose from: subscribers.yaml as it stands, and whom the list of record has
//! besides.

use std::collections::BTreeSet;

use crate::{
    address::Address,
    app::App,
    audience::{Origin, Reader, SubscriberId, file},
    source::SourceError,
    store::{Store, SubscriberList},
};

/// A longer list is found in by address: its first readers are many enough to look at.
const MAX_READERS: usize = 5_000;
/// As many as a person looks through before searching.
const MAX_CHOICES: usize = 40;
/// Nobody fixes more at a time.
const MAX_FAULTS: usize = 3;
const PAGE: u32 = 1_000;

/// The readers at hand.
#[derive(Debug, Default)]
pub(super) struct ReaderDirectory {
    readers: Vec<Reader>,
    /// What is wrong with subscribers.yaml.
    pub(super) faults: Vec<SourceError>,
}

impl ReaderDirectory {
    /// Reads the file and the list. Somebody whom the file alone has brought is shown as the file
    /// has them now; anybody else as the list has them.
    pub(super) async fn load(app: &App, store: Option<&dyn Store>) -> Self {
        let mut directory = Self::default();
        directory.read_file(app);
        if let Some(store) = store {
            directory.read_list(store).await;
        }
        directory
    }

    fn read_file(&mut self, app: &App) {
        let path = app.publication.root.join(file::SUBSCRIBERS_FILE);
        let entries = match file::load(&path, &app.publication) {
            Ok(entries) => entries,
            Err(error) => return self.faults.push(error),
        };
        for entry in entries.into_iter().flatten() {
            match entry {
                Ok(profile) => self.readers.push(Reader::of(SubscriberId(0), &profile)),
                Err(error) if self.faults.len() < MAX_FAULTS => self.faults.push(error),
                Err(_) => {}
            }
            if self.readers.len() == MAX_READERS {
                return;
            }
        }
    }

    async fn read_list(&mut self, store: &dyn SubscriberList) {
        let mut after = SubscriberId(0);
        let mut listed = Vec::new();
        while listed.len() < MAX_READERS {
            let Ok(page) = store.subscribers(None, after, PAGE).await else {
                // A list that can't be read is told by every command that needs it.
                break;
            };
            let Some(last) = page.last() else {
                break;
            };
            after = last.id;
            listed.extend(page);
        }
        let mut known: std::collections::BTreeMap<_, _> = listed
            .into_iter()
            .map(|subscriber| (subscriber.profile.email.key(), subscriber))
            .collect();
        for reader in &mut self.readers {
            if let Some(subscriber) = known.remove(&reader.email.key()) {
                match subscriber.origin {
                    Origin::File => reader.id = subscriber.id,
                    _ => *reader = Reader::of(subscriber.id, &subscriber.profile),
                }
            }
        }
        let further = known
            .into_values()
            .map(|subscriber| Reader::of(subscriber.id, &subscriber.profile));
        self.readers.extend(further);
    }

    /// The reader of that address.
    pub(super) fn find(&self, email: &Address) -> Option<&Reader> {
        let key = email.key();
        self.readers.iter().find(|reader| reader.email.key() == key)
    }

    /// Readers whose name or address holds `wanted`, and how many there are beyond those. One of
    /// each language comes first where nothing is searched for.
    pub(super) fn choices(&self, wanted: &str) -> (Vec<&Reader>, usize) {
        let wanted = wanted.trim().to_lowercase();
        let mut found: Vec<&Reader> = self
            .readers
            .iter()
            .filter(|reader| {
                wanted.is_empty()
                    || reader.email.as_str().contains(&wanted)
                    || reader
                        .name
                        .as_ref()
                        .is_some_and(|name| name.to_lowercase().contains(&wanted))
            })
            .collect();
        if found.len() > MAX_CHOICES {
            let mut languages = BTreeSet::new();
            found.sort_by_key(|reader| !languages.insert(reader.language.clone()));
        }
        let further = found.len().saturating_sub(MAX_CHOICES);
        found.truncate(MAX_CHOICES);
        (found, further)
    }
}
