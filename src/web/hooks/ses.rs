//! Amazon SES's hook, which SNS calls: signed under a certificate that SNS itself keeps (docs.aws.amazon.com, "Verifying
//! the signatures of Amazon SNS messages"). The topic is looked for in our list before anything is fetched; what is fetched
//! is Amazon's own host of the topic's region, and nothing else.

mod envelope;
mod signature;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};
use url::Url;

use self::envelope::{SnsEnvelope, SnsMessageType};
use super::hook::{HookEvent, HookFault, HookRequest, ReportHook};
use crate::bounce::{HookProvider, read_ses};

/// SNS tries for an hour by itself, and longer where its policy says so.
const OLDEST: TimeDelta = TimeDelta::hours(24);

/// Fetches what SNS points to. The addresses were looked at: they are Amazon's.
#[async_trait]
pub trait SnsSource: Send + Sync {
    /// The certificate there, in PEM.
    ///
    /// # Errors
    /// When it can't be fetched now.
    async fn certificate(&self, url: &Url) -> Result<Vec<u8>, HookFault>;

    /// Confirms a subscription by asking its address.
    ///
    /// # Errors
    /// When that can't be done now.
    async fn confirm(&self, url: &Url) -> Result<(), HookFault>;
}

/// SES's hook for these topics.
pub struct SesHook {
    topics: Vec<String>,
    source: Arc<dyn SnsSource>,
}

impl SesHook {
    /// A hook that those topics may call.
    #[must_use]
    pub fn new(topics: Vec<String>, source: Arc<dyn SnsSource>) -> Self {
        Self { topics, source }
    }

    async fn verified(&self, request: &HookRequest) -> Result<SnsEnvelope, HookFault> {
        let envelope: SnsEnvelope = serde_json::from_slice(&request.body)
            .map_err(|_| HookFault::Malformed("no SNS message in JSON"))?;
        if !self.topics.contains(&envelope.topic_arn) {
            return Err(HookFault::Forged(
                "a topic that is not in bounces.hooks.ses.topics",
            ));
        }
        let url = envelope
            .certificate_url()
            .ok_or(HookFault::Forged("a certificate that is not Amazon's"))?;
        let certificate = self.source.certificate(&url).await?;
        signature::verify(&envelope, &certificate)?;
        let moment = DateTime::parse_from_rfc3339(&envelope.timestamp)
            .map_err(|_| HookFault::Malformed("a timestamp that is none"))?;
        request.in_time(moment.to_utc(), OLDEST)?;
        Ok(envelope)
    }
}

#[async_trait]
impl ReportHook for SesHook {
    fn provider(&self) -> HookProvider {
        HookProvider::Ses
    }

    async fn events(&self, request: &HookRequest) -> Result<Vec<HookEvent>, HookFault> {
        let envelope = self.verified(request).await?;
        match envelope.message_type {
            SnsMessageType::Notification => {
                let report = read_ses(&envelope.message);
                let id = envelope.message_id;
                Ok(report
                    .map(|report| HookEvent { id, report })
                    .into_iter()
                    .collect())
            }
            SnsMessageType::SubscriptionConfirmation => {
                let url = envelope
                    .subscribe_url()
                    .ok_or(HookFault::Forged("a confirmation that is not Amazon's"))?;
                self.source.confirm(&url).await?;
                tracing::info!("the subscription of an SNS topic is confirmed");
                Ok(Vec::new())
            }
            SnsMessageType::UnsubscribeConfirmation => Ok(Vec::new()),
        }
    }
}
