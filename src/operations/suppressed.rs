//! Who is kept off the list, as a set of hashes in memory: listing a long list then needs no
//! look-up a reader.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use crate::{
    address::Address,
    audience::{Subscriber, SubscriberId, SubscriberState, Suppression},
    store::{StoreError, SubscriberList, SuppressionList},
};

/// Rows taken from the store at once.
pub(crate) const PAGE_ROWS: u32 = 5_000;

/// The addresses that may be suppressed.
pub struct Suppressed {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl Suppressed {
    /// Reads all suppressions.
    ///
    /// # Errors
    /// When the store can't be read.
    pub(crate) async fn load(store: &dyn SuppressionList) -> Result<Self, StoreError> {
        let mut suppressed = Self {
            hashes: HashSet::new(),
            hasher: RandomState::new(),
        };
        let mut after = 0;
        loop {
            let page = store.suppressions(after, PAGE_ROWS).await?;
            let Some((last, _)) = page.last() else {
                return Ok(suppressed);
            };
            after = *last;
            for email in page.iter().filter_map(|(_, it)| it.email.as_ref()) {
                suppressed.hashes.insert(suppressed.hash(email));
            }
        }
    }

    /// What keeps that address off the list.
    ///
    /// # Errors
    /// When the store can't be read.
    pub(crate) async fn of(
        &self,
        email: &Address,
        store: &dyn SuppressionList,
    ) -> Result<Option<Suppression>, StoreError> {
        if self.hashes.contains(&self.hash(email)) {
            store.suppression(email).await
        } else {
            Ok(None)
        }
    }

    pub(crate) fn hash(&self, email: &Address) -> u64 {
        self.hasher.hash_one(email.key())
    }
}

/// The list, a page at a time.
pub struct SubscriberPages {
    state: Option<SubscriberState>,
    after: SubscriberId,
}

impl SubscriberPages {
    /// Those in that state, or all.
    #[must_use]
    pub(crate) fn new(state: Option<SubscriberState>) -> Self {
        Self {
            state,
            after: SubscriberId(0),
        }
    }

    /// The next page; None after the last.
    ///
    /// # Errors
    /// When the store can't be read.
    pub(crate) async fn next(
        &mut self,
        store: &dyn SubscriberList,
    ) -> Result<Option<Vec<Subscriber>>, StoreError> {
        let page = store.subscribers(self.state, self.after, PAGE_ROWS).await?;
        Ok(page.last().map(|last| last.id).map(|last| {
            self.after = last;
            page
        }))
    }
}
