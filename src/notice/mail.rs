//! A happening as a mail: what it says, in the publication's language. Here the slots; batches and readers in a file of
//! their own.

mod returns;
mod troubles;

use chrono::{DateTime, Utc};

use super::{
    EventBackground,
    letter::{Notice, NoticeMail, render},
    phrases::Phrases,
};
use crate::{
    look::Accent,
    publication::{Publication, Slot},
    render::{RenderError, Templates},
    schedule::{Event, SlotStanding},
};

/// Findings and the like that a mail shows; the program shows all.
const MOST_ITEMS: usize = 12;

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
            Event::ReaderComplained { issue, report } => self.complained(issue, *report),
            Event::DomainRefuses {
                issue,
                domain,
                reports,
                reason,
                until,
            } => self.domain_refuses((issue, domain), *reports, reason, *until),
            Event::LeaveAsked { report } => self.leave_asked(*report),
            Event::ReturnsTurnedAway { since } => self.returns_turned_away(*since),
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

    fn list(&self, notice: &mut Notice, items: &[String]) {
        let shown = items.iter().take(MOST_ITEMS);
        notice.items = shown.map(|item| self.phrases.heard(item)).collect();
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
