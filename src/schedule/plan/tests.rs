//! What is due when, and that nothing changes before the moment a plan names.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::{publication::Environment, store::BatchId};

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
    candidates: Vec<Candidate>,
    broken: Vec<Broken>,
    batches: Vec<Carried>,
    zones: Zones,
    adopted_at: Option<DateTime<Utc>>,
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
            zones: Zones::new(),
            adopted_at: None,
        }
    }

    /// An issue of the Monday.
    fn issue(mut self, id: &str, is_ready: bool) -> Self {
        self.candidates.push(Candidate {
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

    fn batch(mut self, change: impl FnOnce(&mut Carried)) -> Self {
        let mut carried = Carried {
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

    fn at(&self, now: DateTime<Utc>) -> Plan {
        plan(&Sight {
            publication: &self.publication,
            candidates: &self.candidates,
            broken: &self.broken,
            batches: &self.batches,
            zones: &self.zones,
            adopted_at: self.adopted_at,
            now,
        })
    }

    /// What is to be done so many minutes after the hour, in a word a job.
    fn jobs(&self, minutes: i64) -> Vec<&'static str> {
        let word = |job: &Job| match job {
            Job::Begin { .. } => "begin",
            Job::Carry { .. } => "carry",
            Job::Shelve { .. } => "shelve",
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
    assert_eq!(desk.told(LATE + 2 * 24 * HOUR + 1), None);
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
    desk.broken.push(Broken {
        file: "issues/2026-11-30-x.md".to_owned(),
        date: day("2026-11-30"),
        problems: vec!["the front matter is missing".to_owned()],
    });
    let news = desk.at(at(0)).news;
    assert!(matches!(
        &news[0],
        Event::SlotWaits { standing: Standing::Broken { file, .. }, .. } if file.ends_with("x.md")
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
                desk.candidates.push(Candidate {
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
        let still = |plan: &Plan| -> Vec<Event> {
            let is_missed = |event: &&Event| matches!(event, Event::SlotMissed { .. });
            plan.news.iter().filter(|event| !is_missed(event)).cloned().collect()
        };
        prop_assert_eq!(still(&first), still(&second));
    }
}
