//! A run's course in tests: what a relay answers, one reader after the other, and what the health of domains makes of it.

use std::time::Duration;

use chrono::TimeDelta;

use super::super::*;
use crate::{
    address::Address,
    audience::{Reader, SubscriberId},
    store::DeliveryId,
};

pub(super) const LENGTHS: Lengths = Lengths {
    throttled: RestLengths {
        first: Duration::from_secs(1),
        max: Duration::from_secs(300),
    },
    spell: RestLengths {
        first: Duration::from_secs(600),
        max: Duration::from_secs(14_400),
    },
};

pub(super) const OK: &str = "250 2.0.0 OK";
pub(super) const DEAD: &str = "550 5.1.1 No such user";
pub(super) const DENIED: &str = "554 5.7.1 Relay access denied";
pub(super) const TOO_MANY: &str = "450 4.7.1 Error: too many recipients";
pub(super) const LATER: &str = "451 4.3.0 Try again later";

pub(super) fn start() -> DateTime<Utc> {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

/// A row to that reader.
pub(super) fn claim(number: i64, domain: &str) -> Claim {
    Claim {
        delivery: DeliveryId(number),
        fence: 1,
        attempts: 0,
        losses: 0,
        waited: Duration::ZERO,
        tried_at: None,
        refused_since: None,
        content: None,
        reader: Reader {
            id: SubscriberId(number),
            email: Address::parse(&format!("reader{number}@{domain}")).unwrap(),
            name: None,
            language: None,
            tags: Vec::new(),
        },
    }
}

/// A relay's health, with answers given to readers numbered by themselves.
pub(super) struct Course {
    pub(super) health: Health,
    pub(super) now: DateTime<Utc>,
    pub(super) number: i64,
    pub(super) rejected: Vec<i64>,
    pub(super) deferred: Vec<i64>,
    pub(super) put_off: Vec<i64>,
    pub(super) held: Vec<i64>,
    pub(super) paused: Option<String>,
}

impl Course {
    pub(super) fn new(health: Health) -> Self {
        Self {
            health,
            now: start(),
            number: 0,
            rejected: Vec::new(),
            deferred: Vec::new(),
            put_off: Vec::new(),
            held: Vec::new(),
            paused: None,
        }
    }

    pub(super) fn fresh() -> Self {
        Self::new(Health::new(LENGTHS, false, false))
    }

    /// A relay that took a hundred readers at as many domains already.
    pub(super) fn well() -> Self {
        let mut course = Self::fresh();
        for number in 0..100 {
            course.answer(&format!("d{number}.example.com"), OK);
        }
        course
    }

    /// A new reader of that domain gets that answer; the reader's number.
    pub(super) fn answer(&mut self, domain: &str, answer: &str) -> i64 {
        self.number += 1;
        self.again(self.number, domain, answer, false);
        self.number
    }

    pub(super) fn answer_all(&mut self, readers: usize, domain: &str, answer: &str) {
        for _ in 0..readers {
            self.answer(domain, answer);
        }
    }

    /// That reader gets that answer.
    pub(super) fn again(&mut self, number: i64, domain: &str, answer: &str, was_tried: bool) {
        let mut claim = claim(number, domain);
        claim.tried_at = was_tried.then_some(self.now);
        self.hear(claim, answer);
    }

    /// A reader whom that domain refused so many hours ago first, and nobody believed it.
    pub(super) fn refused_again(&mut self, domain: &str, hours: i64) -> i64 {
        self.number += 1;
        let mut claim = claim(self.number, domain);
        claim.tried_at = Some(self.now);
        claim.refused_since = Some(self.now - TimeDelta::hours(hours));
        self.hear(claim, DEAD);
        self.number
    }

    pub(super) fn hear(&mut self, claim: Claim, answer: &str) {
        let domain = claim.reader.email.domain().to_owned();
        let domain = domain.as_str();
        let reply = Reply::parse(answer).unwrap();
        let stage = crate::smtp::Stage::Rcpt;
        let verdict = crate::delivery::verdict::judge(match reply.is_positive() {
            true => crate::smtp::Answer::Accepted(reply),
            false => crate::smtp::Answer::Refused { stage, reply },
        });
        self.health.start(domain, self.now);
        let rulings = self.health.heard(claim, verdict, self.now);
        self.note(rulings);
    }

    pub(super) fn conclude(&mut self, fared: &[DomainRecord]) {
        let rulings = self.health.conclude(fared, &[], self.now);
        self.note(rulings);
    }

    pub(super) fn later(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
    }

    pub(super) fn is_open_for(&self, domain: &str) -> bool {
        self.health.is_open_for(domain, self.now)
    }

    pub(super) fn note(&mut self, rulings: Vec<Ruling>) {
        for ruling in rulings {
            match ruling {
                Ruling::Hold { claim, .. } => self.held.push(claim.delivery.0),
                Ruling::Reject { claim, .. } => self.rejected.push(claim.delivery.0),
                Ruling::Defer { claim, .. } => self.deferred.push(claim.delivery.0),
                Ruling::PutOff { claim, .. } => self.put_off.push(claim.delivery.0),
                Ruling::Pause { reason, .. } => self.paused = Some(reason),
                Ruling::Accept { .. } | Ruling::Lose { .. } | Ruling::PutBack(_) => {}
            }
        }
    }
}
