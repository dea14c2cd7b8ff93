//! How the relay and each domain behind it are, judged by what answers say and by how others fared
//! just then; and who is to blame for one: the reader, the domain, the relay, the sender, the content
//! (docs/delivery.md). Pure: no clock, no store; answers rulings, which `outcome_recorder` has recorded.
//!
//! Refusals for good are held until it is clear whose matter they are. A domain that refuses five
//! readers in a row has a spell: it rests, one reader at a time finds out whether that is over, and
//! nobody is marked. Where nobody or several in a row over domains don't get through, the batch
//! pauses. Whoever says that mail comes too fast rests and gets it at the pace that it bears.

mod domain;
mod in_a_row;
mod mood;
mod mood_owner;
mod overheard;
mod refusals;
mod rest;
mod ruling;
mod tempo;
#[cfg(test)]
mod tests;
mod throttling;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

pub use self::mood::{HealthTrouble, end_spells, troubles};
use self::{
    domain::{DomainHealth, LearnedMood},
    in_a_row::InARow,
    mood_owner::MoodOwner,
};
pub(crate) use self::{rest::RestLengths, ruling::Ruling};
use super::verdict::Verdict;
use crate::{
    publication::DeliverySettings,
    smtp::Reply,
    store::{Claim, DomainRecord},
    words::phrased,
};

/// Refused among the first [`EARLY`] readers: the relay's doing.
const EARLY_REFUSALS: usize = 20;
/// How many readers are the first ones.
const EARLY: usize = 100;
/// Whoever sends to so many domains with moods at once has a relay with moods.
const MOST_LIMITS: usize = 64;

/// How long everybody rests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lengths {
    /// After an answer that mail comes too fast.
    throttled: RestLengths,
    /// A domain in a spell.
    spell: RestLengths,
}

impl From<&DeliverySettings> for Lengths {
    fn from(settings: &DeliverySettings) -> Self {
        Self {
            throttled: RestLengths {
                first: settings.relay_backoff_first,
                max: settings.relay_backoff_max,
            },
            spell: RestLengths {
                first: settings.backoff_first,
                max: settings.backoff_max,
            },
        }
    }
}

/// Whether a message may leave now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// It may, and counts as on the way.
    Go,
    /// Not before one that is on the way has its answer.
    Wait,
    /// Not before then, which is soon: the relay's pace.
    Until(DateTime<Utc>),
    /// Its domain or the relay rests: back into the queue.
    PutBack,
}

/// Whether the relay defers first tries to take the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Greylisting {
    No,
    /// A row that was deferred was taken after a rest: this, or the end of what was too fast.
    Perhaps,
    /// And the next first try was deferred again: first tries say nothing of the pace.
    Yes,
}

/// The health of a relay and of the domains behind it, during one run.
#[derive(Debug)]
pub(crate) struct Health {
    lengths: Lengths,
    /// A person looked and resumed: refusals count, save of a domain that took this content for
    /// somebody: it may have a spell of its own.
    trusts: bool,
    /// The relay took this very content for somebody.
    has_accepted: bool,
    judged: usize,
    /// How many the relay took in this run.
    taken: usize,
    refused_early: usize,
    refusals: InARow,
    deferrals: InARow,
    greylists: Greylisting,
    /// Domains that said "too fast" since the relay last took a message.
    throttled: BTreeSet<String>,
    /// It was found to be the relay's own pace in this run.
    is_relay_throttled: bool,
    relay: LearnedMood,
    domains: HashMap<String, DomainHealth>,
    on_the_way: usize,
    /// Domains that have a mood, or had one in this run.
    moody: BTreeSet<String>,
    /// Since when what is kept of each has been so, as far as this run knows.
    heard: BTreeMap<String, DateTime<Utc>>,
    /// Whose mood changed since it was last kept.
    changed: BTreeSet<MoodOwner>,
}

impl Health {
    /// `has_accepted`: the relay took this very content for somebody before.
    pub(crate) fn new(lengths: Lengths, trusts: bool, has_accepted: bool) -> Self {
        Self {
            lengths,
            trusts,
            has_accepted,
            judged: 0,
            taken: 0,
            refused_early: 0,
            refusals: InARow::default(),
            deferrals: InARow::default(),
            greylists: Greylisting::No,
            throttled: BTreeSet::new(),
            is_relay_throttled: false,
            relay: LearnedMood::default(),
            domains: HashMap::new(),
            on_the_way: 0,
            moody: BTreeSet::new(),
            heard: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// These domains took mail lately: whatever a person trusts, they may have a spell.
    pub(crate) fn note_taken(&mut self, fared: &[DomainRecord]) {
        for domain in fared.iter().filter(|it| it.taken > 0) {
            self.domain(&domain.domain).has_taken = true;
        }
    }

    /// Whether a message to that domain may leave now. Until the relay has taken anybody, no more
    /// are on the way than it takes to find out.
    pub(crate) fn may_start(&mut self, domain: &str, now: DateTime<Utc>) -> Start {
        let is_first = !self.trusts && !self.has_accepted;
        if is_first && self.on_the_way + self.refused_early >= EARLY_REFUSALS {
            return Start::Wait;
        }
        if !self.is_open_for(domain, now) {
            return Start::PutBack;
        }
        if self.relay.tempo.room(now, self.on_the_way) == Some(0) {
            return Start::Until(self.relay.tempo.again_at(now).unwrap_or(now));
        }
        self.start(domain, now);
        Start::Go
    }

    /// Whether neither the relay nor that domain rests.
    pub(crate) fn is_open_for(&self, domain: &str, now: DateTime<Utc>) -> bool {
        let has_room = |room: Option<u32>| room != Some(0);
        has_room(self.relay.tempo.room_soon(now, self.on_the_way))
            && self
                .domains
                .get(domain)
                .is_none_or(|domain| has_room(domain.room(now)))
    }

    /// A message to that domain leaves, whether it may or not.
    pub(crate) fn start(&mut self, domain: &str, now: DateTime<Utc>) {
        self.on_the_way += 1;
        self.relay.tempo.started(now);
        let domain = self.domain(domain);
        domain.on_the_way += 1;
        domain.mood.tempo.started(now);
    }

    /// A message on the way came back without an answer: a loss, a stop.
    pub(crate) fn undecided(&mut self, domain: &str) {
        self.on_the_way = self.on_the_way.saturating_sub(1);
        let domain = self.domain(domain);
        domain.on_the_way = domain.on_the_way.saturating_sub(1);
    }

    /// The relay answered a message that was on the way.
    pub(crate) fn heard(
        &mut self,
        claim: Claim,
        verdict: Verdict,
        now: DateTime<Utc>,
    ) -> Vec<Ruling> {
        self.undecided(claim.reader.email.domain());
        match verdict {
            Verdict::Accepted(reply) => self.accepted(claim, &reply, now),
            Verdict::Refused { reply, is_dead } => self.refused(claim, reply, is_dead, now),
            Verdict::MessageRefused(reply) if self.has_accepted => {
                self.refused(claim, reply, false, now)
            }
            Verdict::MessageRefused(reply) => vec![
                Ruling::PutBack(claim),
                Ruling::pause(phrased!("the relay refuses the message: {reply}")),
            ],
            Verdict::SendersFault(reason) => vec![Ruling::PutBack(claim), Ruling::pause(reason)],
            Verdict::Deferred(reply) => vec![self.deferred(claim, &reply, now)],
            Verdict::Throttled { reply, is_relays } => {
                vec![self.throttled(claim, &reply, is_relays, now)]
            }
            Verdict::RelayAway(reply) => vec![Ruling::Lose {
                claim,
                why: reply.to_string(),
            }],
        }
    }

    fn accepted(&mut self, claim: Claim, reply: &Reply, now: DateTime<Utc>) -> Vec<Ruling> {
        self.has_accepted = true;
        self.judged += 1;
        self.taken += 1;
        self.refusals.clear();
        self.deferrals.clear();
        self.throttled.clear();
        if !claim.was_tried() {
            self.greylists = Greylisting::No;
        }
        if self.relay.tempo.taken(now) {
            if claim.was_tried() && self.greylists == Greylisting::No {
                self.greylists = Greylisting::Perhaps;
            }
            self.changed.insert(MoodOwner::Relay);
        }
        let is_early = self.judged < EARLY;
        let name = claim.reader.email.domain().to_owned();
        let domain = self.domain(&name);
        let had_spell = domain.mood.spell.is_some();
        let is_changed = domain.taken(claim.delivery, now);
        let mut rulings = vec![Ruling::Accept {
            claim,
            reply: reply.to_string(),
        }];
        if had_spell {
            rulings.extend(domain.held.drain(..).map(Ruling::doubt));
        } else if !is_early {
            rulings.extend(domain.believed(now).into_iter().map(Ruling::reject));
        }
        if is_changed {
            self.note_change(name);
        }
        rulings
    }

    fn note_change(&mut self, domain: String) {
        self.moody.insert(domain.clone());
        self.changed.insert(MoodOwner::Domain(domain));
    }

    fn domain(&mut self, name: &str) -> &mut DomainHealth {
        if !self.domains.contains_key(name) {
            self.domains
                .insert(name.to_owned(), DomainHealth::default());
        }
        self.domains.entry(name.to_owned()).or_default()
    }
}
