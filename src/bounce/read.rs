//! Bytes → what came back. Never fails and never panics: what can't be read is `Unreadable`, and kept aside by whoever
//! brought it.

use chrono::{DateTime, Utc};

use super::{
    account::{self, Account},
    addresses,
    class::BounceClass,
    clues::Clues,
    dialect,
    feedback::{self, Complaint},
    header_fields::HeaderFields,
    kind,
    mail_parts::MailParts,
    returned_mail::{RecipientReport, ReturnedKind, ReturnedMail, clean_line},
    ses,
};
use crate::address::Address;

/// The most characters of a subject.
const MOST_SUBJECT: usize = 200;

/// The fields that say whom a mail was sent to, as writers and as mail systems write them.
const DESTINATIONS: [&str; 6] = [
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "to",
    "cc",
];

/// Reads a mail that came back.
#[must_use]
pub fn read(bytes: &[u8]) -> ReturnedMail {
    let parts = MailParts::of(bytes);
    if parts.header.len() == 0 {
        return ReturnedMail::of_kind(ReturnedKind::Unreadable);
    }
    let mut mail = ReturnedMail {
        from: parts.header.get("from").and_then(|from| parsed(&from)),
        subject: clean_line(&parts.header.decoded("subject").unwrap_or_default())
            .chars()
            .take(MOST_SUBJECT)
            .collect(),
        clues: clues(bytes, &parts),
        ..ReturnedMail::of_kind(ReturnedKind::Unreadable)
    };
    let inner = parts.attached.map(MailParts::of);
    let is_of_sns = parts.header.get("x-amz-sns-message-id").is_some();
    if let Some(told) = of_sns_mail(&parts.narrative).filter(|_| is_of_sns) {
        mail.clues.absorb(told.clues);
        return ReturnedMail {
            from: mail.from,
            subject: mail.subject,
            clues: mail.clues,
            ..told
        };
    }
    let told = judged(&parts).or_else(|| {
        // A report that somebody forwarded lies within the mail.
        inner
            .as_ref()
            .filter(|inner| inner.header.len() > 2)
            .and_then(judged)
    });
    match told {
        Some(told) => {
            mail.kind = told.kind;
            mail.moment = moment(&told.moment);
            mail.recipients = told.recipients;
        }
        None if is_wish_to_leave(&parts, &mail) => mail.kind = ReturnedKind::Unsubscribe,
        None => mail.kind = kind::of(&parts),
    }
    mail.moment = mail
        .moment
        .or_else(|| parts.header.get("date").and_then(|date| moment(&date)));
    for recipient in &mail.recipients {
        if let Some(address) = &recipient.address {
            mail.clues.push_recipient(address.clone());
        }
    }
    mail
}

/// What SES told a mailbox by way of SNS.
fn of_sns_mail(text: &str) -> Option<ReturnedMail> {
    ses::read_ses(&ses::message_of_envelope(ses::json_of_mail(text)?))
}

/// A report or a complaint.
struct Told {
    kind: ReturnedKind,
    recipients: Vec<RecipientReport>,
    moment: String,
}

fn judged(parts: &MailParts<'_>) -> Option<Told> {
    if let Some(complaint) = feedback::of(parts) {
        return Some(of_complaint(complaint));
    }
    if !has_marks_of_a_report(parts) {
        return None;
    }
    let account = account::of(parts);
    let is_named = account.named.iter().any(|name| !name.is_empty());
    is_named.then(|| of_account(account))
}

fn of_complaint(complaint: Complaint) -> Told {
    Told {
        kind: ReturnedKind::Complaint(complaint.feedback),
        recipients: complaint
            .recipients
            .iter()
            .map(|named| RecipientReport {
                address: parsed(named),
                class: BounceClass::Undefined,
                status: None,
                code: None,
                words: format!("feedback: {}", complaint.feedback.as_str()),
            })
            .collect(),
        moment: complaint.moment,
    }
}

fn of_account(account: Account) -> Told {
    let delivers = |it: &RecipientReport| it.class == BounceClass::Delivered;
    Told {
        kind: match account {
            _ if account.recipients.iter().all(delivers) || account.is_delivered => {
                ReturnedKind::Delivered
            }
            _ if account.is_delayed => ReturnedKind::Delayed,
            _ => ReturnedKind::Bounce,
        },
        recipients: account.recipients,
        moment: account.moment,
    }
}

/// Whether the mail is one by which mail systems report: a person's mail names addresses too.
fn has_marks_of_a_report(parts: &MailParts<'_>) -> bool {
    const SENDERS: [&str; 6] = [
        "mailer-daemon",
        "postmaster@",
        "post_master@",
        "mail delivery sys",
        "mail delivery sub",
        "root@",
    ];
    const SUBJECTS: [&str; 20] = [
        "delivery fail",
        "delivery report",
        "delivery status",
        "delivery notification",
        "failure notice",
        "mail delivery",
        "mail failure",
        "mail failed",
        "mail error",
        "mail system error",
        "message delivery has failed",
        "non-delivery",
        "returned mail",
        "undeliverable",
        "undelivered",
        "error sending your mail",
        "배달되지 않",
        "전송 실패",
        "반송",
        "配信不能",
    ];
    if !parts.status.is_empty() || parts.report_type == "delivery-status" {
        return true;
    }
    let lower = |name: &str| {
        parts
            .header
            .get(name)
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let from = lower("from");
    let subject = parts
        .header
        .decoded("subject")
        .unwrap_or_default()
        .to_lowercase();
    SENDERS.iter().any(|sender| from.contains(sender))
        || SUBJECTS.iter().any(|words| subject.contains(words))
        || parts.header.get("x-failed-recipients").is_some()
        || dialect::of_header(&parts.header)
            .is_some_and(|dialect| dialect.only_reports() || lower("return-path").trim() == "<>")
        || super::delivery_status::is_within(&parts.narrative)
}

/// Sent by the mailto: of a List-Unsubscribe: its subject is ours.
fn is_wish_to_leave(parts: &MailParts<'_>, mail: &ReturnedMail) -> bool {
    let subject = mail.subject.to_ascii_lowercase();
    let is_automatic = parts
        .header
        .get("auto-submitted")
        .is_some_and(|value| !value.trim().eq_ignore_ascii_case("no"));
    !is_automatic
        && subject.contains("unsubscribe ")
        && mail
            .clues
            .unsubscribe_tokens
            .iter()
            .any(|token| mail.subject.contains(token.as_str()))
}

/// Everything that may name a reader, in the mail as it came and in its decoded parts.
fn clues(bytes: &[u8], parts: &MailParts<'_>) -> Clues {
    let mut clues = Clues::default();
    clues.look_through(bytes);
    if !bytes.is_ascii() || has_encoded_parts(bytes) {
        for text in [
            &parts.narrative,
            &parts.status,
            &parts.feedback,
            &parts.quoted,
        ] {
            clues.look_through(text.as_bytes());
        }
    }
    let (original, _) = HeaderFields::split(parts.quoted.as_bytes());
    for name in ["message-id", "x-ses-message-id", "x-original-message-id"] {
        if let Some(id) = original.get(name).or_else(|| parts.header.get(name)) {
            let id = id.trim().trim_matches(['<', '>']).to_owned();
            clues.push_relay_id(id.split('@').next().unwrap_or_default());
        }
    }
    for name in DESTINATIONS {
        for field in parts.header.all(name).take(8) {
            clues.look_at_destination(&field);
        }
    }
    if let Some(failed) = parts.header.get("x-failed-recipients") {
        addresses::all_within(&failed)
            .take(8)
            .filter_map(parsed)
            .for_each(|address| clues.push_recipient(address));
    }
    clues
}

fn has_encoded_parts(bytes: &[u8]) -> bool {
    let finder = memchr::memmem::Finder::new(b"ncoding:");
    finder.find_iter(bytes).take(64).any(|at| {
        let line = &bytes[at..bytes.len().min(at + 40)].to_ascii_lowercase();
        memchr::memmem::find(line, b"base64").is_some()
            || memchr::memmem::find(line, b"quoted-printable").is_some()
    })
}

fn parsed(text: &str) -> Option<Address> {
    Address::parse(addresses::first_within(text)?).ok()
}

/// A date as mail writes it (RFC 5322), or as programs do (RFC 3339).
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let date = mail_parser::DateTime::parse_rfc822(text)
        .or_else(|| mail_parser::DateTime::parse_rfc3339(text))
        .filter(mail_parser::DateTime::is_valid)?;
    DateTime::from_timestamp(date.to_timestamp(), 0)
}
