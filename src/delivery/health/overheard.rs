//! What others who send at the same time learned of the relay and its domains, taken up while a run goes on. Whoever
//! learned something last is believed, as between two runs.

use chrono::{DateTime, Utc};

use super::{
    Health,
    domain::LearnedMood,
    mood::{RELAY, read},
    mood_owner::MoodOwner,
};
use crate::store::StoredMood;

impl Health {
    /// Takes up what changed since it was heard last, but for what this run has changed itself and not told yet.
    pub(crate) fn overhear(&mut self, kept: &[StoredMood], now: DateTime<Utc>) {
        for kept in kept {
            let owner = match kept.key.as_str() {
                RELAY => MoodOwner::Relay,
                domain => MoodOwner::Domain(domain.to_owned()),
            };
            // The store keeps milliseconds.
            let heard = self.heard.get(&kept.key).map(DateTime::timestamp_millis);
            if heard == Some(kept.at.timestamp_millis()) || self.changed.contains(&owner) {
                continue;
            }
            let Some(theirs) = read(kept, now) else {
                continue;
            };
            self.heard.insert(kept.key.clone(), kept.at);
            match owner {
                MoodOwner::Relay => self.relay.overhear(theirs),
                MoodOwner::Domain(name) => {
                    self.domain(&name).mood.overhear(theirs);
                    self.moody.insert(name);
                }
            }
        }
    }
}

impl LearnedMood {
    fn overhear(&mut self, theirs: Self) {
        let mut tempo = std::mem::take(&mut self.tempo);
        tempo.overhear(&theirs.tempo);
        *self = Self { tempo, ..theirs };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::delivery::health::{Lengths, RestLengths};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_388_400 + seconds, 0).unwrap()
    }

    fn health() -> Health {
        let rest = RestLengths {
            first: Duration::from_secs(60),
            max: Duration::from_secs(300),
        };
        let lengths = Lengths {
            throttled: rest,
            spell: rest,
        };
        Health::new(lengths, false, true)
    }

    /// What a run keeps whose relay said that mail comes too fast.
    fn too_fast(now: DateTime<Utc>) -> Vec<StoredMood> {
        let mut other = health();
        let lengths = other.lengths.throttled;
        other.relay.tempo.throttled(now, lengths);
        other.changed.insert(MoodOwner::Relay);
        other.take_changes(now)
    }

    #[test]
    fn what_another_learned_holds_here_too_and_is_heard_once() {
        let mut own = health();
        assert_eq!(own.relay_room(0, at(1)), None);
        let kept = too_fast(at(0));
        own.overhear(&kept, at(1));
        assert_eq!(own.relay_room(0, at(1)), Some(0), "it rests");
        own.relay.tempo.unlearn();
        own.overhear(&kept, at(2));
        assert_eq!(own.relay_room(0, at(2)), None, "heard before");
    }

    #[test]
    fn what_this_run_learned_itself_and_has_not_told_yet_stands() {
        let mut own = health();
        own.changed.insert(MoodOwner::Relay);
        own.overhear(&too_fast(at(0)), at(1));
        assert_eq!(own.relay_room(0, at(1)), None);
        let told = own.take_changes(at(2));
        own.overhear(&told, at(3));
        assert_eq!(own.relay_room(0, at(3)), None);
        own.overhear(&too_fast(at(4)), at(5));
        assert_eq!(own.relay_room(0, at(5)), Some(0));
    }
}
