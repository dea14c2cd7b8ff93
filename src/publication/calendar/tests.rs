//! The calendar against oracles that walk minutes and days: slow, simple, and without its arithmetic.

use chrono::{Datelike, NaiveTime, TimeDelta, Weekday};
use chrono_tz::TZ_VARIANTS;
use proptest::prelude::*;

use super::*;
use crate::publication::Environment;

/// The first minute at which a clock in that zone shows `local` or a later time. Found by looking at
/// every minute that could be it, from the farthest east to the farthest west.
fn slow_moment(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let mut minute = local.and_utc() - TimeDelta::hours(15);
    while minute.with_timezone(&zone).naive_local() < local {
        minute += TimeDelta::minutes(1);
    }
    minute
}

/// The minutes around which a zone's clock is changed in a year: an hour before to two after.
fn around_changes(zone: Tz, year: i32) -> Vec<NaiveDateTime> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let hours =
        (0..366 * 24).map(|hour| first.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(hour));
    let offset = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local() - at.naive_utc();
    hours
        .filter(|at| offset(*at) != offset(*at + TimeDelta::hours(1)))
        .flat_map(|at| {
            let local = at.naive_utc() + offset(at);
            [-60, -1, 0, 1, 29, 30, 59, 60, 61, 90, 120, 121].map(|m| local + TimeDelta::minutes(m))
        })
        .collect()
}

#[test]
fn an_hour_that_is_left_out_or_comes_twice_is_the_first_moment_that_shows_it() {
    let mut looked_at = 0;
    for zone in [
        chrono_tz::Asia::Seoul,
        chrono_tz::America::New_York,
        chrono_tz::Europe::Berlin,
        chrono_tz::Pacific::Auckland,
        chrono_tz::Australia::Lord_Howe,
        chrono_tz::America::Sao_Paulo,
        chrono_tz::Asia::Beirut,
        chrono_tz::Asia::Tehran,
        chrono_tz::Africa::Casablanca,
        chrono_tz::America::Havana,
        chrono_tz::Africa::Cairo,
        chrono_tz::Pacific::Chatham,
        // It left out a whole day in 2011.
        chrono_tz::Pacific::Apia,
    ] {
        for year in [2011, 2018, 2026] {
            for local in around_changes(zone, year) {
                looked_at += 1;
                assert_eq!(
                    moment_of(zone, local),
                    slow_moment(zone, local),
                    "{zone} {local}"
                );
            }
        }
    }
    assert!(looked_at > 300, "{looked_at}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_hour_of_every_zone_is_the_first_moment_that_shows_it(
        zone in prop::sample::select(TZ_VARIANTS.as_slice()),
        minutes in 0..40 * 366 * 1_440_i64,
    ) {
        let start = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap().and_time(NaiveTime::MIN);
        let local = start + TimeDelta::minutes(minutes);
        // Some zones' old offsets have seconds; from 1973 on none has.
        prop_assert_eq!(moment_of(zone, local), slow_moment(zone, local));
    }

    #[test]
    fn the_slots_are_those_that_walking_every_day_finds(case in case()) {
        let publication = case.publication();
        let (first, last) = (day("2026-01-01"), day("2027-03-31"));
        let found: Vec<(String, NaiveDate)> = publication
            .slots_between(first, last)
            .map(|slot| (slot.edition, slot.date))
            .collect();
        let walked: Vec<(String, NaiveDate)> = first
            .iter_days()
            .take_while(|date| *date <= last)
            .flat_map(|date| case.editions_on(date).into_iter().map(move |key| (key, date)))
            .collect();
        prop_assert_eq!(&found, &walked);
        // The next slot after a moment is the first of them later than it.
        let moment = first.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(case.hours);
        let all: Vec<Slot> = publication.slots_between(first, last).collect();
        let later = all.iter().filter(|slot| slot.at > moment).min_by_key(|slot| slot.at);
        let next = publication.next_slot_after(moment);
        prop_assert_eq!(next.as_ref(), later);
        for slot in all.iter().step_by(9) {
            prop_assert_eq!(
                slot.at,
                slow_moment(publication.timezone, slot.date.and_time(case.time_of(&slot.edition)))
            );
        }
    }
}

/// Two editions and the exceptions, as a person would write them.
#[derive(Debug, Clone)]
struct Case {
    /// The first edition's day: `mon`, `2nd tue`, `last fri`.
    which: Option<usize>,
    weekday: Weekday,
    /// The second edition, every so many weeks from a date on.
    every: i64,
    starting: NaiveDate,
    skip: Vec<NaiveDate>,
    pause: (NaiveDate, NaiveDate),
    extra: NaiveDate,
    zone: Tz,
    hours: i64,
}

const WHICH: [&str; 6] = ["1st", "2nd", "3rd", "4th", "5th", "last"];
const WEEKDAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

fn date() -> impl Strategy<Value = NaiveDate> {
    (0..365_u64).prop_map(|days| day("2026-01-01") + Days::new(days))
}

fn case() -> impl Strategy<Value = Case> {
    let zones = [
        chrono_tz::Asia::Seoul,
        chrono_tz::America::New_York,
        chrono_tz::Europe::Berlin,
        chrono_tz::Australia::Lord_Howe,
    ];
    (
        (
            prop::option::of(0..6_usize),
            prop::sample::select(WEEKDAYS.as_slice()),
            1..4_i64,
            date(),
        ),
        (
            prop::collection::vec(date(), 0..20),
            (date(), 0..40_u64),
            date(),
            prop::sample::select(zones.to_vec()),
            0..300 * 24_i64,
        ),
    )
        .prop_map(
            |((which, weekday, every, starting), (skip, (from, days), extra, zone, hours))| Case {
                which,
                weekday,
                every,
                starting,
                skip,
                pause: (from, from + Days::new(days)),
                extra,
                zone,
                hours,
            },
        )
}

impl Case {
    fn publication(&self) -> Publication {
        let weekday = self.weekday.to_string().to_lowercase();
        let day = self.which.map_or(weekday.clone(), |which| {
            format!("{} {weekday}", WHICH[which])
        });
        let skip: Vec<String> = self.skip.iter().map(ToString::to_string).collect();
        let yaml = format!(
            "publication: {{name: N, language: en, timezone: {}, from: a@example.com}}\n\
             editions:\n  \
             a: {{title: A, day: {day}, time: '02:30'}}\n  \
             b: {{title: B, day: wed, every_weeks: {}, starting: {}, time: '01:30'}}\n\
             schedule:\n  skip: [{}]\n  breaks: [{{from: {}, to: {}}}]\n  \
             extra: [{{edition: b, date: {}}}]\n",
            self.zone.name(),
            self.every,
            self.starting,
            skip.join(", "),
            self.pause.0,
            self.pause.1,
            self.extra
        );
        Publication::from_yaml(std::path::Path::new("/"), &yaml, &Environment::empty())
            .unwrap_or_else(|errors| panic!("{yaml}\n{errors:?}"))
    }

    fn time_of(&self, edition: &str) -> NaiveTime {
        let text = if edition == "a" { "02:30" } else { "01:30" };
        text.parse().unwrap()
    }

    /// The editions of a date in the order of their hours.
    fn editions_on(&self, date: NaiveDate) -> Vec<String> {
        let is_off = self.skip.contains(&date) || (self.pause.0 <= date && date <= self.pause.1);
        let mut found = Vec::new();
        if date == self.extra || (!is_off && self.is_b(date)) {
            found.push(("b", "01:30"));
        }
        if !is_off && self.is_a(date) {
            found.push(("a", "02:30"));
        }
        if found.len() > 1 {
            found.sort_by_key(|(key, time)| {
                let local = date.and_time(time.parse().unwrap());
                (slow_moment(self.zone, local), *key)
            });
        }
        found.into_iter().map(|(key, _)| key.to_owned()).collect()
    }

    /// By counting the month's days of that name.
    fn is_a(&self, date: NaiveDate) -> bool {
        let days = (1..=31).filter_map(|day| date.with_day(day));
        let of_name: Vec<NaiveDate> = days.filter(|day| day.weekday() == self.weekday).collect();
        match self.which {
            None => of_name.contains(&date),
            Some(5) => of_name.last() == Some(&date),
            Some(which) => of_name.get(which) == Some(&date),
        }
    }

    /// By walking whole weeks from the one it starts in.
    fn is_b(&self, date: NaiveDate) -> bool {
        let mut monday = self.starting;
        while monday.weekday() != Weekday::Mon {
            monday = monday.pred_opt().unwrap();
        }
        let mut wednesday = monday + TimeDelta::days(2);
        while wednesday < date {
            wednesday += TimeDelta::days(7 * self.every);
        }
        wednesday == date && date >= self.starting
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
