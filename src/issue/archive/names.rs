//! Which files of an archive a name means, without looking through all of them.

use std::collections::HashMap;

use super::{super::read, file::ArchivedFile};
use crate::source::composed;

/// Files by what they are called: places among the entries, the oldest first. Names are compared as people see them.
#[derive(Debug, Default)]
pub(super) struct ArchiveNames {
    pub(super) by_name: PlacesByName,
    pub(super) by_slug: PlacesByName,
    /// Of those whose head can be read.
    pub(super) by_id: PlacesByName,
}

/// Where the files of a name stand.
#[derive(Debug, Default)]
pub(super) struct PlacesByName(HashMap<String, Vec<usize>>);

impl ArchiveNames {
    pub(super) fn of<'e>(entries: impl Iterator<Item = &'e ArchivedFile>) -> Self {
        let mut names = Self::default();
        for (at, entry) in entries.enumerate() {
            names.by_name.add(&entry.name, at);
            names.by_slug.add(read::slug(&entry.name), at);
            if let Some(head) = entry.head() {
                names.by_id.add(&head.id, at);
            }
        }
        names
    }
}

impl PlacesByName {
    fn add(&mut self, name: &str, at: usize) {
        let places = self.0.entry(composed(name).into_owned()).or_default();
        places.push(at);
    }

    pub(super) fn of(&self, name: &str) -> &[usize] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}
