//! The folder in which a machine notes what leaves from it, on a database that many share: a mark by which the database
//! knows that these notes are the ones, the batches that were ever noted, and a file of `step_notes` each. A machine that
//! was started again, a folder that was emptied or copied have another mark: whatever was noted before is gone.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    BatchId, DeliveryId,
    notes_head::{NAME_BYTES, boot_id, head, is_headed, write_at},
    step_notes::{NotedSteps, StepNotes, settled},
};
use crate::{
    clock::random_bytes,
    fingerprint::hex,
    private_files::{LockFile, lock, make_private_file, make_private_folder},
};

/// What the folder's own file says it is.
const KIND: &str = "place";
const FILE: &str = "notes";
const LOCK: &str = "notes.lock";
/// How the files of batches begin.
const STEPS: &str = "steps-";
/// Notes that nobody touched for so long go: a database that is older than that finds them gone.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Longer texts were not written by us: an issue a day for a century is 2 MB.
const MAX_BYTES: u64 = 8 << 20;

/// The folder, to itself until it is dropped: nobody begins or looks through notes in it meanwhile.
#[derive(Debug)]
pub(super) struct NotesPlace {
    folder: PathBuf,
    mark: String,
    /// Where the database was and the batch, of each whose notes were begun.
    begun: Vec<(String, i64)>,
    _lock: LockFile,
}

/// What a machine noted of a batch.
pub(super) enum BatchNotes {
    Read(NotedSteps),
    /// They were there, and can't be believed.
    Gone,
    /// Somebody still sends.
    Written,
}

impl NotesPlace {
    /// Takes the folder, which is made where it is not there. None: this system has no notes that can be believed.
    pub(super) fn take(folder: &Path) -> io::Result<Option<Self>> {
        let Some(boot) = boot_id() else {
            return Ok(None);
        };
        make_private_folder(folder)?;
        let lock = lock(&folder.join(LOCK))?;
        let folder = folder.canonicalize()?;
        let known = read(&folder.join(FILE), &boot);
        let (mark, begun) = match known {
            Some(known) => known,
            None => (begin(&folder, &boot)?, Vec::new()),
        };
        Ok(Some(Self {
            folder,
            mark,
            begun,
            _lock: lock,
        }))
    }

    /// The same of a folder where something was noted before.
    pub(super) fn take_known(folder: &Path) -> io::Result<Option<Self>> {
        match folder.join(FILE).exists() {
            true => Self::take(folder),
            false => Ok(None),
        }
    }

    /// By what these notes are known.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// How people know this place.
    pub(super) fn name(&self) -> String {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        format!("{}:{}", host.trim(), self.folder.display())
    }

    /// Goes on with the notes of a batch, or begins them. `home`: where the database is.
    pub(super) fn open(
        &mut self,
        home: &str,
        batch: BatchId,
        rows_from: DeliveryId,
    ) -> io::Result<Option<StepNotes>> {
        let own = (home.to_owned(), batch.0);
        if !self.begun.contains(&own) {
            // What was noted before the database came here was handed in.
            self.begun.retain(|(other, _)| other == home);
            self.begun.push(own);
            self.write()?;
            self.tidy();
        }
        let owner = self.owner(home, batch.0);
        StepNotes::open(&self.file(batch.0), &owner, rows_from)
    }

    /// Every batch that was noted while the database was there.
    pub(super) fn batches(&self, home: &str) -> Vec<BatchId> {
        let own = self.begun.iter().filter(|(other, _)| other == home);
        own.map(|(_, batch)| BatchId(*batch)).collect()
    }

    /// What was noted of a batch, once nobody writes there any more.
    pub(super) fn settled(&self, home: &str, batch: BatchId) -> BatchNotes {
        let path = self.file(batch.0);
        if path.exists() && settled(&path).is_none() {
            return BatchNotes::Written;
        }
        self.read(home, batch)
            .map_or(BatchNotes::Gone, BatchNotes::Read)
    }

    /// What was noted of a batch so far; None: nothing that can be believed.
    pub(super) fn read(&self, home: &str, batch: BatchId) -> Option<NotedSteps> {
        NotedSteps::read(&self.file(batch.0), &self.owner(home, batch.0))
    }

    fn owner(&self, home: &str, batch: i64) -> String {
        format!("{} {} {batch}", self.mark, home.replace(' ', "-"))
    }

    fn file(&self, batch: i64) -> PathBuf {
        self.folder.join(format!("{STEPS}{batch}"))
    }

    fn write(&self) -> io::Result<()> {
        let mut file = File::options().write(true).open(self.folder.join(FILE))?;
        let lines = self.begun.iter();
        let text: String = lines
            .map(|(home, batch)| format!("{batch} {home}\n"))
            .collect();
        // Longer than what stands there, or begun anew under another home.
        io::Seek::seek(&mut file, io::SeekFrom::Start(BEGUN_AT))?;
        file.write_all(text.as_bytes())?;
        file.set_len(BEGUN_AT + text.len() as u64)
    }

    /// Lets go of notes that nobody asks for any more.
    fn tidy(&self) {
        let Ok(files) = fs::read_dir(&self.folder) else {
            return;
        };
        for entry in files.flatten() {
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(STEPS));
            let Some(batch) = number.and_then(|number| number.parse::<i64>().ok()) else {
                continue;
            };
            let touched = entry.metadata().and_then(|own| own.modified());
            let is_old = touched.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > KEPT));
            if is_old || !self.begun.iter().any(|(_, begun)| *begun == batch) {
                // What stays is believed for nobody, or a little longer.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Behind the head stands the mark, and behind that the batches.
const MARK_BYTES: usize = 33;
const BEGUN_AT: u64 = (NAME_BYTES + MARK_BYTES) as u64;

/// The mark and the batches that were begun; None: there are none that can be believed.
fn read(path: &Path, boot: &str) -> Option<(String, Vec<(String, i64)>)> {
    let file = File::open(path).ok()?;
    let wanted = head(KIND, "notes", boot, &file).ok()?;
    let mut bytes = Vec::new();
    (&file).take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    let (name, rest) = bytes.split_at_checked(NAME_BYTES)?;
    if !is_headed(name, &wanted) {
        return None;
    }
    let mut lines = std::str::from_utf8(rest).ok()?.lines();
    let mark = lines.next().filter(|mark| mark.len() + 1 == MARK_BYTES)?;
    let begun = lines.map(|line| {
        let (batch, home) = line.split_once(' ')?;
        Some((home.to_owned(), batch.parse().ok()?))
    });
    Some((mark.to_owned(), begun.collect::<Option<_>>()?))
}

/// Notes of a new mark, in place of whatever is there.
fn begin(folder: &Path, boot: &str) -> io::Result<String> {
    let path = folder.join(FILE);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    make_private_file(&path)?;
    let file = File::options().write(true).open(&path)?;
    let mark = hex(&random_bytes::<16>());
    let mut bytes = head(KIND, "notes", boot, &file)?.into_bytes();
    bytes.resize(NAME_BYTES, b' ');
    bytes.extend(format!("{mark}\n").into_bytes());
    write_at(&file, &bytes, 0)?;
    Ok(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: DeliveryId = DeliveryId(7 << 40);

    fn taken(folder: &Path) -> NotesPlace {
        NotesPlace::take(folder).unwrap().unwrap()
    }

    fn noted(place: &mut NotesPlace, home: &str, batch: i64) -> StepNotes {
        let notes = place.open(home, BatchId(batch), ROWS).unwrap().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the system stamps files by it")]
        let now = chrono::Utc::now();
        notes.begins(DeliveryId(ROWS.0 + 5), 1, now).unwrap();
        notes
    }

    #[test]
    fn a_place_keeps_its_mark_and_knows_what_was_noted_in_it() {
        let folder = tempfile::tempdir().unwrap();
        assert!(NotesPlace::take_known(folder.path()).unwrap().is_none());
        let mut place = taken(folder.path());
        let mark = place.mark().to_owned();
        let writing = noted(&mut place, "1 1 5", 7);
        assert!(matches!(
            place.settled("1 1 5", BatchId(7)),
            BatchNotes::Written
        ));
        drop((writing, place));
        let mut place = NotesPlace::take_known(folder.path()).unwrap().unwrap();
        assert_eq!(place.mark(), mark);
        drop(noted(&mut place, "1 1 5", 8));
        assert_eq!(place.batches("1 1 5"), [BatchId(7), BatchId(8)]);
        let BatchNotes::Read(read) = place.settled("1 1 5", BatchId(7)) else {
            panic!("they are there");
        };
        assert_eq!(read.fence_of(5), Some(1));
        // Of another home's notes nothing is known here.
        assert!(matches!(
            place.settled("1 2 5", BatchId(7)),
            BatchNotes::Gone
        ));
        fs::remove_file(place.file(8)).unwrap();
        assert!(matches!(
            place.settled("1 1 5", BatchId(8)),
            BatchNotes::Gone
        ));
        // Once the database has another home, what was noted before was handed in.
        drop(noted(&mut place, "1 2 5", 9));
        assert_eq!(place.batches("1 1 5"), []);
        assert!(!place.file(7).exists());
    }

    #[test]
    fn an_emptied_or_copied_place_has_another_mark() {
        let folder = tempfile::tempdir().unwrap();
        let mark = taken(folder.path()).mark().to_owned();
        let path = folder.path().join(FILE);
        let bytes = fs::read(&path).unwrap();
        let copy = folder.path().join("copy");
        fs::write(&copy, &bytes).unwrap();
        fs::rename(&copy, &path).unwrap();
        let copied = taken(folder.path()).mark().to_owned();
        assert_ne!(copied, mark);
        fs::remove_file(&path).unwrap();
        assert_ne!(taken(folder.path()).mark(), copied);
        fs::write(&path, b"anything at all").unwrap();
        taken(folder.path());
    }
}
