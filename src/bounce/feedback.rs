//! Complaints: feedback reports (RFC 5965), the ones that providers write in ways of their own, and what Apple Mail
//! sends for a reader who presses "unsubscribe".

use super::{
    addresses, header_fields::HeaderFields, mail_parts::MailParts, returned_mail::FeedbackType,
};

/// A complaint, as far as the mail is one.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) feedback: FeedbackType,
    /// Who complains, as it stands there.
    pub(super) recipients: Vec<String>,
    pub(super) moment: String,
}

/// The complaint that the mail is.
pub(super) fn of(parts: &MailParts<'_>) -> Option<Complaint> {
    let subject = parts
        .header
        .get("subject")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let from = parts
        .header
        .get("from")
        .unwrap_or_default()
        .to_ascii_lowercase();
    if parts.report_type == "feedback-report" || !parts.feedback.trim().is_empty() {
        return Some(of_report(parts));
    }
    if subject.contains("complaint about message from ")
        && ["staff@hotmail.com", "complaints@email-abuse.amazonses.com"]
            .iter()
            .any(|sender| from.contains(sender))
    {
        let (original, _) = HeaderFields::split(parts.quoted.as_bytes());
        let reader = original
            .get("x-hmxmroriginalrecipient")
            .or_else(|| original.get("to"));
        return Some(Complaint {
            feedback: FeedbackType::Abuse,
            recipients: named(reader.as_deref()),
            moment: String::new(),
        });
    }
    let is_apple = parts
        .header
        .get("x-apple-unsubscribe")
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
    is_apple.then(|| Complaint {
        feedback: FeedbackType::OptOut,
        recipients: named(parts.header.get("from").as_deref()),
        moment: String::new(),
    })
}

fn of_report(parts: &MailParts<'_>) -> Complaint {
    let (fields, _) = HeaderFields::split(parts.feedback.trim_start().as_bytes());
    let text = |name: &str| fields.get(name).unwrap_or_default().into_owned();
    let mut recipients: Vec<String> = ["original-rcpt-to", "redacted-address"]
        .iter()
        .flat_map(|name| fields.all(name))
        .flat_map(|value| named(Some(&value)))
        .take(super::returned_mail::MOST_RECIPIENTS)
        .collect();
    if recipients.is_empty() {
        let (original, _) = HeaderFields::split(parts.quoted.as_bytes());
        recipients = named(original.get("to").as_deref());
    }
    let moment = match text("arrival-date") {
        moment if moment.is_empty() => text("received-date"),
        moment => moment,
    };
    Complaint {
        feedback: FeedbackType::of_word(&text("feedback-type")),
        recipients,
        moment,
    }
}

fn named(value: Option<&str>) -> Vec<String> {
    value
        .and_then(addresses::first_within)
        .map(|address| vec![address.to_owned()])
        .unwrap_or_default()
}
