//! One look at an issue before it goes out, which `send`, its dry run and the calendar share: what keeps
//! it here, and the facts that a person needs who is asked.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::{
    app::{App, AppError, RefusalKind},
    check::{Finding, Level},
    issue::{Archive, Issue, IssueStatus},
    message::FrozenIssue,
    publication::SmtpTarget,
    store::{AudienceSize, Batch, BatchLedger, BatchState, DeliveryCounts, Store, StoreError},
    words::{phrase, say},
};

/// An issue that may go out: what it is frozen as, and what was found that does not stop it.
pub(crate) struct ExaminedIssue {
    pub(crate) frozen: FrozenIssue,
    pub(crate) warnings: Vec<Finding>,
}

/// What a person should know before an issue goes out.
#[derive(Debug)]
pub struct Preflight {
    /// The issue's identity.
    pub issue: String,
    /// Its title; of one whose file is gone, that it is.
    pub title: String,
    /// The edition's key.
    pub edition: String,
    /// The edition's title, for people.
    pub edition_title: String,
    /// The date that it bears.
    pub date: NaiveDate,
    /// When the calendar would send it; None: it has no such slot.
    pub slot: Option<DateTime<Utc>>,
    /// The moment of the look.
    pub now: DateTime<Utc>,
    /// The publication's zone, in which people read times.
    pub timezone: Tz,
    /// To whom it would go.
    pub audience: AudienceSize,
    /// The From line.
    pub from: String,
    /// The way it leaves by.
    pub way: Outlet,
    /// The time is pretended, or nobody is reached.
    pub is_rehearsal: bool,
    /// Not ready yet: `send` refuses it.
    pub is_draft: bool,
    /// What `check` warns of.
    pub warnings: Vec<Finding>,
    /// The batch that it has already, with its rows.
    pub batch: Option<(Batch, DeliveryCounts)>,
}

/// The way that mail leaves by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlet {
    /// The embedded inbox: it goes nowhere.
    Inbox,
    /// A relay, `host:port`.
    Relay(String),
}

impl Preflight {
    /// Says so where there is nothing to send, as `send` does.
    ///
    /// # Errors
    /// [`AppError::Refused`], with the kind that decides the exit code.
    pub(crate) fn refuse_nothing_to_do(&self) -> Result<(), AppError> {
        let batch = self.batch.as_ref().map(|(batch, _)| batch);
        refuse_nothing_to_do(batch, Some(&self.edition), self.audience.readers)
    }
}

/// The slots that the ledger knows as taken, and by which issue.
pub(crate) type TakenSlots = BTreeMap<(String, NaiveDate), String>;

/// A cancelled batch leaves its slot to a person.
pub(crate) fn taken_slots(batches: impl IntoIterator<Item = Batch>) -> TakenSlots {
    batches
        .into_iter()
        .filter(|batch| batch.state != BatchState::Cancelled)
        .filter_map(|batch| Some(((batch.edition, batch.date?), batch.issue)))
        .collect()
}

impl App {
    /// What an issue without a batch is frozen as, once nothing keeps it from going out.
    ///
    /// # Errors
    /// No way out for readers, a slot that was sent, content that does not pass.
    pub(crate) async fn examined(
        &self,
        store: &dyn Store,
        archive: &Archive,
        issue: &Issue,
        may_repeat: bool,
    ) -> Result<ExaminedIssue, AppError> {
        self.refuse_no_way_out()?;
        self.refuse_on_hold(store, issue).await?;
        // What is repeated by a person's word goes out of turn.
        if !may_repeat && let Err(taken) = self.refuse_taken_slot(store, issue).await {
            // By the same text under another name: that is the thing to tell.
            if let Ok(examined) = self.checked_content(archive, issue).await {
                self.refuse_sent_text(store, issue, &examined.frozen)
                    .await?;
            }
            return Err(taken);
        }
        self.checked_content(archive, issue).await
    }

    /// The facts about a batch whose file is gone: it goes on with what it was frozen with.
    pub(crate) async fn preflight_without_file(
        &self,
        store: &dyn BatchLedger,
        batch: Batch,
        audience: AudienceSize,
    ) -> Result<Preflight, AppError> {
        let publication = &self.publication;
        let edition = publication.edition(&batch.edition);
        let date = batch.date.unwrap_or_else(|| publication.today(batch.slot));
        let counts = store.counts(batch.id).await?;
        Ok(Preflight {
            issue: batch.issue.clone(),
            title: phrase!("its file is gone: readers get what was frozen").to_owned(),
            edition: batch.edition.clone(),
            edition_title: edition.map_or_else(
                || batch.edition.clone(),
                |edition| edition.title.to_string(),
            ),
            date,
            slot: batch.date.map(|_| batch.slot),
            now: self.clock.now(),
            timezone: publication.timezone,
            audience,
            from: publication.from.to_string(),
            way: self.outlet(),
            is_rehearsal: self.realm().is_rehearsal(),
            is_draft: false,
            warnings: Vec::new(),
            batch: Some((batch, counts)),
        })
    }

    /// The facts about an issue.
    pub(crate) async fn preflight(
        &self,
        store: &dyn BatchLedger,
        issue: &Issue,
        batch: Option<Batch>,
        audience: AudienceSize,
        warnings: Vec<Finding>,
    ) -> Result<Preflight, AppError> {
        let head = &issue.front_matter;
        let publication = &self.publication;
        let edition = publication.edition(&head.edition);
        let slot = publication.slot(&head.edition, head.date);
        let batch = match batch {
            Some(batch) => {
                let counts = store.counts(batch.id).await?;
                Some((batch, counts))
            }
            None => None,
        };
        Ok(Preflight {
            issue: issue.id.clone(),
            title: head.title.clone(),
            edition: head.edition.clone(),
            edition_title: edition.map_or_else(String::new, |edition| edition.title.to_string()),
            date: head.date,
            slot: slot.map(|slot| slot.at),
            now: self.clock.now(),
            timezone: publication.timezone,
            audience,
            from: publication.from.to_string(),
            way: self.outlet(),
            is_rehearsal: self.realm().is_rehearsal(),
            is_draft: head.status != IssueStatus::Ready,
            warnings,
            batch,
        })
    }

    fn outlet(&self) -> Outlet {
        match &self.publication.smtp.target {
            SmtpTarget::Inbox => Outlet::Inbox,
            SmtpTarget::Relay(url) => Outlet::Relay(format!("{}:{}", url.host, url.port)),
        }
    }

    /// Mail without a way out never reaches readers.
    pub(crate) fn refuse_no_way_out(&self) -> Result<(), AppError> {
        if self.publication.has_way_out() || !self.reaches_readers() {
            return Ok(());
        }
        Err(AppError::Refused {
            kind: RefusalKind::Configuration,
            message: say!("readers would have no way to unsubscribe"),
            hint: say!(
                "set web.base_url (https) or publication.unsubscribe_email in daily-note.yaml"
            ),
        })
    }

    /// A slot is sent once; the ledger refuses a second time, and here a person hears of it sooner.
    async fn refuse_taken_slot(
        &self,
        store: &dyn BatchLedger,
        issue: &Issue,
    ) -> Result<(), AppError> {
        let head = &issue.front_matter;
        let Some(slot) = self.publication.slot(&head.edition, head.date) else {
            return Ok(());
        };
        let taken = taken_slots(store.batches(u32::MAX).await?);
        match taken.get(&(slot.edition, slot.date)) {
            Some(issue) => Err(StoreError::SlotTaken {
                issue: issue.clone(),
            }
            .into()),
            None => Ok(()),
        }
    }
}

/// What does not stop an issue and is not meant to be so.
pub(crate) fn warnings(findings: Vec<Finding>) -> Vec<Finding> {
    let warns = |finding: &Finding| finding.level() == Level::Warning && !finding.is_allowed();
    findings.into_iter().filter(warns).collect()
}

/// A draft goes nowhere.
pub(crate) fn refuse_draft(issue: &Issue) -> Result<(), AppError> {
    if issue.front_matter.status == IssueStatus::Ready {
        return Ok(());
    }
    Err(AppError::Refused {
        kind: RefusalKind::Content,
        message: say!("{issue} is a draft", issue = issue.id),
        hint: say!("set `status: ready` in its front matter when it may go out"),
    })
}

/// Says so where there is nothing to send.
pub(crate) fn refuse_nothing_to_do(
    batch: Option<&Batch>,
    edition: Option<&str>,
    readers: u64,
) -> Result<(), AppError> {
    let refused = |kind, message, hint| {
        Err(AppError::Refused {
            kind,
            message,
            hint,
        })
    };
    let Some(Batch {
        issue: id, state, ..
    }) = batch
    else {
        return match edition.filter(|_| readers == 0) {
            Some(edition) => refused(
                RefusalKind::Nothing,
                say!("the edition `{edition}` has no readers", edition),
                say!("add some to subscribers.yaml, or with `daily-note subscribers add`"),
            ),
            None => Ok(()),
        };
    };
    match state {
        BatchState::Finished => refused(
            RefusalKind::Nothing,
            say!("{issue} has been sent; nothing is left to do", issue = id),
            say!("see `daily-note status` for who got it"),
        ),
        BatchState::Cancelled => refused(
            RefusalKind::Nothing,
            say!("{issue} was cancelled; nothing is left to do", issue = id),
            say!("an issue has one batch, ever: write a new issue to send the text after all"),
        ),
        BatchState::Paused { reason, .. } => refused(
            RefusalKind::Deliveries,
            say!("{issue} is paused: {reason}", issue = id, reason),
            say!("fix the cause, then `daily-note resume` it"),
        ),
        BatchState::Open => Ok(()),
    }
}
