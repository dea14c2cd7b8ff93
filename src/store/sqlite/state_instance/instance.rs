//! Whether this database is the one that sent last, or a copy put in its place.
//!
//! A copy knows nothing of what was sent since, and two copies in use know nothing of each other. The
//! witness tells of a batch that had come farther; this tells of everything else that can be put
//! back, by two things that no copy has both of:
//!
//! - **the place**: number and birth time of the database's file and of a small file beside it. A
//!   change of owner, mode or time, a hard link, a move and a volume mounted elsewhere leave them alone;
//!   whatever copies files makes new ones. (Where the file system knows no birth time the number
//!   must do.)
//! - **the run**: a count and a random word, new each time that somebody takes the right to send. The
//!   database has them first; then the file beside it, and one outside the folder. Content that was
//!   written over in place, a snapshot put back, two copies in turns: one of the three
//!   disagrees.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read, Seek, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::private_files::{self, LockFile, open_lock_file};
use crate::store::{
    BatchState, StoreError,
    sqlite::{
        codes, database::place::FILE, fault::SqliteFault, outside::OutsideFolder,
        statement::Statements,
    },
};

/// The file beside the database, with the run in it.
const MARK: &str = "home";

/// How often somebody has taken the right to send, with words that no copy can guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SenderRun {
    count: i64,
    word: String,
    /// The one before: a file may lag behind the database by one, and never be ahead of it.
    before: String,
}

/// Finds the database at home; the first time, makes this its home.
pub(crate) fn check(
    tx: &Connection,
    state_dir: &Path,
    outside: Option<&OutsideFolder>,
) -> Result<(), SqliteFault> {
    let known: Option<String> = tx.value("SELECT home FROM instance", [])?;
    let run = run(tx)?;
    let is_at_home = match &known {
        Some(known) => is_here(known, state_dir)?,
        // A mark of a home that the database never had is another's; of a state that sent nothing yet, no
        // copy does harm.
        None => !mark(state_dir).exists() || !has_batches(tx)?,
    };
    let noted = [noted_beside(state_dir)?, noted_outside(tx, outside)?];
    let agrees = noted.iter().flatten().all(|noted| run.follows(noted));
    if !is_at_home || !agrees {
        return Err(StoreError::Copied.into());
    }
    if known.is_none_or(|known| !known.starts_with(FORM)) {
        make_home(tx, state_dir)?;
    }
    Ok(())
}

/// Begins a new run, which no copy knows. To be noted by [`SenderRun::note`] once the transaction is on the disk,
/// while the mark is locked.
pub(crate) fn begin_run(tx: &Connection) -> Result<SenderRun, SqliteFault> {
    let last = run(tx)?;
    let word: String = tx.value("SELECT lower(hex(randomblob(8)))", [])?;
    let next = SenderRun {
        count: last.count + 1,
        word,
        before: last.word,
    };
    tx.run(
        "UPDATE instance SET run = ?1, run_word = ?2, run_before = ?3",
        params![next.count, next.word, next.before],
    )?;
    Ok(next)
}

/// A person vouches for this copy: it is at home here from now on. What was open in it waits for that
/// person; answers how many batches those are.
pub(crate) fn adopt(
    tx: &Connection,
    state_dir: &Path,
    now: DateTime<Utc>,
) -> Result<(u64, SenderRun), SqliteFault> {
    let run = settle(tx, state_dir)?;
    tx.run(
        "UPDATE instance SET adopted_at = ?1",
        params![codes::millis(now)],
    )?;
    let paused = BatchState::put_here_from_a_copy();
    let paused = tx.run(
        "UPDATE batches SET state = ?1, reason = ?2 WHERE state = ?3",
        params![
            codes::batch_state_code(&paused),
            paused.pause_reason(),
            codes::batch_state_code(&BatchState::Open)
        ],
    )?;
    Ok((paused, run))
}

/// Since when a person has vouched for this copy; None: it is no copy.
pub(crate) fn adopted_at(tx: &Connection) -> Result<Option<DateTime<Utc>>, SqliteFault> {
    let millis: Option<i64> = tx.value("SELECT adopted_at FROM instance", [])?;
    millis.map(codes::time).transpose()
}

/// Makes this its home, and begins a run that no file knows yet.
pub(crate) fn settle(tx: &Connection, state_dir: &Path) -> Result<SenderRun, SqliteFault> {
    make_home(tx, state_dir)?;
    begin_run(tx)
}

/// Makes the mark anew and remembers it.
fn make_home(tx: &Connection, state_dir: &Path) -> Result<(), SqliteFault> {
    let place = mark(state_dir);
    let made = remove(&place)
        .and_then(|()| open_lock_file(&place)?.sync_all())
        .and_then(|()| here(state_dir));
    let here = made.map_err(|error| SqliteFault::unusable(&place, error))?;
    tx.run("UPDATE instance SET home = ?1", params![here])?;
    Ok(())
}

/// The mark, locked: of two who begin a run at once, the second finds the first one's noted.
pub(crate) fn lock_mark(state_dir: &Path) -> Result<LockFile, SqliteFault> {
    let lock = state_dir.join("home.lock");
    private_files::lock(&lock).map_err(|error| SqliteFault::unusable(&lock, error))
}

impl SenderRun {
    /// Tells the mark and the place outside, durably.
    pub(crate) fn note(
        &self,
        state_dir: &Path,
        outside: Option<(&OutsideFolder, &str)>,
    ) -> Result<(), SqliteFault> {
        let text = format!("{} {}\n", self.count, self.word);
        let mark = mark(state_dir);
        let written = open_lock_file(&mark).and_then(|mut file| {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| SqliteFault::unusable(&mark, error))?;
        if let Some((outside, list)) = outside {
            outside.note_run(list, &text);
        }
        Ok(())
    }

    /// Whether this may come after what a file says: its own run, or the one before.
    fn follows(&self, (count, word): &(i64, String)) -> bool {
        (*count == self.count && *word == self.word)
            || (*count == self.count - 1 && *word == self.before)
    }
}

fn run(tx: &Connection) -> Result<SenderRun, SqliteFault> {
    tx.one(
        "SELECT run, run_word, run_before FROM instance",
        [],
        |row| {
            Ok(SenderRun {
                count: row.get(0)?,
                word: row.get(1)?,
                before: row.get(2)?,
            })
        },
    )
}

fn noted_beside(state_dir: &Path) -> Result<Option<(i64, String)>, SqliteFault> {
    let place = mark(state_dir);
    let mut text = String::new();
    match File::open(&place).and_then(|file| file.take(200).read_to_string(&mut text)) {
        Ok(_) => Ok(parse_run(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
        Err(error) => Err(SqliteFault::unusable(&place, error)),
    }
}

fn noted_outside(
    tx: &Connection,
    outside: Option<&OutsideFolder>,
) -> Result<Option<(i64, String)>, SqliteFault> {
    let Some(outside) = outside else {
        return Ok(None);
    };
    let text = outside.run_of(&list(tx)?);
    Ok(text.as_deref().and_then(parse_run))
}

/// A line that a power cut left empty or half says nothing: its count would be behind anyway.
fn parse_run(text: &str) -> Option<(i64, String)> {
    let (count, word) = text.strip_suffix('\n')?.split_once(' ')?;
    Some((count.parse().ok()?, word.to_owned()))
}

/// The mark of the list that the database holds.
pub(crate) fn list(tx: &Connection) -> Result<String, SqliteFault> {
    tx.value("SELECT mark FROM instance", [])
}

fn mark(state_dir: &Path) -> PathBuf {
    state_dir.join(MARK)
}

fn remove(place: &Path) -> io::Result<()> {
    match fs::remove_file(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// How a place is written down now; the release before wrote the mark's change time.
const FORM: &str = "born ";

fn is_here(known: &str, state_dir: &Path) -> Result<bool, SqliteFault> {
    let here = match known.starts_with(FORM) {
        true => here(state_dir),
        false => here_by_change(state_dir),
    };
    match here {
        Ok(here) => Ok(here == known),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(SqliteFault::unusable(state_dir, error)),
    }
}

/// The database's file and the mark, as the file system knows them for as long as they live.
fn here(state_dir: &Path) -> io::Result<String> {
    let database = fs::metadata(state_dir.join(FILE))?;
    let mark = fs::metadata(mark(state_dir))?;
    Ok(format!("{FORM}{} {}", of_file(&database), of_file(&mark)))
}

fn of_file(file: &Metadata) -> String {
    let born = file.created().ok();
    let born = born.and_then(|born| born.duration_since(UNIX_EPOCH).ok());
    match born {
        Some(born) => format!("{}@{}", file.ino(), born.as_nanos()),
        None => file.ino().to_string(),
    }
}

fn here_by_change(state_dir: &Path) -> io::Result<String> {
    let mark = fs::metadata(mark(state_dir))?;
    let database = fs::metadata(state_dir.join(FILE))?;
    Ok(format!(
        "{} {} {}.{:09}",
        database.ino(),
        mark.ino(),
        mark.ctime(),
        mark.ctime_nsec()
    ))
}

/// Whether anything was ever to be sent from this database.
fn has_batches(tx: &Connection) -> Result<bool, SqliteFault> {
    tx.value("SELECT EXISTS (SELECT 1 FROM batches)", [])
}
