//! What a fold of subscribers.yaml makes of each entry, and of those whom the file does not name any more: for every
//! store, in memory. Not: how people are found and written.

use super::{
    FoldLimits, FoldReport, StoreError,
    merge::Origins,
    person_group::{MergedProfile, PersonGroup},
};
use crate::audience::{Origin, Profile, SubscriberId};

/// Takes one entry over.
pub(crate) fn fold_one(
    group: &mut PersonGroup,
    profile: &Profile,
    seen: &mut SeenPeople,
    report: &mut FoldReport,
) {
    if let Some((id, vouched_by)) = group.known(profile)
        && vouched_by.has(Origin::File)
    {
        seen.add(id);
    }
    let merged = group.merge(profile, Origin::File);
    seen.last_new = matches!(merged, MergedProfile::New).then(|| profile.email.key());
    match merged {
        MergedProfile::Suppressed(_) => report.suppressed += 1,
        MergedProfile::New => report.added += 1,
        MergedProfile::Known(merge) if merge.returned => report.returned += 1,
        MergedProfile::Known(merge) if merge.profile_changed => report.changed += 1,
        MergedProfile::Known(_) => report.unchanged += 1,
    }
}

/// The list before a fold.
pub(crate) struct ListBefore {
    pub(crate) readers: u64,
    pub(crate) from_file: u64,
    /// The highest number: whoever has a higher one came with this fold.
    pub(crate) last: i64,
}

/// Which people of the file's earlier folds it still names: a bit each.
#[derive(Default)]
pub(crate) struct SeenPeople {
    bits: Vec<u64>,
    count: u64,
    /// The last entry's address, where the list did not know it.
    last_new: Option<String>,
}

impl SeenPeople {
    /// Nobody is gone where the file still names everyone it had named before: the usual case.
    pub(crate) fn is_everyone(&self, before: &ListBefore) -> bool {
        self.count >= before.from_file
    }

    fn add(&mut self, id: SubscriberId) {
        let (word, bit) = Self::place(id);
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        if self.bits[word] & bit == 0 {
            self.bits[word] |= bit;
            self.count += 1;
        }
    }

    fn has(&self, id: SubscriberId) -> bool {
        let (word, bit) = Self::place(id);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    fn place(id: SubscriberId) -> (usize, u64) {
        let id = id.0.unsigned_abs();
        (
            usize::try_from(id / 64).unwrap_or(usize::MAX),
            1 << (id % 64),
        )
    }
}

/// Somebody whom the file vouched for before.
pub(crate) struct FilePerson {
    pub(crate) id: SubscriberId,
    pub(crate) vouched_by: Origins,
    pub(crate) is_reader: bool,
    /// Their address's key; None: erased.
    pub(crate) key: Option<String>,
}

/// Whom the file does not name any more.
#[derive(Default)]
pub(crate) struct AbsentPeople {
    /// Those whom nobody else wants on the list, and whether they would have got mail.
    pub(crate) deactivated: Vec<(SubscriberId, bool)>,
    /// Those who stay for another's sake.
    pub(crate) others: Vec<SubscriberId>,
    /// How many of them would have got mail.
    lost: u64,
    /// One whose address goes on where the file's last one ends.
    longer: Option<String>,
}

impl AbsentPeople {
    /// Looks whether the file still names somebody.
    pub(crate) fn look_at(&mut self, person: FilePerson, seen: &SeenPeople) {
        if seen.has(person.id) {
            return;
        }
        if let (Some(last), Some(key)) = (&seen.last_new, person.key)
            && key.starts_with(last.as_str())
        {
            self.longer = Some(key);
        }
        if person.vouched_by == Origins::only(Origin::File) {
            self.deactivated.push((person.id, person.is_reader));
            self.lost += u64::from(person.is_reader);
        } else {
            self.others.push(person.id);
        }
    }

    /// Stops a fold that loses more than it may, or whose file seems to be cut off.
    pub(crate) fn check(
        &self,
        before: &ListBefore,
        seen: &SeenPeople,
        limits: FoldLimits,
    ) -> Result<(), StoreError> {
        if let (Some(cut), Some(whole)) = (&seen.last_new, &self.longer) {
            return Err(StoreError::FoldCut {
                cut: cut.clone(),
                whole: whole.clone(),
            });
        }
        match limits.forbid(self.lost, before.readers) {
            true => Err(StoreError::FoldLosesTooMany {
                lost: self.lost,
                total: before.readers,
            }),
            false => Ok(()),
        }
    }
}

/// What the last entry of a file says, that may be cut off.
pub(crate) struct LastEntry {
    /// It says something else of somebody known.
    pub(crate) is_change: bool,
    /// It names somebody new.
    pub(crate) is_new: bool,
}

impl LastEntry {
    pub(crate) fn between(before: &FoldReport, told: &FoldReport) -> Self {
        Self {
            is_change: (told.changed, told.returned) != (before.changed, before.returned),
            is_new: told.added != before.added,
        }
    }
}
