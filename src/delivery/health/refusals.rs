//! Refusals for good: held until it is clear whose matter they are, then believed, doubted, or a reason
//! to pause.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    EARLY, EARLY_REFUSALS, Health,
    domain::{self, HeldRefusal, is_doubtful},
    mood_owner::MoodOwner,
    ruling::Ruling,
};
use crate::{
    delivery::verdict::is_about_recipient,
    smtp::Reply,
    store::{Claim, DeliveryId, DomainRecord},
    words::phrased,
};

/// Refused in a row, over several domains: the relay's doing.
const REFUSED_IN_A_ROW: usize = 10;
/// As many of them must be beside the domain that has the most.
const BESIDE_THE_LARGEST: usize = 5;
/// So many at the end of a run, over several domains and with nobody taken after them, may be the
/// relay's doing too.
const REFUSED_AT_THE_END: usize = 3;

impl Health {
    pub(super) fn refused(
        &mut self,
        claim: Claim,
        reply: Reply,
        is_dead: bool,
        now: DateTime<Utc>,
    ) -> Vec<Ruling> {
        let held = HeldRefusal {
            claim: claim.clone(),
            reply: reply.clone(),
            is_dead,
            taken_before: self.taken,
            at: now,
            is_witnessed: false,
        };
        let name = claim.reader.email.domain();
        if self.trusts && !self.domain(name).has_taken {
            return vec![Ruling::reject(held)];
        }
        let lengths = self.lengths.spell;
        let is_new = held.is_new();
        self.judged += 1;
        let domain = self.domain(name);
        let was_in_spell = domain.mood.spell.is_some();
        let is_changed = domain.refused(held, now, lengths);
        let is_in_spell = domain.mood.spell.is_some();
        if is_changed {
            self.note_change(name.to_owned());
        }
        // Who was refused before says nothing of the relay.
        if is_new {
            self.refusals.add(name);
            if self.judged <= EARLY && !was_in_spell {
                self.refused_early += 1;
            }
        }
        if is_in_spell && !was_in_spell {
            // What one domain does is not the relay's doing.
            self.refused_early = self.refused_early.saturating_sub(domain::ENOUGH);
        }
        let is_everybody = self.refusals.reaches(REFUSED_IN_A_ROW, BESIDE_THE_LARGEST)
            || (self.judged <= EARLY && self.refused_early >= EARLY_REFUSALS);
        if is_everybody && !self.trusts {
            return self.pause_over_refusals(now);
        }
        vec![Ruling::Hold {
            claim,
            reply: reply.to_string(),
        }]
    }

    /// The domains with refusals that are still held.
    pub(crate) fn held_domains(&self) -> Vec<String> {
        let held = self.domains.iter().filter(|(_, it)| !it.held.is_empty());
        held.map(|(name, _)| name.clone()).collect()
    }

    /// Those of them that would have a spell, or be doubted, and took nobody of this batch: whether
    /// they took mail lately, the issues before this one say.
    pub(crate) fn unproven_domains(&self, fared: &[DomainRecord]) -> Vec<String> {
        let is_unproven = |it: &&DomainRecord| {
            let Some(domain) = self.domains.get(&it.domain) else {
                return false;
            };
            let refused = it.refused + domain.held.len();
            it.taken == 0 && (domain.mood.spell.is_some() || refused >= domain::ENOUGH)
        };
        let unproven = fared.iter().filter(is_unproven);
        unproven.map(|it| it.domain.clone()).collect()
    }

    /// The run is cut short: what is held goes back to wait.
    pub(crate) fn release(&mut self) -> Vec<Ruling> {
        let held = self.take_held();
        held.into_iter()
            .map(|(_, held)| Ruling::PutBack(held.claim))
            .collect()
    }

    /// Nobody is left to try now: what is held is judged by how the domains' readers fared in the
    /// whole batch, and in the issues of the last weeks (`before`).
    pub(crate) fn conclude(
        &mut self,
        fared: &[DomainRecord],
        before: &[DomainRecord],
        now: DateTime<Utc>,
    ) -> Vec<Ruling> {
        let spells = self.domains.values().any(|it| it.mood.spell.is_some());
        let held: usize = self.domains.values().map(|it| it.held.len()).sum();
        let takes_nobody = !self.has_accepted && !self.trusts;
        if takes_nobody && held > 0 && (spells || held >= REFUSED_IN_A_ROW) {
            return self.pause_over_refusals(now);
        }
        for past in before.iter().filter(|it| it.taken == 0 && it.refused > 0) {
            if self.domain(&past.domain).give_up() {
                self.note_change(past.domain.clone());
            }
        }
        let in_batch: BTreeMap<&str, &DomainRecord> =
            fared.iter().map(|it| (it.domain.as_str(), it)).collect();
        let held = self.take_held();
        let refused_here = counted(&held);
        let at_the_end = self.at_the_end(&held);
        let is_doubted = |name: &str, held: &HeldRefusal| {
            let Some(domain) = self.domains.get(name) else {
                return false;
            };
            let is_doubtful_in_batch = in_batch.get(name).is_some_and(|before| {
                let here = refused_here.get(name).copied().unwrap_or_default();
                let tried = before.tried() + here;
                // Of a domain that has enough readers to show how it is, one has to.
                let readers = tried + before.untried.saturating_sub(here);
                let wants_witness = readers >= domain::ENOUGH && !held.is_witnessed;
                wants_witness || is_doubtful(tried, before.refused + here)
            });
            at_the_end.contains(&held.claim.delivery)
                || domain.is_doubted(held, is_doubtful_in_batch, now)
        };
        let doubts: Vec<bool> = held
            .iter()
            .map(|(name, held)| is_doubted(name, held))
            .collect();
        let judged = held.into_iter().zip(doubts);
        judged
            .map(|((_, held), is_doubted)| match is_doubted {
                true => Ruling::doubt(held),
                false => Ruling::reject(held),
            })
            .collect()
    }

    /// Refusals after which the relay took nobody, in a batch that it took for others: a block may have
    /// begun that denies everybody, and nobody was left to show it.
    fn at_the_end(&self, held: &[(String, HeldRefusal)]) -> BTreeSet<DeliveryId> {
        let last = held
            .iter()
            .filter(|(_, it)| self.has_accepted && it.taken_before == self.taken && it.is_new());
        let last: Vec<_> = last.collect();
        let domains: BTreeSet<&str> = last.iter().map(|(name, _)| name.as_str()).collect();
        let is_everybody = last.len() >= REFUSED_AT_THE_END && domains.len() > 1;
        let is_policy = |it: &HeldRefusal| !is_about_recipient(&it.reply);
        let policies = last.iter().filter(|(_, it)| is_policy(it)).count();
        let may_be_relays = |it: &HeldRefusal| {
            is_everybody || (is_policy(it) && (policies > 1 || it.claim.was_tried()))
        };
        last.iter()
            .filter(|(_, it)| may_be_relays(it))
            .map(|(_, it)| it.claim.delivery)
            .collect()
    }

    /// The relay refuses everybody: nobody is marked, and nobody of these goes first again.
    fn pause_over_refusals(&mut self, now: DateTime<Utc>) -> Vec<Ruling> {
        let held = self.take_held();
        let count = held.len();
        let words = held.last().map(|(_, held)| held.reply.to_string());
        let reason = phrased!(
            "the relay refuses reader after reader ({count} at {domains}), the last with: {what}",
            domains = self.refusals.domains(),
            what = words.unwrap_or_default()
        );
        // What was a domain's spell is the relay's doing.
        let spells = self
            .domains
            .iter_mut()
            .filter(|(_, it)| it.mood.spell.is_some());
        for (name, domain) in spells {
            domain.mood.spell = None;
            self.changed.insert(MoodOwner::Domain(name.clone()));
        }
        held.into_iter()
            .map(|(_, held)| Ruling::PutOff {
                claim: held.claim,
                reply: held.reply.to_string(),
                due_at: Some(now),
            })
            .chain([Ruling::Pause {
                reason,
                over_refusals: true,
            }])
            .collect()
    }

    fn take_held(&mut self) -> Vec<(String, HeldRefusal)> {
        let domains = self.domains.iter_mut();
        let mut held: Vec<_> = domains
            .flat_map(|(name, it)| it.held.drain(..).map(|held| (name.clone(), held)))
            .collect();
        held.sort_by_key(|(_, held)| held.claim.delivery);
        held
    }
}

/// How many are held of each domain whose refusal is news.
fn counted(held: &[(String, HeldRefusal)]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (name, _) in held.iter().filter(|(_, it)| it.is_new()) {
        *counts.entry(name.clone()).or_default() += 1;
    }
    counts
}
