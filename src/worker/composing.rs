//! From a batch's frozen content to what makes its messages: by this machine's keys, or not at all.

use std::sync::Arc;

use super::Worker;
use crate::{
    delivery::frozen_issue,
    links::LinkSigner,
    message::{
        ComposeError, Composer, MissingKey,
        dkim::{DkimError, Signer},
    },
    publication::DkimSettings,
    store::{Batch, BatchLedger, StoreError},
};

/// Why a machine makes no messages of a batch.
#[derive(Debug, thiserror::Error)]
pub(super) enum ComposingError {
    #[error("{}", .0.message())]
    Missing(MissingKey),
    /// It was frozen for the machine of its publication.
    #[error(
        "it does not say which keys it needs, and is left to the publication's own `send` or `serve`"
    )]
    Unsaid,
    #[error(transparent)]
    Dkim(#[from] DkimError),
    #[error(transparent)]
    Compose(#[from] ComposeError),
    #[error(transparent)]
    State(#[from] StoreError),
}

/// The keys of a machine.
pub(super) struct MachineKeys {
    links: LinkSigner,
    dkim: Option<DkimSettings>,
}

impl MachineKeys {
    pub(super) fn of(worker: &Worker) -> Self {
        Self {
            links: worker.links.clone(),
            dkim: worker.settings.smtp.dkim.clone(),
        }
    }

    /// What makes the messages of that batch.
    pub(super) async fn composer(
        &self,
        store: &dyn BatchLedger,
        batch: &Batch,
    ) -> Result<Arc<Composer>, ComposingError> {
        let frozen = frozen_issue(store, &batch.content).await?;
        let keys = frozen.keys.as_ref().ok_or(ComposingError::Unsaid)?;
        if let Some(missing) = keys.missing(&self.links, self.dkim.as_ref()) {
            return Err(ComposingError::Missing(missing));
        }
        // Paths of keys were resolved as the settings were read.
        let signer = self.dkim.as_ref();
        let signer = signer.map(|dkim| Signer::load(dkim, std::path::Path::new("")));
        let links = self.links.clone().for_batch(batch.id.0);
        let composer = Composer::of_content(
            &frozen,
            &batch.content,
            links,
            signer.transpose()?,
            batch.frozen_at,
        )?;
        Ok(Arc::new(composer))
    }
}
