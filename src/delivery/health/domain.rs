//! How a domain's readers fare: those tried last, its spell, its pace, and the refusals that are not
//! yet believed.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    rest::{Rest, RestLengths},
    tempo::Tempo,
};
use crate::{
    smtp::Reply,
    store::{Claim, DeliveryId},
};

/// So many readers tried last are looked at.
const SAMPLE: usize = 20;
/// Fewer say nothing: each refusal stands for itself.
pub(super) const ENOUGH: usize = 5;
/// From this share of refused readers on (one in so many) a domain is doubted.
const ONE_IN: usize = 5;
/// No doubt lasts for ever.
const LONGEST_SPELL: TimeDelta = TimeDelta::hours(72);

/// Whether so many refused of so many tried are more than what dead mailboxes explain. One refused
/// reader alone never is.
pub(crate) fn is_doubtful(tried: usize, refused: usize) -> bool {
    tried >= ENOUGH && refused > 1 && refused * ONE_IN >= tried
}

/// A time in which a domain refuses everybody, whatever it says of them. Its refusals are nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spell {
    /// One reader at a time finds out whether it is over.
    pub(crate) rest: Rest,
    /// The words of its last refusal.
    pub(crate) reply: String,
}

/// What outlasts a run: how a domain, or the relay itself, is disposed towards us.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Mood {
    /// The pace that it bears.
    pub(crate) tempo: Tempo,
    /// The words by which it last said that mail comes too fast.
    pub(crate) reply: Option<String>,
    pub(crate) spell: Option<Spell>,
    /// A spell lasted too long to be one: refusals count until a reader is taken.
    pub(crate) is_given_up: bool,
}

/// A refusal that is not yet believed.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) claim: Claim,
    pub(crate) reply: Reply,
    pub(crate) is_dead: bool,
}

/// A recipient domain, as far as this run has seen it.
#[derive(Debug, Default)]
pub(crate) struct Domain {
    pub(crate) mood: Mood,
    /// The readers tried last, each once, and whether they were refused.
    sample: VecDeque<(DeliveryId, bool)>,
    pub(crate) held: Vec<Held>,
    pub(crate) on_the_way: usize,
    /// It took this batch's content for somebody.
    pub(crate) has_taken: bool,
}

impl Domain {
    /// A reader was taken: whatever spell there was is over. Answers whether the mood changed.
    pub(crate) fn taken(&mut self, delivery: DeliveryId, now: DateTime<Utc>) -> bool {
        self.add(delivery, false);
        self.has_taken = true;
        let had_spell = self.mood.spell.take().is_some();
        if had_spell {
            // Who was refused in it says nothing of what comes.
            self.sample.retain(|(_, refused)| !refused);
        }
        let was_given_up = std::mem::take(&mut self.mood.is_given_up);
        had_spell | was_given_up | self.mood.tempo.taken(now)
    }

    /// A reader was refused for good. Answers whether the mood changed.
    pub(crate) fn refused(&mut self, held: Held, now: DateTime<Utc>, lengths: RestLengths) -> bool {
        self.add(held.claim.delivery, true);
        let reply = held.reply.to_string();
        self.held.push(held);
        if let Some(spell) = &mut self.mood.spell {
            spell.rest.go_on(now, lengths);
            spell.reply = reply;
            return true;
        }
        let is_shut = self.sample.len() >= ENOUGH
            && self
                .sample
                .iter()
                .rev()
                .take(ENOUGH)
                .all(|(_, refused)| *refused);
        let begins = is_shut && !self.mood.is_given_up;
        if begins {
            let rest = Rest::begin(now, lengths);
            self.mood.spell = Some(Spell { rest, reply });
        }
        begins
    }

    /// A spell that lasts too long is none. Answers whether the mood changed.
    pub(crate) fn look_at_the_clock(&mut self, now: DateTime<Utc>) -> bool {
        let is_over = |spell: &mut Spell| now - spell.rest.since >= LONGEST_SPELL;
        let ends = self.mood.spell.take_if(is_over).is_some();
        self.mood.is_given_up |= ends;
        ends
    }

    /// Whether its refusals are its own doing rather than its readers', as far as this run can tell.
    pub(crate) fn is_doubted(&self) -> bool {
        let refused = self.sample.iter().filter(|(_, refused)| *refused).count();
        self.mood.spell.is_some()
            || (!self.mood.is_given_up && is_doubtful(self.sample.len(), refused))
    }

    /// Whether enough of its readers were taken to believe that the others are refused for
    /// themselves.
    pub(crate) fn is_known_well(&self) -> bool {
        self.sample.len() == SAMPLE && !self.is_doubted()
    }

    /// How many of its messages may leave now; None: any number.
    pub(crate) fn room(&self, now: DateTime<Utc>) -> Option<u32> {
        let on_the_way = self.on_the_way;
        let by_spell = self.mood.spell.as_ref().map(|spell| {
            let is_tried = spell.rest.holds(now) || on_the_way > 0;
            u32::from(!is_tried)
        });
        let by_tempo = self.mood.tempo.room(now, on_the_way);
        match (by_spell, by_tempo) {
            (Some(spell), Some(tempo)) => Some(spell.min(tempo)),
            (one, other) => one.or(other),
        }
    }

    fn add(&mut self, delivery: DeliveryId, refused: bool) {
        self.sample.retain(|(other, _)| *other != delivery);
        self.sample.push_back((delivery, refused));
        if self.sample.len() > SAMPLE {
            self.sample.pop_front();
        }
    }
}
