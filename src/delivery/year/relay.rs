//! The relay of the year, and what stands behind it, written from what relays do and say: it counts what
//! it takes in a minute or an hour, greylists, denies everybody for an hour, goes away, loses a
//! domain for a day or a part of it, and changes its mind. Knows nothing of how a sender thinks.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    dice::Dice,
    people::{LARGE, PlayedReader},
};
use crate::smtp::Stage;

/// How long a greylist makes a stranger wait.
const GREYLISTED: TimeDelta = TimeDelta::minutes(5);

const DEAD: &str = "550 5.1.1 The email account that you tried to reach does not exist";
const TAKEN: &str = "250 2.0.0 OK";

/// Something that is so for a while.
pub(super) struct PlayedTrouble {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    kind: TroubleKind,
}

enum TroubleKind {
    /// So many in each window, and these words for all others.
    Budget {
        messages: usize,
        window: TimeDelta,
        words: &'static str,
        stage: Stage,
        opened: Option<DateTime<Utc>>,
        used: usize,
    },
    /// The first try of everybody.
    Greylist {
        words: &'static str,
        first_tried: HashMap<usize, DateTime<Utc>>,
    },
    /// Everybody, whoever it is.
    Denies(&'static str),
    /// Nobody answers, or says goodbye at once.
    Away { is_reachable: bool },
    /// So many in a hundred messages to that domain.
    Lost {
        domain: String,
        percent: i64,
        words: &'static str,
    },
    /// One mailbox.
    Full { number: usize, words: &'static str },
}

/// What a sender hears.
pub(super) enum PlayedAnswer {
    Answer(Stage, &'static str),
    Unreachable,
}

/// The relay.
pub(super) struct PlayedRelay {
    troubles: Vec<PlayedTrouble>,
    /// Who got which issue.
    pub(super) taken: HashSet<(usize, usize)>,
    pub(super) messages: usize,
    dice: Dice,
}

impl PlayedRelay {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            troubles: Vec::new(),
            taken: HashSet::new(),
            messages: 0,
            dice: Dice(seed),
        }
    }

    /// Nobody answers a call.
    pub(super) fn is_unreachable(&self, now: DateTime<Utc>) -> bool {
        let away = |it: &&PlayedTrouble| {
            matches!(
                it.kind,
                TroubleKind::Away {
                    is_reachable: false
                }
            )
        };
        self.now(now).any(|it| away(&it))
    }

    /// That issue's message for that person.
    pub(super) fn hears(
        &mut self,
        issue: usize,
        person: &PlayedReader,
        now: DateTime<Utc>,
    ) -> PlayedAnswer {
        self.messages += 1;
        let mut answer = None;
        for trouble in &mut self.troubles {
            if (trouble.from..trouble.until).contains(&now) {
                answer = answer.or(trouble.says(person, now, &mut self.dice));
            }
        }
        match answer {
            Some(said) => said,
            None if person.is_dead(now) => PlayedAnswer::Answer(Stage::Rcpt, DEAD),
            None => {
                let is_first = self.taken.insert((issue, person.number));
                assert!(
                    is_first,
                    "issue {issue} came twice to reader {}",
                    person.number
                );
                PlayedAnswer::Answer(Stage::Dot, TAKEN)
            }
        }
    }

    /// Whether that domain has had a bad time since then.
    pub(super) fn lost(&self, domain: &str, since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.troubles.iter().any(|it| {
            let is_meant =
                matches!(&it.kind, TroubleKind::Lost { domain: lost, .. } if lost == domain);
            is_meant && it.from <= now && it.until > since
        })
    }

    /// Whether that mailbox was full for longer than anybody has to bear it.
    pub(super) fn was_full_for_days(&self, number: usize, since: DateTime<Utc>) -> bool {
        self.troubles.iter().any(|it| {
            let is_meant =
                matches!(it.kind, TroubleKind::Full { number: full, .. } if full == number);
            is_meant && it.until - it.from > TimeDelta::days(2) && it.until > since
        })
    }

    fn now(&self, now: DateTime<Utc>) -> impl Iterator<Item = &PlayedTrouble> {
        let troubles = self.troubles.iter();
        troubles.filter(move |it| (it.from..it.until).contains(&now))
    }

    /// What comes around that slot.
    pub(super) fn turn(&mut self, slot: DateTime<Utc>, people: &[PlayedReader]) {
        let long_ago = slot - TimeDelta::days(10);
        self.troubles.retain(|it| it.until > long_ago);
        let dice = &mut self.dice;
        let mut troubles = Vec::new();
        // What happens to the list mostly happens in the hour in which it is mailed.
        let around = |dice: &mut Dice| slot + TimeDelta::seconds(dice.below(3_600) - 1_200);
        let mut add = |from: DateTime<Utc>, lasts: TimeDelta, kind: TroubleKind| {
            troubles.push(PlayedTrouble {
                from,
                until: from + lasts,
                kind,
            });
        };
        if dice.happens(30) {
            let first = TroubleKind::budget(people.len(), dice);
            add(slot - TimeDelta::hours(1), TimeDelta::hours(12), first);
            if dice.happens(30) {
                // It changes its mind, and both count.
                let from = around(dice);
                add(
                    from,
                    TimeDelta::hours(6),
                    TroubleKind::budget(people.len(), dice),
                );
            }
        }
        if dice.happens(20) {
            let words = *dice.pick(&GREYLISTS);
            let first_tried = HashMap::new();
            let from = slot - TimeDelta::hours(1);
            add(
                from,
                TimeDelta::hours(20),
                TroubleKind::Greylist { words, first_tried },
            );
        }
        if dice.happens(12) {
            let words = *dice.pick(&DENIALS);
            add(
                around(dice),
                TimeDelta::hours(1),
                TroubleKind::Denies(words),
            );
        }
        if dice.happens(8) {
            let is_reachable = dice.happens(50);
            add(
                around(dice),
                TimeDelta::hours(1),
                TroubleKind::Away { is_reachable },
            );
        }
        if dice.happens(30) {
            // Fewer readers than that are no sample to anybody.
            let domain = dice.pick(&large_domains(people, 20)).clone();
            let words = *dice.pick(&LOSSES);
            let lost = |domain: String, percent: i64| TroubleKind::Lost {
                domain,
                percent,
                words,
            };
            let hours = TimeDelta::hours(1 + dice.below(24));
            match dice.happens(70) {
                true => add(around(dice), hours, lost(domain, 100)),
                false => {
                    let domain = dice.pick(&large_domains(people, 40)).clone();
                    let from = slot - TimeDelta::minutes(10);
                    add(from, hours, lost(domain, 40 + dice.below(40)));
                }
            }
        }
        for _ in 0..people.len() / 250 {
            let lasts = TimeDelta::hours(1 + dice.below(30));
            let number = dice.pick(people).number;
            let words = "452 4.2.2 The email account that you tried to reach is over quota";
            add(slot, lasts, TroubleKind::Full { number, words });
        }
        if dice.happens(10) {
            let number = dice.pick(people).number;
            let words = "452 4.2.2 Mailbox full";
            add(
                slot,
                TimeDelta::days(5),
                TroubleKind::Full { number, words },
            );
        }
        self.troubles.extend(troubles);
    }
}

/// The providers of so many readers at least.
fn large_domains(people: &[PlayedReader], least: usize) -> Vec<String> {
    let has_enough = |name: &str| people.iter().filter(|it| it.domain == name).count() >= least;
    let names = LARGE.iter().map(|(name, _)| (*name).to_owned());
    names.filter(|name| has_enough(name)).collect()
}

const GREYLISTS: [&str; 4] = [
    "450 4.7.1 <reader>: Recipient address rejected: Greylisted, see https://postgrey.example",
    "451 4.7.1 Please try again later",
    "450 4.2.0 Recipient address rejected: try again in 300 seconds",
    "451 Temporary local problem - please try later",
];
const DENIALS: [&str; 3] = [
    "554 5.7.1 Relay access denied",
    "550 5.7.1 Client host blocked using a list",
    "550 Administrative prohibition",
];
const LOSSES: [&str; 6] = [
    DEAD,
    DEAD,
    "550 5.7.1 This message was blocked by policy",
    "554 Service unavailable; client host refused",
    "450 4.1.2 Recipient address rejected: Domain not found",
    "451 4.7.1 Service temporarily unavailable",
];
const BUDGETS: [(&str, Stage); 5] = [
    (
        "450 4.7.1 Error: too many recipients from 192.0.2.1",
        Stage::Rcpt,
    ),
    ("451 4.3.0 Try again later", Stage::Rcpt),
    (
        "454 Throttling failure: Maximum sending rate exceeded.",
        Stage::Dot,
    ),
    ("452 4.3.2 System not accepting messages", Stage::Mail),
    ("550 5.7.1 Hourly sending quota exceeded", Stage::Rcpt),
];

impl TroubleKind {
    fn budget(readers: usize, dice: &mut Dice) -> Self {
        let (words, stage) = *dice.pick(&BUDGETS);
        let (messages, window) = match dice.happens(75) {
            true => (readers / 20, TimeDelta::minutes(1)),
            false => (readers / 4, TimeDelta::hours(1)),
        };
        Self::Budget {
            messages: messages + usize::try_from(dice.below(20)).unwrap(),
            window,
            words,
            stage,
            opened: None,
            used: 0,
        }
    }
}

impl PlayedTrouble {
    fn says(
        &mut self,
        person: &PlayedReader,
        now: DateTime<Utc>,
        dice: &mut Dice,
    ) -> Option<PlayedAnswer> {
        match &mut self.kind {
            TroubleKind::Budget {
                messages,
                window,
                words,
                stage,
                opened,
                used,
            } => {
                if opened.is_none_or(|at| now - at > *window) {
                    (*opened, *used) = (Some(now), 0);
                }
                *used += 1;
                (*used > *messages).then_some(PlayedAnswer::Answer(*stage, words))
            }
            TroubleKind::Greylist { words, first_tried } => {
                let first = *first_tried.entry(person.number).or_insert(now);
                (now - first < GREYLISTED).then_some(PlayedAnswer::Answer(Stage::Rcpt, words))
            }
            TroubleKind::Denies(words) => Some(PlayedAnswer::Answer(Stage::Rcpt, words)),
            TroubleKind::Away { is_reachable: true } => Some(PlayedAnswer::Answer(
                Stage::Rcpt,
                "421 4.3.2 Closing for now",
            )),
            TroubleKind::Away { .. } => Some(PlayedAnswer::Unreachable),
            TroubleKind::Lost {
                domain,
                percent,
                words,
            } => {
                let is_meant = *domain == person.domain && dice.happens(*percent);
                is_meant.then_some(PlayedAnswer::Answer(Stage::Rcpt, words))
            }
            TroubleKind::Full { number, words } => {
                (*number == person.number).then_some(PlayedAnswer::Answer(Stage::Rcpt, words))
            }
        }
    }
}
