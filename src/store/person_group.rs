//! A group of people on their way through a merge, by `store::merge`'s rules, in memory: whoever is found in a store is
//! put in, what the profiles say is taken over, what is new or changed comes out. `upsert` and `fold` are made of it.

use std::collections::HashMap;

use super::merge::{MergeOutcome, Origins, StoredPerson};
use crate::audience::{
    Consent, Origin, Profile, SubscriberId, SubscriberState, SuppressionReason,
    membership::Standing,
};

/// How many people a group holds: memory stays flat whatever the list's length.
pub(crate) const GROUP: usize = 1_000;

/// People by the key of their address.
pub(crate) struct PersonGroup {
    people: Vec<GroupMember>,
    by_key: HashMap<String, usize>,
    suppressed: HashMap<String, SuppressionReason>,
}

pub(crate) struct GroupMember {
    /// None: not yet written.
    pub(crate) id: Option<SubscriberId>,
    /// As they were found.
    pub(crate) before: SubscriberState,
    pub(crate) person: StoredPerson,
    is_changed: bool,
    pub(crate) replaced_consents: Vec<Consent>,
}

/// What became of one profile.
pub(crate) enum MergedProfile {
    Suppressed(SuppressionReason),
    New,
    Known(MergeOutcome),
}

impl PersonGroup {
    /// Of people of whom these are kept from mail.
    pub(crate) fn new(suppressed: HashMap<String, SuppressionReason>) -> Self {
        Self {
            people: Vec::new(),
            by_key: HashMap::new(),
            suppressed,
        }
    }

    /// Whether somebody of that key is in it.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.by_key.contains_key(key)
    }

    /// Takes over what `origin` says of one person.
    pub(crate) fn merge(&mut self, said: &Profile, origin: Origin) -> MergedProfile {
        let key = said.email.key();
        if let Some(reason) = self.suppressed.get(&key) {
            return MergedProfile::Suppressed(*reason);
        }
        let Some(&at) = self.by_key.get(&key) else {
            self.add(key, None, StoredPerson::new(said.clone(), origin));
            return MergedProfile::New;
        };
        let entry = &mut self.people[at];
        let mut merge = entry.person.merge(said, origin);
        entry.is_changed |= merge.changed;
        entry
            .replaced_consents
            .extend(merge.replaced_consent.take());
        MergedProfile::Known(merge)
    }

    /// Who of the list has that address, suppressed or not, and who vouches for them.
    pub(crate) fn known(&self, said: &Profile) -> Option<(SubscriberId, Origins)> {
        let entry = &self.people[*self.by_key.get(&said.email.key())?];
        Some((entry.id?, entry.person.vouched_by))
    }

    /// Takes those out of who is kept from mail whom a confirmation of their own lets back in; their keys.
    pub(crate) fn open_to_returning(&mut self) -> Vec<String> {
        let may_return = |reason: SuppressionReason| {
            let suppression = Some(reason);
            !Standing {
                state: None,
                suppression,
            }
            .is_barred()
        };
        self.suppressed
            .extract_if(|_, reason| may_return(*reason))
            .map(|(key, _)| key)
            .collect()
    }

    /// Everybody.
    pub(crate) fn members(&self) -> Vec<&GroupMember> {
        self.people.iter().collect()
    }

    /// Those whom the list does not know yet.
    pub(crate) fn new_members(&self) -> Vec<&GroupMember> {
        let people = self.people.iter();
        people.filter(|member| member.id.is_none()).collect()
    }

    /// Those whom the list knows otherwise.
    pub(crate) fn changed(&self) -> Vec<(SubscriberId, &GroupMember)> {
        let changed = self.people.iter().filter(|member| member.is_changed);
        changed
            .filter_map(|member| Some((member.id?, member)))
            .collect()
    }

    /// How many of them the list knew before.
    pub(crate) fn count_known(&self) -> usize {
        self.people
            .iter()
            .filter(|entry| entry.id.is_some())
            .count()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.people.len()
    }

    /// Puts somebody in as they were found; without a number they are new.
    pub(crate) fn add(&mut self, key: String, id: Option<SubscriberId>, person: StoredPerson) {
        self.by_key.insert(key, self.people.len());
        self.people.push(GroupMember {
            id,
            before: person.state,
            person,
            is_changed: false,
            replaced_consents: Vec::new(),
        });
    }
}
