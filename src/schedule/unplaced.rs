//! What is ready, or can't be read, and no slot will ever take: the calendar walks slots, and would
//! pass it by in silence.

use chrono::{Days, NaiveDate};

use super::{
    event::Event,
    plan_input::{BrokenFile, IssueCandidate, PlanInput},
};
use crate::words::phrased;

/// So many days before its date people hear of it: until then its writer is at work.
pub const BEFORE_DAYS: u64 = 7;
/// And so many days after it.
pub const AFTER_DAYS: u64 = 28;

/// What no slot takes, told.
pub(super) fn unplaced<'a>(sight: &'a PlanInput<'_>) -> impl Iterator<Item = Event> + use<'a> {
    let today = sight.publication.today(sight.now);
    let since = sight.kept_since.unwrap_or(sight.now);
    let since = sight.publication.today(since);
    let first = today.checked_sub_days(Days::new(AFTER_DAYS));
    let last = today.checked_add_days(Days::new(BEFORE_DAYS));
    let days = first.unwrap_or(today).max(since)..=last.unwrap_or(today);
    let is_near = move |date: NaiveDate| days.contains(&date);
    let is_near_too = is_near.clone();
    let ready = sight
        .candidates
        .iter()
        .filter(move |own| own.is_ready && is_near(own.date))
        .filter_map(|own| {
            Some(Event::IssueUnplaced {
                issue: own.id.clone(),
                edition: own.edition.clone(),
                date: own.date,
                why: why_unplaced(sight, own)?,
            })
        });
    let broken = sight
        .broken
        .iter()
        .filter(move |own| is_near_too(own.date) && !is_told_by_a_slot(sight, own))
        .map(|own| Event::IssueUnplaced {
            issue: own.file.clone(),
            edition: String::new(),
            date: own.date,
            why: own.problems.join("\n"),
        });
    ready.chain(broken)
}

/// Why no slot takes an issue; None: one does, or did.
fn why_unplaced(sight: &PlanInput<'_>, own: &IssueCandidate) -> Option<String> {
    let mut batches = sight.batches.iter().map(|carried| &carried.batch);
    if batches.clone().any(|batch| batch.issue == own.id) {
        return None;
    }
    match sight.publication.slot_or_absence(&own.edition, own.date) {
        Err(absence) => Some(absence.to_string()),
        Ok(slot) => batches
            .find(|batch| {
                let is_of_slot = batch.date == Some(slot.date) || batch.slot == slot.at;
                batch.edition == slot.edition && is_of_slot
            })
            .map(|batch| {
                phrased!(
                    "{issue} went out on {date} already",
                    issue = batch.issue,
                    date = slot.date
                )
            }),
    }
}

/// Whether a slot of its date, without another issue, tells of it.
fn is_told_by_a_slot(sight: &PlanInput<'_>, own: &BrokenFile) -> bool {
    let publication = sight.publication;
    publication.editions.iter().any(|edition| {
        let slot = publication.slot(&edition.key, own.date);
        let has_another = sight
            .candidates
            .iter()
            .any(|other| other.edition == edition.key && other.date == own.date);
        slot.is_some() && !has_another
    })
}
