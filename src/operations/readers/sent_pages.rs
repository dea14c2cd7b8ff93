//! What is known of each issue that went out, read out of what was frozen once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::NaiveDate;
use tokio::task::spawn_blocking;

use super::refusal::{refused, unavailable};
use crate::{
    message::FrozenIssue,
    source::with_causes,
    store::{Batch, Store},
    web::reader::ReaderResult,
};

/// What is known of each frozen content, so that it is read once.
#[derive(Debug, Default)]
pub(super) struct SentPages(Mutex<BTreeMap<String, Arc<SentPage>>>);

/// An issue that went out.
#[derive(Debug)]
pub(super) struct SentPage {
    pub(super) issue: String,
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) edition: String,
    pub(super) date: NaiveDate,
    pub(super) content: String,
    pub(super) pictures: Vec<String>,
}

impl SentPages {
    /// What stands in the content of a batch; None where nobody can read it.
    pub(super) async fn page_of(
        &self,
        store: &dyn Store,
        batch: &Batch,
    ) -> ReaderResult<Option<Arc<SentPage>>> {
        let known = self.lock().get(&batch.content).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let Some(bytes) = store.content(&batch.content).await.map_err(refused)? else {
            return Ok(None);
        };
        let hash = batch.content.clone();
        let read = spawn_blocking(move || {
            let frozen = FrozenIssue::from_bytes(&bytes).map_err(|error| with_causes(&error))?;
            SentPage::of(&frozen, hash).ok_or_else(|| "it has no title".to_owned())
        });
        match read
            .await
            .map_err(|error| unavailable("an issue can't be read", &error))?
        {
            Ok(page) => {
                let page = Arc::new(page);
                self.lock().insert(batch.content.clone(), Arc::clone(&page));
                Ok(Some(page))
            }
            Err(why) => {
                tracing::warn!("the page of {} can't be shown: {why}", batch.issue);
                Ok(None)
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<SentPage>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SentPage {
    fn of(frozen: &FrozenIssue, content: String) -> Option<Self> {
        let about = &frozen.composition.context["issue"];
        let text = |key: &str| about[key].as_str().map(str::to_owned);
        Some(Self {
            issue: frozen.issue.clone(),
            slug: text("slug")?,
            title: text("title")?,
            summary: text("preheader").unwrap_or_default(),
            edition: frozen.edition.clone(),
            date: about["date_iso"].as_str()?.parse().ok()?,
            content,
            pictures: frozen
                .composition
                .files()
                .map(|(path, _)| file_name(&path).to_owned())
                .collect(),
        })
    }
}

/// The name of a picture, wherever it lies.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
