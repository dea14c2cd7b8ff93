//! What is due when, and that nothing changes before the moment a plan names.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::{
    publication::Environment,
    schedule::window::ReaderZones,
    store::{Batch, BatchId},
};

const PUBLICATION: &str = "
publication: {name: N, language: ko, timezone: Asia/Seoul, from: a@example.com}
editions:
  monday: {title: M, day: mon, time: '08:00'}
  thursday: {title: T, day: thu, time: '08:00'}
";

/// Monday 2026-11-30, 08:00 in Seoul, and so many minutes.
fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_993_200, 0).unwrap() + TimeDelta::minutes(minutes)
}

const HOUR: i64 = 60;
const LATE: i64 = 6 * HOUR;

struct Desk {
    publication: Publication,
    candidates: Vec<IssueCandidate>,
    broken: Vec<BrokenFile>,
    batches: Vec<CarriedBatch>,
    zones: ReaderZones,
    adopted_at: Option<DateTime<Utc>>,
    kept_since: Option<DateTime<Utc>>,
    holds: BTreeSet<String>,
}

impl Desk {
    fn new(schedule: &str) -> Self {
        let yaml = format!("{PUBLICATION}schedule: {{{schedule}}}\n");
        let root = std::path::Path::new("/");
        Self {
            publication: Publication::from_yaml(root, &yaml, &Environment::empty()).unwrap(),
            candidates: Vec::new(),
            broken: Vec::new(),
            batches: Vec::new(),
            zones: ReaderZones::new(),
            adopted_at: None,
            kept_since: Some(at(-90 * 24 * HOUR)),
            holds: BTreeSet::new(),
        }
    }

    /// An issue of the Monday.
    fn issue(mut self, id: &str, is_ready: bool) -> Self {
        self.candidates.push(IssueCandidate {
            id: id.to_owned(),
            edition: "monday".to_owned(),
            date: day("2026-11-30"),
            file: None,
            is_ready,
        });
        self
    }

    fn ready() -> Self {
        Self::new("").issue("monday-2026-11-30", true)
    }

    fn batch(mut self, change: impl FnOnce(&mut CarriedBatch)) -> Self {
        let mut carried = CarriedBatch {
            batch: Batch {
                file: None,
                id: BatchId(1),
                issue: "monday-2026-11-30".to_owned(),
                is_rehearsal: false,
                edition: "monday".to_owned(),
                slot: at(0),
                date: Some(day("2026-11-30")),
                waves: 0,
                content: String::new(),
                state: BatchState::Open,
                audience: 9,
                frozen_at: at(0),
                trusts_refusals: false,
            },
            next_due: Some(at(0)),
            is_untouched: false,
        };
        change(&mut carried);
        self.batches.push(carried);
        self
    }

    fn at(&self, now: DateTime<Utc>) -> BeatPlan {
        plan(&PlanInput {
            publication: &self.publication,
            candidates: &self.candidates,
            broken: &self.broken,
            batches: &self.batches,
            zones: &self.zones,
            adopted_at: self.adopted_at,
            kept_since: self.kept_since,
            holds: &self.holds,
            now,
        })
    }

    /// What is to be done so many minutes after the hour, in a word a job.
    fn jobs(&self, minutes: i64) -> Vec<&'static str> {
        let word = |job: &DueJob| match job {
            DueJob::Begin { .. } => "begin",
            DueJob::Carry { .. } => "carry",
            DueJob::Shelve { .. } => "shelve",
        };
        self.at(at(minutes)).jobs.iter().map(word).collect()
    }

    /// What is told of the Monday so many minutes after the hour.
    fn told(&self, minutes: i64) -> Option<&'static str> {
        let of_monday = |slot: &Slot| slot.date == day("2026-11-30");
        self.at(at(minutes))
            .news
            .iter()
            .find_map(|event| match event {
                Event::SlotNears { slot, .. } if of_monday(slot) => Some("nears"),
                Event::SlotWaits { slot, .. } if of_monday(slot) => Some("waits"),
                Event::SlotMissed { slot, .. } if of_monday(slot) => Some("missed"),
                _ => None,
            })
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_ready_issue_begins_at_its_hour_until_late_is_over() {
    let desk = Desk::ready();
    assert!(desk.jobs(-1).is_empty());
    assert_eq!(desk.jobs(0), ["begin"]);
    assert_eq!(desk.jobs(LATE), ["begin"]);
    assert!(desk.jobs(LATE + 1).is_empty());
    assert_eq!(desk.told(LATE), None);
    assert_eq!(desk.told(LATE + 1), Some("missed"));
    let draft = Desk::new("").issue("monday-2026-11-30", false);
    assert_eq!(draft.told(LATE + 2 * 24 * HOUR), Some("missed"));
    assert_eq!(draft.told(LATE + 2 * 24 * HOUR + 1), None);
}

#[test]
fn what_is_not_ready_is_told_and_never_begun() {
    let desks = [
        Desk::new(""),
        Desk::new("").issue("a", false),
        Desk::new("").issue("a", true).issue("b", true),
    ];
    for desk in desks {
        for minutes in [-1, 0, LATE] {
            assert!(desk.jobs(minutes).is_empty());
        }
        assert_eq!(desk.told(-24 * HOUR - 1), None);
        assert_eq!(desk.told(-24 * HOUR), Some("nears"));
        assert_eq!(desk.told(0), Some("waits"));
    }
    assert_eq!(
        Desk::new("").told(LATE + 1),
        None,
        "nobody can do anything about it"
    );
}

#[test]
fn a_slot_that_has_a_batch_is_never_begun_again() {
    for state in [
        BatchState::Open,
        BatchState::Finished,
        BatchState::Cancelled,
        BatchState::Paused {
            reason: String::new(),
            over_refusals: false,
        },
    ] {
        // By the issue, by the date, by the moment: whatever the file says by now.
        let changes: [fn(&mut Batch); 3] = [
            |batch| batch.date = None,
            |batch| batch.issue = "another".to_owned(),
            |batch| {
                batch.issue = "another".to_owned();
                batch.slot = at(-HOUR);
            },
        ];
        for change in changes {
            let desk = Desk::ready().batch(|carried| {
                carried.batch.state = state.clone();
                change(&mut carried.batch);
                carried.next_due = None;
            });
            assert!(desk.jobs(1).is_empty(), "{state:?}");
            assert_eq!(desk.told(LATE + 1), None);
        }
    }
}

#[test]
fn due_rows_of_an_open_batch_are_taken_up_and_others_waited_for() {
    let desk = Desk::ready().batch(|carried| carried.next_due = Some(at(10)));
    assert!(desk.jobs(9).is_empty());
    assert_eq!(desk.at(at(9)).wake_at, Some(at(10)));
    assert_eq!(desk.jobs(10), ["carry"]);
    // However late: some have it already.
    assert_eq!(desk.jobs(3 * 24 * HOUR), ["carry"]);
    let paused = Desk::ready().batch(|carried| {
        carried.batch.state = BatchState::Paused {
            reason: String::new(),
            over_refusals: false,
        };
    });
    assert!(paused.jobs(10).is_empty());
}

#[test]
fn a_batch_that_nobody_began_waits_for_a_person_after_late() {
    let desk = Desk::ready().batch(|carried| carried.is_untouched = true);
    assert_eq!(desk.jobs(LATE), ["carry"]);
    assert_eq!(desk.jobs(LATE + 1), ["shelve"]);
    // A person began it long after the hour: its time counts from then.
    let by_a_person = Desk::ready().batch(|carried| {
        carried.is_untouched = true;
        carried.batch.frozen_at = at(24 * HOUR);
    });
    assert_eq!(by_a_person.jobs(24 * HOUR + LATE), ["carry"]);
    // Waves have times of their own.
    let waves = Desk::ready().batch(|carried| {
        carried.is_untouched = true;
        carried.batch.waves = 3;
    });
    assert_eq!(waves.jobs(LATE + 1), ["carry"]);
}

#[test]
fn slots_due_before_a_copy_was_vouched_for_wait_for_the_person() {
    let mut desk = Desk::ready();
    desk.adopted_at = Some(at(10));
    assert!(desk.jobs(11).is_empty());
    assert_eq!(desk.told(11), Some("missed"));
    desk.adopted_at = Some(at(-1));
    assert_eq!(desk.jobs(11), ["begin"]);
}

#[test]
fn by_reader_timezone_the_window_is_that_of_the_earliest_and_the_latest_reader() {
    let mut desk = Desk::new("by_reader_timezone: true").issue("a", true);
    let zones = [
        None,
        Some(chrono_tz::Pacific::Auckland),
        Some(chrono_tz::America::Los_Angeles),
    ];
    desk.zones.insert("monday".to_owned(), zones.to_vec());
    assert!(desk.jobs(-4 * HOUR - 1).is_empty());
    assert_eq!(desk.jobs(-4 * HOUR), ["begin"]);
    assert_eq!(desk.jobs(17 * HOUR + LATE), ["begin"]);
    assert!(desk.jobs(17 * HOUR + LATE + 1).is_empty());
    // Without it, where the readers are does not matter.
    desk.publication.schedule.by_reader_timezone = false;
    assert!(desk.jobs(-1).is_empty());
}

#[test]
fn a_file_that_can_t_be_read_is_named_for_the_slot_of_its_date() {
    let mut desk = Desk::new("");
    desk.broken.push(BrokenFile {
        file: "issues/2026-11-30-x.md".to_owned(),
        date: day("2026-11-30"),
        problems: vec!["the front matter is missing".to_owned()],
    });
    let news = desk.at(at(0)).news;
    assert!(matches!(
        &news[0],
        Event::SlotWaits { standing: SlotStanding::Broken { file, .. }, .. } if file.ends_with("x.md")
    ));
}

#[test]
fn slots_go_before_batches_under_way_and_the_earlier_before_the_later() {
    let desk = Desk::ready().batch(|carried| {
        carried.batch.issue = "old".to_owned();
        carried.batch.date = None;
        carried.batch.slot = at(-3 * 24 * HOUR);
    });
    assert_eq!(desk.jobs(0), ["begin", "carry"]);
}

proptest! {
    /// Whoever sleeps until `wake_at` misses nothing: at no moment before does the plan change.
    #[test]
    fn a_plan_holds_until_the_moment_it_names(
        start in -9 * 24 * HOUR..9 * 24 * HOUR,
        waited in 0.0..1.0_f64,
        ready in prop::collection::vec(prop::option::of(any::<bool>()), 6),
        due in prop::option::of(-2 * 24 * HOUR..2 * 24 * HOUR),
        untouched: bool,
        zoned: bool,
        adopted in prop::option::of(-9 * 24 * HOUR..9 * 24 * HOUR),
    ) {
        let mut desk = Desk::new(if zoned { "by_reader_timezone: true" } else { "late: 45m" });
        let zones = [None, Some(chrono_tz::Pacific::Auckland), Some(chrono_tz::America::Los_Angeles)];
        desk.zones.insert("monday".to_owned(), zones.to_vec());
        let slots: Vec<Slot> = desk
            .publication
            .slots_between(day("2026-11-23"), day("2026-12-10"))
            .collect();
        for (slot, is_ready) in slots.iter().zip(ready) {
            if let Some(is_ready) = is_ready {
                desk.candidates.push(IssueCandidate {
                    id: format!("{}-{}", slot.edition, slot.date),
                    edition: slot.edition.clone(),
                    date: slot.date,
                    file: None,
                    is_ready,
                });
            }
        }
        if let Some(due) = due {
            desk = desk.batch(|carried| {
                carried.next_due = Some(at(due));
                carried.is_untouched = untouched;
            });
        }
        desk.adopted_at = adopted.map(at);
        let first = desk.at(at(start));
        let wake_at = first.wake_at.expect("there is always a next slot");
        prop_assert!(wake_at > at(start));
        let wait = (wake_at - at(start)).num_milliseconds() - 1;
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a share of a wait")]
        let later = at(start) + TimeDelta::milliseconds((wait as f64 * waited) as i64);
        let second = desk.at(later);
        prop_assert_eq!(&first.jobs, &second.jobs);
        prop_assert_eq!(second.wake_at, Some(wake_at));
        // What is not told any more after two days matters to nobody.
        let still = |plan: &BeatPlan| -> Vec<Event> {
            let is_missed = |event: &&Event| matches!(event, Event::SlotMissed { .. });
            plan.news.iter().filter(|event| !is_missed(event)).cloned().collect()
        };
        prop_assert_eq!(still(&first), still(&second));
    }
}

#[test]
fn what_was_before_the_calendar_was_kept_here_is_neither_missed_nor_caught_up_with() {
    let fresh = |desk: Desk, minutes: i64| Desk {
        kept_since: Some(at(minutes)),
        ..desk
    };
    let ready = || Desk::new("late: 2000d").issue("monday-2026-11-30", true);
    // A month later, on a machine that is new to it.
    let month = 30 * 24 * HOUR;
    let desk = fresh(ready(), month);
    assert_eq!((desk.jobs(month), desk.told(month)), (vec![], None));
    let desk = fresh(Desk::new("").issue("monday-2026-11-30", false), LATE + 1);
    assert_eq!(desk.told(LATE + 2), None);
    // Begun within the hour, it goes out; and what is missing was not promised.
    assert_eq!(fresh(ready(), HOUR).jobs(HOUR), ["begin"]);
    assert_eq!(fresh(Desk::new(""), HOUR).told(HOUR), None);
    // On one that kept it all the while, it goes out as long as `late` says.
    assert_eq!(ready().jobs(month), ["begin"]);
    // And a slot that never had an issue is told of for two days, however long `late` is.
    assert_eq!(Desk::new("late: 2000d").told(HOUR), Some("waits"));
    assert_eq!(Desk::new("late: 2000d").told(month), None);
}

#[test]
fn a_ready_issue_that_was_missed_is_told_of_for_four_weeks() {
    let desk = Desk::ready();
    assert_eq!(desk.told(LATE + 10 * 24 * HOUR), Some("missed"));
    assert_eq!(desk.told(LATE + 29 * 24 * HOUR), None);
}

#[test]
fn what_is_on_hold_is_not_begun_and_is_told_at_its_hour() {
    for name in ["monday-2026-11-30", "an-id-of-its-own"] {
        let mut desk = Desk::new("").issue("an-id-of-its-own", true);
        desk.holds.insert(name.to_owned());
        assert!(desk.jobs(0).is_empty());
        let news = desk.at(at(1)).news;
        let [Event::SlotWaits { standing, .. }] = news.as_slice() else {
            panic!("{news:?}");
        };
        let issue = Some("an-id-of-its-own".to_owned());
        assert_eq!(*standing, SlotStanding::OnHold { issue });
        desk.holds.clear();
        assert_eq!(desk.jobs(1), ["begin"]);
    }
}

/// What is told of issues that no slot takes.
fn unplaced(desk: &Desk, minutes: i64) -> Vec<String> {
    let news = desk.at(at(minutes)).news;
    let why = news.into_iter().filter_map(|event| match event {
        Event::IssueUnplaced { issue, why, .. } => Some(format!("{issue}: {why}")),
        _ => None,
    });
    why.collect()
}

#[test]
fn a_ready_issue_that_no_slot_takes_is_told_with_the_reason() {
    // A skipped date.
    let skipped = Desk::new("skip: [2026-11-30]").issue("monday-2026-11-30", true);
    let told = unplaced(&skipped, -24 * HOUR);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("skip"), "{told:?}");
    // A second issue on a slot that was sent.
    let second = Desk::new("")
        .issue("second", true)
        .batch(|carried| carried.batch.state = BatchState::Finished);
    let told = unplaced(&second, HOUR);
    assert_eq!(
        told,
        ["second: monday-2026-11-30 went out on 2026-11-30 already"]
    );
    // A day on which its edition does not appear; and a file of a removed edition, which can't be read.
    let mut other_day = Desk::ready();
    other_day.candidates[0].date = day("2026-12-01");
    assert_eq!(unplaced(&other_day, 0).len(), 1);
    let mut broken = Desk::new("");
    broken.broken.push(BrokenFile {
        file: "issues/2026-12-01-x.md".to_owned(),
        date: day("2026-12-01"),
        problems: vec!["there is no edition `gone`".to_owned()],
    });
    assert_eq!(unplaced(&broken, 0).len(), 1);
    // Not: drafts, what has a slot, what was sent, what was before the calendar was kept here.
    assert!(unplaced(&Desk::ready(), 0).is_empty());
    let draft = Desk::new("skip: [2026-11-30]").issue("monday-2026-11-30", false);
    assert!(unplaced(&draft, 0).is_empty());
    let sent = Desk::ready().batch(|carried| carried.batch.state = BatchState::Finished);
    assert!(unplaced(&sent, 0).is_empty());
    let mut before = skipped;
    before.kept_since = Some(at(48 * HOUR));
    assert!(unplaced(&before, 49 * HOUR).is_empty());
}
