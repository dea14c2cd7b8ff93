//! Mailgun's hook: HMAC-SHA256 over a timestamp and a token, which stand in the body beside the event
//! (documentation.mailgun.com, "Securing webhooks"). The signature is not over the event, so that each token is good for
//! one event: it is the event's id.

use async_trait::async_trait;
use aws_lc_rs::hmac;
use chrono::{DateTime, TimeDelta};
use serde::Deserialize;

use super::hook::{HookEvent, HookFault, HookRequest, ReportHook};
use crate::bounce::{
    BounceClass, FeedbackType, HookProvider, ReturnedKind, ReturnedMail, ToldAnswer,
};

/// Mailgun tries for eight hours.
const OLDEST: TimeDelta = TimeDelta::hours(12);

/// Mailgun's hook under that account's signing key.
pub struct MailgunHook {
    key: hmac::Key,
}

impl MailgunHook {
    /// A hook whose requests are signed with that key.
    #[must_use]
    pub fn new(signing_key: &str) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, signing_key.as_bytes()),
        }
    }

    fn verify(&self, signature: &MailgunSignature, request: &HookRequest) -> Result<(), HookFault> {
        let signed = format!("{}{}", signature.timestamp, signature.token);
        let claimed = unhex(&signature.signature).ok_or(HookFault::Forged("no signature"))?;
        hmac::verify(&self.key, signed.as_bytes(), &claimed)
            .map_err(|_| HookFault::Forged("another key's signature"))?;
        request.stamped_in_time(&signature.timestamp, OLDEST)
    }
}

#[derive(Deserialize)]
struct MailgunPayload {
    signature: MailgunSignature,
    #[serde(rename = "event-data")]
    event: MailgunEvent,
}

#[derive(Deserialize)]
struct MailgunSignature {
    timestamp: String,
    token: String,
    signature: String,
}

#[derive(Deserialize)]
struct MailgunEvent {
    event: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    recipient: String,
    timestamp: Option<f64>,
    #[serde(rename = "delivery-status", default)]
    status: MailgunStatus,
    #[serde(default)]
    message: MailgunMessage,
}

#[derive(Deserialize, Default)]
struct MailgunStatus {
    #[serde(default)]
    message: String,
    #[serde(default)]
    description: String,
    code: Option<u16>,
    #[serde(rename = "enhanced-code", default)]
    enhanced_code: String,
    #[serde(rename = "mx-host", default)]
    mx_host: String,
}

#[derive(Deserialize, Default)]
struct MailgunMessage {
    #[serde(default)]
    headers: MailgunHeaders,
}

#[derive(Deserialize, Default)]
struct MailgunHeaders {
    #[serde(rename = "message-id", default)]
    message_id: String,
}

#[async_trait]
impl ReportHook for MailgunHook {
    fn provider(&self) -> HookProvider {
        HookProvider::Mailgun
    }

    async fn events(&self, request: &HookRequest) -> Result<Vec<HookEvent>, HookFault> {
        let payload: MailgunPayload = serde_json::from_slice(&request.body)
            .map_err(|_| HookFault::Malformed("no event in JSON"))?;
        self.verify(&payload.signature, request)?;
        let id = payload.signature.token;
        let report = report(&payload.event);
        Ok(report
            .map(|report| HookEvent { id, report })
            .into_iter()
            .collect())
    }
}

fn report(event: &MailgunEvent) -> Option<ReturnedMail> {
    let kind = match (event.event.as_str(), event.severity.as_str()) {
        ("failed", "temporary") => ReturnedKind::Delayed,
        ("failed", _) | ("rejected", _) => ReturnedKind::Bounce,
        ("complained", _) => ReturnedKind::Complaint(FeedbackType::Abuse),
        ("delivered", _) => ReturnedKind::Delivered,
        _ => return None,
    };
    let words = match event.status.message.as_str() {
        "" => event.status.description.as_str(),
        message => message,
    };
    let words = match event.status.code {
        Some(code) if !words.starts_with(|c: char| c.is_ascii_digit()) => format!("{code} {words}"),
        _ => words.to_owned(),
    };
    let answer = ToldAnswer {
        recipient: &event.recipient,
        words: &words,
        status: event.status.enhanced_code.parse().ok(),
        relay: &event.status.mx_host,
        is_permanent: kind == ReturnedKind::Bounce,
        class: match (kind, event.reason.as_str()) {
            // It never tried: the address is on a list of Mailgun's.
            (
                ReturnedKind::Bounce,
                "suppress-bounce" | "suppress-complaint" | "suppress-unsubscribe",
            ) => Some(BounceClass::Suppressed),
            (ReturnedKind::Bounce, "old") => Some(BounceClass::Expired),
            (ReturnedKind::Delivered, _) => Some(BounceClass::Delivered),
            (ReturnedKind::Complaint(_), _) => Some(BounceClass::Undefined),
            _ => None,
        },
    };
    let mut mail = ReturnedMail::of_answer(kind, answer.judged());
    mail.moment = event
        .timestamp
        .and_then(|seconds| DateTime::from_timestamp(seconds as i64, 0));
    mail.clues
        .look_at_message_id(&event.message.headers.message_id);
    Some(mail)
}

/// Hexadecimal digits as bytes.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if text.is_empty() || !text.len().is_multiple_of(2) || text.len() > 128 {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok())
        .collect()
}
