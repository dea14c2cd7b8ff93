//! What only a person can decide: whether this state may send at all, and whether a text that went out
//! may go out once more. Every command that sends passes here. At a terminal a doubt is put in words,
//! whatever `--yes` says; without one nothing is sent, and the one command that answers is named.

use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{App, AppError, keeper::Keeper};
use crate::{
    issue::IssueStatus,
    publication::SmtpTarget,
    store::{AdoptionOutcome, SenderGuard, StateInstance, Store, StoreError},
    words::{Said, many, say},
};

/// Why nothing is sent before a person says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// The state was copied, moved or put back.
    Copied,
    /// Another list is the one that this publication is sent from.
    AnotherList {
        /// Since when, where daily-note.keeper says so; None: this machine remembers it.
        since: Option<NaiveDate>,
        /// This state sent nothing yet.
        is_empty: bool,
    },
    /// A state that sent nothing yet, where issues of past slots lie.
    NewState {
        /// The last of them.
        issue: String,
        /// How many.
        issues: usize,
    },
    /// A backup was put back, and who left since is known nowhere.
    DeparturesUnknown,
    /// The text went out already, under another name.
    TextSent {
        /// The issue that was to be sent.
        issue: String,
        /// As which it went out.
        sent_as: String,
        /// When.
        on: NaiveDate,
        /// To how many readers.
        audience: u64,
    },
    /// The issue went out from a state that knew more than this one.
    IssueSent {
        /// The issue.
        issue: String,
    },
}

impl Doubt {
    /// What was found, and what would happen.
    #[must_use]
    pub(crate) fn message(&self) -> Said {
        match self {
            Self::Copied => say!(
                "the state was copied, moved or put back from elsewhere: it can't know what was sent since, \
                 and where another one sends as well, readers get everything twice"
            ),
            Self::AnotherList { since, is_empty } => {
                let who = match since {
                    Some(since) => say!(
                        "daily-note.keeper says that another list is sent from, since {since}",
                        since
                    ),
                    None => {
                        say!("another list was sent from here until now, and its state is gone")
                    }
                };
                let what = match is_empty {
                    true => say!("this state is new and knows nothing of what was sent"),
                    false => say!("this state is not that one"),
                };
                say!(
                    "{who}; {what}: readers get everything twice where both send",
                    who,
                    what
                )
            }
            Self::NewState { issue, issues } => many!(
                *issues,
                "this is the first time that mail leaves from here, and an earlier issue lies here, {issue}: \
                 where somebody else sends it, readers get everything twice",
                "this is the first time that mail leaves from here, and {n} earlier issues lie here, {issue} the last: \
                 where somebody else sends them, readers get everything twice",
                issue
            ),
            Self::DeparturesUnknown => StoreError::DeparturesUnknown.to_string().into(),
            Self::TextSent {
                issue,
                sent_as,
                on,
                audience,
            } => say!(
                "the text of {issue} went out already: as {sent_as}, on {on}, to {readers} readers; \
                 it would reach every reader of its edition once more",
                issue,
                sent_as,
                on,
                readers = audience
            ),
            Self::IssueSent { issue } => say!(
                "{issue} was sent from here, and this state knows nothing of it: \
                 it would reach every reader of its edition once more",
                issue
            ),
        }
    }

    /// The one command that answers.
    #[must_use]
    pub(crate) fn hint(&self) -> Said {
        match self {
            Self::Copied | Self::AnotherList { .. } => {
                say!(
                    "if no other state is in use: `daily-note adopt`; then mail leaves from this one alone"
                )
            }
            Self::NewState { .. } => {
                say!("if nobody else sends this newsletter: `daily-note adopt`, once")
            }
            Self::DeparturesUnknown => StoreError::DeparturesUnknown.hint(),
            Self::TextSent { issue, .. } => say!(
                "if its edition, date, file or id was corrected since, there is nothing to do; \
                 `daily-note send {issue} --again` mails it to every reader of its edition once more",
                issue
            ),
            Self::IssueSent { issue } => say!(
                "put the newest copy of the state back; or, if nobody got it after all: `daily-note send {issue} --again`",
                issue
            ),
        }
    }

    /// The question of a yes or no at a terminal; None where more than that has to be said.
    #[must_use]
    pub(crate) fn question(&self) -> Option<Said> {
        match self {
            Self::Copied | Self::AnotherList { .. } => {
                Some(say!("Is this the only state that sends from now on?"))
            }
            Self::NewState { .. } => Some(say!("Are you the only one who sends this newsletter?")),
            Self::TextSent { .. } | Self::IssueSent { .. } => {
                Some(say!("Send it once more to everybody?"))
            }
            Self::DeparturesUnknown => None,
        }
    }

    /// Whether it is about one issue, and not about the state.
    #[must_use]
    pub(crate) fn is_of_issue(&self) -> bool {
        matches!(self, Self::TextSent { .. } | Self::IssueSent { .. })
    }
}

impl From<Doubt> for AppError {
    fn from(doubt: Doubt) -> Self {
        Self::Doubt(Box::new(doubt))
    }
}

/// The errors of the store that are a person's to decide.
pub(crate) fn decided_by_a_person(error: StoreError) -> AppError {
    match error {
        StoreError::Copied => Doubt::Copied.into(),
        StoreError::DeparturesUnknown => Doubt::DeparturesUnknown.into(),
        StoreError::OlderCopy { issue } => Doubt::IssueSent { issue }.into(),
        error => error.into(),
    }
}

impl App {
    /// Takes the right to send, once nothing of the state is in doubt.
    ///
    /// # Errors
    /// [`AppError::Doubt`]; somebody else who sends.
    pub(crate) async fn right_to_send(
        &self,
        store: &dyn Store,
        command: &str,
    ) -> Result<SenderGuard, AppError> {
        match self.doubt(store).await? {
            // A newcomer hears of what has to be fixed first.
            None | Some(Doubt::NewState { .. }) => {}
            Some(doubt) => return Err(doubt.into()),
        }
        let held = store.hold(&self.sender_id(command)).await;
        held.map_err(decided_by_a_person)
    }

    /// The same for the calendar's.
    pub(crate) async fn right_to_schedule(
        &self,
        store: &dyn Store,
        command: &str,
    ) -> Result<SenderGuard, AppError> {
        self.refuse_doubt(store).await?;
        let held = store.hold_schedule(&self.sender_id(command)).await;
        held.map_err(decided_by_a_person)
    }

    pub(crate) async fn refuse_doubt(&self, store: &dyn Store) -> Result<(), AppError> {
        match self.doubt(store).await? {
            Some(doubt) => Err(doubt.into()),
            None => Ok(()),
        }
    }

    /// What is in doubt of the list that this state holds. A rehearsal harms nobody.
    async fn doubt(&self, store: &dyn Store) -> Result<Option<Doubt>, AppError> {
        if self.realm().is_rehearsal() {
            return Ok(None);
        }
        let mark = store.mark().await?;
        let root = &self.publication.root;
        let keeper = Keeper::of(root)?;
        let remembered = || self.outside()?.list_at(root);
        let since = keeper.as_ref().map(|keeper| keeper.since);
        let kept_by = keeper.map(|keeper| keeper.list).or_else(remembered);
        let is_empty = store.batches(1).await?.is_empty();
        Ok(match kept_by {
            Some(list) if list == mark => None,
            Some(_) => Some(Doubt::AnotherList { since, is_empty }),
            None if is_empty => self.new_state()?,
            None => None,
        })
    }

    /// A newcomer has no past; a second checkout has.
    fn new_state(&self) -> Result<Option<Doubt>, AppError> {
        if is_surely_here(&self.publication.smtp.target) {
            return Ok(None);
        }
        let mut past = self.past_issues()?;
        past.sort();
        Ok(past.last().map(|(_, issue)| Doubt::NewState {
            issue: issue.clone(),
            issues: past.len(),
        }))
    }

    /// The ready issues whose hour has passed, but for those that would still go out on their own.
    fn past_issues(&self) -> Result<Vec<(DateTime<Utc>, String)>, AppError> {
        let now = self.clock.now();
        let open_since = self
            .publication
            .schedule
            .earliest(now)
            .max(now - TimeDelta::days(1));
        let mut past = Vec::new();
        for issue in self.archive()?.heads() {
            let head = issue.front_matter();
            let hour = self.publication.hour_of(&head.edition, head.date);
            if let Some(hour) = hour
                && head.status == IssueStatus::Ready
                && hour < open_since
            {
                past.push((hour, issue.id.clone()));
            }
        }
        Ok(past)
    }

    /// Says from now on, here and outside, that this list is the one. What can't be written keeps
    /// nobody from sending.
    pub(crate) async fn keep(&self, store: &dyn StateInstance) -> Result<(), AppError> {
        if self.realm().is_rehearsal() {
            return Ok(());
        }
        let list = store.mark().await?;
        let root = &self.publication.root;
        if let Some(outside) = self.outside() {
            outside.note_list_at(root, &list);
        }
        if Keeper::of(root)?.is_some_and(|keeper| keeper.list == list) {
            return Ok(());
        }
        self.write_keeper(list);
        Ok(())
    }

    fn write_keeper(&self, list: String) {
        let since = self.publication.today(self.clock.now());
        if let Err(error) = (Keeper { list, since }).write(&self.publication.root) {
            tracing::warn!("daily-note.keeper can't be written: {error}");
        }
    }

    /// A person has said that this state is the one: it sends and keeps the calendar from now on.
    pub(crate) async fn take_into_use(
        &self,
        store: &dyn Store,
        is_copy: bool,
        without: &[String],
    ) -> Result<AdoptionOutcome, AppError> {
        let root = &self.publication.root;
        let mark = store.mark().await?;
        let keeper = Keeper::of(root).ok().flatten().map(|keeper| keeper.list);
        let remembered = || self.outside()?.list_at(root);
        let kept_by = keeper.or_else(remembered);
        let lost = kept_by.clone().filter(|list| *list != mark);
        let is_empty = store.batches(1).await?.is_empty();
        // Of a newsletter that begins nothing was due before: its calendar is kept at once.
        let adoption =
            match kept_by.is_none() && is_empty && !is_copy && !self.realm().is_rehearsal() {
                true => AdoptionOutcome::default(),
                false => {
                    store
                        .adopt(lost.as_deref(), without, self.clock.now())
                        .await?
                }
            };
        if self.realm().is_rehearsal() {
            return Ok(adoption);
        }
        if let Some(outside) = self.outside() {
            outside.note_list_at(root, &mark);
        }
        self.write_keeper(mark);
        Ok(adoption)
    }
}

/// The embedded inbox, or an address of this machine that no name can lead elsewhere.
fn is_surely_here(target: &SmtpTarget) -> bool {
    match target {
        SmtpTarget::Inbox => true,
        SmtpTarget::Relay(url) => {
            let host = url.host.trim_start_matches('[').trim_end_matches(']');
            host.parse::<IpAddr>()
                .is_ok_and(|ip| ip.to_canonical().is_loopback())
        }
    }
}
