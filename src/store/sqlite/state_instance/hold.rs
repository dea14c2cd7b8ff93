//! The rights over this state, to send from it and to keep its calendar: each an operating
//! system's lock on a file, which goes when its holder dies, however it dies. What the file says is
//! for people only.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
};

use crate::{
    private_files::{LockFile, open_lock_file},
    store::{Realm, SenderGuard, SenderId, StoreError, sqlite::fault::SqliteFault},
    words::phrase,
};

const SENDING: &str = "sending.lock";
const SCHEDULE: &str = "schedule.lock";
/// A daemon that plays the calendar does not stand in the way of the one that keeps it.
const PLAYED_SCHEDULE: &str = "rehearsal.lock";

/// Longer texts were not written by us.
const MAX_HOLDER_BYTES: u64 = 300;

/// The right to send.
pub(crate) fn sending(state_dir: &Path, sender: &SenderId) -> Result<SenderGuard, SqliteFault> {
    let held = |holder| StoreError::Held { holder };
    lock(&state_dir.join(SENDING), sender, held)
}

/// The right to keep the calendar, or to play it.
pub(crate) fn schedule(
    state_dir: &Path,
    realm: Realm,
    keeper: &SenderId,
) -> Result<SenderGuard, SqliteFault> {
    let file = match realm {
        Realm::Real => SCHEDULE,
        Realm::Rehearsal => PLAYED_SCHEDULE,
    };
    let kept = |holder| StoreError::Kept { holder };
    lock(&state_dir.join(file), keeper, kept)
}

fn lock(
    path: &Path,
    sender: &SenderId,
    refused: impl FnOnce(String) -> StoreError,
) -> Result<SenderGuard, SqliteFault> {
    let unusable = |error: io::Error| SqliteFault::unusable(path, error);
    let mut file = open_lock_file(path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => {
            introduce(&mut file, sender).map_err(unusable)?;
            Ok(SenderGuard::of_process(sender, LockHandle { file }))
        }
        Err(TryLockError::WouldBlock) => Err(SqliteFault::Told(refused(holder(&mut file)))),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// The lock lives as long as this.
#[derive(Debug)]
struct LockHandle {
    file: LockFile,
}

impl Drop for LockHandle {
    fn drop(&mut self) {
        // Only tidiness: an empty file tells a curious person that nobody sends.
        let _ = self.file.set_len(0);
    }
}

fn introduce(file: &mut File, sender: &SenderId) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {}: {}", std::process::id(), sender.0)
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(MAX_HOLDER_BYTES).read_to_string(&mut text);
    let line: String = text.chars().filter(|c| !c.is_control()).collect();
    match read {
        Ok(_) if !line.trim().is_empty() => line.trim().to_owned(),
        _ => phrase!("a process that did not leave its name").to_owned(),
    }
}
