//! Mail to the writer about what readers said: each opinion, or a day's together, put into the outbox of notices with
//! the note that it was told. What is written down survives a restart; a flood is gathered.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use tokio::sync::watch::Receiver;

use super::{
    App, AppError, Notifier,
    notices::{MAILTO, letter},
    receipts::titles::IssueTitles,
};
use crate::{
    address::Address,
    clock::Clock,
    delivery::StopSignal,
    live::{LivePublication, PublicationSnapshot},
    notice::{self, NoticeMail, ToldOpinion},
    publication::{OpinionNotice, Publication},
    render::{RenderError, Templates},
    source::with_causes,
    store::{NewNotice, Store, UntoldOpinion},
};

/// How often it is looked for.
const GLANCE: Duration = Duration::from_secs(2);
/// Opinions in one mail, and read at once.
const MOST: u32 = 200;
/// Mails about single opinions in an hour; further ones are gathered into one.
const SINGLE_AN_HOUR: usize = 20;
/// When the mail about the day before leaves.
const MORNING: u32 = 8;

/// Tells the writer.
pub(crate) struct OpinionTeller {
    clock: Clock,
    snapshots: Receiver<Arc<PublicationSnapshot>>,
    notifier: Arc<Notifier>,
}

impl OpinionTeller {
    /// A teller of that publication's opinions; `notifier` carries its mail.
    #[must_use]
    pub(crate) fn of(live: &LivePublication, clock: Clock, notifier: Arc<Notifier>) -> Self {
        Self {
            clock,
            snapshots: live.subscribe(),
            notifier,
        }
    }

    /// Tells what comes, until `stop`.
    pub(crate) async fn run(self, stop: StopSignal) {
        let mut told = VecDeque::new();
        while !stop.is_requested() {
            if let Err(error) = self.look(&mut told).await {
                let why = error.problems().join(": ");
                tracing::error!("the writer can't be told what readers say: {why}");
            }
            tokio::select! {
                () = tokio::time::sleep(GLANCE) => {}
                () = stop.requested() => {}
            }
        }
    }

    /// Tells what is to be told now; `told` are the moments of the last mails.
    async fn look(&self, told: &mut VecDeque<DateTime<Utc>>) -> Result<(), AppError> {
        let snapshot = Arc::clone(&self.snapshots.borrow());
        let app = App::of(&snapshot, self.clock);
        let store = app.store().await?;
        let untold = store.untold_opinions(MOST).await?;
        if untold.is_empty() {
            return Ok(());
        }
        let now = self.clock.true_now();
        told.retain(|at| now - *at < TimeDelta::hours(1));
        for group in groups(&snapshot.publication, untold, told.len(), now) {
            tell(&snapshot, store.as_ref(), &group, now).await?;
            told.push_back(now);
        }
        self.notifier.wake();
        Ok(())
    }
}

/// The mails that leave now, each of so many opinions; empty groups of none.
fn groups(
    publication: &Publication,
    untold: Vec<UntoldOpinion>,
    told_lately: usize,
    now: DateTime<Utc>,
) -> Vec<Vec<UntoldOpinion>> {
    match publication.web.feedback.notify {
        OpinionNotice::Off => vec![untold],
        OpinionNotice::Each if told_lately + untold.len() <= SINGLE_AN_HOUR => {
            untold.into_iter().map(|one| vec![one]).collect()
        }
        // So many at once, or after so many, leave together, one mail in a while.
        OpinionNotice::Each if told_lately < 2 * SINGLE_AN_HOUR => vec![untold],
        OpinionNotice::Each => Vec::new(),
        OpinionNotice::Daily => {
            let local = |at: DateTime<Utc>| at.with_timezone(&publication.timezone);
            let today = local(now);
            let is_past =
                |one: &UntoldOpinion| local(one.opinion.at).date_naive() < today.date_naive();
            let past: Vec<_> = untold.into_iter().filter(is_past).collect();
            match past.is_empty() || today.hour() < MORNING {
                true => Vec::new(),
                false => vec![past],
            }
        }
    }
}

async fn tell(
    snapshot: &PublicationSnapshot,
    store: &dyn Store,
    untold: &[UntoldOpinion],
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let publication = &snapshot.publication;
    let opinions: Vec<_> = untold.iter().map(|one| one.opinion.clone()).collect();
    if publication.web.feedback.notify == OpinionNotice::Off {
        return Ok(store.tell_opinions(&opinions, "", &[], now).await?);
    }
    let mut titles = IssueTitles::default();
    let mut told = Vec::with_capacity(untold.len());
    for UntoldOpinion { opinion, answer_to } in untold {
        told.push(ToldOpinion {
            id: opinion.id,
            issue: titles.of(&opinion.issue, store).await?,
            choice: opinion.choice.clone(),
            text: opinion.text.clone(),
            name: opinion.name.clone(),
            may_publish: opinion.may_publish,
            is_of_reader: opinion.reader.is_some(),
            answer_to: answer_to.as_ref().map(Address::to_string),
        });
    }
    let mail = mail(snapshot, &told)?;
    // A mail about one may be answered; of several nobody knows whom an answer is for.
    let answer_to = match untold {
        [one] => one.answer_to.as_ref(),
        _ => None,
    };
    let last = opinions.iter().map(|opinion| opinion.id).max();
    let key = format!(
        "opinion {} {}",
        last.unwrap_or_default(),
        now.timestamp_millis()
    );
    let mut notices = Vec::new();
    for to in recipients(publication) {
        let content = letter(publication, &mail, (&to, answer_to), &key, now)?;
        notices.push(NewNotice {
            key: key.clone(),
            target: format!("{MAILTO}{to}"),
            content,
        });
    }
    Ok(store.tell_opinions(&opinions, &key, &notices, now).await?)
}

/// On the publication's templates, or on the program's where those fail.
fn mail(snapshot: &PublicationSnapshot, told: &[ToldOpinion]) -> Result<NoticeMail, RenderError> {
    let by = |templates: &Templates| notice::opinions(told, &snapshot.publication, templates);
    by(&snapshot.templates).or_else(|error| {
        let why = with_causes(&error);
        tracing::warn!("a notice is made with the built-in templates: {why}");
        by(&Templates::built_in())
    })
}

/// Whom `notify` names; else wherever an answer to an issue goes.
fn recipients(publication: &Publication) -> Vec<Address> {
    if !publication.notify.to.is_empty() {
        return publication.notify.to.clone();
    }
    let answers = publication.reply_to.as_ref();
    vec![answers.unwrap_or(&publication.from).address.clone()]
}
