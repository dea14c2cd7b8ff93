//! What receipts are put together from: buttons, facts, days, spans, editions by their names.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{ReceiptButton, ReceiptFact, ReceiptWording, SaidReceipt};
use crate::receipt::occasion::{ConsentAct, TimedLink};

impl ReceiptWording<'_> {
    /// A button, and how long it works; for those whose client shows none, its address.
    pub(super) fn offer(&self, link: &TimedLink, lasts: &str, said: &mut SaidReceipt) {
        self.lead_to(Some(&link.url), said);
        let span = self.span(link.lasts);
        said.lasts = Some(self.words.filled_in(lasts, &[("span", &span)]));
        said.written_out = Some(self.words.get("written_out").to_owned());
    }

    /// A button to a page that is always there, where it is there.
    pub(super) fn lead_to(&self, url: Option<&String>, said: &mut SaidReceipt) {
        said.button = url.map(|url| ReceiptButton {
            label: self.say(said.kind, "button"),
            url: url.clone(),
        });
    }

    /// What was done and what came of it.
    pub(super) fn note_result(
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

    pub(super) fn note_act(&self, at: DateTime<Utc>, act: ConsentAct, said: &mut SaidReceipt) {
        let (act, _) = act.keys();
        said.facts_title = Some(self.get("facts"));
        said.facts = vec![
            self.fact("fact_sender", self.publication.name.clone()),
            self.fact("fact_act", self.get(act)),
            self.fact("fact_day", self.day(at)),
        ];
    }

    pub(super) fn fact(&self, name: &str, value: String) -> ReceiptFact {
        ReceiptFact {
            name: self.get(name),
            value,
        }
    }

    /// All that stands above the button of a mail that asks for a consent once more, and on it.
    pub(in crate::receipt) fn asked_again(&self) -> String {
        let parts = ["title", "lead", "button", "note"];
        parts.map(|part| self.say("reconfirm", part)).join("\n")
    }

    pub(super) fn get(&self, key: &str) -> String {
        self.words.get(key).to_owned()
    }

    pub(super) fn say(&self, kind: &str, part: &str) -> String {
        self.say_with(kind, part, &[])
    }

    pub(super) fn say_with(&self, kind: &str, part: &str, values: &[(&str, &str)]) -> String {
        let mut all = vec![("publication", self.publication.name.as_str())];
        all.extend(values);
        self.words.filled_in(&format!("{kind}_{part}"), &all)
    }

    pub(super) fn edition<'b>(&'b self, key: &'b str) -> &'b str {
        let edition = self.publication.edition(key);
        edition.map_or(key, |edition| &edition.title)
    }

    /// The editions' names, in the publication's order.
    pub(super) fn editions(&self, chosen: Option<&BTreeSet<String>>) -> String {
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
    pub(super) fn next_date(
        &self,
        chosen: Option<&BTreeSet<String>>,
        at: DateTime<Utc>,
    ) -> Option<NaiveDate> {
        let own = self.publication.editions.iter();
        own.filter(|edition| chosen.is_none_or(|chosen| chosen.contains(&edition.key)))
            .filter_map(|edition| self.publication.next_slot_of(&edition.key, at))
            .min_by_key(|slot| slot.at)
            .map(|slot| slot.date)
    }

    pub(super) fn day(&self, at: DateTime<Utc>) -> String {
        let local = at.with_timezone(&self.publication.timezone);
        self.dates.date(local.date_naive())
    }

    /// `30분`, `24시간`, `14일`.
    pub(super) fn span(&self, span: TimeDelta) -> String {
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
