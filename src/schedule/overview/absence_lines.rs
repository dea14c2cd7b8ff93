//! Dates on which the rules give an edition a slot, and somebody took it away.

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    publication::{Absence, Publication},
    words::phrase,
};

/// Dates on which an edition would appear, and doesn't.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct AbsentDates {
    /// The first of them.
    pub from: NaiveDate,
    /// The last of them; neighbours of one reason are one line.
    pub to: NaiveDate,
    /// Whose dates.
    pub editions: Vec<String>,
    /// The reason, for people.
    pub why: String,
}

/// The dates that `skip` and `breaks` take from the editions, neighbours of one reason together.
pub(super) fn absences(
    publication: &Publication,
    first: NaiveDate,
    last: NaiveDate,
) -> impl Iterator<Item = AbsentDates> {
    let mut absences: Vec<AbsentDates> = Vec::new();
    let has_no_slot = |from, to| publication.slots_between(from, to).next().is_none();
    for date in first.iter_days().take_while(|date| *date <= last) {
        for edition in &publication.editions {
            let why = match publication.slot_or_absence(&edition.key, date) {
                Err(Absence::Skipped) => "skipped".to_owned(),
                Err(Absence::OnBreak { why: Some(why) }) => why,
                Err(Absence::OnBreak { why: None }) => phrase!("a break").to_owned(),
                _ => continue,
            };
            match absences.last_mut() {
                Some(before) if before.why == why && has_no_slot(before.to, date) => {
                    before.to = date;
                    if !before.editions.contains(&edition.key) {
                        before.editions.push(edition.key.clone());
                    }
                }
                _ => absences.push(AbsentDates {
                    from: date,
                    to: date,
                    editions: vec![edition.key.clone()],
                    why,
                }),
            }
        }
    }
    absences.into_iter()
}
