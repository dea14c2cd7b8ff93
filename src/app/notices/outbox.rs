//! Notices on their way out: each tried a few times over a day and a half, then given up.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::{
    task::{self, JoinSet},
    time::timeout,
};

use super::{MAILTO, Notifier, WEBHOOK};
use crate::{
    address::{Address, masked_within},
    app::{
        App, AppError,
        hand_over::{Courier, HandedOver},
    },
    clock::Clock,
    delivery::StopSignal,
    http::{Client, Method, Reach, Request, RequestLimits},
    message::Envelope,
    notice,
    publication::{SecretUse, WebhookSettings},
    source::with_causes,
    store::{DueNotice, NewNotice, NoticeId, NotifyOutcome},
    words::{phrase, phrased},
};

/// The waits before each further try, as Standard Webhooks has them; after the last one nobody cares.
const WAITS: [TimeDelta; 7] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
];
/// How often the outbox is looked at: other processes post too.
const GLANCE: Duration = Duration::from_secs(30);

/// What came of a try.
enum NoticeAttempt {
    Done(String),
    Failed(String),
    /// And no further try will go better.
    Hopeless(String),
}

/// Notices under way: one at a time a target, so that who hangs, dribbles or is silent holds up nobody
/// else.
#[derive(Default)]
pub(super) struct Outbox {
    under_way: JoinSet<()>,
    /// The target of each.
    busy: HashMap<task::Id, String>,
}

impl Outbox {
    /// Begins to send what is due at every target that is free; answers how long nothing more will be.
    pub(super) async fn take_up(&mut self, notifier: &Arc<Notifier>) -> Duration {
        let unkept = std::mem::take(&mut *notifier.unkept());
        for notice in unkept {
            let notifier = Arc::clone(notifier);
            self.under_way
                .spawn(async move { send_unkept(&notifier, &notice).await });
        }
        let now = notifier.clock.now();
        let busy: Vec<String> = self.busy.values().cloned().collect();
        let due = match notifier.store.take_due_notices(&busy, now).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!("the outbox can't be read: {}", with_causes(&error));
                return GLANCE;
            }
        };
        for due in due {
            let (notifier, target) = (Arc::clone(notifier), due.target.clone());
            let sending = self.under_way.spawn(async move {
                let app = notifier.app();
                let tried = send(&app, &due).await;
                settle(&notifier, &due, tried).await;
            });
            self.busy.insert(sending.id(), target);
        }
        let next = notifier.store.next_notice().await.ok().flatten();
        match next.and_then(|at| (at - now).to_std().ok()) {
            Some(wait) if !wait.is_zero() => wait.clamp(Duration::from_millis(200), GLANCE),
            // What is due now is behind one that is under way, whose end is waited for.
            _ => GLANCE,
        }
    }

    /// Waits for the end of one that is under way; for ever where none is.
    pub(super) async fn ended(&mut self) {
        match self.under_way.join_next_with_id().await {
            Some(Ok((id, ()))) => self.busy.remove(&id),
            Some(Err(panicked)) => self.busy.remove(&panicked.id()),
            None => std::future::pending().await,
        };
    }

    /// Whether nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.under_way.is_empty()
    }
}

impl Notifier {
    /// Sends what is in the outbox, and what comes into it, until `stop`; then waits for what is under
    /// way.
    pub(crate) async fn run(self: &Arc<Self>, stop: &StopSignal) {
        let mut outbox = Outbox::default();
        while !stop.is_requested() {
            let sleep = outbox.take_up(self).await;
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = self.posted.notified() => {}
                () = outbox.ended() => {}
                () = stop.requested() => {}
            }
        }
        while !outbox.is_idle() {
            outbox.ended().await;
        }
    }

    /// Sends what is due, for a command that ends; what does not leave within that time stays in
    /// the outbox.
    pub(crate) async fn flush(self: &Arc<Self>, within: Duration) {
        let sending = async {
            let mut outbox = Outbox::default();
            loop {
                outbox.take_up(self).await;
                if outbox.is_idle() {
                    return;
                }
                outbox.ended().await;
            }
        };
        let _ = timeout(within, sending).await;
    }
}

/// Sends what the state can't keep, once.
async fn send_unkept(notifier: &Notifier, notice: &NewNotice) {
    let app = notifier.app();
    let due = DueNotice {
        id: NoticeId(0),
        key: notice.key.clone(),
        target: notice.target.clone(),
        content: notice.content.clone(),
        attempts: 0,
        at: notifier.clock.now(),
    };
    if let NoticeAttempt::Failed(why) | NoticeAttempt::Hopeless(why) = send(&app, &due).await {
        tracing::error!(to = masked_within(&notice.target), "notice not sent: {why}");
    }
}

async fn settle(notifier: &Notifier, due: &DueNotice, tried: NoticeAttempt) {
    let now = notifier.clock.now();
    let wait = WAITS.get(due.attempts as usize);
    let (told, reply) = match (tried, wait) {
        (NoticeAttempt::Done(reply), _) => (NotifyOutcome::Done, reply),
        (NoticeAttempt::Failed(reply), Some(wait)) => (NotifyOutcome::Again(now + *wait), reply),
        (NoticeAttempt::Failed(reply) | NoticeAttempt::Hopeless(reply), _) => {
            (NotifyOutcome::GivenUp, reply)
        }
    };
    let to = masked_within(&due.target);
    match told {
        NotifyOutcome::Done => tracing::info!(to, "notice sent: {}", due.key),
        NotifyOutcome::Again(at) => {
            tracing::warn!(to, "notice not sent yet, retry at {at}: {reply}")
        }
        NotifyOutcome::GivenUp => tracing::error!(to, "notice given up: {}: {reply}", due.key),
    }
    let NoticeId(number) = due.id;
    let settled = notifier.store.settle_notice(due.id, told, &reply, now);
    if let Err(error) = settled.await {
        tracing::error!("notice {number} can't be settled: {}", with_causes(&error));
    }
    if told == NotifyOutcome::GivenUp {
        notifier.tell_the_others(due, &reply, now).await;
    }
}

async fn send(app: &App, due: &DueNotice) -> NoticeAttempt {
    let target = &due.target;
    if target == WEBHOOK {
        if let Err(error) = app.require_secrets(&[SecretUse::Webhook]) {
            return NoticeAttempt::Failed(error.problems().join(": "));
        }
        let NoticeId(sequence) = due.id;
        return match app.webhook() {
            Some(webhook) if sequence == 0 => post(webhook, &due.key, &due.content).await,
            Some(webhook) => {
                let numbered = notice::numbered(&due.content, sequence);
                post(webhook, &due.key, &numbered).await
            }
            // What really happened waits for a process that does not play.
            None if app.publication.notify.webhook.is_some() => {
                NoticeAttempt::Failed(phrase!("a rehearsal posts to this machine alone").to_owned())
            }
            None => NoticeAttempt::Hopeless(phrase!("there is no webhook any more").to_owned()),
        };
    }
    let Some(Ok(to)) = target.strip_prefix(MAILTO).map(Address::parse) else {
        return NoticeAttempt::Hopeless(phrased!("no way to tell `{target}`"));
    };
    let tried = hand_over(app, to, &due.content).await;
    tried.unwrap_or_else(|error| NoticeAttempt::Failed(error.problems().join(": ")))
}

async fn hand_over(app: &App, to: Address, content: &[u8]) -> Result<NoticeAttempt, AppError> {
    let way = app.way().await?;
    let envelope = Envelope {
        from: Some(app.publication.from.address.clone()),
        to,
    };
    let mut courier = Courier::to(&way.relay);
    let handed = courier.hand_over(&envelope, content).await;
    courier.quit().await;
    way.close().await;
    Ok(match handed {
        HandedOver::Taken(reply) => NoticeAttempt::Done(reply),
        HandedOver::NotYet(reply) => NoticeAttempt::Failed(reply),
        HandedOver::Refused(reply) => NoticeAttempt::Hopeless(reply),
    })
}

/// Posts an event. Redirects are not followed, whatever they say: the signature is for this address.
async fn post(webhook: &WebhookSettings, key: &str, body: &[u8]) -> NoticeAttempt {
    // Also in a rehearsal the real time: who verifies refuses a signature that is minutes off.
    let (id, timestamp) = (notice::id(key), Clock::System.now().timestamp());
    let signature = notice::signature(&webhook.secret, &id, timestamp, body);
    let mut request = Request::new(Method::POST, webhook.url.clone());
    request.body = body.to_vec().into();
    for (name, value) in [
        ("content-type", "application/json"),
        ("webhook-id", &*id),
        ("webhook-timestamp", &*timestamp.to_string()),
        ("webhook-signature", &*signature),
    ] {
        if request.push_header(name, value).is_none() {
            return NoticeAttempt::Hopeless(phrased!("`{name}` can't be written"));
        }
    }
    // The operator wrote the address: it may well be this network's own.
    let limits = RequestLimits {
        max_body_bytes: 0,
        ..RequestLimits::default()
    };
    let client = Client::new(Reach::Anywhere, limits);
    match client.send(&request).await {
        Ok(response) if response.status.is_success() => {
            NoticeAttempt::Done(response.status.to_string())
        }
        // Gone: the other side asks for no more (Standard Webhooks).
        Ok(response) if response.status.as_u16() == 410 => {
            NoticeAttempt::Hopeless(response.status.to_string())
        }
        Ok(response) => NoticeAttempt::Failed(response.status.to_string()),
        Err(error) if error.is_transient() => NoticeAttempt::Failed(with_causes(&error)),
        Err(error) => NoticeAttempt::Hopeless(with_causes(&error)),
    }
}
