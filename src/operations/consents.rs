//! The people behind an issue, for `check`: subscribers.yaml against the list of record, and how
//! the consents of an edition's readers stand. Reads, and writes nothing.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::check_report::CheckedFile;
use crate::{
    address::Address,
    app::{App, AppError},
    audience::{
        Consent, Profile, SubscriberId, SubscriberState,
        file::{self, ProfileReader},
    },
    check::{ConsentTally, FindingPlace, list::ListCheck},
    store::{Store, SubscriberList},
};

/// Addresses that are asked about in one go.
const PAGE: u32 = 1_000;

/// How the consents stand, by edition.
pub(crate) type RecipientsByEdition = BTreeMap<String, ConsentTally>;

impl App {
    /// The findings on subscribers.yaml; None where there is no such file.
    pub(crate) async fn check_list(&self) -> Result<Option<CheckedFile>, AppError> {
        let Some(mut entries) = self.list_file()? else {
            return Ok(None);
        };
        let store = self.store_if_any().await?;
        let mut check = ListCheck::new(self.clock.now());
        loop {
            let mut page: Vec<(Profile, usize)> = Vec::new();
            while page.len() < PAGE as usize {
                match entries.next() {
                    Some(Ok(profile)) => page.push((profile, entries.last_offset())),
                    Some(Err(error)) => check.unreadable(&error),
                    None => break,
                }
            }
            if page.is_empty() {
                break;
            }
            let emails: Vec<Address> = page.iter().map(|(one, _)| one.email.clone()).collect();
            let known = match &store {
                Some(store) => store.known(&emails).await?,
                None => Vec::new(),
            };
            for (index, (profile, offset)) in page.iter().enumerate() {
                let suppression = known.get(index).and_then(|known| known.suppression);
                check.entry(profile, suppression, || {
                    let (source, line) = entries.place(*offset);
                    Some(FindingPlace::new(&source, line))
                });
            }
        }
        Ok(Some(CheckedFile {
            file: file::SUBSCRIBERS_FILE.to_owned(),
            id: None,
            findings: check.finish(),
        }))
    }

    /// How the consents of each edition's readers stand, once subscribers.yaml is folded in.
    pub(crate) async fn recipients(&self) -> Result<RecipientsByEdition, AppError> {
        let mut counted = ConsentCounter::new(self);
        // Whom the file names, until the list of record is found to know them.
        let mut in_file: HashMap<String, Profile> = HashMap::new();
        // An entry that can't be read is a finding on the list, and stops the send by itself.
        for profile in self.list_file()?.into_iter().flatten().flatten() {
            in_file.insert(profile.email.key(), profile);
        }
        let Some(store) = self.store_if_any().await? else {
            for profile in in_file.values() {
                counted.add(profile, profile.consent.as_ref());
            }
            return Ok(counted.by_edition);
        };
        let mut after = SubscriberId(0);
        loop {
            let state = Some(SubscriberState::Active);
            let page = store.subscribers(state, after, PAGE).await?;
            let Some(last) = page.last() else {
                break;
            };
            after = last.id;
            let profiles = page.into_iter().map(|subscriber| subscriber.profile);
            let with_file: Vec<(Profile, Option<Consent>)> = profiles
                .map(|profile| {
                    let written = in_file.remove(&profile.email.key());
                    let consent = profile.consent.clone();
                    (profile, consent.or(written.and_then(|entry| entry.consent)))
                })
                .collect();
            counted.add_page(store.as_ref(), with_file).await?;
        }
        let rest = in_file.into_values().map(|profile| {
            let consent = profile.consent.clone();
            (profile, consent)
        });
        counted.add_page(store.as_ref(), rest.collect()).await?;
        Ok(counted.by_edition)
    }

    fn list_file(&self) -> Result<Option<ProfileReader<'_>>, AppError> {
        let path = self.publication.root.join(file::SUBSCRIBERS_FILE);
        file::load(&path, &self.publication).map_err(|error| AppError::Configuration(vec![error]))
    }

    /// The list of record, where there is one: none is made.
    pub(crate) async fn store_if_any(&self) -> Result<Option<Arc<dyn Store>>, AppError> {
        match self.has_state() {
            false => Ok(None),
            true => Ok(Some(self.store().await?)),
        }
    }
}

struct ConsentCounter<'a> {
    app: &'a App,
    by_edition: RecipientsByEdition,
}

impl<'a> ConsentCounter<'a> {
    fn new(app: &'a App) -> Self {
        let editions = app.publication.editions.iter();
        Self {
            app,
            by_edition: editions
                .map(|edition| (edition.key.clone(), ConsentTally::default()))
                .collect(),
        }
    }

    /// Whoever gets no mail anyway needs no consent. Asked of those alone who would be told.
    async fn add_page(
        &mut self,
        store: &dyn SubscriberList,
        people: Vec<(Profile, Option<Consent>)>,
    ) -> Result<(), AppError> {
        let thin = |consent: &Option<Consent>| {
            !consent
                .as_ref()
                .is_some_and(|consent| consent.at.is_some() && consent.source.is_some())
        };
        let emails: Vec<Address> = people
            .iter()
            .filter(|(_, consent)| thin(consent))
            .map(|(profile, _)| profile.email.clone())
            .collect();
        let mut gone = BTreeSet::new();
        for emails in emails.chunks(PAGE as usize) {
            let known = store.known(emails).await?;
            let suppressed = emails
                .iter()
                .zip(known)
                .filter(|(_, known)| known.suppression.is_some());
            gone.extend(suppressed.map(|(email, _)| email.key()));
        }
        for (profile, consent) in &people {
            if gone.is_empty() || !gone.contains(&profile.email.key()) {
                self.add(profile, consent.as_ref());
            }
        }
        Ok(())
    }

    fn add(&mut self, profile: &Profile, consent: Option<&Consent>) {
        let now = self.app.clock.now();
        for (edition, recipients) in &mut self.by_edition {
            let gets_it = profile
                .editions
                .as_ref()
                .is_none_or(|chosen| chosen.contains(edition));
            if gets_it {
                recipients.count(consent, || profile.email.masked(), now);
            }
        }
    }
}
