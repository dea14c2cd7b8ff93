//! A happening as a mail: what it says, in the publication's language, on the notices' templates.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tera::Context;

use super::{
    EventBackground,
    phrases::{FOLDER, Phrases, grouped},
};
use crate::{
    address::masked_within,
    look::Accent,
    publication::{Publication, Slot},
    render::{RenderError, TemplateEngine, Templates, direction, tidy_text},
    schedule::{Event, SlotStanding},
    store::DeliveryCounts,
};

/// Findings and the like that a mail shows; the program shows all.
const MOST_ITEMS: usize = 12;

/// A mail to the people behind the newsletter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeMail {
    /// Its subject.
    pub subject: String,
    /// Its HTML part.
    pub html: String,
    /// Its text part.
    pub text: String,
}

/// What the templates see as `notice`.
#[derive(Debug, Default, Serialize)]
struct Notice {
    kind: &'static str,
    subject: String,
    /// What it is about: edition, day, hour.
    label: Option<String>,
    title: String,
    lead: String,
    facts: Vec<NoticeFact>,
    items_title: Option<String>,
    items: Vec<String>,
    /// What `items` left out.
    more: Option<String>,
    /// What to do now, and the command that does it.
    then: Option<String>,
    command: Option<String>,
    why: String,
}

#[derive(Debug, Serialize)]
struct NoticeFact {
    name: String,
    value: String,
}

/// The mail that tells of an event; None where nobody is mailed for it.
///
/// # Errors
/// A template of the publication's own that does not render.
pub fn mail(
    event: &Event,
    background: &EventBackground,
    publication: &Publication,
    templates: &Templates,
    at: DateTime<Utc>,
) -> Result<Option<NoticeMail>, RenderError> {
    let writer = NoticeWriter {
        phrases: Phrases::load(templates, publication)?,
        background,
        at,
    };
    let Some(mut notice) = writer.notice(event) else {
        return Ok(None);
    };
    let values = [
        ("publication", &*publication.name),
        ("title", &*notice.title),
    ];
    notice.subject = writer.phrases.filled("subject", &values);
    notice.why = writer
        .phrases
        .filled("why", &[("publication", &publication.name)]);
    render(
        &notice,
        accent(event, background, publication),
        publication,
        templates,
    )
    .map(Some)
}

fn render(
    notice: &Notice,
    accent: Accent,
    publication: &Publication,
    templates: &Templates,
) -> Result<NoticeMail, RenderError> {
    let texts: BTreeMap<String, String> = templates
        .under(FOLDER)
        .into_iter()
        .filter(|(name, _)| !name.ends_with(".yaml"))
        .collect();
    let engine = TemplateEngine::new(&texts)?;
    let mut context = Context::new();
    context.insert("notice", notice);
    context.insert("theme", &publication.look.accents(accent));
    context.insert(
        "publication",
        &serde_json::json!({
            "name": publication.name,
            "language": publication.language,
            "direction": direction(&publication.language),
        }),
    );
    let fill = |name: &str| engine.render(name, &context);
    Ok(NoticeMail {
        subject: notice.subject.clone(),
        html: fill("notice/notice.html")?,
        text: tidy_text(&fill("notice/notice.txt")?),
    })
}

fn accent(event: &Event, background: &EventBackground, publication: &Publication) -> Accent {
    let of_batch = || background.batch.as_ref().map(|(edition, _)| &**edition);
    let edition = event.edition().or_else(of_batch);
    let edition = edition.and_then(|key| publication.edition(key));
    edition.map_or(publication.look.accent, |edition| {
        publication.accent_of(edition)
    })
}

/// Puts events into words.
struct NoticeWriter<'a> {
    phrases: Phrases<'a>,
    background: &'a EventBackground,
    at: DateTime<Utc>,
}

impl NoticeWriter<'_> {
    fn notice(&self, event: &Event) -> Option<Notice> {
        Some(match event {
            Event::SlotNears { slot, standing, .. } => self.nears(slot, standing)?,
            Event::SlotWaits {
                slot,
                standing,
                until,
            } => self.waits(slot, standing, *until)?,
            Event::SlotMissed {
                slot,
                standing,
                until,
            } => self.missed(slot, standing, *until),
            Event::IssueRefused {
                slot,
                issue,
                problems,
                until,
            } => self.refused(slot, issue, problems, *until),
            Event::IssueHeld {
                slot,
                why,
                until,
                is_alarm: true,
                ..
            } => self.held(slot, why, *until),
            Event::IssueUnplaced { issue, why, .. } => self.unplaced(issue, why),
            Event::BatchEnded {
                issue,
                edition,
                slot,
                audience,
                counts,
            } => self.ended(issue, (edition, *slot), *audience, counts),
            Event::BatchPaused { issue, reason } => self.paused(issue, reason),
            Event::ReadersMissed { issue, readers } => self.readers_missed(issue, *readers),
            Event::RelayAway { issue, reason } => self.relay("away", issue, reason),
            Event::PagesAway { issue, reason } => self.relay("pages", issue, reason),
            Event::RelayTrouble { issue, reason } => self.relay("relay", issue, reason),
            Event::ConfigurationRefused { problems } => {
                self.trouble("configuration", problems, "daily-note check")
            }
            Event::StateRefused { reason } => {
                self.trouble("state", std::slice::from_ref(reason), "daily-note doctor")
            }
            Event::SignupsHeld { since } => self.signups_held(*since),
            Event::NoticeGivenUp {
                target,
                notice,
                reason,
            } => self.given_up(target, notice, reason),
            Event::IssueHeld { .. }
            | Event::BatchBegan { .. }
            | Event::Waiting { .. }
            | Event::Keeping { .. } => return None,
        })
    }

    /// None: what is ready needs no reminder.
    fn nears(&self, slot: &Slot, standing: &SlotStanding) -> Option<Notice> {
        let word = word(standing)?;
        let edition = self.phrases.edition(&slot.edition);
        let left = self.phrases.span(slot.at - self.at);
        let key = |part: &str| format!("nears_{word}_{part}");
        let mut notice = Notice {
            kind: "reminder",
            label: Some(self.phrases.slot(slot)),
            title: self.phrases.filled(&key("title"), &[("edition", &edition)]),
            lead: self.phrases.filled(&key("lead"), &[("left", &left)]),
            ..Notice::default()
        };
        self.stand(&mut notice, standing, slot);
        Some(notice)
    }

    fn waits(&self, slot: &Slot, standing: &SlotStanding, until: DateTime<Utc>) -> Option<Notice> {
        let word = word(standing)?;
        let edition = self.phrases.edition(&slot.edition);
        let until = self.phrases.moment(until);
        let mut notice = Notice {
            kind: "waits",
            label: Some(self.phrases.slot(slot)),
            title: self.phrases.filled("waits_title", &[("edition", &edition)]),
            lead: self
                .phrases
                .filled(&format!("waits_{word}_lead"), &[("until", &until)]),
            ..Notice::default()
        };
        self.stand(&mut notice, standing, slot);
        Some(notice)
    }

    /// What is there, and how to go on from it.
    fn stand(&self, notice: &mut Notice, standing: &SlotStanding, slot: &Slot) {
        match standing {
            SlotStanding::Missing => {
                notice.then = Some(self.phrases.get("nears_missing_then"));
                let (edition, date) = (&slot.edition, slot.date);
                notice.command = Some(format!("daily-note new {edition} --date {date}"));
            }
            SlotStanding::Draft { .. } | SlotStanding::Ready { .. } => {}
            SlotStanding::OnHold { issue } => {
                notice.then = Some(self.phrases.get("on_hold_then"));
                let name = format!("{}-{}", slot.edition, slot.date);
                let name = issue.as_ref().unwrap_or(&name);
                notice.command = Some(format!("daily-note release {name}"));
            }
            SlotStanding::Broken { file, problems } => {
                notice.items_title = Some(file.clone());
                self.list(notice, problems);
            }
            SlotStanding::Doubled { issues } => self.list(notice, issues),
        }
    }

    fn missed(&self, slot: &Slot, standing: &SlotStanding, until: DateTime<Utc>) -> Notice {
        let edition = self.phrases.edition(&slot.edition);
        let until = self.phrases.moment(until);
        let (lead, issue) = match standing {
            SlotStanding::Ready { issue } => ("missed_ready_lead", Some(issue)),
            SlotStanding::Draft { issue } => ("missed_lead", Some(issue)),
            _ => ("missed_lead", None),
        };
        Notice {
            kind: "missed",
            label: Some(self.phrases.slot(slot)),
            title: self
                .phrases
                .filled("missed_title", &[("edition", &edition)]),
            lead: self.phrases.filled(lead, &[("until", &until)]),
            then: issue.map(|_| self.phrases.get("missed_then")),
            command: issue.map(|issue| format!("daily-note send {issue}")),
            ..Notice::default()
        }
    }

    fn refused(
        &self,
        slot: &Slot,
        issue: &str,
        problems: &[String],
        until: DateTime<Utc>,
    ) -> Notice {
        let edition = self.phrases.edition(&slot.edition);
        let until = self.phrases.moment(until);
        let mut notice = Notice {
            kind: "refused",
            label: Some(self.phrases.slot(slot)),
            title: self
                .phrases
                .filled("refused_title", &[("edition", &edition)]),
            lead: self.phrases.filled("refused_lead", &[("until", &until)]),
            items_title: Some(self.phrases.get("refused_items")),
            then: Some(self.phrases.get("refused_then")),
            command: Some(format!("daily-note check {issue}")),
            ..Notice::default()
        };
        self.list(&mut notice, problems);
        notice
    }

    fn held(&self, slot: &Slot, why: &str, until: DateTime<Utc>) -> Notice {
        let edition = self.phrases.edition(&slot.edition);
        let until = self.phrases.moment(until);
        let mut notice = Notice {
            kind: "refused",
            label: Some(self.phrases.slot(slot)),
            title: self.phrases.filled("held_title", &[("edition", &edition)]),
            lead: self.phrases.filled("held_lead", &[("until", &until)]),
            items_title: Some(self.phrases.get("held_items")),
            ..Notice::default()
        };
        self.list(&mut notice, &[why.to_owned()]);
        notice
    }

    fn unplaced(&self, issue: &str, why: &str) -> Notice {
        let title = [("issue", self.title(issue))];
        let mut notice = Notice {
            kind: "refused",
            title: self.phrases.filled("unplaced_title", &title),
            lead: self.phrases.get("unplaced_lead"),
            items_title: Some(self.phrases.get("held_items")),
            then: Some(self.phrases.get("missed_then")),
            command: Some(format!("daily-note send {issue}")),
            ..Notice::default()
        };
        self.list(&mut notice, &[why.to_owned()]);
        notice
    }

    fn ended(
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

    fn paused(&self, issue: &str, reason: &str) -> Notice {
        Notice {
            kind: "paused",
            label: self.label(),
            title: self
                .phrases
                .filled("paused_title", &[("issue", self.title(issue))]),
            lead: self.phrases.get("paused_lead"),
            items_title: Some(self.phrases.get("paused_items")),
            items: vec![masked_within(reason)],
            then: Some(self.phrases.get("paused_then")),
            command: Some(format!("daily-note resume {issue}")),
            ..Notice::default()
        }
    }

    fn readers_missed(&self, issue: &str, readers: u64) -> Notice {
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

    fn signups_held(&self, since: DateTime<Utc>) -> Notice {
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
    fn relay(&self, what: &str, issue: &str, reason: &str) -> Notice {
        let key = |part: &str| format!("{what}_{part}");
        let lead = [("issue", self.title(issue))];
        Notice {
            kind: "away",
            label: self.label(),
            title: self.phrases.get(&key("title")),
            lead: self.phrases.filled(&key("lead"), &lead),
            items_title: Some(self.phrases.get(&key("items"))),
            items: vec![masked_within(reason)],
            then: Some(self.phrases.get("away_then")),
            command: Some("daily-note doctor".to_owned()),
            ..Notice::default()
        }
    }

    fn trouble(&self, what: &str, problems: &[String], command: &str) -> Notice {
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

    fn given_up(&self, target: &str, lost: &str, reason: &str) -> Notice {
        let values = [("target", target)];
        Notice {
            kind: "trouble",
            title: self.phrases.filled("given_up_title", &values),
            lead: self.phrases.filled("given_up_lead", &values),
            items_title: Some(self.phrases.get("given_up_items")),
            items: vec![masked_within(lost), masked_within(reason)],
            then: Some(self.phrases.get("given_up_then")),
            command: Some("daily-note status".to_owned()),
            ..Notice::default()
        }
    }

    fn list(&self, notice: &mut Notice, items: &[String]) {
        let shown = items.iter().take(MOST_ITEMS);
        notice.items = shown.map(|item| masked_within(item)).collect();
        let more = items.len().saturating_sub(MOST_ITEMS);
        notice.more = (more > 0).then(|| format!("… {more}"));
    }

    fn title<'b>(&'b self, issue: &'b str) -> &'b str {
        self.background.issue_title.as_deref().unwrap_or(issue)
    }

    fn label(&self) -> Option<String> {
        let (edition, slot) = self.background.batch.as_ref()?;
        Some(self.phrases.when(edition, *slot))
    }
}

/// How the phrases name a standing that keeps a slot from being sent.
fn word(standing: &SlotStanding) -> Option<&'static str> {
    Some(match standing {
        SlotStanding::Missing => "missing",
        SlotStanding::Draft { .. } => "draft",
        SlotStanding::Broken { .. } => "broken",
        SlotStanding::Doubled { .. } => "doubled",
        SlotStanding::OnHold { .. } => "on_hold",
        SlotStanding::Ready { .. } => return None,
    })
}
