//! What happens to slots and batches, and what readers say, told: as a mail to the people behind the newsletter, as a
//! signed event to a program. Makes what is told; keeping and sending it is `app`'s.

mod letter;
mod mail;
mod opinions;
mod phrases;
mod webhook;

use chrono::{DateTime, TimeZone, Utc};

pub use self::{
    letter::NoticeMail,
    mail::mail,
    opinions::{ToldOpinion, opinions},
    webhook::{event, id, numbered, signature},
};
use crate::schedule::{Event, EventFacts, EventWeight, Repetition};

/// What else is known of a happening.
#[derive(Debug, Clone, Default)]
pub struct EventBackground {
    /// The title of the issue that it is about.
    pub issue_title: Option<String>,
    /// The edition and the moment of the issue's batch.
    pub batch: Option<(String, DateTime<Utc>)>,
    /// Some of those who did not get it.
    pub failed: Vec<FailedReader>,
    /// How many did not get it.
    pub failed_total: u64,
}

/// What makes two happenings the same: the second is not told. None: it is nobody's business but
/// the log's.
///
/// `at` is the moment of it, on the publication's clock. What stands for days (a relay that is away, a
/// configuration that is broken) is told once a day; a batch that stops waits for a person each time.
#[must_use]
pub(crate) fn key<Z: TimeZone>(event: &Event, at: &DateTime<Z>) -> Option<String> {
    let EventFacts {
        weight, repetition, ..
    } = event.facts();
    if weight == EventWeight::Log {
        return None;
    }
    let key = event.key();
    let (today, now) = (at.date_naive(), at.timestamp_millis());
    Some(match repetition {
        // What stands there may change between two looks: that is no second reminder.
        Repetition::Once => key.without_detail().to_string(),
        Repetition::OnceAsItStands => key.to_string(),
        Repetition::Daily => format!("{} {today}", key.without_detail()),
        Repetition::DailyAsItStands => format!("{key} {today}"),
        Repetition::EachTime => format!("{key} {now}"),
    })
}

/// Somebody who did not get an issue.
#[derive(Debug, Clone)]
pub struct FailedReader {
    /// Their address, masked.
    pub who: String,
    /// `rejected`, `unknown`, …
    pub outcome: String,
    /// The relay's words, masked.
    pub reply: String,
}

#[cfg(test)]
mod tests;
