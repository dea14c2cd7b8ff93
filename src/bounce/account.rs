//! What a report says of each recipient: the fields for programs and the words for people put side by side, and judged.
//!
//! Not: whether the mail is a report at all (`read`).

mod case;

use self::case::{CaseFile, Draft};
use super::{
    addresses,
    delivery_status::{self, DeliveryStatus, RecipientFields, ReportedAction},
    dialect::{self, Dialect},
    mail_parts::MailParts,
    narrative::Narrative,
    returned_mail::{MOST_RECIPIENTS, RecipientReport},
};

/// What a report says of all its recipients.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) recipients: Vec<RecipientReport>,
    /// The addresses as they stand there, also those that nobody would mail.
    pub(super) named: Vec<String>,
    pub(super) is_delivered: bool,
    pub(super) is_delayed: bool,
    /// The moment that the fields name, as it stands there.
    pub(super) moment: String,
}

/// The account of a mail that was taken apart.
pub(super) fn of(parts: &MailParts<'_>) -> Account {
    let dialect = dialect::of_header(&parts.header);
    let mut status = delivery_status::read(&parts.status);
    if status.recipients.is_empty() && delivery_status::is_within(&parts.narrative) {
        status = delivery_status::read(&parts.narrative);
    }
    let narrative = Narrative::read(&parts.narrative);
    let case = CaseFile {
        parts,
        dialect,
        narrative: &narrative,
        is_alone: status.recipients.len().max(narrative.recipients.len()) <= 1,
        relay: last_relay(parts),
    };
    Roll(case).account(status)
}

/// Finds whom a report names.
struct Roll<'a>(CaseFile<'a>);

impl Roll<'_> {
    fn account(&self, status: DeliveryStatus) -> Account {
        let mut account = Account {
            moment: status
                .recipients
                .iter()
                .map(|fields| fields.moment.clone())
                .find(|moment| !moment.is_empty())
                .unwrap_or(status.arrival.clone()),
            ..Account::default()
        };
        let drafts = self.drafts(status);
        let action = |is: fn(&ReportedAction) -> bool| {
            !drafts.is_empty()
                && drafts
                    .iter()
                    .all(|draft| draft.fields.action.as_ref().is_some_and(is))
        };
        account.is_delivered =
            action(|it| matches!(it, ReportedAction::Delivered | ReportedAction::HandedOn));
        account.is_delayed = action(|it| *it == ReportedAction::Delayed)
            || (drafts.iter().all(|draft| draft.fields.action.is_none()) && self.speaks_of_delay());
        for draft in drafts {
            account.named.push(draft.fields.recipient.clone());
            account.recipients.push(self.0.report(&draft));
        }
        account
    }

    /// Whom the report names: in the fields, in its words, in its header, in the message that it quotes.
    fn drafts(&self, status: DeliveryStatus) -> Vec<Draft<'_>> {
        if !status.recipients.is_empty() {
            return status
                .recipients
                .into_iter()
                .enumerate()
                .map(|(nth, fields)| Draft {
                    told: self.told(&fields),
                    fields,
                    nth,
                })
                .collect();
        }
        let draft = |(nth, (address, told))| Draft {
            fields: RecipientFields {
                recipient: address,
                ..RecipientFields::default()
            },
            told,
            nth,
        };
        let told = &self.0.narrative.recipients;
        let own: Vec<(String, &str)> = if told.is_empty() {
            let failed = self.0.parts.header.get("x-failed-recipients");
            let names: Vec<String> = match &failed {
                Some(failed) => addresses::all_within(failed).map(str::to_owned).collect(),
                None => quoted_recipient(&self.0.parts.quoted)
                    .or_else(|| quoted_recipient(&self.0.parts.narrative))
                    .into_iter()
                    .collect(),
            };
            let all = self.told_of_nobody();
            names.into_iter().map(|name| (name, all)).collect()
        } else {
            told.iter()
                .map(|told| {
                    let words = match told.words.trim() {
                        "" => self.0.narrative.all.as_str(),
                        // Their words stand before the address, or around it.
                        _ if matches!(
                            self.0.dialect,
                            Some(Dialect::James | Dialect::Fml | Dialect::Verizon)
                        ) =>
                        {
                            &self.0.narrative.all
                        }
                        words => words,
                    };
                    (told.address.clone(), words)
                })
                .collect()
        };
        own.into_iter()
            .take(MOST_RECIPIENTS)
            .enumerate()
            .map(draft)
            .collect()
    }

    /// The words of a report that says nothing of anybody.
    fn told_of_nobody(&self) -> &str {
        let all = self.0.narrative.all.as_str();
        match all.contains("--- Delivery report unavailable ---") {
            true => "",
            false => all,
        }
    }

    fn told(&self, fields: &RecipientFields) -> &str {
        let own = self
            .0
            .narrative
            .of(&fields.recipient)
            .or_else(|| self.0.narrative.of(&fields.original));
        match own {
            Some(told) if !told.words.trim().is_empty() => &told.words,
            _ if self.0.is_alone => &self.0.narrative.all,
            _ => "",
        }
    }

    fn speaks_of_delay(&self) -> bool {
        const MARKS: [&str; 9] = [
            "still being retried",
            "will be retried",
            "delivery attempts will continue",
            "has been delayed",
            "no action is required on your part",
            "will continue to try",
            "this is a warning message only",
            "you do not need to resend your message",
            "계속 재시도",
        ];
        let text = self.0.narrative.all.to_ascii_lowercase();
        MARKS.iter().any(|mark| text.contains(mark))
    }
}

/// The relay that wrote the oldest Received line.
fn last_relay(parts: &MailParts<'_>) -> String {
    let Some(line) = parts.header.all("received").last() else {
        return String::new();
    };
    let by = line.split(" by ").nth(1).unwrap_or_default();
    by.split_whitespace().next().unwrap_or_default().to_owned()
}

/// To whom the quoted message went, where the report names nobody.
fn quoted_recipient(quoted: &str) -> Option<String> {
    quoted
        .lines()
        .take(200)
        .filter_map(|line| line.get(..3).map(|start| (start, line)))
        .find(|(start, _)| start.eq_ignore_ascii_case("to:"))
        .and_then(|(_, line)| addresses::first_within(line))
        .map(str::to_owned)
}
