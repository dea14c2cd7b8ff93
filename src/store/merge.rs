//! Who may change what of a person on the list: product.md's rules for subscribers.yaml, imports,
//! the operator and the person, as pure functions that every store calls. No database here.

use std::collections::BTreeSet;

use super::ReaderPreferences;
use crate::audience::{Consent, Origin, Profile, SubscriberState};

/// A person as a store keeps them, as far as merging goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredPerson {
    pub(super) profile: Profile,
    pub(super) state: SubscriberState,
    pub(super) vouched_by: Origins,
    pub(super) set_by: SetBy,
}

/// What a merge did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct MergeOutcome {
    /// Anything at all is different.
    pub(super) changed: bool,
    /// What the profile says is different.
    pub(super) profile_changed: bool,
    /// Was gone from the list and is back, or had asked to be on it.
    pub(super) returned: bool,
    /// The consent that a newer one replaced: keep it as proof.
    pub(super) replaced_consent: Option<Consent>,
}

impl StoredPerson {
    /// Someone new.
    pub(super) fn new(profile: Profile, origin: Origin) -> Self {
        Self {
            state: SubscriberState::Active,
            vouched_by: Origins::only(origin),
            set_by: SetBy::all_stated(&profile, origin),
            profile,
        }
    }

    /// Takes over what `origin` says of this person, as far as it may.
    pub(super) fn merge(&mut self, said: &Profile, origin: Origin) -> MergeOutcome {
        let mut merge = MergeOutcome::default();
        let before = self.clone();
        for field in OwnedField::ALL {
            if field.is_stated(said) {
                if self.set_by.allows(field, origin) {
                    let is_news = field.copy(&mut self.profile, said, origin);
                    // Who says only what is known already doesn't become its owner.
                    if is_news || self.set_by.get(field) < Some(origin) {
                        self.set_by.set(field, origin);
                    }
                }
            } else if origin == Origin::File && self.set_by.get(field) == Some(Origin::File) {
                // The file is a description, not a request: a line taken out of it takes back what
                // the line had said. Proof of consent alone is never taken back.
                if field != OwnedField::Consent {
                    field.copy(&mut self.profile, said, origin);
                    self.set_by.unset(field);
                }
            }
        }
        self.vouched_by.add(origin);
        if self.state != SubscriberState::Active {
            merge.returned = true;
            self.state = SubscriberState::Active;
        }
        if self.profile.consent != before.profile.consent {
            merge.replaced_consent = before.profile.consent.clone();
        }
        merge.profile_changed = self.profile != before.profile;
        merge.changed = *self != before;
        merge
    }
}

impl StoredPerson {
    /// Takes over all that the person themself chose: what they leave open is open by their will, and nobody else's
    /// word. True where that changed anything.
    pub(super) fn choose(&mut self, choice: &ReaderPreferences) -> bool {
        let before = self.profile.clone();
        self.profile.name.clone_from(&choice.name);
        self.profile.language.clone_from(&choice.language);
        self.profile.timezone = choice.timezone;
        for (field, is_changed) in [
            (OwnedField::Name, self.profile.name != before.name),
            (
                OwnedField::Language,
                self.profile.language != before.language,
            ),
            (
                OwnedField::Timezone,
                self.profile.timezone != before.timezone,
            ),
        ] {
            if is_changed {
                self.set_by.set(field, Origin::Person);
            }
        }
        self.choose_editions(choice.editions.clone());
        self.profile != before
    }

    /// The same of the editions alone.
    pub(super) fn choose_editions(&mut self, editions: Option<BTreeSet<String>>) {
        if self.profile.editions != editions {
            self.profile.editions = editions;
            self.set_by.set(OwnedField::Editions, Origin::Person);
        }
    }
}

/// A set of origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Origins(pub(super) u8);

impl Origins {
    pub(super) fn only(origin: Origin) -> Self {
        Self(Self::bit(origin))
    }

    pub(super) fn add(&mut self, origin: Origin) {
        self.0 |= Self::bit(origin);
    }

    pub(super) fn has(self, origin: Origin) -> bool {
        self.0 & Self::bit(origin) != 0
    }

    fn bit(origin: Origin) -> u8 {
        1 << (origin_code(origin) - 1)
    }
}

/// How an origin is written down, in people's databases: never renumbered.
pub(super) fn origin_code(origin: Origin) -> u8 {
    match origin {
        Origin::File => 1,
        Origin::Import => 2,
        Origin::Operator => 3,
        Origin::Person => 4,
    }
}

/// Which origin stated each field last: three bits a field, 0 where nobody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct SetBy(pub(super) u32);

impl SetBy {
    const BITS: u32 = 3;
    const MASK: u32 = 0b111;

    /// Of somebody new.
    pub(super) fn all_stated(profile: &Profile, origin: Origin) -> Self {
        let mut set_by = Self::default();
        for field in OwnedField::ALL {
            if field.is_stated(profile) {
                set_by.set(field, origin);
            }
        }
        set_by
    }

    pub(super) fn get(self, field: OwnedField) -> Option<Origin> {
        let code = (self.0 >> (field as u32 * Self::BITS)) & Self::MASK;
        let is_it = |origin: &Origin| u32::from(origin_code(*origin)) == code;
        Origin::ALL.into_iter().find(is_it)
    }

    fn set(&mut self, field: OwnedField, origin: Origin) {
        self.unset(field);
        self.0 |= u32::from(origin_code(origin)) << (field as u32 * Self::BITS);
    }

    fn unset(&mut self, field: OwnedField) {
        self.0 &= !(Self::MASK << (field as u32 * Self::BITS));
    }

    /// Whether `origin` may overwrite the field. The file and an import are of one rank: of the
    /// two lists kept by hand, the one read last is right.
    fn allows(self, field: OwnedField, origin: Origin) -> bool {
        self.get(field).is_none_or(|set_by| {
            let rank = |origin: Origin| origin.max(Origin::Import);
            rank(origin) >= rank(set_by)
        })
    }
}

/// The fields that have an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OwnedField {
    Name,
    Editions,
    Tags,
    Timezone,
    Language,
    Consent,
}

impl OwnedField {
    const ALL: [Self; 6] = [
        Self::Name,
        Self::Editions,
        Self::Tags,
        Self::Timezone,
        Self::Language,
        Self::Consent,
    ];

    fn is_stated(self, profile: &Profile) -> bool {
        match self {
            Self::Name => profile.name.is_some(),
            Self::Editions => profile.editions.is_some(),
            Self::Tags => !profile.tags.is_empty(),
            Self::Timezone => profile.timezone.is_some(),
            Self::Language => profile.language.is_some(),
            Self::Consent => profile.consent.is_some(),
        }
    }

    /// Takes a field over; true where that changed it. The file describes all of a person's tags;
    /// anyone else adds to them.
    fn copy(self, to: &mut Profile, from: &Profile, origin: Origin) -> bool {
        fn replace<T: Clone + PartialEq>(to: &mut T, from: &T) -> bool {
            let is_news = to != from;
            if is_news {
                to.clone_from(from);
            }
            is_news
        }
        match self {
            Self::Name => replace(&mut to.name, &from.name),
            Self::Editions => replace(&mut to.editions, &from.editions),
            Self::Tags if origin == Origin::File => replace(&mut to.tags, &from.tags),
            Self::Tags => {
                let before = to.tags.len();
                to.tags.extend(from.tags.iter().cloned());
                to.tags.len() != before
            }
            Self::Timezone => replace(&mut to.timezone, &from.timezone),
            Self::Language => replace(&mut to.language, &from.language),
            Self::Consent => replace(&mut to.consent, &from.consent),
        }
    }
}
