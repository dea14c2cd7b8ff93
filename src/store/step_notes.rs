//! Every row of a batch whose message began to leave from this machine, with the fence that it had then: what is left of a
//! send where the database is set back, by a standby that was promoted or a dump that was restored. Eight bytes at the
//! row's own place, so that the file is bounded by the batch, and connections and processes write beside each other.
//! Nobody waits for the disk (docs/decisions/0028, 0036). Not here: which files there are (`notes_place`).

use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    path::Path,
};

use chrono::{DateTime, Utc};

use super::{
    DeliveryId,
    notes_head::{NAME_BYTES, boot_id, head, is_headed, touched_at, write_at},
};
use crate::private_files::{self, LockFile};

/// What such a file says it is.
const KIND: &str = "steps";
/// A row's fence, and the second it was written in.
const ROW_BYTES: usize = 8;
/// Between a second's beginning and the system's own note of a write lie that second, a tick, and as long as a busy
/// machine takes.
const TOUCHED_WITHIN_SECONDS: i64 = 2;

/// The notes of a batch, as long as somebody writes in them.
#[derive(Debug)]
pub(super) struct StepNotes {
    /// Under a shared lock: whoever reads them all waits for the end of those who write.
    file: LockFile,
    batch: DeliveryId,
}

impl StepNotes {
    /// Goes on with the notes of a batch, or begins them where there are none to be believed. None: this system has no
    /// notes that can be. `batch`: what its rows are numbered from.
    pub(super) fn open(path: &Path, owner: &str, batch: DeliveryId) -> io::Result<Option<Self>> {
        let Some(boot) = boot_id() else {
            return Ok(None);
        };
        if let Some(file) = believed(
            path,
            owner,
            &boot,
            OpenOptions::new().read(true).write(true),
        ) {
            let file = LockFile::of(file);
            file.lock_shared()?;
            return Ok(Some(Self { file, batch }));
        }
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        private_files::make_private_file(path)?;
        let file = LockFile::of(OpenOptions::new().write(true).open(path)?);
        file.lock_shared()?;
        let mut bytes = head(KIND, owner, &boot, &file)?.into_bytes();
        bytes.resize(NAME_BYTES, b' ');
        write_at(&file, &bytes, 0)?;
        Ok(Some(Self { file, batch }))
    }

    /// That row's message begins to leave.
    pub(super) fn begins(&self, row: DeliveryId, fence: i64, now: DateTime<Utc>) -> io::Result<()> {
        let place = u64::try_from(row.0 - self.batch.0).unwrap_or_default();
        let [fence, second] =
            [fence, now.timestamp()].map(|it| u32::try_from(it).unwrap_or(u32::MAX));
        let mut note = [0; ROW_BYTES];
        note[..4].copy_from_slice(&fence.to_le_bytes());
        note[4..].copy_from_slice(&second.to_le_bytes());
        write_at(
            &self.file,
            &note,
            NAME_BYTES as u64 + place * ROW_BYTES as u64,
        )
    }
}

/// What was noted of a batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotedSteps {
    notes: Vec<u8>,
}

impl NotedSteps {
    /// Reads them; None: nothing here can be believed.
    pub(super) fn read(path: &Path, owner: &str) -> Option<Self> {
        let mut file = believed(path, owner, &boot_id()?, OpenOptions::new().read(true))?;
        let mut notes = Vec::new();
        file.read_to_end(&mut notes).ok()?;
        let noted = Self { notes };
        let last_at = noted.rows().map(|(_, note)| i64::from(note.second)).max();
        let touched_at = touched_at(&file)? / 1_000_000_000;
        let is_untouched =
            last_at.is_none_or(|at| (touched_at - at).abs() <= TOUCHED_WITHIN_SECONDS);
        is_untouched.then_some(noted)
    }

    /// The rows that began to leave, by their places in the batch, with the last fence of each.
    pub(super) fn fences(&self) -> impl Iterator<Item = (i64, i64)> {
        self.rows()
            .map(|(place, note)| (place, i64::from(note.fence)))
    }

    /// The last fence under which that row began to leave; None: it never did.
    pub(super) fn fence_of(&self, place: i64) -> Option<i64> {
        let (notes, _) = self.notes.as_chunks::<ROW_BYTES>();
        let note = notes.get(usize::try_from(place).ok()?)?;
        Note::parse(note).map(|note| i64::from(note.fence))
    }

    fn rows(&self) -> impl Iterator<Item = (i64, Note)> {
        let (notes, _) = self.notes.as_chunks::<ROW_BYTES>();
        let noted = (0..).zip(notes);
        noted.filter_map(|(place, note)| Some((place, Note::parse(note)?)))
    }
}

struct Note {
    fence: u32,
    second: u32,
}

impl Note {
    /// None: the row never began to leave.
    fn parse(bytes: &[u8; ROW_BYTES]) -> Option<Self> {
        let [fence, second] = bytes.as_chunks::<4>().0 else {
            return None;
        };
        let note = Self {
            fence: u32::from_le_bytes(*fence),
            second: u32::from_le_bytes(*second),
        };
        (note.fence > 0).then_some(note)
    }
}

/// Opens a file that has that head, and stands behind it.
fn believed(path: &Path, owner: &str, boot: &str, how: &OpenOptions) -> Option<File> {
    let mut file = how.open(path).ok()?;
    let mut name = [0; NAME_BYTES];
    file.read_exact(&mut name).ok()?;
    let wanted = head(KIND, owner, boot, &file).ok()?;
    is_headed(&name, &wanted).then_some(file)
}

/// Whether nobody writes in that file; it is kept so as long as the answer is held.
pub(super) fn settled(path: &Path) -> Option<LockFile> {
    let file = LockFile::of(File::open(path).ok()?);
    file.try_lock().ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: DeliveryId = DeliveryId(7 << 40);

    #[expect(clippy::disallowed_methods, reason = "the system stamps files by it")]
    fn now() -> DateTime<Utc> {
        Utc::now()
    }

    fn noted(path: &Path, rows: &[(i64, i64)]) -> StepNotes {
        let notes = StepNotes::open(path, "own", BATCH).unwrap().unwrap();
        for (row, fence) in rows {
            notes
                .begins(DeliveryId(BATCH.0 + row), *fence, now())
                .unwrap();
        }
        notes
    }

    #[test]
    fn every_row_stands_there_with_its_last_fence_whoever_wrote_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps-7");
        let first = noted(&path, &[(3, 1), (1_200, 1)]);
        let second = noted(&path, &[(2, 4), (3, 2)]);
        assert!(settled(&path).is_none(), "two write");
        drop(first);
        assert!(settled(&path).is_none(), "one writes");
        drop(second);
        assert!(settled(&path).is_some());
        let read = NotedSteps::read(&path, "own").unwrap();
        let rows: Vec<(i64, i64)> = read.fences().collect();
        assert_eq!(rows, [(2, 4), (3, 2), (1_200, 1)]);
        let places = [0, 2, 3, 4, 1_200, 1_201, -1];
        let fences = places.map(|place| read.fence_of(place));
        assert_eq!(fences, [None, Some(4), Some(2), None, Some(1), None, None]);
    }

    #[test]
    fn notes_of_another_owner_time_or_place_are_not_believed_and_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps-7");
        drop(noted(&path, &[(3, 1)]));
        assert_eq!(NotedSteps::read(&path, "other"), None);
        let copy = folder.path().join("copy");
        std::fs::copy(&path, &copy).unwrap();
        assert_eq!(NotedSteps::read(&copy, "own"), None, "another file");
        let bytes = std::fs::read(&path).unwrap();
        let mut older = bytes.clone();
        let at = NAME_BYTES + 3 * ROW_BYTES + 4;
        let second = u32::from_le_bytes(older[at..].try_into().unwrap()) - 60;
        older[at..].copy_from_slice(&second.to_le_bytes());
        std::fs::write(&path, &older).unwrap();
        assert_eq!(NotedSteps::read(&path, "own"), None, "put over it later");
        std::fs::write(&path, &bytes[..40]).unwrap();
        assert_eq!(NotedSteps::read(&path, "own"), None, "cut");
        drop(noted(&path, &[(9, 2)]));
        let read = NotedSteps::read(&path, "own").unwrap();
        assert_eq!(read.fences().collect::<Vec<_>>(), [(9, 2)]);
    }
}
