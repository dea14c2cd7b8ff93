//! What Amazon SES tells of a message, in JSON: by SNS to a hook, or in a mail to a mailbox that subscribed to the
//! topic. Both forms: notifications (`notificationType`) and events (`eventType`).
//!
//! Not: whether Amazon said it (`web::hooks::ses`).

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    class::BounceClass,
    clues::Clues,
    returned_mail::{FeedbackType, MOST_RECIPIENTS, RecipientReport, ReturnedKind, ReturnedMail},
    told_answer::ToldAnswer,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SesNotification {
    #[serde(alias = "eventType")]
    notification_type: String,
    #[serde(default)]
    mail: SesMail,
    bounce: Option<SesBounce>,
    complaint: Option<SesComplaint>,
    delivery: Option<SesDelivery>,
    delivery_delay: Option<SesDelay>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct SesMail {
    message_id: String,
    headers: Vec<SesHeader>,
    common_headers: SesCommonHeaders,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct SesCommonHeaders {
    message_id: String,
}

#[derive(Deserialize)]
struct SesHeader {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SesBounce {
    #[serde(default)]
    bounce_type: String,
    #[serde(default)]
    bounce_sub_type: String,
    #[serde(default)]
    bounced_recipients: Vec<SesRecipient>,
    timestamp: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct SesRecipient {
    email_address: String,
    action: Option<String>,
    status: Option<String>,
    diagnostic_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SesComplaint {
    #[serde(default)]
    complained_recipients: Vec<SesRecipient>,
    complaint_feedback_type: Option<String>,
    complaint_sub_type: Option<String>,
    arrival_date: Option<String>,
    timestamp: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SesDelivery {
    #[serde(default)]
    recipients: Vec<String>,
    #[serde(default)]
    smtp_response: String,
    timestamp: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SesDelay {
    #[serde(default)]
    delayed_recipients: Vec<SesRecipient>,
    timestamp: Option<String>,
}

/// What the JSON tells; None where it is nothing of SES's.
#[must_use]
pub fn read_ses(json: &str) -> Option<ReturnedMail> {
    let notification: SesNotification = serde_json::from_str(json).ok()?;
    let (kind, recipients, moment) = match notification.notification_type.as_str() {
        "Bounce" => of_bounce(notification.bounce?),
        "Complaint" => of_complaint(notification.complaint?),
        "Delivery" => of_delivery(notification.delivery?),
        "DeliveryDelay" => of_delay(notification.delivery_delay?),
        _ => return None,
    };
    let mut mail = ReturnedMail {
        recipients,
        moment: moment.as_deref().and_then(parsed_moment),
        clues: clues(&notification.mail),
        ..ReturnedMail::of_kind(kind)
    };
    for recipient in &mail.recipients {
        if let Some(address) = &recipient.address {
            mail.clues.push_recipient(address.clone());
        }
    }
    Some(mail)
}

type SesTold = (ReturnedKind, Vec<RecipientReport>, Option<String>);

fn of_bounce(bounce: SesBounce) -> SesTold {
    let is_permanent = bounce.bounce_type == "Permanent";
    let class = match bounce.bounce_sub_type.as_str() {
        "Suppressed" | "OnAccountSuppressionList" => Some(BounceClass::Suppressed),
        "MailboxFull" => Some(BounceClass::MailboxFull),
        "MessageTooLarge" => Some(BounceClass::MessageTooBig),
        _ => None,
    };
    let recipients: Vec<RecipientReport> = bounce
        .bounced_recipients
        .iter()
        .take(MOST_RECIPIENTS)
        .map(|recipient| judged(recipient, is_permanent, class))
        .collect();
    let is_delayed = bounce
        .bounced_recipients
        .iter()
        .all(|recipient| recipient.action.as_deref() == Some("delayed"));
    let kind = match is_delayed && !recipients.is_empty() {
        true => ReturnedKind::Delayed,
        false => ReturnedKind::Bounce,
    };
    (kind, recipients, bounce.timestamp)
}

fn of_complaint(complaint: SesComplaint) -> SesTold {
    // A complaint that SES did not hear, but knows of: the address is on its own list.
    let is_listed = complaint.complaint_sub_type.as_deref() == Some("OnAccountSuppressionList");
    let feedback = complaint.complaint_feedback_type.as_deref();
    let kind = match is_listed {
        true => ReturnedKind::Bounce,
        false => {
            ReturnedKind::Complaint(feedback.map_or(FeedbackType::Abuse, FeedbackType::of_word))
        }
    };
    let class = match is_listed {
        true => BounceClass::Suppressed,
        false => BounceClass::Undefined,
    };
    let recipients = complaint
        .complained_recipients
        .iter()
        .take(MOST_RECIPIENTS)
        .map(|recipient| judged(recipient, false, Some(class)))
        .collect();
    (
        kind,
        recipients,
        complaint.arrival_date.or(complaint.timestamp),
    )
}

fn of_delivery(delivery: SesDelivery) -> SesTold {
    let recipients = delivery
        .recipients
        .iter()
        .take(MOST_RECIPIENTS)
        .map(|recipient| {
            ToldAnswer {
                recipient,
                words: &delivery.smtp_response,
                class: Some(BounceClass::Delivered),
                ..ToldAnswer::default()
            }
            .judged()
        })
        .collect();
    (ReturnedKind::Delivered, recipients, delivery.timestamp)
}

fn of_delay(delay: SesDelay) -> SesTold {
    let recipients = delay
        .delayed_recipients
        .iter()
        .take(MOST_RECIPIENTS)
        .map(|recipient| judged(recipient, false, None))
        .collect();
    (ReturnedKind::Delayed, recipients, delay.timestamp)
}

fn judged(
    recipient: &SesRecipient,
    is_permanent: bool,
    class: Option<BounceClass>,
) -> RecipientReport {
    ToldAnswer {
        recipient: &recipient.email_address,
        words: recipient.diagnostic_code.as_deref().unwrap_or_default(),
        status: recipient
            .status
            .as_deref()
            .and_then(|status| status.parse().ok()),
        is_permanent,
        class,
        ..ToldAnswer::default()
    }
    .judged()
}

/// SES gives each message an id of its own; with "include original headers" it quotes ours too.
fn clues(mail: &SesMail) -> Clues {
    let mut clues = Clues::default();
    for header in mail.headers.iter().take(200) {
        clues.look_through(format!("{}: {}\n", header.name, header.value).as_bytes());
    }
    clues.look_through(mail.common_headers.message_id.as_bytes());
    clues.push_relay_id(&mail.message_id);
    clues
}

fn parsed_moment(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
}

/// The JSON in a mail that SNS wrote: lines that it folded end with `!`, and its own words follow after `--`.
pub(super) fn json_of_mail(text: &str) -> Option<String> {
    let text = text.trim_start();
    if !text.starts_with('{') {
        return None;
    }
    let mut json = String::with_capacity(text.len());
    let mut is_folded = false;
    for line in text.lines() {
        if line.trim_end() == "--" {
            break;
        }
        let line = if is_folded { line.trim_start() } else { line };
        is_folded = line.ends_with('!');
        json.push_str(line.strip_suffix('!').unwrap_or(line));
    }
    Some(json)
}

/// The notification within SNS's envelope, or the text itself where it is one.
pub(super) fn message_of_envelope(json: String) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct SnsMail {
        message: String,
    }
    match serde_json::from_str::<SnsMail>(&json) {
        Ok(envelope) => envelope.message,
        Err(_) => json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;

    #[test]
    fn a_bounce_names_its_class_its_id_and_what_is_ours() {
        let mail = read_ses(
            r#"{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General",
            "bouncedRecipients":[{"emailAddress":"minji@example.com","action":"failed","status":"5.1.1",
            "diagnosticCode":"smtp; 550 5.1.1 user unknown"}],"timestamp":"2026-03-02T07:00:00.000Z"},
            "mail":{"messageId":"0102018f-abc-000000","headers":[{"name":"Message-ID",
            "value":"<cea4vq2bmzxw6ytboi3tk5dpnzqxgzlm@news.example.com>"}]}}"#,
        )
        .unwrap();
        assert_eq!(mail.kind, ReturnedKind::Bounce);
        assert_eq!(mail.class(), Some(BounceClass::UserUnknown));
        assert_eq!(mail.clues.relay_ids, ["0102018f-abc-000000"]);
        assert_eq!(mail.clues.message_ids, ["cea4vq2bmzxw6ytboi3tk5dpnzqxgzlm"]);
        assert_eq!(
            mail.clues.recipients[0],
            Address::parse("minji@example.com").unwrap()
        );
    }

    #[test]
    fn an_address_on_the_providers_own_list_is_not_dead_for_that() {
        let mail = read_ses(
            r#"{"eventType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList",
            "bouncedRecipients":[{"emailAddress":"minji@example.com","status":"5.1.1"}]},"mail":{"messageId":"x-y-z"}}"#,
        )
        .unwrap();
        assert_eq!(mail.class(), Some(BounceClass::Suppressed));
        assert!(!mail.verdict().unwrap().is_hard());
    }

    #[test]
    fn what_is_not_of_ses_is_nothing() {
        for json in [
            "",
            "{}",
            "[]",
            r#"{"notificationType":"Bounce"}"#,
            r#"{"notificationType":"Send","mail":{}}"#,
        ] {
            assert!(read_ses(json).is_none(), "{json}");
        }
    }
}
