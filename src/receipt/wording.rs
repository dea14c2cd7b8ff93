//! A receipt in words: what its templates see as `receipt`.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
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
                self.note_result(at, *act, Some(editions.as_ref()), said);
                self.lead_to(links.preferences.as_ref(), said);
            }
            Kind::ConsentReminder {
                agreed_at, links, ..
            } => {
                let date = self.day(*agreed_at);
                let lead = self.say_with(kind, "lead", &[("date", &date)]);
                said.paragraphs = vec![lead, self.say(kind, "keep")];
                self.note_act(*agreed_at, ConsentAct::AgreedToAds, said);
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

    /// A button, and how long it works; for those whose client shows none, its address.
    fn offer(&self, link: &TimedLink, lasts: &str, said: &mut SaidReceipt) {
        self.lead_to(Some(&link.url), said);
        let span = self.span(link.lasts);
        said.lasts = Some(self.words.filled_in(lasts, &[("span", &span)]));
        said.written_out = Some(self.words.get("written_out").to_owned());
    }

    /// A button to a page that is always there, where it is there.
    fn lead_to(&self, url: Option<&String>, said: &mut SaidReceipt) {
        said.button = url.map(|url| ReceiptButton {
            label: self.say(said.kind, "button"),
            url: url.clone(),
        });
    }

    /// What was done and what came of it.
    fn note_result(
        &self,
        at: DateTime<Utc>,
        act: ConsentAct,
        editions: Option<Option<&BTreeSet<String>>>,
        said: &mut SaidReceipt,
    ) {
        self.note_act(at, act, said);
        let (_, result) = act.keys();
        said.facts.push(self.fact("fact_result", self.get(result)));
        let editions = editions.filter(|_| self.publication.editions.len() > 1);
        let editions = editions.map(|editions| self.fact("fact_editions", self.editions(editions)));
        said.facts.extend(editions);
    }

    fn note_act(&self, at: DateTime<Utc>, act: ConsentAct, said: &mut SaidReceipt) {
        let (act, _) = act.keys();
        said.facts_title = Some(self.get("facts"));
        said.facts = vec![
            self.fact("fact_sender", self.publication.name.clone()),
            self.fact("fact_act", self.get(act)),
            self.fact("fact_day", self.day(at)),
        ];
    }

    fn fact(&self, name: &str, value: String) -> ReceiptFact {
        ReceiptFact {
            name: self.get(name),
            value,
        }
    }

    fn get(&self, key: &str) -> String {
        self.words.get(key).to_owned()
    }

    fn say(&self, kind: &str, part: &str) -> String {
        self.say_with(kind, part, &[])
    }

    fn say_with(&self, kind: &str, part: &str, values: &[(&str, &str)]) -> String {
        let mut all = vec![("publication", self.publication.name.as_str())];
        all.extend(values);
        self.words.filled_in(&format!("{kind}_{part}"), &all)
    }

    fn edition<'b>(&'b self, key: &'b str) -> &'b str {
        let edition = self.publication.edition(key);
        edition.map_or(key, |edition| &edition.title)
    }

    /// The editions' names, in the publication's order.
    fn editions(&self, chosen: Option<&BTreeSet<String>>) -> String {
        let Some(chosen) = chosen else {
            return self.get("every_edition");
        };
        let own = self.publication.editions.iter();
        let named: Vec<&str> = own
            .filter(|edition| chosen.contains(&edition.key))
            .map(|edition| edition.title.as_str())
            .collect();
        match named.is_empty() {
            true => self.get("no_edition"),
            false => named.join(self.words.get("list_join")),
        }
    }

    /// When the calendar has the next issue for who chose these.
    fn next_date(&self, chosen: Option<&BTreeSet<String>>, at: DateTime<Utc>) -> Option<NaiveDate> {
        let own = self.publication.editions.iter();
        own.filter(|edition| chosen.is_none_or(|chosen| chosen.contains(&edition.key)))
            .filter_map(|edition| self.publication.next_slot_of(&edition.key, at))
            .min_by_key(|slot| slot.at)
            .map(|slot| slot.date)
    }

    fn day(&self, at: DateTime<Utc>) -> String {
        let local = at.with_timezone(&self.publication.timezone);
        self.dates.date(local.date_naive())
    }

    /// `30분`, `24시간`, `14일`.
    fn span(&self, span: TimeDelta) -> String {
        let minutes = span.num_minutes().max(1);
        let (one, many, count) = match minutes {
            ..120 => ("minute_one", "minutes", minutes),
            120..2_880 => ("hour_one", "hours", minutes / 60),
            _ => ("day_one", "days", minutes / 1_440),
        };
        match count {
            1 => self.get(one),
            count => self.words.filled_in(many, &[("n", &count.to_string())]),
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
