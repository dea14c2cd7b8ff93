//! That a process has the database open, for others to see; and in which running of the machine it was opened, for
//! whoever opens it next: what a process had written that died is whole while the machine went on.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{FileExt, MetadataExt},
    path::Path,
};

use crate::{
    private_files::{LockFile, open_lock_file},
    store::notes_head::{NAME_BYTES, boot_id, head, is_headed, write_at},
};

/// Its lock says that somebody is there, its text which database was opened in which running of the machine.
const FILE: &str = "open.lock";
const KIND: &str = "open";

/// A process that is about to open the database, while nobody else may begin to.
pub(super) struct OpenPresence {
    file: LockFile,
    is_alone: bool,
    /// What the file says of this database in this running; None: the system does not say which one it is.
    text: Option<String>,
}

/// Somebody has the database open, as long as this lives.
#[derive(Debug)]
pub(crate) struct HeldPresence {
    file: LockFile,
}

impl OpenPresence {
    pub(super) fn of(state_dir: &Path, database: &Path) -> io::Result<Self> {
        let file = open_lock_file(&state_dir.join(FILE))?;
        let is_alone = file.try_lock().is_ok();
        let text = text(&file, database);
        Ok(Self {
            file,
            is_alone,
            text,
        })
    }

    pub(super) fn is_alone(&self) -> bool {
        self.is_alone
    }

    /// Whether the last one who did not close this database had opened it since the machine started: another
    /// running, a copy, or an end that nobody knows of say no.
    pub(super) fn was_left_in_this_running(&self) -> bool {
        let mut found = [0; NAME_BYTES];
        self.text.as_ref().is_some_and(|text| {
            self.file
                .read_at(&mut found, 0)
                .is_ok_and(|length| is_headed(&found[..length], text))
        })
    }

    /// From now on others may be there as well.
    pub(super) fn shared(self) -> io::Result<HeldPresence> {
        if self.is_alone {
            // Where it can't be written nothing is believed later.
            if let Some(text) = &self.text {
                let _ = write_at(&self.file, text.as_bytes(), 0);
                let _ = self.file.set_len(text.len() as u64);
            }
            self.file.unlock()?;
        }
        self.file.lock_shared()?;
        Ok(HeldPresence { file: self.file })
    }
}

impl Drop for HeldPresence {
    /// Whoever goes last closed the database in good order: a log that lies beside it later is nobody's that we know.
    fn drop(&mut self) {
        if self.file.try_lock().is_ok() {
            let _ = self.file.set_len(0);
        }
    }
}

/// The database itself is looked at by its name alone: it is opened by SQLite and nobody else.
fn text(file: &File, database: &Path) -> Option<String> {
    let own = fs::metadata(database).ok()?;
    let database = format!("{}-{}", own.dev(), own.ino());
    head(KIND, &database, &boot_id()?, file).ok()
}

#[cfg(test)]
mod tests {
    use std::{mem, path::PathBuf};

    use super::*;

    /// A folder with a database, and what whoever had it open left there: died, or closed it.
    fn left(has_died: bool) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("daily-note.sqlite");
        fs::write(&database, "rows").unwrap();
        let opened = OpenPresence::of(folder.path(), &database).unwrap();
        assert!(opened.is_alone() && !opened.was_left_in_this_running());
        let held = opened.shared().unwrap();
        match has_died {
            true => mem::forget(held),
            false => drop(held),
        }
        (folder, database)
    }

    type Change = fn(&Path, &Path);

    fn was_left_in_this_running(folder: &Path, database: &Path) -> bool {
        let opened = OpenPresence::of(folder, database).unwrap();
        opened.was_left_in_this_running()
    }

    #[test]
    fn who_died_since_the_machine_started_is_told_from_who_closed_it() {
        let (folder, database) = left(true);
        assert!(was_left_in_this_running(folder.path(), &database));
        let (folder, database) = left(false);
        assert!(!was_left_in_this_running(folder.path(), &database));
    }

    #[test]
    fn of_another_running_another_database_or_a_copy_nothing_is_believed() {
        let other_running = |folder: &Path, _: &Path| {
            let text = fs::read_to_string(folder.join(FILE)).unwrap();
            let boot = boot_id().unwrap();
            let other: String = boot.chars().rev().collect();
            fs::write(folder.join(FILE), text.replace(&boot, &other)).unwrap();
        };
        let other_database = |folder: &Path, database: &Path| {
            fs::write(folder.join("other"), "rows").unwrap();
            fs::rename(folder.join("other"), database).unwrap();
        };
        let copy = |folder: &Path, _: &Path| {
            fs::copy(folder.join(FILE), folder.join("other")).unwrap();
            fs::rename(folder.join("other"), folder.join(FILE)).unwrap();
        };
        for change in [other_running as Change, other_database, copy] {
            let (folder, database) = left(true);
            change(folder.path(), &database);
            assert!(!was_left_in_this_running(folder.path(), &database));
        }
    }
}
