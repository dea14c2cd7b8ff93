//! Events as lines: for a person who watches `serve`, for a journal, as JSON.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{Output, Tone, moments};
use crate::{
    address::{mask_strings, masked_within},
    publication::Slot,
    schedule::{Event, EventSink, SlotStanding},
    words::{Said, say},
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
        let words = masked_within(&self.output.words(self.words(event)));
        let words = self.output.paint(tone, words);
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

    fn words(&self, event: &Event) -> Said {
        let until = |at: &DateTime<Utc>| self.time(*at);
        match event {
            Event::SlotNears { slot, standing, .. } => {
                say!(
                    "! {slot} nears: {standing}",
                    slot = name(slot),
                    standing = words(standing)
                )
            }
            Event::SlotWaits {
                slot,
                standing,
                until: at,
            } => say!(
                "! the hour of {slot} has come: {standing}; it goes out once ready, until {at}",
                slot = name(slot),
                standing = words(standing),
                at = until(at)
            ),
            Event::SlotMissed {
                slot,
                standing,
                until: at,
            } => say!(
                "✗ {slot} was not sent by {at}: {standing}; now a person decides (`daily-note send ISSUE`)",
                slot = name(slot),
                at = until(at),
                standing = words(standing)
            ),
            Event::IssueRefused {
                issue,
                problems,
                until: at,
                ..
            } => say!(
                "✗ {issue} is due and does not pass; fix it by {at} and it goes out\n{problems}",
                issue,
                at = until(at),
                problems = indented(problems)
            ),
            Event::IssueHeld {
                issue,
                why,
                until: at,
                ..
            } => say!(
                "✗ {issue} is due and its files don't stand still; it goes out once they do, until {at}\n{why}",
                issue,
                at = until(at),
                why = indented(std::slice::from_ref(why))
            ),
            Event::IssueUnplaced { issue, why, .. } => say!(
                "✗ no slot takes {issue}: {why}\n  now a person decides: give it another date, or daily-note send {issue}",
                issue,
                why
            ),
            Event::BatchBegan {
                issue, audience, ..
            } => say!(
                "→ {issue} goes out to {audience}",
                issue,
                audience = moments::readers(*audience)
            ),
            Event::BatchEnded {
                issue,
                audience,
                counts,
                ..
            } => say!(
                "✓ {issue} is done: {accepted} of {audience} accepted, {rejected} rejected, {unknown} unknown, {skipped} skipped",
                issue,
                accepted = counts.accepted,
                audience,
                rejected = counts.rejected,
                unknown = counts.unknown,
                skipped = counts.skipped
            ),
            Event::BatchPaused { issue, reason } => {
                say!(
                    "✗ {issue} is paused: {reason}\n  then: daily-note resume {issue}",
                    issue,
                    reason = Said::heard(reason)
                )
            }
            Event::ReadersMissed { issue, readers } => say!(
                "✗ {issue}: {readers} missed their hour by more than `schedule.late`, and wait for a person\n  then: daily-note resume {issue}",
                issue,
                readers = moments::readers(*readers)
            ),
            Event::RelayAway { issue, reason } => say!(
                "✗ {issue} can't be sent right now; retrying\n{reason}",
                issue,
                reason = indented(std::slice::from_ref(reason))
            ),
            Event::PagesAway { issue, reason } => say!(
                "✗ {issue} waits: the readers' pages do not answer; retrying\n{reason}",
                issue,
                reason = indented(std::slice::from_ref(reason))
            ),
            Event::RelayTrouble { issue, reason } => say!(
                "✗ {issue} goes on, but a connection to the relay was not to be used; others are tried\n{reason}",
                issue,
                reason = indented(std::slice::from_ref(reason))
            ),
            Event::ConfigurationRefused { problems } => say!(
                "✗ the configuration can't be read; nothing new starts until it is fixed\n{problems}",
                problems = indented(problems)
            ),
            Event::StateRefused { reason } => {
                say!(
                    "✗ the state can't be used\n{reason}",
                    reason = indented(std::slice::from_ref(reason))
                )
            }
            Event::SignupsHeld { since } => say!(
                "! a flood of sign-ups since {zone}: some of their mail is on hold\n  then: daily-note subscribers held",
                zone = since.with_timezone(&self.zone).format("%Y-%m-%d %H:%M")
            ),
            Event::ReaderComplained { issue, report } => say!(
                "! a reader called {issue} spam and gets no mail any more\n  then: daily-note bounces show {report}",
                issue,
                report
            ),
            Event::DomainRefuses {
                issue,
                domain,
                reports,
                reason,
                until: at,
            } => say!(
                "✗ {domain} sends {issue} back ({reports} within an hour); its other readers wait until {at}\n{reason}",
                domain,
                issue,
                reports,
                at = until(at),
                reason = indented(std::slice::from_ref(reason))
            ),
            Event::LeaveAsked { report } => say!(
                "! somebody asks to be taken off the list\n  then: daily-note bounces show {report}",
                report
            ),
            Event::ReturnsTurnedAway { .. } => say!(
                "! too much came back today that proves nothing: no more of it is kept, and it stays where it came from\n  then: daily-note bounces status"
            ),
            Event::NoticeGivenUp {
                target,
                notice,
                reason,
            } => say!(
                "✗ {target} could not be notified ({notice})\n{reason}",
                target,
                notice,
                reason = indented(std::slice::from_ref(reason))
            ),
            Event::Waiting { holder } => {
                say!(
                    "another daily-note keeps the calendar ({holder}); waiting to take over",
                    holder
                )
            }
            Event::Keeping { next: Some(next) } => {
                say!(
                    "keeping the calendar; next {next} at {at}",
                    next = name(next),
                    at = until(&next.at)
                )
            }
            Event::Keeping { next: None } => say!("keeping the calendar; it has no slot"),
        }
    }
}

fn name(slot: &Slot) -> Said {
    say!(
        "{edition} of {date}",
        edition = slot.edition,
        date = slot.date
    )
}

fn words(standing: &SlotStanding) -> Said {
    match standing {
        SlotStanding::Missing => say!("no issue is there"),
        SlotStanding::Draft { issue } => say!("{issue} is a draft", issue),
        SlotStanding::Ready { issue } => say!("{issue} is ready", issue),
        SlotStanding::OnHold { issue: Some(issue) } => {
            say!("{issue} is on hold (`daily-note release {issue}`)", issue)
        }
        SlotStanding::OnHold { issue: None } => say!("it is on hold"),
        SlotStanding::Doubled { issues } => {
            say!(
                "more than one issue is there ({issues})",
                issues = issues.join(", ")
            )
        }
        SlotStanding::Broken { file, problems } => {
            say!(
                "{file} can't be read\n{problems}",
                file,
                problems = indented(problems)
            )
        }
    }
}

/// What was wrong, in lines of their own.
fn indented(lines: &[String]) -> Said {
    let lines = lines.iter().flat_map(|text| text.lines());
    Said::row(
        lines.map(|line| Said::row(["  ".into(), Said::heard(line)], "")),
        "
",
    )
}
