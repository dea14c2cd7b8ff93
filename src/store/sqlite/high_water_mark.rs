//! The witness: a small file beside the database that knows how far each batch had come. A database
//! that was restored from an older copy knows of fewer steps, and its pending rows may have been
//! sent since; a batch that it does not know at all may have been sent to everybody.
//!
//! A line a batch, `steps issue`, its number written over in place. Not synced: after a power cut
//! the witness may know less than the database, which raises no alarm, and never more.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::fault::SqliteFault;
use crate::store::Realm;

const FILE: &str = "witness";

/// Twenty digits hold any `u64`, so that a line never grows.
const DIGITS: usize = 20;

/// What the file says, and the way to say more.
#[derive(Debug)]
pub(super) struct HighWaterMark {
    path: PathBuf,
    lines: Mutex<Option<MarkLines>>,
}

#[derive(Debug)]
struct MarkLines {
    file: File,
    end: u64,
    by_issue: HashMap<String, MarkLine>,
}

#[derive(Debug, Clone, Copy)]
struct MarkLine {
    offset: u64,
    steps: u64,
}

impl HighWaterMark {
    /// The witness of that folder, read when it is first asked.
    pub(super) fn beside(state_dir: &Path) -> Self {
        Self {
            path: state_dir.join(FILE),
            lines: Mutex::new(None),
        }
    }

    /// How far that issue's batch had come. None: it never heard of it.
    pub(super) fn steps(&self, realm: Realm, issue: &str) -> Result<Option<u64>, SqliteFault> {
        let key = key(realm, issue);
        self.with_lines(|lines| Ok(lines.by_issue.get(&key).map(|line| line.steps)))
    }

    /// Takes over what another one knows.
    pub(super) fn learn_from(&self, other: &Self) -> Result<(), SqliteFault> {
        let theirs: Vec<(String, u64)> = other.with_lines(|lines| {
            let steps = |(key, line): (&String, &MarkLine)| (key.clone(), line.steps);
            Ok(lines.by_issue.iter().map(steps).collect())
        })?;
        self.with_lines(|lines| {
            let mut theirs = theirs.iter();
            theirs.try_for_each(|(key, steps)| lines.note(key, *steps))
        })
    }

    /// Notes how far a batch has come, after its transaction and before anything follows from it.
    pub(super) fn note(&self, realm: Realm, issue: &str, steps: u64) -> Result<(), SqliteFault> {
        self.with_lines(|lines| lines.note(&key(realm, issue), steps))
    }

    /// A rehearsal is dropped: it may be played again from its beginning.
    pub(super) fn forget_rehearsal(&self, issue: &str) -> Result<(), SqliteFault> {
        self.with_lines(|lines| lines.put_back(&key(Realm::Rehearsal, issue)))
    }

    /// Reads the file anew: another process may have sent since.
    pub(super) fn forget(&self) {
        *self.lines() = None;
    }

    fn with_lines<T>(
        &self,
        work: impl FnOnce(&mut MarkLines) -> io::Result<T>,
    ) -> Result<T, SqliteFault> {
        let mut lines = self.lines();
        let opened = match lines.as_mut() {
            Some(lines) => Ok(lines),
            None => MarkLines::open(&self.path).map(|opened| lines.insert(opened)),
        };
        let worked = opened.and_then(work);
        worked.map_err(|error| SqliteFault::unusable(&self.path, error))
    }

    fn lines(&self) -> MutexGuard<'_, Option<MarkLines>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MarkLines {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        let mut bytes = Vec::new();
        (&file).read_to_end(&mut bytes)?;
        let mut lines = Self {
            file,
            end: bytes.len() as u64,
            by_issue: HashMap::new(),
        };
        let mut offset = 0;
        for text in bytes.split_inclusive(|byte| *byte == b'\n') {
            // A line that was cut short or scribbled over says nothing.
            if let Some((issue, steps)) = parse(text) {
                lines.by_issue.insert(issue, MarkLine { offset, steps });
            }
            offset += text.len() as u64;
        }
        Ok(lines)
    }

    fn note(&mut self, issue: &str, steps: u64) -> io::Result<()> {
        let Some(line) = self.by_issue.get_mut(issue) else {
            return self.append(issue, steps);
        };
        if steps > line.steps {
            line.write(&self.file, steps)?;
        }
        Ok(())
    }

    fn put_back(&mut self, issue: &str) -> io::Result<()> {
        match self.by_issue.get_mut(issue) {
            Some(line) => line.write(&self.file, 0),
            None => Ok(()),
        }
    }

    fn append(&mut self, issue: &str, steps: u64) -> io::Result<()> {
        // Behind a line that was cut short, a line end of its own.
        let line = format!("\n{steps:0DIGITS$} {issue}\n");
        self.file.write_all_at(line.as_bytes(), self.end)?;
        let offset = self.end + 1;
        self.end += line.len() as u64;
        self.by_issue
            .insert(issue.to_owned(), MarkLine { offset, steps });
        Ok(())
    }
}

impl MarkLine {
    fn write(&mut self, file: &File, steps: u64) -> io::Result<()> {
        file.write_all_at(format!("{steps:0DIGITS$}").as_bytes(), self.offset)?;
        self.steps = steps;
        Ok(())
    }
}

fn parse(line: &[u8]) -> Option<(String, u64)> {
    let text = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (steps, issue) = text.split_at_checked(DIGITS)?;
    Some((issue.strip_prefix(' ')?.to_owned(), steps.parse().ok()?))
}

/// The identity of an issue as one line can hold it. What is played has lines of its own: the space
/// is in no escaped identity that begins so.
fn key(realm: Realm, issue: &str) -> String {
    let issue = issue.escape_default();
    match realm {
        Realm::Real => issue.to_string(),
        Realm::Rehearsal => format!("rehearsal {issue}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(witness: &HighWaterMark, issue: &str) -> Option<u64> {
        witness
            .steps(Realm::Real, issue)
            .unwrap_or_else(|_| panic!("{issue}"))
    }

    fn note(witness: &HighWaterMark, issue: &str, steps: u64) {
        assert!(witness.note(Realm::Real, issue, steps).is_ok());
    }

    #[test]
    fn it_remembers_how_far_each_batch_came_and_never_goes_back() {
        let folder = tempfile::tempdir().unwrap();
        let witness = HighWaterMark::beside(folder.path());
        assert_eq!(steps(&witness, "monday"), None);
        note(&witness, "monday", 3);
        note(&witness, "thursday\n한글", 1);
        note(&witness, "monday", 12);
        note(&witness, "monday", 7);
        let again = HighWaterMark::beside(folder.path());
        assert_eq!(steps(&again, "monday"), Some(12));
        assert_eq!(steps(&again, "thursday\n한글"), Some(1));
        note(&again, "monday", u64::MAX);
        again.forget();
        assert_eq!(steps(&again, "monday"), Some(u64::MAX));
        assert_eq!(steps(&again, "thursday\n한글"), Some(1));
    }

    #[test]
    fn what_is_played_is_witnessed_apart_and_forgotten_when_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let witness = HighWaterMark::beside(folder.path());
        note(&witness, "monday", 3);
        assert!(witness.note(Realm::Rehearsal, "monday", 9).is_ok());
        assert!(witness.forget_rehearsal("monday").is_ok());
        assert!(witness.forget_rehearsal("thursday").is_ok());
        let again = HighWaterMark::beside(folder.path());
        assert_eq!(steps(&again, "monday"), Some(3));
        assert!(matches!(
            again.steps(Realm::Rehearsal, "monday"),
            Ok(Some(0))
        ));
    }

    #[test]
    fn a_line_cut_short_or_scribbled_over_says_nothing_and_harms_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let witness = HighWaterMark::beside(folder.path());
        note(&witness, "monday", 3);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend("nonsense\n한글한글한글한글\n".as_bytes());
        bytes.extend(b"\xff\xfe\n0000000000000000");
        std::fs::write(&path, bytes).unwrap();
        witness.forget();
        assert_eq!(steps(&witness, "monday"), Some(3));
        note(&witness, "thursday", 5);
        witness.forget();
        assert_eq!(steps(&witness, "thursday"), Some(5));
        assert_eq!(steps(&witness, "monday"), Some(3));
    }
}
