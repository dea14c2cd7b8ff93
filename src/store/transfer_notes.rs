//! Whose message has begun to leave, noted where a killed process leaves it behind and a machine that dies takes it
//! along: in a file that nobody waits for. Of the rows that a dead sender had leave for, those that stand here may have
//! arrived; the others never left. Not here: what follows from it (`machine`).
//!
//! A note is believed only if nothing could have come between: the ledger names this file by a token, and the file
//! says which machine's running it was written in, which file it was then, and when it was last written, which is when
//! the system says that it was last touched. After a power cut, in a copy, on another machine or where somebody put
//! an older copy over it there are no notes, and every row that had leave is in doubt.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{
    DeliveryId,
    notes_head::{NAME_BYTES, boot_id, head, is_headed, touched_at, write_at},
    step_notes::StepNotes,
};
use crate::private_files;

/// What such a file says it is.
const KIND: &str = "transfers";
/// The head of the file; then when it was written.
const HEAD_BYTES: usize = NAME_BYTES + NUMBER_BYTES;
/// A row's number, and when it was written.
const ROW_BYTES: usize = 2 * NUMBER_BYTES;
const NUMBER_BYTES: usize = 8;
/// Between reading the clock and the system's own note of the write lies a tick of its clock, or as long as a busy machine
/// takes.
const TOUCHED_WITHIN_NANOS: i64 = 1_000_000_000;
/// Where no message has begun to leave; no row has this number.
const NOBODY: i64 = 0;
/// A row's note may go once the outcome of that row is durable. It is when the row after the next has leave.
const ROWS_PER_LINE: usize = 2;
const LINE_BYTES: usize = ROWS_PER_LINE * ROW_BYTES;

/// The notes of one run of one batch.
#[derive(Debug)]
pub struct TransferNotes {
    /// None: this system has no notes that can be believed.
    kept: Option<KeptNotes>,
}

#[derive(Debug)]
enum KeptNotes {
    /// The last two rows of each connection.
    Last { path: PathBuf, file: File },
    /// Every row, which stays.
    Every(StepNotes),
}

/// The notes of one connection.
#[derive(Debug)]
pub struct TransferLine {
    notes: Arc<TransferNotes>,
    number: usize,
    begun: usize,
}

impl TransferNotes {
    /// Begins notes of so many connections in that file, in place of what is there.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub(super) fn begin(
        path: &Path,
        token: &str,
        lines: u32,
        now: DateTime<Utc>,
    ) -> io::Result<Self> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let Some(boot) = boot_id() else {
            return Ok(Self::none());
        };
        private_files::make_private_file(path)?;
        let file = OpenOptions::new().write(true).open(path)?;
        let mut bytes = head(KIND, token, &boot, &file)?.into_bytes();
        bytes.resize(NAME_BYTES, b' ');
        bytes.extend(nanos(now).to_le_bytes());
        // With room for all notes: a disk that fills up later is no matter.
        bytes.resize(HEAD_BYTES + lines as usize * LINE_BYTES, 0);
        write_at(&file, &bytes, 0)?;
        let path = path.to_owned();
        Ok(Self {
            kept: Some(KeptNotes::Last { path, file }),
        })
    }

    /// Notes of every row, which stay when the run ends.
    pub(super) fn of_every_row(steps: StepNotes) -> Self {
        Self {
            kept: Some(KeptNotes::Every(steps)),
        }
    }

    /// None that could be believed.
    pub(super) fn none() -> Self {
        Self { kept: None }
    }

    /// The notes of that connection; each has a number of its own.
    #[must_use]
    pub fn line(self: &Arc<Self>, number: u32) -> TransferLine {
        TransferLine {
            notes: Arc::clone(self),
            number: number as usize,
            begun: 0,
        }
    }

    /// The run has ended and the ledger has everything.
    pub fn end(&self) {
        if let Some(KeptNotes::Last { path, .. }) = &self.kept {
            // What stays is believed for rows that had leave alone, and there are none.
            let _ = fs::remove_file(path);
        }
    }
}

impl TransferLine {
    /// That row's message begins to leave `now`, by the machine's own time, under that fence, and what came before the
    /// one before it is durable in the ledger.
    ///
    /// # Errors
    /// Where it can't be noted: the message must not leave.
    pub fn begins(&mut self, row: DeliveryId, fence: i64, now: DateTime<Utc>) -> io::Result<()> {
        let file = match &self.notes.kept {
            None => return Ok(()),
            Some(KeptNotes::Every(steps)) => return steps.begins(row, fence, now),
            Some(KeptNotes::Last { file, .. }) => file,
        };
        let place = self.begun % ROWS_PER_LINE * ROW_BYTES;
        let offset = HEAD_BYTES + self.number * LINE_BYTES + place;
        let mut note = [0; ROW_BYTES];
        note[..NUMBER_BYTES].copy_from_slice(&row.0.to_le_bytes());
        note[NUMBER_BYTES..].copy_from_slice(&nanos(now).to_le_bytes());
        write_at(file, &note, offset as u64)?;
        self.begun += 1;
        Ok(())
    }
}

/// The rows whose messages may have left. None: nothing here can be believed.
pub(super) fn read(path: &Path, token: &str) -> Option<BTreeSet<i64>> {
    let file = File::open(path).ok()?;
    let bytes = fs::read(path).ok()?;
    let (name, rest) = bytes.split_at_checked(NAME_BYTES)?;
    let wanted = head(KIND, token, &boot_id()?, &file).ok()?;
    if !is_headed(name, &wanted) {
        return None;
    }
    let (began_at, notes) = rest.split_first_chunk::<NUMBER_BYTES>()?;
    let (notes, []) = notes.as_chunks::<ROW_BYTES>() else {
        return None;
    };
    let (mut begun, mut last_at) = (BTreeSet::new(), i64::from_le_bytes(*began_at));
    for note in notes {
        let [row, at] = note.as_chunks::<NUMBER_BYTES>().0 else {
            return None;
        };
        let row = i64::from_le_bytes(*row);
        if row != NOBODY {
            begun.insert(row);
            last_at = last_at.max(i64::from_le_bytes(*at));
        }
    }
    let is_untouched = (touched_at(&file)? - last_at).abs() <= TOUCHED_WITHIN_NANOS;
    is_untouched.then_some(begun)
}

fn nanos(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_nanos_opt().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "the system stamps files by it")]
    fn now() -> DateTime<Utc> {
        Utc::now()
    }

    fn noted(rows: &[(u32, i64)]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("transfers-1");
        let notes = Arc::new(TransferNotes::begin(&path, "token", 3, now()).unwrap());
        let mut lines: Vec<TransferLine> = (0..3).map(|number| notes.line(number)).collect();
        for (line, row) in rows {
            lines[*line as usize]
                .begins(DeliveryId(*row), 1, now())
                .unwrap();
        }
        (folder, path)
    }

    #[test]
    fn the_last_two_rows_of_each_connection_stand_there() {
        let (_folder, path) = noted(&[(0, 11), (2, 31), (0, 12), (0, 13), (2, 32)]);
        let begun = read(&path, "token").unwrap();
        assert_eq!(begun, BTreeSet::from([12, 13, 31, 32]));
    }

    #[test]
    fn notes_that_could_be_of_another_time_or_place_are_not_believed() {
        let (folder, path) = noted(&[(0, 11)]);
        assert!(read(&path, "token").is_some());
        assert_eq!(read(&path, "another token"), None);
        let copy = folder.path().join("copy");
        fs::copy(&path, &copy).unwrap();
        assert_eq!(read(&copy, "token"), None, "another file");
        assert_eq!(read(&folder.path().join("none"), "token"), None);
        let bytes = fs::read(&path).unwrap();
        let boot = boot_id().unwrap();
        let at = bytes
            .windows(boot.len())
            .position(|part| part == boot.as_bytes());
        let mut other = bytes.clone();
        other[at.unwrap()] ^= 1;
        fs::write(&path, &other).unwrap();
        assert_eq!(read(&path, "token"), None, "before the machine started");
        for length in [0, 5, HEAD_BYTES - 1, HEAD_BYTES + 3] {
            fs::write(&path, &bytes[..length]).unwrap();
            assert_eq!(read(&path, "token"), None, "cut at {length}");
        }
    }

    #[test]
    fn an_older_copy_that_was_put_over_them_is_not_believed() {
        for rows in [&[(0, 11)][..], &[]] {
            let (_folder, path) = noted(rows);
            let older = fs::read(&path).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(1_100));
            fs::write(&path, older).unwrap();
            assert_eq!(read(&path, "token"), None);
        }
    }

    #[test]
    fn new_notes_begin_empty_and_go_when_they_end() {
        let (_folder, path) = noted(&[(0, 11)]);
        let notes = TransferNotes::begin(&path, "next", 3, now()).unwrap();
        assert_eq!(read(&path, "token"), None);
        assert_eq!(read(&path, "next"), Some(BTreeSet::new()));
        notes.end();
        assert!(!path.exists());
    }
}
