//! The preloaded shim: built by the C compiler that building the crate needs anyway, and its notes
//! taken back.

use std::{
    fs,
    io::{Seek as _, SeekFrom, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use tempfile::TempDir;

/// What the shim lets go wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// Nothing; it only takes notes.
    None,
    /// Every fdatasync after so many fails (EIO).
    SyncFailsAfter(u32),
    /// Writes fail after so many bytes (ENOSPC).
    DiskFullAfter(u64),
}

/// The shim that tests share.
pub(crate) static SHIM: LazyLock<Shim> = LazyLock::new(Shim::build);

/// The built shim.
pub(crate) struct Shim {
    shared_object: PathBuf,
    _folder: TempDir,
}

impl Shim {
    pub(crate) fn build() -> Self {
        let folder = TempDir::new().unwrap();
        let (source, shared_object) = (folder.path().join("shim.c"), folder.path().join("shim.so"));
        fs::write(&source, include_str!("shim.c")).unwrap();
        let built = Command::new("cc")
            .args([
                "-shared",
                "-fPIC",
                "-O1",
                "-Wall",
                "-Werror",
                "-D_LARGEFILE64_SOURCE",
                "-o",
            ])
            .args([&shared_object, &source])
            .args(["-ldl", "-lpthread"])
            .status()
            .expect("a C compiler, which building the crate needs too");
        assert!(built.success());
        // A server that is another user's loads it, too.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self {
            shared_object,
            _folder: folder,
        }
    }

    /// Where it lies, for programs that are started by others.
    pub(crate) fn library(&self) -> &Path {
        &self.shared_object
    }

    /// Has the command run under the shim, its notes below `state`.
    pub(crate) fn preload(&self, command: &mut Command, state: &Path, fault: Fault) {
        let notes = state.join("undo");
        fs::create_dir_all(&notes).unwrap();
        command
            .env("LD_PRELOAD", &self.shared_object)
            .env("UNDO_FOLDER", notes);
        match fault {
            Fault::None => {}
            Fault::SyncFailsAfter(calls) => {
                command.env("SYNC_FAILS_AFTER", calls.to_string());
            }
            Fault::DiskFullAfter(bytes) => {
                command.env("DISK_FULL_AFTER", bytes.to_string());
            }
        }
    }

    /// Plays the power cut: what was written and not synced is taken back, the newest first.
    pub(crate) fn take_back_unsynced(&self, state: &Path) {
        for (notes, file) in [
            ("db", "daily-note.sqlite"),
            ("wal", "daily-note.sqlite-wal"),
        ] {
            let notes = fs::read(state.join("undo").join(notes)).unwrap_or_default();
            let path = state.join(".daily-note").join(file);
            let Ok(mut file) = fs::OpenOptions::new().read(true).write(true).open(path) else {
                continue;
            };
            for (offset, old, size) in parse(&notes).into_iter().rev() {
                file.seek(SeekFrom::Start(offset)).unwrap();
                file.write_all(old).unwrap();
                let now = file.metadata().unwrap().len();
                if now > size {
                    file.set_len(size).unwrap();
                }
            }
        }
        // The index of the log is memory that a power cut takes too.
        let _ = fs::remove_file(state.join(".daily-note/daily-note.sqlite-shm"));
        leave_no_notes_of_this_boot(state);
    }
}

/// What a restart leaves of files that nobody waited for is other ones, older ones or none: the notes of what had begun to
/// leave are a copy of themselves, as of another running of the machine.
fn leave_no_notes_of_this_boot(state: &Path) {
    for entry in fs::read_dir(state.join(".daily-note")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("transfers-") {
            let other = path.with_file_name(format!("of-before-{name}"));
            fs::copy(&path, &other).unwrap();
            fs::rename(other, path).unwrap();
        }
    }
}

/// The notes: offset, old bytes, size of the file before. A last note cut short by the kill was
/// never followed by its write.
fn parse(notes: &[u8]) -> Vec<(u64, &[u8], u64)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at + 24 <= notes.len() {
        let word =
            |i: usize| u64::from_le_bytes(notes[at + i * 8..at + i * 8 + 8].try_into().unwrap());
        let (offset, length, size) = (word(0), word(1) as usize, word(2));
        let Some(old) = notes.get(at + 24..at + 24 + length) else {
            break;
        };
        found.push((offset, old, size));
        at += 24 + length;
    }
    found
}
