//! A folder of .eml files, one a recipient and message: written beside, synced, then renamed, so
//! that a file under its final name is whole and stays.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Clock;

/// A message is written within seconds: what is half written for longer, a crash left. Another process
/// may be writing right now.
const WRITING: TimeDelta = TimeDelta::minutes(10);
/// Together: more is a rehearsal that nobody looks at.
const MAX_KEPT_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Where accepted mail is kept.
#[derive(Debug)]
pub struct Maildrop {
    folder: PathBuf,
    directory: File,
    count: AtomicU64,
    kept_bytes: AtomicU64,
}

impl Maildrop {
    /// Opens the folder, makes it where it is missing, and clears away what a crash left half
    /// written.
    ///
    /// # Errors
    /// When the folder can't be made or read.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        // It holds people's mail, and may come before the state whose folder it is in.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let now = Clock::System.now();
        let mut kept_bytes = 0;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // Another process may have renamed or removed it since.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if !is_half_written(&entry.file_name().to_string_lossy()) {
                kept_bytes += metadata.len();
            } else if now - DateTime::<Utc>::from(metadata.modified()?) > WRITING {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(Self {
            kept_bytes: AtomicU64::new(kept_bytes),
            folder: folder.to_owned(),
            directory: File::open(folder)?,
            count: AtomicU64::new(0),
        })
    }

    /// Takes all mail out of a folder, and leaves what is still being written; answers how many files.
    ///
    /// # Errors
    /// When the folder can't be read, or a file in it not be removed.
    pub fn clear(folder: &Path) -> io::Result<u64> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        let mut cleared = 0;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.ends_with(".eml") && !name.starts_with('.') {
                fs::remove_file(entry.path())?;
                cleared += 1;
            }
        }
        Ok(cleared)
    }

    /// Takes all mail to that address, and what is answered there, out of a folder; answers how many files.
    ///
    /// # Errors
    /// As [`Maildrop::clear`].
    pub(crate) fn clear_of(folder: &Path, address: &str) -> io::Result<u64> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        let mut cleared = 0;
        for entry in entries {
            let path = entry?.path();
            if is_of(&path, address) {
                fs::remove_file(path)?;
                cleared += 1;
            }
        }
        Ok(cleared)
    }

    /// Keeps a message for one recipient, durably. The bytes stay as they came; above them stand
    /// the two lines that a delivery agent adds (RFC 5321 §4.4).
    ///
    /// # Errors
    /// When it can't be written and synced, or the folder holds its bound already
    /// ([`io::ErrorKind::QuotaExceeded`]); nothing is kept then.
    pub(crate) fn keep(&self, from: &str, to: &str, message: &[u8]) -> io::Result<PathBuf> {
        let length = message.len() as u64;
        if self.kept_bytes.fetch_add(length, Ordering::Relaxed) + length > MAX_KEPT_BYTES {
            self.kept_bytes.fetch_sub(length, Ordering::Relaxed);
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        let name = self.next_name(to);
        let part = self
            .folder
            .join(format!(".{name}.{}.part", std::process::id()));
        let path = self.folder.join(name);
        let kept = write_synced(&part, from, to, message).and_then(|()| fs::rename(&part, &path));
        if let Err(error) = kept {
            let _ = fs::remove_file(&part);
            return Err(error);
        }
        self.directory.sync_all()?;
        Ok(path)
    }

    /// `20261123T230000.123456Z-1-minji@example.com.eml`: sorts by arrival.
    fn next_name(&self, to: &str) -> String {
        let arrival = Clock::System.now().format("%Y%m%dT%H%M%S%.6fZ");
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let to: String = to
            .chars()
            .map(|c| match c {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '@' | '.' | '-' | '_' | '+' => c,
                _ => '_',
            })
            .take(100)
            .collect();
        format!("{arrival}-{count}-{to}.eml")
    }
}

fn write_synced(path: &Path, from: &str, to: &str, message: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    let head = format!("Return-Path: <{from}>\r\nDelivered-To: {to}\r\n");
    let mut bytes = Vec::with_capacity(head.len() + message.len());
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(message);
    file.write_all(&bytes)?;
    file.sync_data()
}

/// As far as a mail's head is read.
const HEAD_BYTES: u64 = 64 << 10;

/// Whether a file is mail to that address, by the line that [`Maildrop::keep`] put above it, or mail that its reader
/// answers.
fn is_of(path: &Path, address: &str) -> bool {
    use std::io::{BufRead, BufReader, Read};
    let Ok(file) = File::open(path) else {
        return false;
    };
    let head = BufReader::new(file.take(HEAD_BYTES)).split(b'\n');
    let head = head.map_while(Result::ok).take_while(|line| line.len() > 1);
    let mut head = head;
    head.any(|line| {
        let line = String::from_utf8_lossy(&line);
        let named = line
            .strip_prefix("Delivered-To: ")
            .or_else(|| line.strip_prefix("Reply-To: "));
        named.is_some_and(|named| named.trim().eq_ignore_ascii_case(address))
    })
}

fn is_half_written(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".part")
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt as _, time::SystemTime};

    use super::*;

    #[test]
    fn what_another_process_is_writing_stays_and_what_a_crash_left_goes() {
        let folder = tempfile::tempdir().unwrap();
        let (living, left) = (
            folder.path().join(".a.1.part"),
            folder.path().join(".b.1.part"),
        );
        fs::write(&living, "x").unwrap();
        fs::write(&left, "x").unwrap();
        let hour_ago = SystemTime::from(Clock::System.now() - TimeDelta::hours(1));
        File::open(&left).unwrap().set_modified(hour_ago).unwrap();
        Maildrop::open(folder.path()).unwrap();
        assert!(living.exists() && !left.exists());
    }

    #[test]
    fn a_folder_that_is_full_takes_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let mail = File::create(folder.path().join("old.eml")).unwrap();
        mail.set_len(MAX_KEPT_BYTES - 3).unwrap();
        let maildrop = Maildrop::open(folder.path()).unwrap();
        let full = maildrop
            .keep("a@example.com", "b@example.com", b"four")
            .unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::QuotaExceeded);
        maildrop
            .keep("a@example.com", "b@example.com", b"abc")
            .unwrap();
    }

    #[test]
    fn peoples_mail_is_its_owner_s_alone_and_so_is_the_folder_above() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("state/inbox");
        Maildrop::open(&folder).unwrap();
        for made in [folder.as_path(), folder.parent().unwrap()] {
            let mode = fs::metadata(made).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{}", made.display());
        }
    }
}
