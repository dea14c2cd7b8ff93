//! What the mail says of batches, of what keeps them from leaving, and of readers.

use chrono::{DateTime, Utc};

use super::NoticeWriter;
use crate::{
    notice::{
        letter::{Notice, NoticeFact},
        phrases::grouped,
    },
    store::DeliveryCounts,
};

impl NoticeWriter<'_> {
    pub(super) fn ended(
        &self,
        issue: &str,
        (edition, slot): (&str, DateTime<Utc>),
        audience: u64,
        counts: &DeliveryCounts,
    ) -> Notice {
        let fact = |key: &str, count: u64| NoticeFact {
            name: self.phrases.get(key),
            value: grouped(count),
        };
        let rest = [
            ("rejected", counts.rejected),
            ("unknown", counts.unknown),
            ("skipped", counts.skipped),
            ("deferred", counts.deferred),
        ];
        let mut facts = vec![fact("accepted", counts.accepted)];
        facts.extend(
            rest.iter()
                .filter(|(_, count)| *count > 0)
                .map(|(key, count)| fact(key, *count)),
        );
        let lead = match counts.accepted == audience {
            true => "ended_all_lead",
            false => "ended_lead",
        };
        let (audience, accepted) = (grouped(audience), grouped(counts.accepted));
        let values = [("audience", &*audience), ("accepted", &*accepted)];
        let title = [("issue", self.title(issue))];
        let mut notice = Notice {
            kind: "report",
            label: Some(self.phrases.when(edition, slot)),
            title: self.phrases.filled("ended_title", &title),
            lead: self.phrases.filled(lead, &values),
            facts,
            ..Notice::default()
        };
        let failed = self.background.failed.iter().map(|reader| {
            let outcome = self.phrases.get(&reader.outcome);
            format!("{}  {outcome}  {}", reader.who, reader.reply)
                .trim_end()
                .to_owned()
        });
        self.list(&mut notice, &failed.collect::<Vec<_>>());
        if !notice.items.is_empty() {
            notice.items_title = Some(self.phrases.get("ended_items"));
            notice.then = Some(self.phrases.get("ended_then"));
            notice.command = Some(format!("daily-note status {issue} --failed"));
        }
        if counts.unknown > 0 {
            notice.then = Some(self.phrases.get("unknown_then"));
            notice.command = Some(format!(
                "daily-note resume {issue} --resend-unknown | --accept-unknown"
            ));
        }
        let shown = notice.items.len() as u64;
        let more = self.background.failed_total.saturating_sub(shown);
        notice.more = (more > 0).then(|| self.phrases.filled("more", &[("n", &grouped(more))]));
        notice
    }

    pub(super) fn paused(&self, issue: &str, reason: &str) -> Notice {
        Notice {
            kind: "paused",
            label: self.label(),
            title: self
                .phrases
                .filled("paused_title", &[("issue", self.title(issue))]),
            lead: self.phrases.get("paused_lead"),
            items_title: Some(self.phrases.get("paused_items")),
            items: vec![self.phrases.heard(reason)],
            then: Some(self.phrases.get("paused_then")),
            command: Some(format!("daily-note resume {issue}")),
            ..Notice::default()
        }
    }

    pub(super) fn readers_missed(&self, issue: &str, readers: u64) -> Notice {
        let readers = grouped(readers);
        let values = [("readers", &*readers), ("issue", self.title(issue))];
        Notice {
            kind: "missed",
            label: self.label(),
            title: self.phrases.filled("readers_title", &values),
            lead: self.phrases.filled("readers_lead", &values),
            then: Some(self.phrases.get("missed_then")),
            command: Some(format!("daily-note resume {issue}")),
            ..Notice::default()
        }
    }

    pub(super) fn signups_held(&self, since: DateTime<Utc>) -> Notice {
        let moment = self.phrases.moment(since);
        Notice {
            kind: "signups",
            title: self.phrases.get("signups_title"),
            lead: self.phrases.filled("signups_lead", &[("moment", &moment)]),
            then: Some(self.phrases.get("signups_then")),
            command: Some("daily-note subscribers held".to_owned()),
            ..Notice::default()
        }
    }

    /// `what`: it is away, or one connection to it is not to be used.
    pub(super) fn relay(&self, what: &str, issue: &str, reason: &str) -> Notice {
        let key = |part: &str| format!("{what}_{part}");
        let lead = [("issue", self.title(issue))];
        Notice {
            kind: "away",
            label: self.label(),
            title: self.phrases.get(&key("title")),
            lead: self.phrases.filled(&key("lead"), &lead),
            items_title: Some(self.phrases.get(&key("items"))),
            items: vec![self.phrases.heard(reason)],
            then: Some(self.phrases.get("away_then")),
            command: Some("daily-note doctor".to_owned()),
            ..Notice::default()
        }
    }

    pub(super) fn trouble(&self, what: &str, problems: &[String], command: &str) -> Notice {
        let get = |part: &str| self.phrases.get(&format!("{what}_{part}"));
        let mut notice = Notice {
            kind: "trouble",
            title: get("title"),
            lead: get("lead"),
            items_title: Some(get("items")),
            then: Some(self.phrases.get("refused_then")),
            command: Some(command.to_owned()),
            ..Notice::default()
        };
        self.list(&mut notice, problems);
        notice
    }

    pub(super) fn given_up(&self, target: &str, lost: &str, reason: &str) -> Notice {
        let values = [("target", target)];
        Notice {
            kind: "trouble",
            title: self.phrases.filled("given_up_title", &values),
            lead: self.phrases.filled("given_up_lead", &values),
            items_title: Some(self.phrases.get("given_up_items")),
            items: vec![self.phrases.heard(lost), self.phrases.heard(reason)],
            then: Some(self.phrases.get("given_up_then")),
            command: Some("daily-note status".to_owned()),
            ..Notice::default()
        }
    }
}
