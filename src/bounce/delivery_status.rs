//! The part of a report that is for programs (RFC 3464): a group of fields a recipient, read also where groups run
//! into each other and where the fields stand in plain text.
//!
//! Not: which class it means (`verdict`).

use std::borrow::Cow;

use super::{addresses, returned_mail::MOST_RECIPIENTS};
use crate::smtp::status::EnhancedCode;

/// What became of a recipient (RFC 3464 §2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReportedAction {
    Failed,
    Delayed,
    Delivered,
    /// Relayed or expanded: said no more of it.
    HandedOn,
}

/// One recipient's fields.
#[derive(Debug, Default, Clone)]
pub(super) struct RecipientFields {
    /// Final-Recipient's address.
    pub(super) recipient: String,
    /// Original-Recipient's, or X-Actual-Recipient's.
    pub(super) original: String,
    pub(super) action: Option<ReportedAction>,
    /// Whether Action was `expired`.
    pub(super) has_expired: bool,
    pub(super) status: Option<EnhancedCode>,
    /// The type before Diagnostic-Code's semicolon, in lower case.
    pub(super) kind: String,
    /// Diagnostic-Code's words.
    pub(super) words: String,
    pub(super) remote: String,
    /// PowerMTA's own class.
    pub(super) category: String,
    pub(super) moment: String,
}

impl RecipientFields {
    fn is_begun(&self) -> bool {
        !self.recipient.is_empty()
    }
}

/// All recipients, and the report's own moment.
#[derive(Debug, Default)]
pub(super) struct DeliveryStatus {
    pub(super) recipients: Vec<RecipientFields>,
    pub(super) arrival: String,
}

/// The most bytes of a recipient's words that are kept for judging.
const MOST_WORDS: usize = 4 << 10;

/// Reads the fields of a delivery-status part, or of a text that has them within.
pub(super) fn read(text: &str) -> DeliveryStatus {
    let mut status = DeliveryStatus::default();
    let mut fields = RecipientFields::default();
    let mut after_words = false;
    for line in text.lines() {
        if line.trim().is_empty() {
            if fields.is_begun() {
                status.close(&mut fields);
            }
            after_words = false;
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if after_words && fields.words.len() < MOST_WORDS {
                if !fields.words.is_empty() {
                    fields.words.push(' ');
                }
                fields.words.push_str(line.trim());
            }
            continue;
        }
        let Some((name, value)) = line.split_once(':') else {
            after_words = false;
            continue;
        };
        let name = name.trim().to_ascii_lowercase();
        after_words = name == "diagnostic-code";
        if name == "final-recipient" && fields.is_begun() {
            status.close(&mut fields);
        }
        match name.as_str() {
            "arrival-date" if status.arrival.is_empty() => {
                value.trim().clone_into(&mut status.arrival)
            }
            name => fields.set(name, value.trim()),
        }
    }
    status.close(&mut fields);
    status
}

impl DeliveryStatus {
    /// A group ends. What names nobody belongs to the message, or to the next group.
    fn close(&mut self, fields: &mut RecipientFields) {
        if !fields.is_begun() && fields.action.is_some() && !fields.original.is_empty() {
            fields.recipient = std::mem::take(&mut fields.original);
        }
        if fields.is_begun() && self.recipients.len() < MOST_RECIPIENTS {
            self.recipients.push(std::mem::take(fields));
        }
    }
}

impl RecipientFields {
    fn set(&mut self, name: &str, value: &str) {
        match name {
            "final-recipient" => self.recipient = recipient(value),
            "original-recipient" => self.original = recipient(value),
            "x-actual-recipient" if self.original.is_empty() => self.original = recipient(value),
            "action" => self.set_action(value),
            "status" => {
                let word = value
                    .split([' ', '\t', '(', ';'])
                    .find(|word| !word.is_empty());
                self.status = word.and_then(|word| word.parse().ok()).or(self.status);
            }
            "diagnostic-code" => self.set_words(value),
            "remote-mta" => after_type(value).clone_into(&mut self.remote),
            "x-powermta-bouncecategory" => value.clone_into(&mut self.category),
            "last-attempt-date" => value.clone_into(&mut self.moment),
            _ => {}
        }
    }

    fn set_action(&mut self, value: &str) {
        let word = value
            .split(|c: char| !c.is_ascii_alphabetic())
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        self.has_expired = word == "expired";
        self.action = match word.as_str() {
            "failed" | "failure" | "undeliverable" => Some(ReportedAction::Failed),
            "delayed" | "expired" => Some(ReportedAction::Delayed),
            "delivered" | "deliverable" => Some(ReportedAction::Delivered),
            "relayed" | "expanded" => Some(ReportedAction::HandedOn),
            _ => self.action,
        };
    }

    fn set_words(&mut self, value: &str) {
        let (kind, words) = match value.split_once(';') {
            Some((kind, words)) if !kind.trim().contains(char::is_whitespace) => {
                (kind.trim().to_ascii_lowercase(), words.trim())
            }
            _ => (String::new(), value),
        };
        let end = words.floor_char_boundary(words.len().min(MOST_WORDS));
        self.kind = kind;
        words[..end].clone_into(&mut self.words);
    }
}

/// `rfc822; name@example.com` → the address, or what stands for it.
fn recipient(value: &str) -> String {
    let named = after_type(value);
    match addresses::first_within(named) {
        Some(address) => address.to_owned(),
        None => named
            .trim_matches(['<', '>', ' '])
            .chars()
            .take(254)
            .collect(),
    }
}

fn after_type(value: &str) -> &str {
    value.split_once(';').map_or(value, |(_, rest)| rest).trim()
}

/// Whether the text has a recipient's fields in it.
pub(super) fn is_within(text: &str) -> bool {
    let line_with = |line: &str| {
        line.get(..15)
            .is_some_and(|start| start.eq_ignore_ascii_case("final-recipient"))
    };
    text.lines().any(line_with)
}

/// The words without the codes that begin each line of a long answer: `550-5.7.1 … 550-5.7.1 …`.
pub(super) fn without_repeated_codes<'a>(
    words: &'a str,
    reply: Option<u16>,
    status: Option<EnhancedCode>,
) -> Cow<'a, str> {
    let Some(reply) = reply else {
        return words.into();
    };
    let dashed = format!("{reply}-");
    if !words.contains(&dashed) {
        return words.into();
    }
    let mut clean = words.to_owned();
    if let Some(status) = status {
        for mark in ['-', ' '] {
            clean = clean.replace(&format!("{reply}{mark}{status}"), "");
        }
    }
    clean = clean.replace(&dashed, "").replace(&format!("{reply} "), "");
    let code = status.map(|it| it.to_string()).unwrap_or_default();
    Cow::Owned(format!("{reply} {code} {}", clean.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_whether_or_not_a_blank_line_parts_them() {
        let status = read(
            "Reporting-MTA: dns; mx.example.com\nArrival-Date: Mon, 2 Mar 2026 07:00:00 +0900\n\n\
             Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n\
             Diagnostic-Code: smtp; 550 5.1.1 no\n  such user\n\
             Final-Recipient: RFC822; <b@example.com>\nAction: delayed\nStatus: 4.4.1 (later)\n",
        );
        let [one, other] = status.recipients.as_slice() else {
            panic!("{status:?}");
        };
        assert_eq!(one.recipient, "a@example.com");
        assert_eq!(one.words, "550 5.1.1 no such user");
        assert_eq!(one.kind, "smtp");
        assert_eq!(other.recipient, "b@example.com");
        assert_eq!(other.action, Some(ReportedAction::Delayed));
        assert_eq!(other.status, Some(EnhancedCode::new(4, 4, 1)));
        assert!(status.arrival.starts_with("Mon, 2 Mar"));
    }

    #[test]
    fn a_thousand_recipients_are_not_all_kept() {
        let group = "Final-Recipient: rfc822; a@example.com\nAction: failed\n\n";
        assert_eq!(read(&group.repeat(1_000)).recipients.len(), MOST_RECIPIENTS);
    }
}
