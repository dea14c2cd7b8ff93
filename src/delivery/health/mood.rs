//! Moods kept from one run to the next, and what of them the feeder and a person ask: who rests, until
//! when, how many may leave now.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{Health, MOST_LIMITS, domain::LearnedMood, mood_owner::MoodOwner, rest::ProbedRest};
use crate::store::{self, DomainHistory, StoreError};

/// A pace that was learned longer ago is learned anew.
const LONGEST_MEMORY: TimeDelta = TimeDelta::days(30);

/// Under which the relay's own mood is kept; no domain has this name.
pub(super) const RELAY: &str = "*";

/// Somebody to whom nothing may go now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RestingParty {
    /// The domain; None: the relay.
    pub(crate) domain: Option<String>,
    /// Since when nobody was taken.
    pub(crate) since: DateTime<Utc>,
    /// When one may try.
    pub(crate) until: DateTime<Utc>,
    /// The words by which it began.
    pub(crate) reply: String,
    /// It refuses everybody, rather than being too slow.
    pub(crate) is_spell: bool,
}

/// What a person should know of the relay or of a domain.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HealthTrouble {
    /// Mail came too fast: nothing goes until then.
    Resting {
        /// The domain; None: the relay, and so everybody.
        domain: Option<String>,
        /// When one message tries whether it is over.
        until: DateTime<Utc>,
        /// The relay's words.
        reply: String,
    },
    /// A domain refuses everybody: its readers wait, and nobody of them is marked.
    Spell {
        /// The domain.
        domain: String,
        /// Since when.
        since: DateTime<Utc>,
        /// When one message tries whether it is over.
        until: DateTime<Utc>,
        /// The last words.
        reply: String,
    },
    /// Mail was too fast once and goes at the pace that is borne.
    Paced {
        /// The domain; None: the relay.
        domain: Option<String>,
        /// Messages a second.
        per_second: f64,
    },
}

/// The moods that are kept, for a person.
///
/// # Errors
/// The store's.
pub async fn troubles(
    store: &dyn DomainHistory,
    now: DateTime<Utc>,
) -> Result<Vec<HealthTrouble>, StoreError> {
    let kept = store.moods().await?;
    let read = kept.into_iter().filter_map(|kept| {
        let mood = read(&kept, now)?;
        let domain = (kept.key != RELAY).then_some(kept.key);
        Some((domain, mood))
    });
    Ok(read
        .flat_map(|(domain, mood)| mood.troubles(domain, now))
        .collect())
}

/// Ends the spells of a domain, or of all, by a person's word: they are tried as if there were none.
///
/// # Errors
/// The store's.
pub async fn end_spells(
    store: &dyn DomainHistory,
    domain: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let kept = store.moods().await?;
    let is_meant = |it: &store::StoredMood| domain.is_none_or(|domain| it.key == domain);
    let ended = kept.into_iter().filter(is_meant).filter_map(|kept| {
        let mut mood = read(&kept, now)?;
        mood.spell.take()?;
        let record = serde_json::to_string(&mood).ok()?;
        Some(store::StoredMood { record, ..kept })
    });
    let ended: Vec<_> = ended.collect();
    if ended.is_empty() {
        return Ok(());
    }
    store.keep_moods(&ended).await
}

/// None: it can't be read any more, or is too old to say anything.
pub(super) fn read(kept: &store::StoredMood, now: DateTime<Utc>) -> Option<LearnedMood> {
    if now - kept.at > LONGEST_MEMORY {
        return None;
    }
    serde_json::from_str(&kept.record).ok()
}

impl LearnedMood {
    fn troubles(self, domain: Option<String>, now: DateTime<Utc>) -> Vec<HealthTrouble> {
        let mut troubles = Vec::new();
        if let (Some(domain), Some(spell)) = (&domain, self.spell) {
            troubles.push(HealthTrouble::Spell {
                domain: domain.clone(),
                since: spell.rest.since,
                until: spell.rest.until,
                reply: spell.reply,
            });
        }
        if let Some(rest) = self.tempo.rest().filter(|rest| rest.holds(now)) {
            troubles.push(HealthTrouble::Resting {
                domain,
                until: rest.until,
                reply: self.reply.unwrap_or_default(),
            });
        } else if let Some(per_second) = self.tempo.per_second() {
            troubles.push(HealthTrouble::Paced { domain, per_second });
        }
        troubles
    }
}

impl Health {
    /// Takes up the moods that were kept.
    pub(crate) fn recall(&mut self, kept: &[store::StoredMood], now: DateTime<Utc>) {
        for kept in kept {
            let Some(mood) = read(kept, now) else {
                continue;
            };
            self.heard.insert(kept.key.clone(), kept.at);
            if kept.key == RELAY {
                self.relay = mood;
            } else {
                self.moody.insert(kept.key.clone());
                self.domain(&kept.key).mood = mood;
            }
        }
        self.look_at_the_clock(now);
    }

    /// Spells that last too long end.
    pub(crate) fn look_at_the_clock(&mut self, now: DateTime<Utc>) {
        for name in self.moody.clone() {
            if self.domain(&name).look_at_the_clock(now) {
                self.note_change(name);
            }
        }
    }

    /// The moods that changed since this was last asked.
    pub(crate) fn take_changes(&mut self, now: DateTime<Utc>) -> Vec<store::StoredMood> {
        let changed = std::mem::take(&mut self.changed);
        let kept = |who: MoodOwner| {
            let (key, mood) = match who {
                MoodOwner::Relay => (RELAY.to_owned(), &self.relay),
                MoodOwner::Domain(name) => {
                    let mood = &self.domains.get(&name)?.mood;
                    (name, mood)
                }
            };
            let record = serde_json::to_string(mood).ok()?;
            Some(store::StoredMood {
                key,
                record,
                at: now,
            })
        };
        let changed: Vec<_> = changed.into_iter().filter_map(kept).collect();
        for kept in &changed {
            self.heard.insert(kept.key.clone(), kept.at);
        }
        changed
    }

    /// How many more rows may be claimed, of `claimed` that are not settled yet; None: any number.
    pub(crate) fn relay_room(&self, claimed: usize, now: DateTime<Utc>) -> Option<u32> {
        let room = self.relay.tempo.room_soon(now, self.on_the_way)?;
        Some(left(room, claimed, self.on_the_way))
    }

    /// The same by domain, for those that are limited now; `claimed` counts a domain's.
    pub(crate) fn limits(
        &self,
        claimed: impl Fn(&str) -> usize,
        now: DateTime<Utc>,
    ) -> Vec<(String, u32)> {
        let limited = self.moody.iter().filter_map(|name| {
            let domain = self.domains.get(name)?;
            let room = left(domain.room(now)?, claimed(name), domain.on_the_way);
            Some((name.clone(), room))
        });
        limited.take(MOST_LIMITS).collect()
    }

    /// Who rests now: the relay, then domains.
    pub(crate) fn resting(&self, now: DateTime<Utc>) -> Vec<RestingParty> {
        let relay = resting(None, &self.relay, now);
        let domains = self.moody.iter().filter_map(|name| {
            let mood = &self.domains.get(name)?.mood;
            resting(Some(name.clone()), mood, now)
        });
        relay.into_iter().chain(domains).collect()
    }

    /// When somebody has room again who has none now.
    pub(crate) fn again_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let spell = |mood: &LearnedMood| {
            let rest = mood.spell.as_ref().map(|spell| spell.rest);
            rest.filter(|rest| rest.holds(now)).map(|rest| rest.until)
        };
        let domains = self.moody.iter().filter_map(|name| {
            let mood = &self.domains.get(name)?.mood;
            mood.tempo
                .again_at(now)
                .into_iter()
                .chain(spell(mood))
                .max()
        });
        self.relay
            .tempo
            .again_at(now)
            .into_iter()
            .chain(domains)
            .min()
    }
}

/// What is claimed and not on the way yet will use some of the room.
fn left(room: u32, claimed: usize, on_the_way: usize) -> u32 {
    let to_come = claimed.saturating_sub(on_the_way);
    room.saturating_sub(u32::try_from(to_come).unwrap_or(u32::MAX))
}

fn resting(domain: Option<String>, mood: &LearnedMood, now: DateTime<Utc>) -> Option<RestingParty> {
    let of = |rest: &ProbedRest, reply: String, is_spell: bool| {
        rest.holds(now).then(|| RestingParty {
            domain: domain.clone(),
            since: rest.since,
            until: rest.until,
            reply,
            is_spell,
        })
    };
    let spell = mood.spell.as_ref();
    spell
        .and_then(|spell| of(&spell.rest, spell.reply.clone(), true))
        .or_else(|| {
            let reply = mood.reply.clone().unwrap_or_default();
            of(mood.tempo.rest()?, reply, false)
        })
}
