//! A receipt in words: what its templates see as `receipt`.

mod pieces;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::occasion::{ConsentAct, NewestIssue, ReaderReceipt, ReceiptOccasion, TimedLink};
use crate::{
    publication::Publication,
    render::{MailWords, preheader_spacers},
};

/// A longer name is none.
const LONGEST_NAME: usize = 60;

/// What the templates see. What a receipt does not have is null or empty.
#[derive(Debug, Default, Serialize)]
pub(super) struct SaidReceipt {
    kind: &'static str,
    pub(super) subject: String,
    preheader: String,
    preheader_spacers: String,
    title: String,
    /// The day on which it happened.
    date: String,
    greeting: Option<String>,
    paragraphs: Vec<String>,
    facts_title: Option<String>,
    facts: Vec<ReceiptFact>,
    newest: Option<ShownIssue>,
    button: Option<ReceiptButton>,
    /// How long the button works.
    lasts: Option<String>,
    /// Where the button does nothing: what stands before its address.
    written_out: Option<String>,
    note: Option<String>,
    /// Why it came; stands in the footer.
    #[serde(skip)]
    pub(super) why: String,
}

#[derive(Debug, Serialize)]
struct ReceiptFact {
    name: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct ReceiptButton {
    label: String,
    url: String,
}

#[derive(Debug, Serialize)]
struct ShownIssue {
    label: String,
    title: String,
    line: String,
    url: String,
}

/// Puts receipts into words.
pub(super) struct ReceiptWording<'a> {
    pub(super) publication: &'a Publication,
    /// The receipts' own.
    pub(super) words: &'a MailWords,
    /// For dates.
    pub(super) dates: &'a MailWords,
}

impl ReceiptWording<'_> {
    pub(super) fn said(&self, receipt: &ReaderReceipt) -> SaidReceipt {
        let occasion = &receipt.occasion;
        let kind = occasion.key();
        let preheader = self.say(kind, "preheader");
        let name = occasion.name().map(shown_name);
        let greeting = name.filter(|name| !name.is_empty());
        let mut said = SaidReceipt {
            kind,
            subject: self.say(kind, "subject"),
            preheader_spacers: preheader_spacers(&preheader),
            preheader,
            title: self.say(kind, "title"),
            date: self.day(receipt.at),
            greeting: greeting.map(|name| self.words.filled_in("greeting", &[("name", &name)])),
            why: self.say(kind, "why"),
            ..SaidReceipt::default()
        };
        self.tell(receipt, &mut said);
        said
    }

    fn tell(&self, receipt: &ReaderReceipt, said: &mut SaidReceipt) {
        use ReceiptOccasion as Kind;
        let (kind, at) = (said.kind, receipt.at);
        match &receipt.occasion {
            Kind::Confirm { confirm } | Kind::MoveConfirm { confirm } => {
                said.paragraphs = vec![self.say(kind, "lead")];
                self.offer(confirm, "lasts", said);
                said.note = Some(self.say(kind, "note"));
            }
            Kind::Welcome {
                act,
                editions,
                newest,
                links,
                ..
            } => {
                self.welcome(at, *act, editions.as_ref(), newest.as_ref(), said);
                let note = links.preferences.as_ref();
                said.note = note.map(|_| self.say(kind, "note"));
            }
            Kind::AlreadyHere { links } => {
                said.paragraphs = vec![self.say(kind, "lead"), self.say(kind, "spam")];
                self.lead_to(links.preferences.as_ref(), said);
            }
            Kind::Goodbye { undo, .. } => {
                said.paragraphs = vec![self.say(kind, "lead")];
                self.take_leave(at, ConsentAct::Withdrawn, undo.as_ref(), said);
            }
            Kind::LeftEdition { edition, undo, .. } => {
                let lead = [("edition", self.edition(edition))];
                said.paragraphs = vec![self.say_with(kind, "lead", &lead)];
                self.take_leave(at, ConsentAct::Chosen, undo.as_ref(), said);
            }
            Kind::ManageLink { manage, .. } => {
                said.paragraphs = vec![self.say(kind, "lead"), self.say(kind, "forward")];
                self.offer(manage, "lasts_once", said);
                said.note = Some(self.say(kind, "note"));
            }
            Kind::Moved { to, undo } => {
                let lead = match to {
                    Some(to) => self.say_with(kind, "lead_to", &[("to", to)]),
                    None => self.say(kind, "lead"),
                };
                said.paragraphs = vec![lead, self.say(kind, "undo")];
                self.offer(undo, "lasts", said);
            }
            Kind::MovedHere { links } => {
                said.paragraphs = vec![self.say(kind, "lead")];
                self.lead_to(links.preferences.as_ref(), said);
            }
            Kind::OpinionReceived { issue, opinion, .. } => {
                said.paragraphs = vec![self.say_with(kind, "lead", &[("issue", issue)])];
                if opinion.is_some() {
                    said.paragraphs.push(self.say(kind, "again"));
                }
                self.lead_to(opinion.as_ref(), said);
                said.note = Some(self.say(kind, "note"));
            }
            Kind::ResultNotice {
                act,
                editions,
                links,
                ..
            } => {
                said.paragraphs = vec![self.say(kind, "lead")];
                // Who left gets none.
                let editions = (*act != ConsentAct::Withdrawn).then_some(editions.as_ref());
                self.note_result(at, *act, editions, said);
                self.lead_to(links.preferences.as_ref(), said);
            }
            Kind::ConsentReminder {
                agreed_at,
                act,
                links,
                ..
            } => {
                // Of who was never asked about advertising, nothing is said about it.
                let (title, lead) = match act {
                    ConsentAct::AgreedToAds => ("title", "lead"),
                    _ => ("title_plain", "lead_plain"),
                };
                said.title = self.say(kind, title);
                let date = self.day(*agreed_at);
                let lead = self.say_with(kind, lead, &[("date", &date)]);
                said.paragraphs = vec![lead, self.say(kind, "keep")];
                self.note_act(*agreed_at, *act, said);
                said.facts_title = Some(self.get("facts_consent"));
                self.lead_to(links.preferences.as_ref(), said);
            }
            Kind::Reconfirm { confirm, .. } => {
                said.paragraphs = vec![self.say(kind, "lead")];
                self.offer(confirm, "lasts", said);
                said.note = Some(self.say(kind, "note"));
            }
        }
    }

    /// What follows a departure, of everything or of one edition.
    fn take_leave(
        &self,
        at: DateTime<Utc>,
        act: ConsentAct,
        undo: Option<&TimedLink>,
        said: &mut SaidReceipt,
    ) {
        if self.publication.law.korea {
            self.note_result(at, act, None, said);
        }
        if let Some(undo) = undo {
            said.paragraphs.push(self.say(said.kind, "undo"));
            self.offer(undo, "lasts", said);
        }
        said.note = Some(self.say(said.kind, "note"));
    }

    fn welcome(
        &self,
        at: DateTime<Utc>,
        act: ConsentAct,
        editions: Option<&BTreeSet<String>>,
        newest: Option<&NewestIssue>,
        said: &mut SaidReceipt,
    ) {
        let kind = said.kind;
        let mut lead = self.say(kind, "lead");
        if let Some(date) = self.next_date(editions, at) {
            let date = self.dates.short_date(date);
            lead = format!("{lead} {}", self.say_with(kind, "next", &[("date", &date)]));
        }
        said.paragraphs = vec![lead];
        if self.publication.law.korea {
            self.note_result(at, act, Some(editions), said);
        } else if self.publication.editions.len() > 1 {
            let editions = self.editions(editions);
            let editions = self.say_with(kind, "editions", &[("editions", &editions)]);
            said.paragraphs.push(editions);
        }
        if let Some(newest) = newest {
            let title = self.edition(&newest.edition);
            said.newest = Some(ShownIssue {
                label: self.say(kind, "newest"),
                title: newest.title.clone(),
                line: format!("{title} · {}", self.dates.date(newest.date)),
                url: newest.url.clone(),
            });
            self.lead_to(Some(&newest.url), said);
        }
    }
}

/// A name on one line, as far as one goes.
fn shown_name(name: &str) -> String {
    let name = name.trim();
    match name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
        true => String::new(),
        false => name.to_owned(),
    }
}
