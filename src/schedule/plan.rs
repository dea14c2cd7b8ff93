//! The beat's decision: what is due now, what to tell, when to look again.

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::{
    event::{Event, SlotStanding},
    plan_input::{BrokenFile, CarriedBatch, IssueCandidate, PlanInput},
    unplaced::{self, unplaced},
    window::{TimeWindow, window},
};
use crate::{
    publication::{Publication, Slot, ZONES_APART},
    store::BatchState,
};

/// How long a missed slot is told of.
const TOLD_AFTER: TimeDelta = TimeDelta::days(2);
/// And one whose issue is ready.
const WAITED_FOR: TimeDelta = TimeDelta::days(unplaced::AFTER_DAYS as i64);
/// Slots farther back are nobody's business, however late they might go out.
const LOOKED_BACK: TimeDelta = TimeDelta::days(3_660);

/// Something to be done now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "job")]
pub enum DueJob {
    /// Check, freeze and send the issue of a slot.
    Begin {
        /// The slot.
        slot: Slot,
        /// The issue's id.
        issue: String,
        /// Until when it goes out on its own.
        until: DateTime<Utc>,
    },
    /// Take up the due rows of an open batch.
    Carry {
        /// The issue's id.
        issue: String,
    },
    /// Pause a batch that nobody began in time.
    Shelve {
        /// The issue's id.
        issue: String,
        /// Until when it would have gone out on its own.
        until: DateTime<Utc>,
    },
}

impl DueJob {
    /// The issue it is about.
    #[must_use]
    pub(crate) fn issue(&self) -> &str {
        match self {
            Self::Begin { issue, .. } | Self::Carry { issue } | Self::Shelve { issue, .. } => issue,
        }
    }
}

/// What a beat decides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BeatPlan {
    /// What is due now: slots before batches under way, the earlier before the later.
    pub jobs: Vec<DueJob>,
    /// What people should hear; the same again at every beat while it stands.
    pub news: Vec<Event>,
    /// When the plan changes though nothing else does. None: nothing lies ahead.
    pub wake_at: Option<DateTime<Utc>>,
}

/// Decides.
#[must_use]
pub fn plan(sight: &PlanInput<'_>) -> BeatPlan {
    let mut plan = BeatPlan::default();
    for slot in slots_near(sight) {
        plan_slot(sight, slot, &mut plan);
    }
    plan.news.extend(unplaced(sight));
    let mut open: Vec<&CarriedBatch> = sight
        .batches
        .iter()
        .filter(|carried| carried.batch.state == BatchState::Open)
        .collect();
    open.sort_by_key(|carried| (carried.batch.slot, carried.batch.id.0));
    for carried in open {
        plan_batch(sight, carried, &mut plan);
    }
    plan
}

/// The slots that may be due, were due of late, or come next.
fn slots_near<'a>(sight: &'a PlanInput<'_>) -> impl Iterator<Item = Slot> + use<'a> {
    let publication = sight.publication;
    let oldest = publication.schedule.earliest(sight.now);
    let oldest = oldest.max(sight.now - LOOKED_BACK) - WAITED_FOR - ZONES_APART;
    let first = publication.today(oldest) - Days::new(1);
    let today = publication.today(sight.now);
    let last = today.checked_add_days(Days::new(3 * 366)).unwrap_or(today);
    let earliest = reminders(publication).next().unwrap_or_default();
    let ahead = sight.now + ZONES_APART + earliest;
    let mut is_past_the_next = false;
    publication
        .slots_between(first, last)
        .take_while(move |slot| {
            // The first slot beyond the horizon is what to wake for.
            let is_taken = !is_past_the_next;
            is_past_the_next = slot.at > ahead;
            is_taken
        })
}

fn plan_slot(sight: &PlanInput<'_>, slot: Slot, plan: &mut BeatPlan) {
    let on_slot: Vec<&IssueCandidate> = sight
        .candidates
        .iter()
        .filter(|own| own.edition == slot.edition && own.date == slot.date)
        .collect();
    if is_begun(sight, &slot, &on_slot) {
        return;
    }
    let TimeWindow { opens, mut closes } = window(sight.publication, &slot, sight.zones);
    let since = sight.kept_since.unwrap_or(sight.now);
    if opens < since {
        // What came before is not to be caught up with, however long `late` is.
        closes = closes.min(slot.at + ZONES_APART);
    }
    let was_kept = closes >= since;
    // Of a state that is a copy: the issue may have gone out after that was made.
    let is_doubtful = sight
        .adopted_at
        .is_some_and(|adopted_at| opens <= adopted_at);
    let broken = sight.broken.iter().find(|own| own.date == slot.date);
    let standing = match is_on_hold(sight, &slot, &on_slot) {
        true => SlotStanding::OnHold {
            issue: on_slot.first().map(|own| own.id.clone()),
        },
        false => standing(&on_slot, broken),
    };
    let now = sight.now;
    if now < opens {
        let mut reminders = reminders(sight.publication).map(|before| (before, opens - before));
        let ahead = reminders.clone().map(|(_, at)| at).find(|at| now < *at);
        plan.wake(ahead.unwrap_or(opens));
        // The last one that has come: after a night's sleep nobody is reminded twice.
        let come = reminders.by_ref().take_while(|(_, at)| now >= *at).last();
        if let Some((before, _)) = come
            && !matches!(standing, SlotStanding::Ready { .. })
        {
            plan.news.push(Event::SlotNears {
                slot,
                standing,
                before_seconds: before.num_seconds(),
            });
        }
    } else if now <= closes && !is_doubtful {
        plan.wake(closes + TimeDelta::milliseconds(1));
        match standing {
            SlotStanding::Ready { issue } => plan.jobs.push(DueJob::Begin {
                slot,
                issue,
                until: closes,
            }),
            // Of what never was there, nobody needs to hear for years.
            SlotStanding::Missing if opens < since || now > opens + TOLD_AFTER => {}
            standing => plan.news.push(Event::SlotWaits {
                slot,
                standing,
                until: closes,
            }),
        }
    } else if was_kept && now <= closes + told_for(&standing, is_doubtful) {
        plan.news.push(Event::SlotMissed {
            slot,
            standing,
            until: closes,
        });
    }
}

/// How long after its time people hear that a slot was missed. The same again is told once.
fn told_for(standing: &SlotStanding, is_doubtful: bool) -> TimeDelta {
    match standing {
        SlotStanding::Missing => -LOOKED_BACK,
        SlotStanding::Ready { .. } if !is_doubtful => WAITED_FOR,
        _ => TOLD_AFTER,
    }
}

fn is_on_hold(sight: &PlanInput<'_>, slot: &Slot, on_slot: &[&IssueCandidate]) -> bool {
    let name = format!("{}-{}", slot.edition, slot.date);
    sight.holds.contains(&name) || on_slot.iter().any(|own| sight.holds.contains(&own.id))
}

/// How long before its hour a slot without a ready issue is told of, the earliest reminder first.
fn reminders(publication: &Publication) -> impl Iterator<Item = TimeDelta> + Clone {
    let times = publication.notify.remind_before.iter();
    times.filter_map(|time| TimeDelta::from_std(*time).ok())
}

/// Whether something went out, or goes out, on this slot: an issue has one batch, and so has a slot. An
/// edition whose key was renamed is known by the moment and the file.
fn is_begun(sight: &PlanInput<'_>, slot: &Slot, on_slot: &[&IssueCandidate]) -> bool {
    sight.batches.iter().any(|CarriedBatch { batch, .. }| {
        let is_of_slot = batch.date == Some(slot.date) || batch.slot == slot.at;
        let is_of_file = |own: &&IssueCandidate| batch.file.is_some() && batch.file == own.file;
        (batch.edition == slot.edition && is_of_slot)
            || on_slot.iter().any(|own| own.id == batch.issue)
            || (is_of_slot && on_slot.iter().any(is_of_file))
    })
}

fn standing(on_slot: &[&IssueCandidate], broken: Option<&BrokenFile>) -> SlotStanding {
    match on_slot {
        [] => broken.map_or(SlotStanding::Missing, |broken| SlotStanding::Broken {
            file: broken.file.clone(),
            problems: broken.problems.clone(),
        }),
        [only] if only.is_ready => SlotStanding::Ready {
            issue: only.id.clone(),
        },
        [only] => SlotStanding::Draft {
            issue: only.id.clone(),
        },
        several => SlotStanding::Doubled {
            issues: several.iter().map(|own| own.id.clone()).collect(),
        },
    }
}

fn plan_batch(sight: &PlanInput<'_>, carried: &CarriedBatch, plan: &mut BeatPlan) {
    let batch = &carried.batch;
    let Some(due_at) = carried.next_due else {
        return;
    };
    // A batch that a person began late has its time from then.
    let hour = batch.slot.max(batch.frozen_at);
    let until = sight.publication.schedule.latest(hour);
    let issue = batch.issue.clone();
    // Of waves, each has its own time, which the store keeps.
    let may_be_too_late = batch.waves == 0 && carried.is_untouched;
    if due_at > sight.now {
        plan.wake(due_at);
    } else if may_be_too_late && sight.now > until {
        plan.jobs.push(DueJob::Shelve { issue, until });
    } else {
        if may_be_too_late {
            plan.wake(until + TimeDelta::milliseconds(1));
        }
        plan.jobs.push(DueJob::Carry { issue });
    }
}

impl BeatPlan {
    /// Wakes at that moment at the latest.
    pub(crate) fn wake(&mut self, at: DateTime<Utc>) {
        self.wake_at = Some(self.wake_at.map_or(at, |earlier| earlier.min(at)));
    }
}

#[cfg(test)]
mod tests;
