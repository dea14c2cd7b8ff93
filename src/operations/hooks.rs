//! Providers' hooks behind the door of `web::hooks`: which are configured, what SNS points to, and what they tell handed
//! on to be taken in.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch::Receiver;
use url::Url;

use crate::{
    bounce::{Arrival, Door, HookProvider, ReportIntake},
    clock::Clock,
    http::{Client, Method, Reach, Request, RequestLimits},
    live::{LivePublication, PublicationSnapshot},
    source::with_causes,
    web::hooks::{
        HookEvent, HookFault, HookService, MailgunHook, PostmarkHook, ReportHook, SendGridHook,
        SesHook, SnsSource,
    },
};

/// How long a certificate is used before it is fetched again.
const CERTIFICATE_KEPT: TimeDelta = TimeDelta::hours(24);
/// More certificates than SNS has at a time.
const MOST_CERTIFICATES: usize = 16;

/// The hooks of one publication.
pub(crate) struct HookDesk {
    clock: Clock,
    snapshots: Receiver<Arc<PublicationSnapshot>>,
    intake: Arc<dyn ReportIntake>,
    amazon: Arc<SnsClient>,
}

impl HookDesk {
    /// The hooks of that publication, whose events go to `intake`.
    pub(crate) fn new(
        live: &LivePublication,
        clock: Clock,
        intake: Arc<dyn ReportIntake>,
    ) -> Arc<Self> {
        Arc::new(Self {
            clock,
            snapshots: live.subscribe(),
            intake,
            amazon: Arc::new(SnsClient::new(clock)),
        })
    }
}

#[async_trait]
impl HookService for HookDesk {
    fn hook(&self, provider: HookProvider) -> Option<Arc<dyn ReportHook>> {
        let snapshot = Arc::clone(&self.snapshots.borrow());
        let hooks = &snapshot.publication.bounces.hooks;
        Some(match provider {
            HookProvider::Ses => {
                let topics = hooks.ses.clone();
                let amazon: Arc<dyn SnsSource> = Arc::<SnsClient>::clone(&self.amazon);
                Arc::new(SesHook::new(
                    (!topics.is_empty()).then_some(topics)?,
                    amazon,
                ))
            }
            HookProvider::SendGrid => Arc::new(SendGridHook::new(hooks.sendgrid.as_ref()?.bytes())),
            HookProvider::Mailgun => Arc::new(MailgunHook::new(hooks.mailgun.as_ref()?.text())),
            HookProvider::Postmark => {
                let login = hooks.postmark.as_ref()?;
                Arc::new(PostmarkHook::new(&login.user, login.password.text()))
            }
        })
    }

    fn now(&self) -> DateTime<Utc> {
        // Signatures are of the real hour, also where another is pretended.
        self.clock.true_now()
    }

    async fn take_in(
        &self,
        provider: HookProvider,
        events: Vec<HookEvent>,
    ) -> Result<(), HookFault> {
        let arrivals = events
            .into_iter()
            .map(|event| Arrival::Event {
                provider,
                id: event.id,
                report: Box::new(event.report),
            })
            .collect();
        let (door, now) = (Door::Hook(provider), self.clock.now());
        let taken = self.intake.take_in(door, arrivals, now).await;
        if let Err(error) = &taken {
            tracing::error!("what a hook told can't be taken in: {}", with_causes(error));
        }
        taken.map_err(|_| HookFault::Unavailable)?;
        // A provider that tells anything tells everything: its silence means something.
        self.intake
            .door_was_read(door, now)
            .await
            .map_err(|_| HookFault::Unavailable)
    }
}

/// Asks SNS's own hosts, which the hook has looked at: no redirect is followed, and nothing but the public internet asked.
struct SnsClient {
    clock: Clock,
    http: Client,
    certificates: Mutex<HashMap<Url, KeptCertificate>>,
}

/// A certificate as it was fetched.
struct KeptCertificate {
    fetched_at: DateTime<Utc>,
    pem: Vec<u8>,
}

impl SnsClient {
    fn new(clock: Clock) -> Self {
        let limits = RequestLimits {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(10),
            max_body_bytes: 32 << 10,
            max_redirects: 0,
        };
        Self {
            clock,
            http: Client::new(Reach::Public, limits),
            certificates: Mutex::default(),
        }
    }

    async fn get(&self, url: &Url) -> Result<Vec<u8>, HookFault> {
        let answer = self
            .http
            .send(&Request::new(Method::GET, url.clone()))
            .await;
        let answer = answer.map_err(|error| {
            tracing::warn!("Amazon SNS can't be asked: {}", with_causes(&error));
            HookFault::Unavailable
        })?;
        match answer.status.is_success() {
            true => Ok(answer.body.to_vec()),
            false => Err(HookFault::Unavailable),
        }
    }

    fn kept(&self, url: &Url) -> Option<Vec<u8>> {
        let kept = self
            .certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get(url)?;
        (self.clock.true_now() - kept.fetched_at < CERTIFICATE_KEPT).then(|| kept.pem.clone())
    }
}

#[async_trait]
impl SnsSource for SnsClient {
    async fn certificate(&self, url: &Url) -> Result<Vec<u8>, HookFault> {
        if let Some(kept) = self.kept(url) {
            return Ok(kept);
        }
        let pem = self.get(url).await?;
        let mut kept = self
            .certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_CERTIFICATES {
            kept.clear();
        }
        let certificate = KeptCertificate {
            fetched_at: self.clock.true_now(),
            pem: pem.clone(),
        };
        kept.insert(url.clone(), certificate);
        Ok(pem)
    }

    async fn confirm(&self, url: &Url) -> Result<(), HookFault> {
        self.get(url).await.map(drop)
    }
}
