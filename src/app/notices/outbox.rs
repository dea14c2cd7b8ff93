//! Notices on their way out: each tried a few times over a day and a half, then given up.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::{task::JoinSet, time::timeout};

use super::{MAILTO, Notifier, WEBHOOK};
use crate::{
    address::{Address, masked_within},
    app::{App, AppError},
    clock::Clock,
    http::{Client, Limits, Method, Reach, Request},
    message::Envelope,
    notice,
    publication::WebhookSettings,
    smtp::{Answer, Session, Timeouts},
    source::with_causes,
    store::{DueNotice, NoticeId, Told},
};

/// Notices under way at once.
const AT_ONCE: u32 = 8;
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
/// How long a relay may take for each step: a notice is short, and the next one waits.
const STEP: Duration = Duration::from_secs(60);
/// How long a whole mail may take.
const MAIL: Duration = Duration::from_secs(180);
/// How often the outbox is looked at: other processes post too.
const GLANCE: Duration = Duration::from_secs(30);

/// What came of a try.
enum Tried {
    Done(String),
    Failed(String),
    /// And no further try will go better.
    Hopeless(String),
}

/// Sends all that is due now; answers how long nothing will be.
pub(super) async fn send_due(notifier: &Notifier) -> Duration {
    send_unkept(notifier).await;
    loop {
        let now = notifier.clock.now();
        let due = match notifier.store.take_due_notices(AT_ONCE, now).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!("the outbox can't be read: {}", with_causes(&error));
                return GLANCE;
            }
        };
        if due.is_empty() {
            let next = notifier.store.next_notice().await.ok().flatten();
            let wait = next.map_or(GLANCE, |at| (at - now).to_std().unwrap_or_default());
            return wait.clamp(Duration::from_millis(200), GLANCE);
        }
        let app = notifier.app().await;
        let mut tries = JoinSet::new();
        for due in due {
            let app = Arc::clone(&app);
            tries.spawn(async move {
                let tried = send(&app, &due.target, &due.key, &due.content).await;
                (due, tried)
            });
        }
        while let Some(Ok((due, tried))) = tries.join_next().await {
            settle(notifier, &due, tried).await;
        }
    }
}

/// Sends what the state can't keep, once.
async fn send_unkept(notifier: &Notifier) {
    let notices = std::mem::take(&mut *notifier.unkept());
    if notices.is_empty() {
        return;
    }
    let app = notifier.app().await;
    let mut tries = JoinSet::new();
    for notice in notices {
        let app = Arc::clone(&app);
        tries.spawn(async move {
            let tried = send(&app, &notice.target, &notice.key, &notice.content).await;
            if let Tried::Failed(why) | Tried::Hopeless(why) = tried {
                tracing::error!(to = masked_within(&notice.target), "not told: {why}");
            }
        });
    }
    tries.join_all().await;
}

async fn settle(notifier: &Notifier, due: &DueNotice, tried: Tried) {
    let wait = WAITS.get(due.attempts as usize);
    let (told, reply) = match (tried, wait) {
        (Tried::Done(reply), _) => (Told::Done, reply),
        (Tried::Failed(reply), Some(wait)) => (Told::Again(notifier.clock.now() + *wait), reply),
        (Tried::Failed(reply) | Tried::Hopeless(reply), _) => (Told::GivenUp, reply),
    };
    let to = masked_within(&due.target);
    match told {
        Told::Done => tracing::info!(to, "told: {}", due.key),
        Told::Again(at) => tracing::warn!(to, "not told yet, again at {at}: {reply}"),
        Told::GivenUp => tracing::error!(to, "never told: {}: {reply}", due.key),
    }
    let NoticeId(number) = due.id;
    if let Err(error) = notifier.store.settle_notice(due.id, told, &reply).await {
        tracing::error!("notice {number} can't be settled: {}", with_causes(&error));
    }
}

async fn send(app: &App, target: &str, key: &str, content: &[u8]) -> Tried {
    if target == WEBHOOK {
        return match app.webhook() {
            Some(webhook) => post(webhook, key, content).await,
            // What really happened waits for a process that does not play.
            None if app.publication.notify.webhook.is_some() => {
                Tried::Failed("a rehearsal posts to this machine alone".to_owned())
            }
            None => Tried::Hopeless("there is no webhook any more".to_owned()),
        };
    }
    let Some(Ok(to)) = target.strip_prefix(MAILTO).map(Address::parse) else {
        return Tried::Hopeless(format!("no way to tell `{target}`"));
    };
    match timeout(MAIL, hand_over(app, to, content)).await {
        Ok(Ok(tried)) => tried,
        Ok(Err(error)) => Tried::Failed(error.problems().join(": ")),
        Err(_elapsed) => Tried::Failed("the relay took too long".to_owned()),
    }
}

async fn hand_over(app: &App, to: Address, content: &[u8]) -> Result<Tried, AppError> {
    let mut way = app.way().await?;
    way.relay.timeouts = Timeouts::all(STEP);
    let tried = match Session::connect(&way.relay).await {
        Err(error) => Err(error.into()),
        Ok(mut session) => {
            let envelope = Envelope {
                from: Some(app.publication.from.address.clone()),
                to,
            };
            let outcome = session.deliver(&envelope, content).await;
            session.quit().await;
            Ok(match outcome {
                Ok(Answer::Accepted(reply)) => Tried::Done(reply.to_string()),
                Ok(Answer::Refused { reply, .. }) if reply.is_permanent() => {
                    Tried::Hopeless(reply.to_string())
                }
                Ok(Answer::Refused { reply, .. }) => Tried::Failed(reply.to_string()),
                Err(lost) => Tried::Failed(with_causes(&lost)),
            })
        }
    };
    way.close().await;
    tried
}

/// Posts an event. Redirects are not followed, whatever they say: the signature is for this address.
async fn post(webhook: &WebhookSettings, key: &str, body: &[u8]) -> Tried {
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
            return Tried::Hopeless(format!("`{name}` can't be written"));
        }
    }
    // The operator wrote the address: it may well be this network's own.
    let limits = Limits {
        max_body_bytes: 0,
        ..Limits::default()
    };
    let client = Client::new(Reach::Anywhere, limits);
    match client.send(&request).await {
        Ok(response) if response.status.is_success() => Tried::Done(response.status.to_string()),
        // Gone: the other side asks for no more (Standard Webhooks).
        Ok(response) if response.status.as_u16() == 410 => {
            Tried::Hopeless(response.status.to_string())
        }
        Ok(response) => Tried::Failed(response.status.to_string()),
        Err(error) if error.is_transient() => Tried::Failed(with_causes(&error)),
        Err(error) => Tried::Hopeless(with_causes(&error)),
    }
}
