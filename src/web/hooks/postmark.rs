//! Postmark's hook: no signature, but a user and a password in the address (postmarkapp.com, "Webhooks overview").
//! Whoever has neither is told that there is no hook.

use async_trait::async_trait;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::DateTime;
use serde::Deserialize;

use super::hook::{HookEvent, HookFault, HookRequest, ReportHook};
use crate::{
    bounce::{BounceClass, FeedbackType, HookProvider, ReturnedKind, ReturnedMail, ToldAnswer},
    fingerprint::sha256,
};

/// Postmark's hook behind that user and password.
pub struct PostmarkHook {
    /// What `Authorization` must hold, hashed: comparing takes as long for every guess.
    expected: [u8; 32],
}

impl PostmarkHook {
    /// A hook for who knows both.
    #[must_use]
    pub fn new(user: &str, password: &str) -> Self {
        Self {
            expected: sha256(format!("{user}:{password}").as_bytes()),
        }
    }

    fn is_known(&self, request: &HookRequest) -> bool {
        let given = request
            .header("authorization")
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
            .and_then(|(_, coded)| STANDARD.decode(coded.trim()).ok())
            .unwrap_or_default();
        verify_slices_are_equal(&sha256(&given), &self.expected).is_ok()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PostmarkEvent {
    record_type: String,
    #[serde(rename = "ID")]
    id: Option<i64>,
    #[serde(rename = "Type", default)]
    kind: String,
    #[serde(rename = "MessageID", default)]
    message_id: String,
    #[serde(alias = "Recipient", default)]
    email: String,
    #[serde(default)]
    details: String,
    #[serde(default)]
    description: String,
    #[serde(alias = "DeliveredAt", alias = "ChangedAt")]
    bounced_at: Option<String>,
    /// The whole report, where the hook is set to send it.
    #[serde(default)]
    content: String,
    #[serde(default)]
    suppress_sending: bool,
}

#[async_trait]
impl ReportHook for PostmarkHook {
    fn provider(&self) -> HookProvider {
        HookProvider::Postmark
    }

    async fn events(&self, request: &HookRequest) -> Result<Vec<HookEvent>, HookFault> {
        if !self.is_known(request) {
            return Err(HookFault::NotFound);
        }
        let event: PostmarkEvent = serde_json::from_slice(&request.body)
            .map_err(|_| HookFault::Malformed("no event in JSON"))?;
        let id = match event.id {
            Some(id) => format!("{}:{id}", event.record_type),
            None => format!("{}:{}:{}", event.record_type, event.message_id, event.email),
        };
        let report = report(&event);
        Ok(report
            .map(|report| HookEvent { id, report })
            .into_iter()
            .collect())
    }
}

fn report(event: &PostmarkEvent) -> Option<ReturnedMail> {
    let (kind, class, is_permanent) = match (event.record_type.as_str(), event.kind.as_str()) {
        ("SpamComplaint", _) | ("Bounce", "SpamComplaint") => (
            ReturnedKind::Complaint(FeedbackType::Abuse),
            Some(BounceClass::Undefined),
            false,
        ),
        ("SubscriptionChange", _) if event.suppress_sending => (
            ReturnedKind::Complaint(FeedbackType::OptOut),
            Some(BounceClass::Undefined),
            false,
        ),
        ("Bounce", kind) => {
            let class = match kind {
                "AutoResponder" => return Some(ReturnedMail::of_kind(ReturnedKind::AutoReply)),
                "ChallengeVerification" => {
                    return Some(ReturnedMail::of_kind(ReturnedKind::Challenge));
                }
                "Transient" | "DnsError" => None,
                "SpamNotification" => Some(BounceClass::Spam),
                "VirusNotification" => Some(BounceClass::Virus),
                "Blocked" => Some(BounceClass::Blocked),
                "DMARCPolicy" => Some(BounceClass::Authentication),
                "ManuallyDeactivated" | "Unsubscribe" => Some(BounceClass::Suppressed),
                _ => None,
            };
            (
                ReturnedKind::Bounce,
                class,
                matches!(kind, "HardBounce" | "BadEmailAddress"),
            )
        }
        ("Delivery", _) => (ReturnedKind::Delivered, Some(BounceClass::Delivered), false),
        _ => return None,
    };
    let words = match event.details.as_str() {
        "" => event.description.as_str(),
        details => details,
    };
    let answer = ToldAnswer {
        recipient: &event.email,
        words,
        is_permanent,
        class,
        ..ToldAnswer::default()
    };
    let mut mail = ReturnedMail::of_answer(kind, answer.judged());
    mail.moment = event
        .bounced_at
        .as_deref()
        .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
        .map(|moment| moment.to_utc());
    mail.clues.look_at_message_id(&event.message_id);
    mail.clues.look_at_text(&event.content);
    Some(mail)
}
