//! What is fixed for each kind of event, as one table: what programs call it, who should hear of it, how often;
//! and what each single one is about.

use std::fmt;

use super::Event;
use crate::publication::Slot;

/// Codes by which it is told whether what was said is over.
pub(crate) mod codes {
    pub(crate) const BATCH_PAUSED: &str = "batch.paused";
    pub(crate) const CONFIGURATION_REFUSED: &str = "configuration.refused";
    pub(crate) const PAGES_AWAY: &str = "pages.away";
    pub(crate) const RELAY_AWAY: &str = "relay.away";
}

/// What is fixed for an event's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventFacts {
    /// The `type` of a webhook's event.
    pub code: &'static str,
    /// The first word of its key. Keys lie in outboxes: it stays as it is.
    word: &'static str,
    /// Who should hear of it.
    pub weight: EventWeight,
    /// How often people are notified of it.
    pub repetition: Repetition,
}

/// Who should hear of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventWeight {
    /// Whoever reads the log.
    Log,
    /// People and programs.
    News,
    /// A person has to do something.
    Alarm,
}

/// How often people are notified of what is about the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// Once, whatever else changes.
    Once,
    /// Once as long as its details stay the same.
    OnceAsItStands,
    /// What stands for days: once a day.
    Daily,
    /// Once a day as long as its details stay the same.
    DailyAsItStands,
    /// Each time: it waits for a person again.
    EachTime,
}

/// What makes two events the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    code: &'static str,
    word: &'static str,
    subject: String,
    detail: String,
}

impl EventKey {
    /// Whether it is an event of that kind.
    #[must_use]
    pub(crate) fn is_of(&self, code: &str) -> bool {
        self.code == code
    }

    /// Whether it is an event of that kind about that issue.
    #[must_use]
    pub(crate) fn is_about(&self, code: &str, issue: &str) -> bool {
        self.is_of(code) && self.subject == issue
    }

    /// The same without what may change about it.
    #[must_use]
    pub(crate) fn without_detail(self) -> Self {
        let detail = String::new();
        Self { detail, ..self }
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word)?;
        for part in [&self.subject, &self.detail] {
            if !part.is_empty() {
                write!(f, " {part}")?;
            }
        }
        Ok(())
    }
}

impl Event {
    /// What is fixed for its kind.
    #[must_use]
    pub(crate) fn facts(&self) -> EventFacts {
        use EventWeight::{Alarm, Log, News};
        use Repetition::{Daily, DailyAsItStands, EachTime, Once, OnceAsItStands};
        let (code, word, weight, repetition) = match self {
            Self::SlotNears { .. } => ("slot.nears", "nears", News, Once),
            Self::SlotWaits { .. } => ("slot.waits", "waits", News, Once),
            Self::SlotMissed { .. } => ("slot.missed", "missed", Alarm, Once),
            Self::IssueRefused { .. } => ("issue.refused", "refused", Alarm, OnceAsItStands),
            Self::IssueHeld { is_alarm, .. } => match is_alarm {
                true => ("issue.held", "held", Alarm, Daily),
                false => ("issue.held", "held", Log, Daily),
            },
            Self::IssueUnplaced { .. } => ("issue.unplaced", "unplaced", Alarm, OnceAsItStands),
            Self::BatchBegan { .. } => ("batch.began", "began", News, Once),
            Self::BatchEnded { .. } => ("batch.ended", "ended", News, OnceAsItStands),
            Self::BatchPaused { .. } => (codes::BATCH_PAUSED, "paused", Alarm, EachTime),
            Self::ReadersMissed { .. } => ("readers.missed", "readers", Alarm, EachTime),
            Self::RelayAway { .. } => (codes::RELAY_AWAY, "away", Alarm, Daily),
            Self::SignupsHeld { .. } => ("signups.held", "signups", Alarm, Once),
            Self::ReaderComplained { .. } => ("reader.complained", "complained", News, Once),
            Self::DomainRefuses { .. } => ("domain.refuses", "domain", Alarm, OnceAsItStands),
            Self::LeaveAsked { .. } => ("reader.asks", "asks", Alarm, Once),
            Self::ReturnsTurnedAway { .. } => ("returns.turned_away", "turned away", Alarm, Once),
            Self::PagesAway { .. } => (codes::PAGES_AWAY, "pages", Alarm, Daily),
            Self::RelayTrouble { .. } => ("relay.trouble", "trouble", Alarm, DailyAsItStands),
            Self::ConfigurationRefused { .. } => (
                codes::CONFIGURATION_REFUSED,
                "configuration",
                Alarm,
                DailyAsItStands,
            ),
            Self::StateRefused { .. } => ("state.refused", "state", Alarm, DailyAsItStands),
            Self::NoticeGivenUp { .. } => ("notice.given_up", "given up", Alarm, DailyAsItStands),
            Self::Waiting { .. } => ("calendar.waiting", "waiting", Log, Once),
            Self::Keeping { .. } => ("calendar.kept", "keeping", Log, Once),
        };
        EventFacts {
            code,
            word,
            weight,
            repetition,
        }
    }

    /// What makes two events the same: the second is not told.
    #[must_use]
    pub(crate) fn key(&self) -> EventKey {
        let of = |slot: &Slot| format!("{}-{}", slot.edition, slot.date);
        let (subject, detail) = match self {
            Self::SlotNears {
                slot,
                standing,
                before_seconds,
            } => (
                format!("{} {before_seconds}s", of(slot)),
                format!("{standing:?}"),
            ),
            Self::SlotWaits { slot, standing, .. } => (of(slot), format!("{standing:?}")),
            Self::SlotMissed { slot, .. } => (of(slot), String::new()),
            Self::IssueRefused {
                slot,
                issue,
                problems,
                ..
            } => (format!("{} {issue}", of(slot)), problems.join("\n")),
            Self::IssueHeld {
                slot,
                issue,
                is_alarm,
                ..
            } => (format!("{} {issue}", of(slot)), is_alarm.to_string()),
            Self::IssueUnplaced {
                issue,
                edition,
                date,
                why,
            } => (format!("{edition}-{date} {issue}"), why.clone()),
            Self::BatchBegan { issue, .. } => (issue.clone(), String::new()),
            Self::BatchEnded { issue, counts, .. } => (issue.clone(), format!("{counts:?}")),
            Self::BatchPaused { issue, reason }
            | Self::RelayAway { issue, reason }
            | Self::PagesAway { issue, reason }
            | Self::RelayTrouble { issue, reason } => (issue.clone(), reason.clone()),
            Self::ReadersMissed { issue, readers } => (issue.clone(), readers.to_string()),
            Self::ConfigurationRefused { problems } => (String::new(), problems.join("\n")),
            Self::StateRefused { reason } => (String::new(), reason.clone()),
            Self::SignupsHeld { since } | Self::ReturnsTurnedAway { since } => {
                (since.to_rfc3339(), String::new())
            }
            Self::ReaderComplained { issue, report } => {
                (format!("{issue} {report}"), String::new())
            }
            Self::DomainRefuses {
                issue,
                domain,
                until,
                ..
            } => (format!("{issue} {domain}"), until.to_rfc3339()),
            Self::LeaveAsked { report } => (report.to_string(), String::new()),
            Self::NoticeGivenUp { target, .. } => (target.clone(), String::new()),
            Self::Waiting { holder } => (holder.clone(), String::new()),
            Self::Keeping { next } => (format!("{:?}", next.as_ref().map(of)), String::new()),
        };
        let EventFacts { code, word, .. } = self.facts();
        EventKey {
            code,
            word,
            subject,
            detail,
        }
    }

    /// Whether a person has to do something.
    #[must_use]
    pub fn is_alarming(&self) -> bool {
        self.facts().weight == EventWeight::Alarm
    }

    /// The issue that it is about.
    #[must_use]
    pub(crate) fn issue(&self) -> Option<&str> {
        match self {
            Self::IssueRefused { issue, .. }
            | Self::IssueHeld { issue, .. }
            | Self::IssueUnplaced { issue, .. }
            | Self::BatchBegan { issue, .. }
            | Self::BatchEnded { issue, .. }
            | Self::BatchPaused { issue, .. }
            | Self::ReadersMissed { issue, .. }
            | Self::RelayAway { issue, .. }
            | Self::PagesAway { issue, .. }
            | Self::ReaderComplained { issue, .. }
            | Self::DomainRefuses { issue, .. }
            | Self::RelayTrouble { issue, .. } => Some(issue),
            Self::SlotNears { .. }
            | Self::SlotWaits { .. }
            | Self::SlotMissed { .. }
            | Self::ConfigurationRefused { .. }
            | Self::StateRefused { .. }
            | Self::SignupsHeld { .. }
            | Self::LeaveAsked { .. }
            | Self::ReturnsTurnedAway { .. }
            | Self::NoticeGivenUp { .. }
            | Self::Waiting { .. }
            | Self::Keeping { .. } => None,
        }
    }

    /// The key of the edition that it is about, where it says so itself.
    #[must_use]
    pub(crate) fn edition(&self) -> Option<&str> {
        match self {
            Self::SlotNears { slot, .. }
            | Self::SlotWaits { slot, .. }
            | Self::SlotMissed { slot, .. }
            | Self::IssueRefused { slot, .. }
            | Self::IssueHeld { slot, .. } => Some(&slot.edition),
            Self::IssueUnplaced { edition, .. }
            | Self::BatchBegan { edition, .. }
            | Self::BatchEnded { edition, .. } => Some(edition),
            _ => None,
        }
    }
}
