//! Sending an issue, step by step: hold the right to send, fold the list in, freeze or find the
//! batch, knock at the relay, run. Asks nobody anything; the command does, between the steps.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::{
    Preflight,
    preflight::{refuse_draft, refuse_nothing_to_do},
};
use crate::{
    app::{
        App, AppError, MailTransport, RefusalKind, content::batch_named,
        doubt::decided_by_a_person, fold_file, preview_fold,
    },
    check::Finding,
    delivery::{Progress, Run, RunReport, StopSignal, frozen_issue, run},
    issue::{Archive, ArchiveError, Issue},
    message::FrozenContent,
    publication::{SecretUse, Slot},
    store::{
        AudienceSize, Batch, BatchLedger, FoldReport, LeaseTerm, NewBatch, Realm, RetryOutcome,
        SenderGuard, Store,
    },
    words::say,
};

/// An issue about to be sent, with the right to send held.
pub struct Sending<'a> {
    pub(crate) app: &'a App,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) guard: SenderGuard,
    /// The issue, as its file is now. None: there is a batch, and no file of that name can be read.
    pub issue: Option<Issue>,
    /// What the issue's mail is made of, as its file is now.
    /// None: there is a batch, and the file can't be rendered any more, or need not be.
    pub(crate) frozen: Option<FrozenContent>,
    /// The batch that the issue has already.
    pub batch: Option<Batch>,
    /// What the fold of subscribers.yaml did; None where there is no such file.
    pub folded: Option<FoldReport>,
    /// To whom it would go, where there is no batch yet; beside one nobody counts them before somebody is asked.
    pub audience: AudienceSize,
    /// How many unknown rows a person's word has just settled.
    pub settled: u64,
    /// What a person's wish to try rows again has come to.
    pub retried: RetryOutcome,
    /// How many readers of a domain no longer wait, since a person has just ended its rest.
    pub woken: u64,
    /// The calendar sends it and no person: with `by_reader_timezone` each reader at their own hour.
    pub(crate) is_by_calendar: bool,
    /// By which holding of the calendar it would be frozen; None: by a person, or where that can't be lost.
    pub(crate) term: Option<LeaseTerm>,
    /// A person wants a text that went out before to go out once more.
    pub may_repeat: bool,
    /// What `check` warns of, where there is no batch yet.
    pub(crate) warnings: Vec<Finding>,
}

/// What a dry run found.
pub struct DryRun {
    /// What a person is asked with.
    pub facts: Preflight,
    /// What the fold would do.
    pub folded: Option<FoldReport>,
    /// The size of one message; None: a batch is carried with what it was frozen with.
    pub message_bytes: Option<usize>,
}

impl App {
    /// Everything up to the first message: nothing has left, nothing is frozen.
    ///
    /// `may_repeat`: a person wants a text that went out before to go out once more.
    ///
    /// # Errors
    /// A doubt that only a person can decide; a draft; content that does not pass; a pretended clock with a real relay; somebody else
    /// who sends; a list that can't be folded.
    pub(crate) async fn sending(
        &self,
        wanted: &str,
        may_repeat: bool,
    ) -> Result<Sending<'_>, AppError> {
        self.refuse_pretended_time()?;
        self.require_secrets(&SecretUse::SENDING)?;
        let archive = self.archive()?;
        let issue = match archive.find(wanted) {
            Ok(issue) => issue.clone(),
            Err(error) => return self.take_up(wanted, error).await,
        };
        let store = self.store().await?;
        let guard = self.right_to_send(store.as_ref(), "send").await?;
        self.prepare(store, guard, &archive, issue, may_repeat)
            .await
    }

    /// A batch whose file is gone or broken: what it was frozen with is in the ledger.
    async fn take_up(&self, id: &str, error: ArchiveError) -> Result<Sending<'_>, AppError> {
        let (store, batch) = self.without_file(id, error).await?;
        let guard = self.right_to_send(store.as_ref(), "send").await?;
        let folded = fold_file(store.as_ref(), &self.publication, self.clock.true_now()).await?;
        // It may have come farther while the right to send was waited for.
        let batch = store.batch(&batch.issue).await?.unwrap_or(batch);
        Ok(Sending {
            folded,
            ..Sending::of(self, store, guard, batch)
        })
    }

    /// The batch that goes by that id, where no file does: `error` says why not.
    async fn without_file(
        &self,
        id: &str,
        error: ArchiveError,
    ) -> Result<(Arc<dyn Store>, Batch), AppError> {
        if !self.has_state() {
            return Err(error.into());
        }
        let store = self.store().await?;
        match batch_named(store.as_ref(), id).await? {
            Some(batch) => Ok((store, batch)),
            None => Err(error.into()),
        }
    }

    /// As [`App::sending`], where the right to send is held already.
    pub(crate) async fn prepare(
        &self,
        store: Arc<dyn Store>,
        guard: SenderGuard,
        archive: &Archive,
        issue: Issue,
        may_repeat: bool,
    ) -> Result<Sending<'_>, AppError> {
        let batch = store.batch(&issue.id).await?;
        // A batch is carried with what it was frozen with: a file or a template that broke since is
        // no reason to stop it.
        let (frozen, warnings) = match batch {
            Some(_) => {
                self.refuse_no_way_out()?;
                (self.freeze(archive, &issue).ok(), Vec::new())
            }
            None => {
                refuse_draft(&issue)?;
                let examined = self
                    .examined(store.as_ref(), archive, &issue, may_repeat)
                    .await?;
                (Some(examined.frozen), examined.warnings)
            }
        };
        let frozen = match frozen {
            Some(frozen) => {
                let frozen = self.asking_for_keys(frozen, store.as_ref()).await?;
                Some(FrozenContent::new(frozen)?)
            }
            None => None,
        };
        self.refuse_doubt(store.as_ref()).await?;
        let folded = fold_file(store.as_ref(), &self.publication, self.clock.true_now()).await?;
        let audience = match batch {
            Some(_) => AudienceSize::default(),
            None => store.audience_size(&issue.front_matter.edition).await?,
        };
        Ok(Sending {
            app: self,
            store,
            guard,
            issue: Some(issue),
            frozen,
            batch,
            folded,
            audience,
            settled: 0,
            retried: RetryOutcome::default(),
            woken: 0,
            is_by_calendar: false,
            term: None,
            may_repeat,
            warnings,
        })
    }

    /// What `send` would do, changing nothing.
    ///
    /// # Errors
    /// As [`App::sending`], apart from other senders and the clock.
    pub(crate) async fn dry_run(&self, wanted: &str) -> Result<DryRun, AppError> {
        self.require_secrets(&SecretUse::SENDING)?;
        let archive = self.archive()?;
        let issue = match archive.find(wanted) {
            Ok(issue) => issue.clone(),
            Err(error) => return self.dry_run_without_file(wanted, error).await,
        };
        let store = self.store().await?;
        let batch = store.batch(&issue.id).await?;
        let (frozen, warnings) = match batch {
            // It goes on with what it was frozen with.
            Some(_) => (None, Vec::new()),
            None => {
                let examined = self
                    .examined(store.as_ref(), &archive, &issue, false)
                    .await?;
                (Some(examined.frozen), examined.warnings)
            }
        };
        let mut message_bytes = None;
        if let Some(frozen) = &frozen {
            let links = self.link_signer(store.as_ref()).await?;
            let composer = self.composer(frozen, links, self.clock.now())?;
            let message = composer.compose_message(&self.sample_reader())?;
            message_bytes = Some(message.bytes.len());
            let base_url = frozen.headers.base_url.as_deref();
            self.refuse_pages_away(store.as_ref(), base_url).await?;
            self.refuse_sent_text(store.as_ref(), &issue, frozen)
                .await?;
        } else {
            self.refuse_no_way_out()?;
        }
        let edition = &issue.front_matter.edition;
        let now = self.clock.now();
        let (folded, audience) =
            preview_fold(store.as_ref(), &self.publication, edition, now).await?;
        let facts = self.preflight(store.as_ref(), &issue, batch, audience, warnings);
        Ok(DryRun {
            facts: facts.await?,
            folded,
            message_bytes,
        })
    }

    /// The same of a batch that would go on with what it was frozen with.
    async fn dry_run_without_file(
        &self,
        id: &str,
        error: ArchiveError,
    ) -> Result<DryRun, AppError> {
        let (store, batch) = self.without_file(id, error).await?;
        self.refuse_no_way_out()?;
        let now = self.clock.now();
        let (folded, audience) =
            preview_fold(store.as_ref(), &self.publication, &batch.edition, now).await?;
        let facts = self.preflight_without_file(store.as_ref(), batch, audience);
        Ok(DryRun {
            facts: facts.await?,
            folded,
            message_bytes: None,
        })
    }

    /// The batch of an issue.
    ///
    /// # Errors
    /// When it was never sent, or there is no such issue.
    pub(crate) async fn batch(
        &self,
        store: &dyn BatchLedger,
        wanted: &str,
    ) -> Result<Batch, AppError> {
        let archive = self.archive()?;
        let found = archive.find(wanted);
        let batch = match &found {
            Ok(issue) => store.batch(&issue.id).await?,
            Err(_) => batch_named(store, wanted).await?,
        };
        if let Some(batch) = batch {
            return Ok(batch);
        }
        Err(AppError::Refused {
            kind: RefusalKind::Nothing,
            message: say!("{issue} was never sent", issue = found?.id),
            hint: say!("`daily-note send` it first"),
        })
    }

    fn slot(&self, issue: &Issue) -> DateTime<Utc> {
        let front_matter = &issue.front_matter;
        let slot: Option<Slot> = self
            .publication
            .slot(&front_matter.edition, front_matter.date);
        slot.map_or_else(|| self.clock.now(), |slot| slot.at)
    }
}

impl<'a> Sending<'a> {
    /// A batch to be carried on with what it was frozen with.
    pub(crate) fn of(
        app: &'a App,
        store: Arc<dyn Store>,
        guard: SenderGuard,
        batch: Batch,
    ) -> Self {
        Self {
            app,
            store,
            guard,
            issue: None,
            frozen: None,
            batch: Some(batch),
            folded: None,
            audience: AudienceSize::default(),
            settled: 0,
            retried: RetryOutcome::default(),
            woken: 0,
            is_by_calendar: false,
            term: None,
            may_repeat: false,
            warnings: Vec::new(),
        }
    }

    /// The facts that a person is asked with.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn facts(&self) -> Result<Preflight, AppError> {
        let (app, store) = (self.app, self.store.as_ref());
        let audience = match &self.batch {
            Some(batch) => store.audience_size(&batch.edition).await?,
            None => self.audience,
        };
        let warnings = self.warnings.clone();
        match (&self.issue, self.batch.clone()) {
            (Some(issue), batch) => app.preflight(store, issue, batch, audience, warnings).await,
            (None, Some(batch)) => app.preflight_without_file(store, batch, audience).await,
            (None, None) => Err(AppError::Refused {
                kind: RefusalKind::Nothing,
                message: say!("there is neither an issue nor a batch"),
                hint: say!("name one that `daily-note status` shows"),
            }),
        }
    }

    /// Whether the file has changed since its batch was frozen: the batch stays as it is.
    #[must_use]
    pub(crate) fn has_changed(&self) -> bool {
        let hash = self.frozen.as_ref().map(|content| &content.hash);
        self.batch
            .as_ref()
            .is_some_and(|batch| hash != Some(&batch.content))
    }

    /// Says so where there is nothing to send: the batch has its end, or nobody is there to get it.
    ///
    /// # Errors
    /// [`AppError::Refused`], with the kind that decides the exit code.
    pub(crate) fn refuse_nothing_to_do(&self) -> Result<(), AppError> {
        let edition = self
            .issue
            .as_ref()
            .map(|issue| &*issue.front_matter.edition);
        refuse_nothing_to_do(self.batch.as_ref(), edition, self.audience.readers)
    }

    /// Drops the rehearsals before what really goes out: they are over. Answers how many batches.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn drop_rehearsals(&self) -> Result<u64, AppError> {
        match self.app.realm() {
            Realm::Real => Ok(self.store.drop_rehearsals().await?),
            Realm::Rehearsal => Ok(0),
        }
    }

    /// Opens the way out and knocks at the relay.
    ///
    /// # Errors
    /// Why the relay does not let us in; nothing is frozen.
    pub(crate) async fn open_way(&self) -> Result<MailTransport, AppError> {
        let way = self.app.way().await?;
        way.knock().await?;
        Ok(way)
    }

    /// Freezes the batch, or takes up the one there is, and carries it on.
    ///
    /// # Errors
    /// A key that can't be used, a template that fails, the store's errors.
    pub(crate) async fn run(
        self,
        way: &MailTransport,
        stop: StopSignal,
        progress: Arc<Progress>,
    ) -> Result<(Batch, RunReport), AppError> {
        let batch = self.begin().await?;
        let report = self
            .app
            .carry(self.store, self.guard, &batch, way, stop, progress)
            .await?;
        Ok((batch, report))
    }

    /// Freezes the batch, or answers the one there is.
    pub(crate) async fn begin(&self) -> Result<Batch, AppError> {
        let (issue, content) = match (&self.batch, &self.issue, &self.frozen) {
            (Some(batch), ..) => return Ok(batch.clone()),
            (None, Some(issue), Some(content)) => (issue, content),
            (None, ..) => {
                return Err(AppError::Refused {
                    kind: RefusalKind::Nothing,
                    message: say!("it has neither a batch nor a file"),
                    hint: say!("write the issue, then `daily-note send` it"),
                });
            }
        };
        self.refuse_sent_text().await?;
        self.app.refuse_on_hold(self.store.as_ref(), issue).await?;
        let now = self.app.clock.now();
        // A key or a template that fails must fail before the freeze.
        let frozen = &content.frozen;
        let links = self.app.link_signer(self.store.as_ref()).await?;
        self.app.composer_of(frozen, &content.hash, links, now)?;
        let base_url = frozen.headers.base_url.as_deref();
        let list = self.store.as_ref();
        self.app.refuse_pages_away(list, base_url).await?;
        self.app.refuse_unpublished_images(frozen).await?;
        let new = NewBatch {
            issue: issue.id.clone(),
            edition: frozen.edition.clone(),
            slot: self.app.slot(issue),
            date: self.date(issue),
            readers_hour: self.readers_hour(issue),
            content_hash: content.hash.clone(),
            content: content.bytes.clone(),
            file: issue.file_below(&self.app.publication.root),
            may_repeat: self.may_repeat,
            is_ad: issue.front_matter.ad,
            term: self.term,
        };
        self.app.settle_returns(self.store.as_ref()).await?;
        let frozen = self.store.freeze(&new, now).await;
        Ok(frozen.map_err(decided_by_a_person)?.batch)
    }

    /// Gives the right to send away, to whoever carries the batch.
    pub(crate) fn into_guard(self) -> SenderGuard {
        self.guard
    }

    /// The date, where the calendar has a slot for it.
    fn date(&self, issue: &Issue) -> Option<NaiveDate> {
        // Its slot has its batch already.
        if self.may_repeat {
            return None;
        }
        let front_matter = &issue.front_matter;
        let publication = &self.app.publication;
        let slot = publication.slot(&front_matter.edition, front_matter.date)?;
        Some(slot.date)
    }

    /// The edition's hour on each reader's own clock; a person who sends means now.
    fn readers_hour(&self, issue: &Issue) -> Option<NaiveDateTime> {
        let publication = &self.app.publication;
        let is_wanted = self.is_by_calendar && publication.schedule.by_reader_timezone;
        let edition = publication.edition(&issue.front_matter.edition)?;
        is_wanted.then(|| issue.front_matter.date.and_time(edition.time))
    }
}

impl App {
    /// Carries on a batch with the content it was frozen with.
    pub(crate) async fn carry(
        &self,
        store: Arc<dyn Store>,
        guard: SenderGuard,
        batch: &Batch,
        way: &MailTransport,
        stop: StopSignal,
        progress: Arc<Progress>,
    ) -> Result<RunReport, AppError> {
        self.keep(store.as_ref()).await?;
        let frozen = frozen_issue(store.as_ref(), &batch.content).await?;
        let links = self.link_signer(store.as_ref()).await?;
        let links = links.for_batch(batch.id.0);
        let composer = self.composer_of(&frozen, &batch.content, links, batch.frozen_at)?;
        let run_settings = Run {
            store,
            guard,
            clock: self.clock,
            composer,
            relay: way.relay.clone(),
            smtp: self.publication.smtp.clone(),
            settings: self.publication.delivery.clone(),
            stop,
            progress,
        };
        Ok(run(batch, run_settings).await?)
    }
}
