//! SendGrid's hook: ECDSA over P-256 and SHA-256 of the timestamp and the body as it came, byte for byte (docs.sendgrid.com,
//! "Getting Started with the Event Webhook Security Features"). Written anew, the same events have no signature.

use async_trait::async_trait;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta};
use serde::Deserialize;

use super::hook::{HookEvent, HookFault, HookRequest, ReportHook};
use crate::bounce::{
    BounceClass, FeedbackType, HookProvider, ReturnedKind, ReturnedMail, ToldAnswer,
};

const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
const TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";
/// SendGrid signs each try anew.
const OLDEST: TimeDelta = TimeDelta::seconds(300);
/// More events than one request has.
const MOST_EVENTS: usize = 5_000;

/// SendGrid's hook under that account's verification key.
pub struct SendGridHook {
    /// X.509 SubjectPublicKeyInfo in DER.
    public_key: Vec<u8>,
}

impl SendGridHook {
    /// A hook whose requests verify under that key.
    #[must_use]
    pub fn new(public_key: &[u8]) -> Self {
        Self {
            public_key: public_key.to_vec(),
        }
    }

    fn verify(&self, request: &HookRequest) -> Result<(), HookFault> {
        let (Some(signature), Some(timestamp)) =
            (request.header(SIGNATURE), request.header(TIMESTAMP))
        else {
            return Err(HookFault::Forged("no signature"));
        };
        let signature = STANDARD
            .decode(signature)
            .map_err(|_| HookFault::Forged("a signature that is none"))?;
        let mut signed = timestamp.as_bytes().to_vec();
        signed.extend_from_slice(&request.body);
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.public_key)
            .verify(&signed, &signature)
            .map_err(|_| HookFault::Forged("another key's signature"))?;
        request.stamped_in_time(timestamp, OLDEST)
    }
}

#[derive(Deserialize)]
struct SendGridEvent {
    event: String,
    #[serde(default)]
    email: String,
    timestamp: Option<i64>,
    #[serde(rename = "smtp-id", default)]
    smtp_id: String,
    #[serde(default)]
    sg_event_id: String,
    #[serde(default)]
    sg_message_id: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    response: String,
    #[serde(default)]
    status: String,
    #[serde(rename = "type", default)]
    kind: String,
}

#[async_trait]
impl ReportHook for SendGridHook {
    fn provider(&self) -> HookProvider {
        HookProvider::SendGrid
    }

    async fn events(&self, request: &HookRequest) -> Result<Vec<HookEvent>, HookFault> {
        self.verify(request)?;
        let events: Vec<SendGridEvent> = serde_json::from_slice(&request.body)
            .map_err(|_| HookFault::Malformed("no list of events in JSON"))?;
        Ok(events
            .iter()
            .take(MOST_EVENTS)
            .filter(|event| !event.sg_event_id.is_empty())
            .filter_map(|event| {
                Some(HookEvent {
                    id: event.sg_event_id.clone(),
                    report: report(event)?,
                })
            })
            .collect())
    }
}

fn report(event: &SendGridEvent) -> Option<ReturnedMail> {
    let (kind, class) = match event.event.as_str() {
        "bounce" => (ReturnedKind::Bounce, None),
        // It never tried: the address is on a list of SendGrid's, or is none.
        "dropped" => (ReturnedKind::Bounce, Some(BounceClass::Suppressed)),
        "deferred" => (ReturnedKind::Delayed, None),
        "delivered" => (ReturnedKind::Delivered, Some(BounceClass::Delivered)),
        "spamreport" => (
            ReturnedKind::Complaint(FeedbackType::Abuse),
            Some(BounceClass::Undefined),
        ),
        "unsubscribe" | "group_unsubscribe" => (
            ReturnedKind::Complaint(FeedbackType::OptOut),
            Some(BounceClass::Undefined),
        ),
        _ => return None,
    };
    let words = match event.reason.as_str() {
        "" => event.response.as_str(),
        reason => reason,
    };
    let answer = ToldAnswer {
        recipient: &event.email,
        words,
        status: event.status.parse().ok(),
        // What it calls blocked is about the message, not about the address.
        is_permanent: event.event == "bounce" && event.kind != "blocked",
        class,
        ..ToldAnswer::default()
    };
    let mut mail = ReturnedMail::of_answer(kind, answer.judged());
    mail.moment = event
        .timestamp
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    mail.clues.look_at_message_id(&event.smtp_id);
    // What SendGrid answered us with is the beginning of its own id.
    mail.clues
        .look_at_message_id(event.sg_message_id.split('.').next().unwrap_or_default());
    Some(mail)
}
