//! The editorial calendar's arithmetic: editions × dates → slots, in the publication's zone. What
//! the wall clock does twice or not at all is settled by one rule, see [`moment_of`].

use std::fmt;

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

use super::{Edition, Publication, Slot};
use crate::words::{Said, say};

/// No reader's hour is farther from the publication's than this.
pub const ZONES_APART: TimeDelta = TimeDelta::hours(27);
/// Any edition that ever appears again does so within this time: `5th` days and breaks included.
const HORIZON_DAYS: usize = 3 * 366;

/// Why an edition does not appear on a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// There is no such edition.
    UnknownEdition,
    /// It appears on other days.
    OtherDay,
    /// It has not begun yet.
    NotYet {
        /// Its first possible date.
        starting: NaiveDate,
    },
    /// `schedule.skip` names the date.
    Skipped,
    /// The date lies in a break.
    OnBreak {
        /// Its reason, where one is written.
        why: Option<String>,
    },
}

impl Absence {
    /// The reason, for people.
    #[must_use]
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::UnknownEdition => say!("there is no such edition"),
            Self::OtherDay => say!("the edition appears on other days"),
            Self::NotYet { starting } => say!("the edition starts on {starting}", starting),
            Self::Skipped => say!("`schedule.skip` names the date"),
            Self::OnBreak { why: Some(why) } => say!("the date lies in a break ({why})", why),
            Self::OnBreak { why: None } => say!("the date lies in a break"),
        }
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl Publication {
    /// The slot of an edition on a date; or why there is none.
    ///
    /// # Errors
    /// The reason, for telling people.
    pub(crate) fn slot_or_absence(&self, edition: &str, date: NaiveDate) -> Result<Slot, Absence> {
        let edition = self.edition(edition).ok_or(Absence::UnknownEdition)?;
        let slot = || self.slot_of(edition, date);
        let is_extra =
            |extra: &super::ExtraDate| extra.edition == edition.key && extra.date == date;
        if self.schedule.extra.iter().any(is_extra) {
            return Ok(slot());
        }
        if let Some(starting) = edition.recurrence.starting
            && date < starting
        {
            return Err(Absence::NotYet { starting });
        }
        if !edition.falls_on(date) {
            return Err(Absence::OtherDay);
        }
        if self.schedule.skip.contains(&date) {
            return Err(Absence::Skipped);
        }
        let is_over = |pause: &&super::ScheduleBreak| (pause.from..=pause.to).contains(&date);
        match self.schedule.breaks.iter().find(is_over) {
            Some(pause) => Err(Absence::OnBreak {
                why: pause.why.clone(),
            }),
            None => Ok(slot()),
        }
    }

    /// The slot of an edition on a date, where it has one.
    #[must_use]
    pub(crate) fn slot(&self, edition: &str, date: NaiveDate) -> Option<Slot> {
        self.slot_or_absence(edition, date).ok()
    }

    /// The edition's hour on any date, whether it appears then or not. None: no such edition.
    #[must_use]
    pub(crate) fn hour_of(&self, edition: &str, date: NaiveDate) -> Option<DateTime<Utc>> {
        let edition = self.edition(edition)?;
        Some(moment_of(self.timezone, date.and_time(edition.time)))
    }

    /// The slot that comes after an issue of that edition and date, over all editions: what a
    /// teaser announces.
    #[must_use]
    pub(crate) fn slot_following(&self, edition: &str, date: NaiveDate) -> Option<Slot> {
        self.next_slot_after(self.hour_of(edition, date)?)
    }

    /// The slots of an edition nearest to a date: the last before it and the first after it.
    #[must_use]
    pub(crate) fn slots_around(
        &self,
        edition: &str,
        date: NaiveDate,
    ) -> (Option<Slot>, Option<Slot>) {
        let near = |days: &mut dyn Iterator<Item = NaiveDate>| {
            days.skip(1)
                .take(HORIZON_DAYS)
                .find_map(|date| self.slot(edition, date))
        };
        let before = near(&mut std::iter::successors(Some(date), |date| {
            date.pred_opt()
        }));
        (before, near(&mut date.iter_days()))
    }

    /// The first slot after a moment, over all editions.
    #[must_use]
    pub(crate) fn next_slot_after(&self, moment: DateTime<Utc>) -> Option<Slot> {
        self.slots_after(moment).next()
    }

    /// The first slot of one edition after a moment.
    #[must_use]
    pub(crate) fn next_slot_of(&self, edition: &str, moment: DateTime<Utc>) -> Option<Slot> {
        self.slots_after(moment)
            .find(|slot| slot.edition == edition)
    }

    /// The date at a moment, in the publication's zone.
    #[must_use]
    pub(crate) fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.timezone).date_naive()
    }

    /// All slots after a moment, in their order, for about three years.
    pub(crate) fn slots_after(&self, moment: DateTime<Utc>) -> impl Iterator<Item = Slot> {
        // A gap can push the last slot of a day past midnight: begin two days early.
        let today = self.today(moment);
        let first = today.checked_sub_days(Days::new(2)).unwrap_or(today);
        let last = today
            .checked_add_days(Days::new(HORIZON_DAYS as u64))
            .unwrap_or(NaiveDate::MAX);
        self.slots_between(first, last)
            .skip_while(move |slot| slot.at <= moment)
    }

    /// The slots of the dates from `first` to `last`, both included, in the order of their
    /// moments (and of the editions in the file, where two share one).
    pub(crate) fn slots_between(
        &self,
        first: NaiveDate,
        last: NaiveDate,
    ) -> impl Iterator<Item = Slot> {
        first
            .iter_days()
            .take_while(move |date| *date <= last)
            .flat_map(|date| {
                let mut slots: Vec<Slot> = self
                    .editions
                    .iter()
                    .filter_map(|edition| self.slot(&edition.key, date))
                    .collect();
                slots.sort_by_key(|slot| slot.at);
                slots
            })
    }

    fn slot_of(&self, edition: &Edition, date: NaiveDate) -> Slot {
        Slot {
            edition: edition.key.clone(),
            date,
            at: moment_of(self.timezone, date.and_time(edition.time)),
        }
    }
}

/// The first moment at which a wall clock in that zone shows `local` or a later time.
///
/// Where the clock jumps over `local` (spring) that is the moment of the jump; where it shows
/// `local` twice (autumn) the first of the two. Both follow from the one rule.
#[must_use]
pub fn moment_of(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment.to_utc(),
        LocalResult::None => GapInfo::new(&local, &zone)
            .and_then(|gap| gap.end)
            .map_or_else(|| local.and_utc(), |moment| moment.to_utc()),
    }
}

#[cfg(test)]
mod tests;
