//! The `schedule:` block: how late is too late, and the dates on which the calendar differs from
//! its rules.

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Edition,
    text::{self, ParsedText, SingleLine},
};
use crate::{
    source::SourceError,
    words::phrased,
    yaml::{Tree, ValueKind},
};

/// Calendar rules.
#[derive(Debug, Clone)]
pub struct ScheduleSettings {
    /// How late an issue may still go out on its own.
    pub late: Duration,
    /// Each reader at the edition's hour in their own zone.
    pub by_reader_timezone: bool,
    /// Dates without an issue.
    pub skip: BTreeSet<NaiveDate>,
    /// Times without issues.
    pub breaks: Vec<ScheduleBreak>,
    /// Issues out of turn.
    pub extra: Vec<ExtraDate>,
}

impl ScheduleSettings {
    /// Until when what was due at that hour still goes out on its own.
    #[must_use]
    pub(crate) fn latest(&self, hour: DateTime<Utc>) -> DateTime<Utc> {
        let late = TimeDelta::from_std(self.late).ok();
        late.and_then(|late| hour.checked_add_signed(late))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The hour farthest back of which something still goes out on its own now.
    #[must_use]
    pub(crate) fn earliest(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let late = TimeDelta::from_std(self.late).ok();
        late.and_then(|late| now.checked_sub_signed(late))
            .unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

/// A time without issues, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleBreak {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// What the calendar shows.
    pub why: Option<String>,
}

/// A date on which an edition appears though no rule says so; it wins over `skip` and `breaks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraDate {
    /// The edition's key.
    pub edition: String,
    /// When.
    pub date: NaiveDate,
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        Self {
            late: DEFAULT_LATE,
            by_reader_timezone: false,
            skip: BTreeSet::new(),
            breaks: Vec::new(),
            extra: Vec::new(),
        }
    }
}

const DEFAULT_LATE: Duration = Duration::from_secs(6 * 3_600);

/// When issues go out, and when they don't.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ScheduleBlock {
    /// How late an issue may still go out on its own, after the machine was down or the issue was
    /// not ready. Later than that, it waits for a person.
    #[serde(deserialize_with = "text::parsed", serialize_with = "text::shown")]
    #[schemars(with = "ParsedText<Duration>")]
    late: Duration,
    /// Each reader gets the issue at the edition's hour in their own time zone.
    by_reader_timezone: bool,
    /// Dates without an issue.
    skip: Vec<ParsedText<NaiveDate>>,
    /// Times without issues, both ends included.
    breaks: Vec<BreakBlock>,
    /// Dates on which an edition appears out of turn; these win over `skip` and `breaks`.
    extra: Vec<ExtraBlock>,
}

impl Default for ScheduleBlock {
    fn default() -> Self {
        Self {
            late: DEFAULT_LATE,
            by_reader_timezone: false,
            skip: Vec::new(),
            breaks: Vec::new(),
            extra: Vec::new(),
        }
    }
}

/// A time without issues.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BreakBlock {
    /// The first day.
    from: ParsedText<NaiveDate>,
    /// The last day.
    to: ParsedText<NaiveDate>,
    /// What the calendar shows: a holiday's name.
    why: Option<ParsedText<SingleLine>>,
}

/// An issue out of turn.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExtraBlock {
    /// The edition's key.
    edition: String,
    /// The date it appears on.
    date: ParsedText<NaiveDate>,
}

impl ScheduleBlock {
    /// The settings, or every contradiction in them.
    pub(super) fn settle(
        self,
        editions: &[Edition],
        tree: &Tree,
    ) -> Result<ScheduleSettings, Vec<SourceError>> {
        let mut errors = Vec::new();
        for (index, own) in self.breaks.iter().enumerate() {
            if own.to.0 < own.from.0 {
                let message = phrased!(
                    "this break ends before it begins ({from})",
                    from = own.from.0
                );
                errors.push(error(tree, "breaks", index, "to", message));
            }
        }
        for (index, own) in self.extra.iter().enumerate() {
            if !editions.iter().any(|edition| edition.key == own.edition) {
                let message = phrased!("there is no edition `{edition}`", edition = own.edition);
                errors.push(error(tree, "extra", index, "edition", message));
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(ScheduleSettings {
            late: self.late,
            by_reader_timezone: self.by_reader_timezone,
            skip: self.skip.into_iter().map(|ParsedText(date)| date).collect(),
            breaks: self.breaks.into_iter().map(ScheduleBreak::from).collect(),
            extra: self
                .extra
                .into_iter()
                .map(|own| ExtraDate {
                    edition: own.edition,
                    date: own.date.0,
                })
                .collect(),
        })
    }
}

impl From<BreakBlock> for ScheduleBreak {
    fn from(block: BreakBlock) -> Self {
        Self {
            from: block.from.0,
            to: block.to.0,
            why: block.why.map(|ParsedText(SingleLine(why))| why),
        }
    }
}

/// An error about a key of the list's `index`th entry.
fn error(tree: &Tree, list: &str, index: usize, key: &str, message: String) -> SourceError {
    let entry = tree
        .get(&["schedule", list])
        .and_then(|node| match &node.kind {
            ValueKind::Sequence(items) => items.get(index)?.get(key),
            _ => None,
        });
    match entry {
        Some(node) => tree.error_at(&node.place, message),
        None => tree.error(&["schedule", list], message),
    }
}
