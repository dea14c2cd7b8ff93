//! Events as lines: for a person who watches `serve`, for a journal, as JSON.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{Output, Tone};
use crate::{
    address::{mask_strings, masked_within},
    publication::Slot,
    schedule::{Event, EventSink, SlotStanding},
};

/// Prints events, a line each.
pub(crate) struct EventPrinter {
    pub(crate) output: Output,
    /// The publication's, in which times are shown.
    pub(crate) zone: Tz,
    /// A command that ends tells of the batches itself, and needs no times.
    pub(crate) is_short: bool,
}

/// Writes events into the log, for programs that collect it.
pub(crate) struct EventLog;

#[async_trait]
impl EventSink for EventLog {
    async fn tell(&self, event: &Event, at: DateTime<Utc>) {
        // The log makes these details the line's own fields.
        let details = serde_json::to_value(EventJson { at, event }).unwrap_or_default();
        match event.is_alarming() {
            true => tracing::warn!(%details),
            false => tracing::info!(%details),
        }
    }
}

/// A line of `--json`.
#[derive(Serialize)]
struct EventJson<'a> {
    at: DateTime<Utc>,
    #[serde(flatten)]
    event: &'a Event,
}

#[async_trait]
impl EventSink for EventPrinter {
    async fn tell(&self, event: &Event, at: DateTime<Utc>) {
        if self.output.is_json() {
            let mut line = serde_json::to_value(EventJson { at, event }).unwrap_or_default();
            mask_strings(&mut line);
            self.output.document(&line);
            return;
        }
        if self.is_short && matches!(event, Event::BatchBegan { .. } | Event::BatchEnded { .. }) {
            return;
        }
        let tone = match event {
            Event::BatchEnded { counts, .. } if counts.rejected + counts.unknown > 0 => Tone::Care,
            Event::BatchEnded { .. } => Tone::Good,
            event if event.is_alarming() => Tone::Bad,
            Event::SlotNears { .. } | Event::SlotWaits { .. } | Event::IssueHeld { .. } => {
                Tone::Care
            }
            _ => Tone::Quiet,
        };
        let words = self.output.paint(tone, masked_within(&self.words(event)));
        if self.is_short {
            self.output.say(words);
        } else {
            self.output.say(format!("{}  {words}", self.time(at)));
        }
    }
}

impl EventPrinter {
    fn time(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone)
            .format("%Y-%m-%d %H:%M:%S")
            .to_string()
    }

    fn words(&self, event: &Event) -> String {
        let until = |at: &DateTime<Utc>| self.time(*at);
        match event {
            Event::SlotNears { slot, standing, .. } => {
                format!("! {} nears: {}", name(slot), words(standing))
            }
            Event::SlotWaits {
                slot,
                standing,
                until: at,
            } => format!(
                "! the hour of {} has come: {}; it goes out once ready, until {}",
                name(slot),
                words(standing),
                until(at)
            ),
            Event::SlotMissed {
                slot,
                standing,
                until: at,
            } => format!(
                "✗ {} was not sent by {}: {}; now a person decides (`daily-note send ISSUE`)",
                name(slot),
                until(at),
                words(standing)
            ),
            Event::IssueRefused {
                issue,
                problems,
                until: at,
                ..
            } => format!(
                "✗ {issue} is due and does not pass; fix it by {} and it goes out\n{}",
                until(at),
                indented(problems)
            ),
            Event::IssueHeld {
                issue,
                why,
                until: at,
                ..
            } => format!(
                "✗ {issue} is due and its files don't stand still; it goes out once they do, until {}\n{}",
                until(at),
                indented(std::slice::from_ref(why))
            ),
            Event::IssueUnplaced { issue, why, .. } => format!(
                "✗ no slot takes {issue}: {why}\n  now a person decides: give it another date, or daily-note send {issue}"
            ),
            Event::BatchBegan {
                issue, audience, ..
            } => format!("→ {issue} goes out to {}", count(*audience)),
            Event::BatchEnded {
                issue,
                audience,
                counts,
                ..
            } => format!(
                "✓ {issue} is done: {} of {audience} accepted, {} rejected, {} unknown, {} skipped",
                counts.accepted, counts.rejected, counts.unknown, counts.skipped
            ),
            Event::BatchPaused { issue, reason } => {
                format!("✗ {issue} is paused: {reason}\n  then: daily-note resume {issue}")
            }
            Event::ReadersMissed { issue, readers } => format!(
                "✗ {issue}: {} missed their hour by more than `schedule.late`, and wait for a person\n  then: daily-note resume {issue}",
                count(*readers)
            ),
            Event::RelayAway { issue, reason } => format!(
                "✗ {issue} can't be sent right now; retrying\n{}",
                indented(std::slice::from_ref(reason))
            ),
            Event::PagesAway { issue, reason } => format!(
                "✗ {issue} waits: the readers' pages do not answer; retrying\n{}",
                indented(std::slice::from_ref(reason))
            ),
            Event::RelayTrouble { issue, reason } => format!(
                "✗ {issue} goes on, but a connection to the relay was not to be used; others are tried\n{}",
                indented(std::slice::from_ref(reason))
            ),
            Event::ConfigurationRefused { problems } => format!(
                "✗ the configuration can't be read; nothing new starts until it is fixed\n{}",
                indented(problems)
            ),
            Event::StateRefused { reason } => {
                format!(
                    "✗ the state can't be used\n{}",
                    indented(std::slice::from_ref(reason))
                )
            }
            Event::SignupsHeld { since } => format!(
                "! a flood of sign-ups since {}: some of their mail is on hold\n  then: daily-note subscribers held",
                since.with_timezone(&self.zone).format("%Y-%m-%d %H:%M")
            ),
            Event::ReaderComplained { issue, report } => format!(
                "! a reader called {issue} spam and gets no mail any more\n  then: daily-note bounces show {report}"
            ),
            Event::DomainRefuses {
                issue,
                domain,
                reports,
                reason,
                until: at,
            } => format!(
                "✗ {domain} sends {issue} back ({reports} within an hour); its other readers wait until {}\n{}",
                until(at),
                indented(std::slice::from_ref(reason))
            ),
            Event::LeaveAsked { report } => format!(
                "! somebody asks to be taken off the list\n  then: daily-note bounces show {report}"
            ),
            Event::ReturnsTurnedAway { .. } => "! too much came back today that proves nothing: no more of it is kept, and it stays where it came from\n  then: daily-note bounces status".to_owned(),
            Event::NoticeGivenUp {
                target,
                notice,
                reason,
            } => format!(
                "✗ {target} could not be notified ({notice})\n{}",
                indented(std::slice::from_ref(reason))
            ),
            Event::Waiting { holder } => {
                format!("another daily-note keeps the calendar ({holder}); waiting to take over")
            }
            Event::Keeping { next: Some(next) } => {
                format!(
                    "keeping the calendar; next {} at {}",
                    name(next),
                    until(&next.at)
                )
            }
            Event::Keeping { next: None } => "keeping the calendar; it has no slot".to_owned(),
        }
    }
}

fn count(readers: u64) -> String {
    match readers {
        1 => "1 reader".to_owned(),
        readers => format!("{readers} readers"),
    }
}

fn name(slot: &Slot) -> String {
    format!("{} of {}", slot.edition, slot.date)
}

fn words(standing: &SlotStanding) -> String {
    match standing {
        SlotStanding::Missing => "no issue is there".to_owned(),
        SlotStanding::Draft { issue } => format!("{issue} is a draft"),
        SlotStanding::Ready { issue } => format!("{issue} is ready"),
        SlotStanding::OnHold { issue: Some(issue) } => {
            format!("{issue} is on hold (`daily-note release {issue}`)")
        }
        SlotStanding::OnHold { issue: None } => "it is on hold".to_owned(),
        SlotStanding::Doubled { issues } => {
            format!("more than one issue is there ({})", issues.join(", "))
        }
        SlotStanding::Broken { file, problems } => {
            format!("{file} can't be read\n{}", indented(problems))
        }
    }
}

fn indented(lines: &[String]) -> String {
    lines
        .iter()
        .flat_map(|text| text.lines())
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
