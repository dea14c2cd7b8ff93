//! The readers of the year, as the world knows them and no sender does: where they are, and when their
//! mailbox goes.

use chrono::{DateTime, TimeDelta, Utc};

use super::dice::Dice;
use crate::{address::Address, audience::Profile};

/// The large providers and their share of the readers, in a hundred.
pub(super) const LARGE: [(&str, usize); 6] = [
    ("gmail.example", 35),
    ("naver.example", 25),
    ("daum.example", 10),
    ("outlook.example", 6),
    ("kakao.example", 3),
    ("nate.example", 2),
];
/// A company of three that closes.
const SMALL_GONE: (&str, usize) = ("gone-small.example", 3);
/// One of eight, who are enough to look like a bad hour.
const LARGE_GONE: (&str, usize) = ("gone-large.example", 8);

/// A reader.
pub(super) struct PlayedReader {
    pub(super) number: usize,
    pub(super) domain: String,
    /// When the mailbox goes, for good.
    pub(super) dies_at: Option<DateTime<Utc>>,
    /// The issues it was in since.
    pub(super) issues_dead: usize,
    /// Its domain had a bad time in one of those.
    pub(super) had_spell: bool,
    /// After how many issues the sender knew.
    pub(super) found_after: Option<usize>,
}

impl PlayedReader {
    pub(super) fn email(&self) -> Address {
        Address::parse(&format!("reader{}@{}", self.number, self.domain)).unwrap()
    }

    pub(super) fn profile(&self) -> Profile {
        Profile {
            email: self.email(),
            name: None,
            editions: None,
            tags: Default::default(),
            timezone: None,
            language: None,
            consent: None,
        }
    }

    pub(super) fn is_dead(&self, now: DateTime<Utc>) -> bool {
        self.dies_at.is_some_and(|at| at <= now)
    }
}

/// Whose number the address carries.
pub(super) fn number_of(email: &Address) -> usize {
    let local = email.as_str().split('@').next().unwrap_or_default();
    local.trim_start_matches("reader").parse().unwrap()
}

/// So many readers, 2 % of whom are dead or die before `last`.
pub(super) fn everybody(
    count: usize,
    start: DateTime<Utc>,
    last: DateTime<Utc>,
    dice: &mut Dice,
) -> Vec<PlayedReader> {
    let year = (last - start).num_seconds();
    let some_day = |dice: &mut Dice| start + TimeDelta::seconds(dice.below(year));
    let closing = (some_day(dice), some_day(dice));
    let person = |number: usize| {
        let is_among =
            |(_, size): (&str, usize), from: usize| (from..from + size).contains(&number);
        let dies_at = match dice.below(1_000) {
            0..10 => Some(start - TimeDelta::days(1)),
            10..20 => Some(some_day(dice)),
            _ => None,
        };
        let (domain, dies_at) = if is_among(SMALL_GONE, 0) {
            (SMALL_GONE.0.to_owned(), Some(closing.0))
        } else if is_among(LARGE_GONE, SMALL_GONE.1) {
            (LARGE_GONE.0.to_owned(), Some(closing.1))
        } else {
            (some_domain(count, dice), dies_at)
        };
        PlayedReader {
            number,
            domain,
            dies_at,
            issues_dead: 0,
            had_spell: false,
            found_after: None,
        }
    };
    (0..count).map(person).collect()
}

/// Most are at a large provider; the others at domains of one to some dozens of readers.
fn some_domain(count: usize, dice: &mut Dice) -> String {
    let mut share = usize::try_from(dice.below(100)).unwrap();
    for (name, percent) in LARGE {
        if share < percent {
            return name.to_owned();
        }
        share -= percent;
    }
    let small = i64::try_from(count / 20).unwrap().max(1);
    // The smaller of two throws: low numbers come more often, so sizes differ.
    format!("small{}.example", dice.below(small).min(dice.below(small)))
}
