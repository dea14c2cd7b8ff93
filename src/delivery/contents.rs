//! What each row's message is made of: the batch's content, or, after a `refreeze`, what the row
//! was tried with before. Loads earlier contents as rows ask for them; composes nothing.

use std::{collections::HashMap, sync::Arc};

use crate::{
    message::{Composer, FrozenIssue},
    source::with_causes,
    store::{BatchLedger, Claim, StoreError},
    words::phrase,
};

/// The composers of a run, by the hash of their content.
pub(crate) struct ComposerCache {
    store: Arc<dyn BatchLedger>,
    current: Arc<Composer>,
    earlier: HashMap<String, Arc<Composer>>,
}

impl ComposerCache {
    pub(crate) fn new(store: Arc<dyn BatchLedger>, current: Arc<Composer>) -> Self {
        Self {
            store,
            current,
            earlier: HashMap::new(),
        }
    }

    /// What makes that row's message.
    pub(crate) async fn of(&mut self, claim: &Claim) -> Result<Arc<Composer>, StoreError> {
        let Some(hash) = &claim.content else {
            return Ok(Arc::clone(&self.current));
        };
        if !self.earlier.contains_key(hash) {
            let composer = Arc::new(self.load(hash).await?);
            self.earlier.insert(hash.clone(), composer);
        }
        Ok(Arc::clone(&self.earlier[hash]))
    }

    async fn load(&self, hash: &str) -> Result<Composer, StoreError> {
        let frozen = frozen_issue(self.store.as_ref(), hash).await?;
        self.current
            .with_content(&frozen, hash)
            .map_err(|error| lost(hash, &with_causes(&error)))
    }
}

/// What a batch was frozen with.
///
/// # Errors
/// [`StoreError::ContentLost`] where the ledger has it no more, or something else in its place.
pub(crate) async fn frozen_issue(
    store: &(impl BatchLedger + ?Sized),
    hash: &str,
) -> Result<FrozenIssue, StoreError> {
    let bytes = store.content(hash).await?;
    let bytes = bytes.ok_or_else(|| lost(hash, phrase!("it is not there")))?;
    FrozenIssue::from_bytes(&bytes).map_err(|error| lost(hash, &with_causes(&error)))
}

fn lost(hash: &str, why: &str) -> StoreError {
    StoreError::ContentLost {
        hash: hash.to_owned(),
        why: why.to_owned(),
    }
}
