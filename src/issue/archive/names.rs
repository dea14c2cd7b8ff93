//! Which files of an archive a name means, without looking through all of them.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use super::{super::read, file::ArchivedFile};
use crate::source::composed;

/// What a name is to the file that it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameKind {
    File,
    Slug,
    /// Of those whose head can be read.
    Id,
}

/// Files by what they are called, each kind made when somebody asks for it: most names are a file's.
#[derive(Debug, Default)]
pub(super) struct ArchiveNames([OnceLock<PlacesByName>; 3]);

/// Where the files of a name stand among the entries, the oldest first. Names are compared as people see them.
#[derive(Debug, Default)]
pub(super) struct PlacesByName(HashMap<String, Vec<usize>>);

impl ArchiveNames {
    /// The names of those entries, which are the same at every call.
    pub(super) fn of_kind(&self, kind: NameKind, entries: &[Arc<ArchivedFile>]) -> &PlacesByName {
        self.0[kind as usize].get_or_init(|| {
            let mut places = PlacesByName::default();
            for (at, entry) in entries.iter().enumerate() {
                match kind {
                    NameKind::File => places.add(&entry.name, at),
                    NameKind::Slug => places.add(read::slug(&entry.name), at),
                    NameKind::Id => {
                        if let Some(head) = entry.head() {
                            places.add(&head.id, at);
                        }
                    }
                }
            }
            places
        })
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
