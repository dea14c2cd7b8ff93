//! How a domain's readers fare: those tried last, its spell, its pace, and the refusals that are not
//! yet believed.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    rest::{ProbedRest, RestLengths},
    tempo::LearnedRate,
};
use crate::{
    delivery::verdict::is_about_recipient,
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
/// How long a domain that refused too many is not believed, and a reader's refusals neither: longer than
/// a provider's bad day, shorter than `give_up`.
const LONGEST_DOUBT: TimeDelta = TimeDelta::hours(36);
/// So many readers taken one after the other say that a refusal before them was its reader's own.
const TAKEN_IN_A_ROW: usize = 50;
/// How long after a refusal another reader that is taken shows that the domain was well: shorter than a bad
/// hour.
const SOON: TimeDelta = TimeDelta::minutes(15);
/// Messages in flight at the same time are answered in no order that says anything: who was taken so shortly
/// before a refusal shows as well how the domain was then.
const TOGETHER: TimeDelta = TimeDelta::seconds(1);

/// Whether so many refused of so many tried are more than what dead mailboxes explain. One refused
/// reader alone never is.
pub(crate) fn is_doubtful(tried: usize, refused: usize) -> bool {
    tried >= ENOUGH && refused > 1 && refused * ONE_IN >= tried
}

/// A time in which a domain refuses everybody, whatever it says of them. Its refusals are nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spell {
    /// One reader at a time finds out whether it is over.
    pub(crate) rest: ProbedRest,
    /// The words of its last refusal.
    pub(crate) reply: String,
}

/// What outlasts a run: how a domain, or the relay itself, is disposed towards us.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct LearnedMood {
    /// The pace that it bears.
    pub(crate) tempo: LearnedRate,
    /// The words by which it last said that mail comes too fast.
    pub(crate) reply: Option<String>,
    pub(crate) spell: Option<Spell>,
    /// A spell lasted too long to be one, or nobody was taken for weeks: refusals count until a reader is
    /// taken.
    pub(crate) is_given_up: bool,
    /// When it last refused more readers than dead mailboxes explain.
    #[serde(default)]
    pub(crate) doubted_at: Option<DateTime<Utc>>,
}

/// A refusal that is not yet believed.
#[derive(Debug, Clone)]
pub(crate) struct HeldRefusal {
    pub(crate) claim: Claim,
    pub(crate) reply: Reply,
    pub(crate) is_dead: bool,
    /// How many the relay had taken by then.
    pub(crate) taken_before: usize,
    /// When it was heard.
    pub(crate) at: DateTime<Utc>,
    /// Another reader of the domain was taken together with it, or soon after it: the domain was well.
    pub(crate) is_witnessed: bool,
}

impl HeldRefusal {
    /// Whether the reader was never refused before: who was says nothing new of the domain, or the relay.
    pub(crate) fn is_new(&self) -> bool {
        self.claim.refused_since.is_none()
    }
}

/// A recipient domain, as far as this run has seen it.
#[derive(Debug, Default)]
pub(crate) struct DomainHealth {
    pub(crate) mood: LearnedMood,
    /// The readers tried last, each once, and whether they were refused.
    sample: VecDeque<(DeliveryId, bool)>,
    pub(crate) held: Vec<HeldRefusal>,
    pub(crate) on_the_way: usize,
    /// It took this batch's content for somebody, or other mail lately.
    pub(crate) has_taken: bool,
    /// Readers taken since it last refused one.
    taken_in_a_row: usize,
    /// When it last took one.
    taken_at: Option<DateTime<Utc>>,
    /// It refused more readers in this run than dead mailboxes explain.
    is_doubtful_now: bool,
}

impl DomainHealth {
    /// A reader was taken: whatever spell there was is over. Answers whether the mood changed.
    pub(crate) fn taken(&mut self, delivery: DeliveryId, now: DateTime<Utc>) -> bool {
        self.add(delivery, false);
        self.has_taken = true;
        self.taken_in_a_row += 1;
        self.taken_at = Some(now);
        for held in self.held.iter_mut().filter(|it| now - it.at <= SOON) {
            held.is_witnessed = true;
        }
        let had_spell = self.mood.spell.take().is_some();
        if had_spell {
            // Who was refused in it says nothing of what comes.
            self.sample.retain(|(_, refused)| !refused);
        }
        let was_given_up = std::mem::take(&mut self.mood.is_given_up);
        had_spell | was_given_up | self.mood.tempo.taken(now)
    }

    /// A reader was refused for good. Answers whether the mood changed.
    pub(crate) fn refused(
        &mut self,
        mut held: HeldRefusal,
        now: DateTime<Utc>,
        lengths: RestLengths,
    ) -> bool {
        let is_new = held.is_new();
        // A block begins in the midst of what is in flight, and speaks of nobody's mailbox.
        held.is_witnessed = is_about_recipient(&held.reply)
            && self.taken_at.is_some_and(|at| (now - at).abs() <= TOGETHER);
        if is_new {
            self.add(held.claim.delivery, true);
        }
        self.taken_in_a_row = 0;
        let reply = held.reply.to_string();
        self.held.push(held);
        if let Some(spell) = &mut self.mood.spell {
            spell.rest.go_on(now, lengths);
            spell.reply = reply;
            return true;
        }
        if !is_new || self.mood.is_given_up {
            return false;
        }
        let mut last = self.sample.iter().rev().take(ENOUGH);
        if self.sample.len() >= ENOUGH && last.all(|(_, refused)| *refused) {
            let rest = ProbedRest::begin(now, lengths);
            self.mood.spell = Some(Spell { rest, reply });
        }
        let refused = self.sample.iter().filter(|(_, refused)| *refused).count();
        let is_doubtful = is_doubtful(self.sample.len(), refused);
        if is_doubtful {
            self.is_doubtful_now = true;
            self.mood.doubted_at = Some(now);
        }
        is_doubtful
    }

    /// A spell that lasts too long is none. Answers whether the mood changed.
    pub(crate) fn look_at_the_clock(&mut self, now: DateTime<Utc>) -> bool {
        let is_over = |spell: &mut Spell| now - spell.rest.since >= LONGEST_SPELL;
        let ends = self.mood.spell.take_if(is_over).is_some();
        self.mood.is_given_up |= ends;
        if ends {
            self.mood.doubted_at = None;
        }
        ends
    }

    /// It took nobody for weeks: what it says of its readers is believed. Answers whether the mood changed.
    pub(crate) fn give_up(&mut self) -> bool {
        let was_doubted = self.mood.spell.take().is_some() | self.mood.doubted_at.take().is_some();
        self.is_doubtful_now = false;
        was_doubted | !std::mem::replace(&mut self.mood.is_given_up, true)
    }

    /// Whether a refusal is the domain's own doing rather than its reader's, as far as is known;
    /// `is_doubtful_in_batch`: too many were refused in the whole batch. Who is refused again after the
    /// longest doubt stands for themself, while the others of the domain are well.
    pub(crate) fn is_doubted(
        &self,
        held: &HeldRefusal,
        is_doubtful_in_batch: bool,
        now: DateTime<Utc>,
    ) -> bool {
        let is_recent = |since: DateTime<Utc>| now - since < LONGEST_DOUBT;
        if self.mood.spell.is_some() {
            return true;
        }
        if self.mood.is_given_up {
            return false;
        }
        if self.is_doubtful_now {
            return true;
        }
        match held.claim.refused_since {
            Some(since) => is_recent(since),
            None => {
                // Who is tried again alone, hours after the others, has nobody to show how the domain is.
                let wants_witness = self.sample.len() >= ENOUGH || held.claim.was_tried();
                is_doubtful_in_batch
                    || self.mood.doubted_at.is_some_and(is_recent)
                    || (wants_witness && !held.is_witnessed)
            }
        }
    }

    /// Takes out the refusals after which so many readers were taken that they are believed. What failed
    /// before is judged by the whole batch, at the end.
    pub(crate) fn believed(&mut self, now: DateTime<Utc>) -> Vec<HeldRefusal> {
        if self.held.is_empty() || self.taken_in_a_row < TAKEN_IN_A_ROW {
            return Vec::new();
        }
        let held = std::mem::take(&mut self.held);
        let is_sure = |it: &HeldRefusal| !it.claim.was_tried() && !self.is_doubted(it, false, now);
        let (sure, open) = held.into_iter().partition(is_sure);
        self.held = open;
        sure
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
