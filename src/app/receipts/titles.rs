//! What readers know issues by: titles and slugs as they were frozen, each content read once.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    message::FrozenIssue,
    store::{Batch, BatchState, Store, StoreError},
};

/// Batches among which the newest issue is looked for.
const RECENT: u32 = 20;

/// Titles by the hash of their content. None: content without one.
#[derive(Default)]
pub(in crate::app) struct IssueTitles(BTreeMap<String, Option<(String, String)>>);

/// An issue that went out.
pub(super) struct FrozenTitle {
    pub(super) title: String,
    pub(super) slug: String,
    pub(super) edition: String,
    pub(super) slot: DateTime<Utc>,
    pub(super) date: Option<NaiveDate>,
}

impl IssueTitles {
    /// The last one.
    pub(super) async fn newest(
        &mut self,
        store: &dyn Store,
        now: DateTime<Utc>,
    ) -> Result<Option<FrozenTitle>, StoreError> {
        let batches = store.batches(RECENT).await?;
        let is_out = |batch: &&Batch| batch.slot <= now && batch.state != BatchState::Cancelled;
        let Some(batch) = batches.iter().filter(is_out).max_by_key(|batch| batch.slot) else {
            return Ok(None);
        };
        let title = self.frozen(&batch.content, store).await?;
        Ok(title.map(|(title, slug)| FrozenTitle {
            title,
            slug,
            edition: batch.edition.clone(),
            slot: batch.slot,
            date: batch.date,
        }))
    }

    /// That one's; its identity, where the ledger doesn't know it.
    pub(in crate::app) async fn of(
        &mut self,
        issue: &str,
        store: &dyn Store,
    ) -> Result<String, StoreError> {
        let title = match store.batch(issue).await? {
            Some(batch) => self.frozen(&batch.content, store).await?,
            None => None,
        };
        Ok(title.map_or_else(|| issue.to_owned(), |(title, _)| title))
    }

    /// Title and slug of frozen content.
    async fn frozen(
        &mut self,
        content: &str,
        store: &dyn Store,
    ) -> Result<Option<(String, String)>, StoreError> {
        if let Some(known) = self.0.get(content) {
            return Ok(known.clone());
        }
        let bytes = store.content(content).await?;
        let frozen = bytes.and_then(|bytes| FrozenIssue::from_bytes(&bytes).ok());
        let title = frozen.and_then(|frozen| {
            let issue = &frozen.composition.context["issue"];
            let text = |key: &str| issue[key].as_str().map(str::to_owned);
            Some((text("title")?, text("slug")?))
        });
        self.0.insert(content.to_owned(), title.clone());
        Ok(title)
    }
}
