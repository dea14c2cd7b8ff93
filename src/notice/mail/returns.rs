//! What is said of what came back.

use chrono::{DateTime, Utc};

use super::NoticeWriter;
use crate::notice::{letter::Notice, phrases::grouped};

impl NoticeWriter<'_> {
    /// A reader called an issue spam.
    pub(super) fn complained(&self, issue: &str, report: i64) -> Notice {
        let values = [("issue", self.title(issue))];
        Notice {
            kind: "returns",
            label: self.label(),
            title: self.phrases.get("complained_title"),
            lead: self.phrases.filled("complained_lead", &values),
            then: Some(self.phrases.get("returns_then")),
            command: Some(format!("daily-note bounces show {report}")),
            ..Notice::default()
        }
    }

    /// A domain sends an issue back for our sake.
    pub(super) fn domain_refuses(
        &self,
        (issue, domain): (&str, &str),
        reports: u64,
        reason: &str,
        until: DateTime<Utc>,
    ) -> Notice {
        let (count, until) = (grouped(reports), self.phrases.moment(until));
        let values = [
            ("issue", self.title(issue)),
            ("domain", domain),
            ("n", &count),
            ("until", &until),
        ];
        Notice {
            kind: "returns",
            label: self.label(),
            title: self.phrases.filled("domain_refuses_title", &values),
            lead: self.phrases.filled("domain_refuses_lead", &values),
            items_title: Some(self.phrases.get("domain_refuses_items")),
            items: vec![self.phrases.heard(reason)],
            then: Some(self.phrases.get("domain_refuses_then")),
            command: Some(format!("daily-note resume {issue} --domain {domain}")),
            ..Notice::default()
        }
    }

    /// More came on a day that proves nothing than is kept.
    pub(super) fn returns_turned_away(&self, since: DateTime<Utc>) -> Notice {
        let moment = self.phrases.moment(since);
        Notice {
            kind: "returns",
            title: self.phrases.get("turned_away_title"),
            lead: self
                .phrases
                .filled("turned_away_lead", &[("moment", &moment)]),
            then: Some(self.phrases.get("turned_away_then")),
            command: Some("daily-note bounces status".to_owned()),
            ..Notice::default()
        }
    }

    /// Somebody asks, in words, to be taken off.
    pub(super) fn leave_asked(&self, report: i64) -> Notice {
        Notice {
            kind: "returns",
            title: self.phrases.get("leave_asked_title"),
            lead: self.phrases.get("leave_asked_lead"),
            then: Some(self.phrases.get("leave_asked_then")),
            command: Some(format!("daily-note bounces show {report}")),
            ..Notice::default()
        }
    }
}
