//! Telling people: events become notices in the store's outbox, and leave from there by mail and
//! webhook, past every batch. What could not leave is tried again, by whichever process comes next.

mod outbox;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Notify, watch::Receiver};

use super::{App, AppError, relay::is_loopback};
use crate::{
    address::{Address, Mailbox, masked_within},
    clock::Clock,
    live::{LivePublication, PublicationSnapshot},
    message::{Letter, dkim::Signer},
    notice::{self, EventBackground, FailedReader, NoticeMail},
    publication::{Publication, WebhookSettings},
    render::Templates,
    schedule::{Event, EventSink},
    source::with_causes,
    store::{DeliveryId, DueNotice, NewNotice, Store, UnreachedTarget},
};

/// The outbox's name of the one webhook.
const WEBHOOK: &str = "webhook";
/// What stands before a mail's address there.
pub(crate) const MAILTO: &str = "mailto:";
/// Those who did not get an issue, named in its report.
const NAMED: u32 = 12;

/// How much of a happening's name is told.
const ABOUT: usize = 120;

/// Tells several of the same.
pub struct EventSinks(pub Vec<Arc<dyn EventSink>>);

#[async_trait]
impl EventSink for EventSinks {
    async fn tell(&self, event: &Event, at: DateTime<Utc>) {
        for teller in &self.0 {
            teller.tell(event, at).await;
        }
    }
}

/// Tells the addresses and the webhook of `notify:`.
pub struct Notifier {
    clock: Clock,
    store: Arc<dyn Store>,
    snapshots: Receiver<Arc<PublicationSnapshot>>,
    posted: Notify,
    /// What the state could not keep: its own trouble is news too.
    unkept: Mutex<Vec<NewNotice>>,
}

impl Notifier {
    /// A notifier of what happens to that publication.
    ///
    /// # Errors
    /// A state that can't be opened.
    pub(crate) async fn open(live: &LivePublication, clock: Clock) -> Result<Arc<Self>, AppError> {
        Ok(Arc::new(Self {
            clock,
            store: App::of(&live.snapshot(), clock).store().await?,
            snapshots: live.subscribe(),
            posted: Notify::new(),
            unkept: Mutex::default(),
        }))
    }

    /// Tells those who can be told that another one can't be.
    async fn tell_the_others(&self, lost: &DueNotice, reason: &str, at: DateTime<Utc>) {
        // Not of that again: two that are both out of reach would go on about each other.
        let key = lost.key.trim_start_matches("rehearsal ");
        if key.starts_with("given up ") {
            return;
        }
        let about = key.lines().next().unwrap_or_default();
        let event = Event::NoticeGivenUp {
            target: masked_within(lost.target.strip_prefix(MAILTO).unwrap_or(&lost.target)),
            notice: about.chars().take(ABOUT).collect(),
            reason: reason.to_owned(),
        };
        let mut notices = self.notices(&event, at).await;
        notices.retain(|notice| notice.target != lost.target);
        self.post(notices).await;
    }

    /// Says that something was put into the outbox: it leaves at once.
    pub(crate) fn wake(&self) {
        self.posted.notify_one();
    }

    async fn post(&self, notices: Vec<NewNotice>) {
        if notices.is_empty() {
            return;
        }
        match self.store.post_notices(&notices, self.clock.now()).await {
            Ok(_) => {}
            // Not sent from here: the beat that tells must not wait for a relay.
            Err(error) => {
                tracing::error!("the outbox can't be written: {}", with_causes(&error));
                self.unkept().extend(notices);
            }
        }
        self.posted.notify_one();
    }

    fn snapshot(&self) -> Arc<PublicationSnapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    /// The publication as it could be read last.
    fn app(&self) -> App {
        App::of(&self.snapshot(), self.clock)
    }

    fn unkept(&self) -> MutexGuard<'_, Vec<NewNotice>> {
        self.unkept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the event says to whom, ready to leave.
    async fn notices(&self, event: &Event, at: DateTime<Utc>) -> Vec<NewNotice> {
        let snapshot = self.snapshot();
        let publication = &snapshot.publication;
        let settings = &publication.notify;
        let Some(key) = notice::key(event, &at.with_timezone(&publication.timezone)) else {
            return Vec::new();
        };
        let mut notices = Vec::new();
        if App::of(&snapshot, self.clock).webhook().is_some()
            && let Some(content) = notice::event(event, &publication.name, at)
        {
            notices.push(NewNotice {
                key: key.clone(),
                target: WEBHOOK.to_owned(),
                content,
            });
        }
        if settings.to.is_empty() {
            return notices;
        }
        let background = self.background(&snapshot, event).await;
        let Some(mail) = mail(&snapshot, event, &background, at) else {
            return notices;
        };
        for to in &settings.to {
            match letter(publication, &mail, (to, None), &key, at) {
                Ok(content) => notices.push(NewNotice {
                    key: key.clone(),
                    target: format!("{MAILTO}{to}"),
                    content,
                }),
                Err(error) => tracing::error!(
                    to = to.masked(),
                    "no notice can be made: {}",
                    with_causes(&error)
                ),
            }
        }
        notices
    }

    async fn background(&self, snapshot: &PublicationSnapshot, event: &Event) -> EventBackground {
        let Some(issue) = event.issue() else {
            return EventBackground::default();
        };
        let mut heads = snapshot.archive.readable_heads();
        let head = heads.find(|own| own.id == issue);
        let title = head.map(|head| head.front_matter().title.clone());
        let batch = self.store.batch(issue).await.ok().flatten();
        let mut background = EventBackground {
            issue_title: title,
            batch: batch.as_ref().map(|it| (it.edition.clone(), it.slot)),
            ..EventBackground::default()
        };
        if let (Event::BatchEnded { counts, .. }, Some(batch)) = (event, batch) {
            let rows = self.store.failed(batch.id, DeliveryId(0), NAMED).await;
            background.failed_total =
                counts.deferred + counts.rejected + counts.unknown + counts.skipped;
            background.failed = rows
                .unwrap_or_default()
                .iter()
                .map(|(_, row)| FailedReader {
                    who: row.email.as_ref().map_or("–".to_owned(), Address::masked),
                    outcome: row.outcome.clone(),
                    reply: masked_within(row.reply.as_deref().unwrap_or_default()),
                })
                .collect();
        }
        background
    }
}

/// How long a target that can't be told is shown.
const SHOWN: TimeDelta = TimeDelta::days(30);

/// Of these, the targets that are still to be told, as people may read them.
pub(crate) fn still_told(
    publication: &Publication,
    unreached: Vec<UnreachedTarget>,
) -> Vec<UnreachedTarget> {
    let notify = &publication.notify;
    let own = |target: &str| match target.strip_prefix(MAILTO) {
        Some(address) => notify.to.iter().any(|to| to.as_str() == address),
        None => notify.webhook.is_some(),
    };
    let shown = unreached.into_iter().filter(|it| own(&it.target));
    shown
        .map(|it| UnreachedTarget {
            target: masked_within(it.target.strip_prefix(MAILTO).unwrap_or(&it.target)),
            reply: masked_within(&it.reply),
            ..it
        })
        .collect()
}

/// Since when targets out of reach count.
pub(crate) fn shown_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - SHOWN
}

impl App {
    /// Whom `notify:` names and what happened lately did not reach; their addresses masked.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn unreached(&self) -> Result<Vec<UnreachedTarget>, AppError> {
        let store = self.store().await?;
        let unreached = store.unreached(shown_since(self.clock.now())).await?;
        Ok(still_told(&self.publication, unreached))
    }

    /// The webhook that may be told. What a rehearsal plays has not happened: a program beyond this
    /// machine must not hear of it.
    fn webhook(&self) -> Option<&WebhookSettings> {
        let webhook = self.publication.notify.webhook.as_ref()?;
        let is_here = webhook.url.host_str().is_some_and(is_loopback);
        (is_here || !self.realm().is_rehearsal()).then_some(webhook)
    }
}

#[async_trait]
impl EventSink for Notifier {
    async fn tell(&self, event: &Event, at: DateTime<Utc>) {
        let notices = self.notices(event, at).await;
        self.post(notices).await;
    }
}

/// The mail on the publication's templates, or on the built-in ones where those fail: an alarm must
/// not go untold because of a comma.
fn mail(
    snapshot: &PublicationSnapshot,
    event: &Event,
    background: &EventBackground,
    at: DateTime<Utc>,
) -> Option<NoticeMail> {
    let publication = &snapshot.publication;
    let by = |templates: &Templates| notice::mail(event, background, publication, templates, at);
    let own = match &snapshot.template_fault {
        None => by(&snapshot.templates).map_err(|error| with_causes(&error)),
        Some(error) => Err(with_causes(error)),
    };
    let mail = own.or_else(|why| {
        tracing::warn!("a notice is made with the built-in templates: {why}");
        by(&Templates::built_in())
    });
    mail.unwrap_or_else(|error| {
        tracing::error!("no notice can be made: {}", with_causes(&error));
        None
    })
}

/// A notice as its bytes; `answer_to` is where an answer goes.
pub(super) fn letter(
    publication: &Publication,
    mail: &NoticeMail,
    (to, answer_to): (&Address, Option<&Address>),
    key: &str,
    at: DateTime<Utc>,
) -> Result<Vec<u8>, crate::message::ComposeError> {
    let dkim = publication.smtp.dkim.as_ref();
    // Without its key an issue does not leave; the alarm that says so must.
    let signer = dkim.and_then(|dkim| Signer::load(dkim, &publication.root).ok());
    let answer_to = answer_to.map(|address| Mailbox {
        name: None,
        address: address.clone(),
    });
    let id = notice::id(&format!("{key} {to}")).replace('_', "-");
    let letter = Letter {
        from: &publication.from,
        to,
        reply_to: answer_to.as_ref(),
        subject: &mail.subject,
        text: &mail.text,
        html: &mail.html,
        images: &[],
        unsubscribe: &[],
        language: &publication.language,
        date: at,
        id: &id,
    };
    Ok(letter.compose(signer.as_ref())?.bytes)
}

#[cfg(test)]
mod tests;
