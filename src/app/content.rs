//! From a word on the command line to an issue, and from an issue to what a batch freezes.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{App, AppError};
use crate::{
    issue::{Archive, Issue},
    links::LinkSigner,
    message::{Composer, FrozenIssue, FrozenKeys, HeaderSettings, dkim::Signer},
    publication::{ArchiveAccess, SecretUse},
    render::{
        Composition, ImagePolicy, LinkedIssue, MailProof, PrepareInput, RenderError, Templates,
    },
    source::SourceError,
    store::{Batch, BatchLedger, StateInstance, StoreError},
    words::phrased,
};

impl App {
    /// All issues there are.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub(crate) fn archive(&self) -> Result<Archive, AppError> {
        Ok(Archive::load(&self.publication)?)
    }

    /// The identity under which the ledger knows what a word of the command line means; a word
    /// that names no file may be the identity of one that is gone, or its name.
    ///
    /// # Errors
    /// When the folder or the ledger can't be read.
    pub(crate) async fn issue_id(
        &self,
        store: &dyn BatchLedger,
        wanted: &str,
    ) -> Result<String, AppError> {
        if let Ok(issue) = self.archive()?.find(wanted) {
            return Ok(issue.id.clone());
        }
        let batch = batch_named(store, wanted).await?;
        Ok(batch.map_or_else(|| wanted.to_owned(), |batch| batch.issue))
    }

    /// Renders what is the same for every reader, and keeps it with what the headers need: the
    /// content of a batch.
    ///
    /// # Errors
    /// A template, an image, an edition that is wrong.
    pub(crate) fn freeze(&self, archive: &Archive, issue: &Issue) -> Result<FrozenIssue, AppError> {
        let templates = Templates::load(&self.publication.root)?;
        // What all readers share has the pages' addresses in it, and nobody's signature.
        let links = self.links_for_looking();
        let composition =
            self.composition(archive, issue, &templates, &links, self.image_policy())?;
        self.frozen(issue, composition, &links)
    }

    /// A composition with what the headers need.
    pub(crate) fn frozen(
        &self,
        issue: &Issue,
        composition: Composition,
        links: &LinkSigner,
    ) -> Result<FrozenIssue, AppError> {
        let edition = self
            .publication
            .edition(&issue.front_matter.edition)
            .ok_or_else(|| {
                AppError::Content(vec![SourceError::new(phrased!(
                    "there is no edition `{edition}`",
                    edition = issue.front_matter.edition
                ))])
            })?;
        let headers = HeaderSettings::new(
            &self.publication,
            edition,
            &issue.id,
            self.page_of(issue, links),
        );
        Ok(FrozenIssue {
            issue: issue.id.clone(),
            edition: edition.key.clone(),
            composition,
            headers,
            keys: None,
        })
    }

    /// The same saying which keys it needs, where machines may carry it that have others.
    pub(crate) async fn asking_for_keys(
        &self,
        frozen: FrozenIssue,
        list: &dyn StateInstance,
    ) -> Result<FrozenIssue, AppError> {
        if self.publication.storage.server().is_none() {
            return Ok(frozen);
        }
        let links = self.link_signer(list).await?;
        let keys = FrozenKeys::of(&links, self.publication.smtp.dkim.as_ref());
        Ok(FrozenIssue {
            keys: Some(keys),
            ..frozen
        })
    }

    /// Where an issue can be read on the web. None: nowhere.
    pub(crate) fn page_of(&self, issue: &Issue, links: &LinkSigner) -> Option<String> {
        let is_off = self.publication.web.archive == ArchiveAccess::Off;
        match issue.front_matter.archive && !is_off {
            true => links.web_version(&issue.slug),
            false => None,
        }
    }

    /// Renders what is the same for every reader.
    pub(crate) fn composition(
        &self,
        archive: &Archive,
        issue: &Issue,
        templates: &Templates,
        links: &LinkSigner,
        images: ImagePolicy,
    ) -> Result<Composition, RenderError> {
        Composition::prepare(&PrepareInput {
            publication: &self.publication,
            issue,
            linked_issue: &|slug| self.linked_issue(archive, links, slug),
            templates,
            images,
        })
    }

    /// The mail as a reader without a name would get it, for looking at.
    pub(crate) fn mail_proof(
        &self,
        archive: &Archive,
        issue: &Issue,
        templates: &Templates,
        links: &LinkSigner,
    ) -> Result<MailProof, RenderError> {
        let input = PrepareInput {
            publication: &self.publication,
            issue,
            linked_issue: &|slug| self.linked_issue(archive, links, slug),
            templates,
            images: self.image_policy(),
        };
        let nobody = self.sample_reader();
        MailProof::pull(&input, &self.reader_view(&nobody, issue, links))
    }

    fn linked_issue(
        &self,
        archive: &Archive,
        links: &LinkSigner,
        slug: &str,
    ) -> Option<LinkedIssue> {
        let issue = archive.linked(slug)?;
        Some(LinkedIssue {
            title: issue.front_matter.title.clone(),
            url: self.page_of(issue, links),
        })
    }

    /// Makes what turns readers into messages; with signing configured, a key that is missing or
    /// wrong fails here, before the first message.
    ///
    /// # Errors
    /// A key that can't be used; a template that can't be rendered.
    pub(crate) fn composer(
        &self,
        frozen: &FrozenIssue,
        links: LinkSigner,
        date: DateTime<Utc>,
    ) -> Result<Arc<Composer>, AppError> {
        let hash = FrozenIssue::hash(&frozen.to_bytes()?);
        self.composer_of(frozen, &hash, links, date)
    }

    /// The same for looking at: where the secrets are not set, without a signature and with links that
    /// nothing would take.
    ///
    /// # Errors
    /// As [`App::composer`].
    pub(crate) async fn composer_for_looking(
        &self,
        frozen: &FrozenIssue,
        date: DateTime<Utc>,
    ) -> Result<Arc<Composer>, AppError> {
        let uses = [SecretUse::SigningKey, SecretUse::ReaderLinks];
        match self.require_secrets(&uses) {
            // Looking asks no server.
            Ok(()) if self.has_state() && self.publication.storage.server().is_none() => {
                let store = self.store().await?;
                let links = self.link_signer(store.as_ref()).await?;
                self.composer(frozen, links, date)
            }
            _ => {
                let links = self.links_for_looking();
                Ok(Arc::new(Composer::new(frozen, links, None, date)?))
            }
        }
    }

    /// The same as [`App::composer`] of content that the ledger knows by that hash.
    pub(crate) fn composer_of(
        &self,
        frozen: &FrozenIssue,
        hash: &str,
        links: LinkSigner,
        date: DateTime<Utc>,
    ) -> Result<Arc<Composer>, AppError> {
        self.require_secrets(&[SecretUse::SigningKey])?;
        let dkim = self.publication.smtp.dkim.as_ref();
        let signer = dkim
            .map(|settings| Signer::load(settings, &self.publication.root))
            .transpose()?;
        Ok(Arc::new(Composer::of_content(
            frozen, hash, links, signer, date,
        )?))
    }
}

/// The batch of that id, or the one that was frozen from the file of that name: what people type.
pub(crate) async fn batch_named(
    store: &dyn BatchLedger,
    wanted: &str,
) -> Result<Option<Batch>, StoreError> {
    if let Some(batch) = store.batch(wanted).await? {
        return Ok(Some(batch));
    }
    let is_its = |batch: &Batch| {
        batch
            .file
            .as_deref()
            .is_some_and(|file| is_named(file, wanted))
    };
    let mut named = store.batches(u32::MAX).await?.into_iter().filter(is_its);
    let batch = named.next();
    Ok(batch.filter(|_| named.next().is_none()))
}

/// Whether a word of the command line names that file: `issues/NAME.md`, or `issues/NAME/index.md`.
fn is_named(file: &str, wanted: &str) -> bool {
    let own = file.strip_suffix("/index.md").unwrap_or(file);
    let name = own.rsplit('/').next().unwrap_or(own);
    [file, own, name, name.strip_suffix(".md").unwrap_or(name)].contains(&wanted)
}
