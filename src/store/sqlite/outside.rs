//! What is known of lists outside their state folders, for the day when such a folder is removed, put
//! back or lost: the last run, who left, and which list a publication's folder had. Below
//! `$XDG_STATE_HOME/daily-note`, private, small, never needed to send.
//!
//! ```text
//! lists/MARK/run         the last run: its count and its word
//! lists/MARK/witness     how far each batch had come (`witness`)
//! lists/MARK/departures  who left, as keyed hashes (`departures`)
//! lists/MARK/key         the key of these hashes, where their line names no other
//! places/HASH            the mark of the list that the publication in that folder had last
//! ```

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};

use super::high_water_mark::HighWaterMark;
use crate::private_files::{make_private_folder, replace};

/// No file here is read beyond this.
const MAX_BYTES: u64 = 1 << 30;

/// The folder outside all states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutsideFolder(PathBuf);

impl OutsideFolder {
    /// That folder; it is made when something is first to be kept in it.
    #[must_use]
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// The mark of the list that the publication in `root` had last.
    #[must_use]
    pub(crate) fn list_at(&self, root: &Path) -> Option<String> {
        let text = fs::read_to_string(self.place(root)).ok()?;
        let mark = text.split_whitespace().next()?;
        is_mark(mark).then(|| mark.to_owned())
    }

    /// Notes which list the publication in `root` has.
    pub(crate) fn note_list_at(&self, root: &Path, mark: &str) {
        if self.list_at(root).as_deref() != Some(mark) {
            self.write(&self.place(root), format!("{mark}\n").as_bytes());
        }
    }

    pub(super) fn run_of(&self, mark: &str) -> Option<String> {
        fs::read_to_string(self.list(mark).join("run")).ok()
    }

    pub(super) fn note_run(&self, mark: &str, run: &str) {
        self.write(&self.list(mark).join("run"), run.as_bytes());
    }

    pub(super) fn witness_of(&self, mark: &str) -> HighWaterMark {
        HighWaterMark::beside(&self.list(mark))
    }

    pub(super) fn key_of(&self, mark: &str) -> Option<Vec<u8>> {
        let text = fs::read_to_string(self.list(mark).join("key")).ok()?;
        BASE64.decode(text.trim()).ok()
    }

    /// What is known of who left that list; None: nothing was ever kept here.
    pub(super) fn departures_of(&self, mark: &str) -> Option<String> {
        let file = self.list(mark).join("departures");
        let is_bounded = fs::metadata(&file).is_ok_and(|file| file.len() <= MAX_BYTES);
        is_bounded.then(|| fs::read_to_string(file).ok())?
    }

    /// How long the journal of who left that list is; 0: there is none.
    pub(super) fn departures_bytes(&self, mark: &str) -> u64 {
        fs::metadata(self.list(mark).join("departures")).map_or(0, |file| file.len())
    }

    /// Adds lines to who left, on the disk when it returns; the key lies beside them from the first on. Answers how
    /// long the journal is then.
    pub(super) fn note_departures(&self, mark: &str, key: &[u8], lines: &str) -> io::Result<u64> {
        let folder = self.list(mark);
        make_private_folder(&folder)?;
        if self.key_of(mark).is_none() {
            replace(&folder.join("key"), BASE64.encode(key).as_bytes())?;
        }
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(folder.join("departures"))?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }

    pub(super) fn list(&self, mark: &str) -> PathBuf {
        self.0.join("lists").join(mark)
    }

    fn place(&self, root: &Path) -> PathBuf {
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let hash = digest(&SHA256, root.as_os_str().as_encoded_bytes());
        let hash = BASE64.encode(&hash.as_ref()[..18]);
        self.0.join("places").join(hash)
    }

    /// What can't be kept here must not keep anybody from sending; it is said in the log.
    fn write(&self, file: &Path, bytes: &[u8]) {
        let folder = file.parent().unwrap_or(&self.0);
        let written = make_private_folder(folder).and_then(|()| replace(file, bytes));
        if let Err(error) = written {
            tracing::warn!("{} can't be written: {error}", file.display());
        }
    }
}

fn is_mark(mark: &str) -> bool {
    !mark.is_empty() && mark.bytes().all(|byte| byte.is_ascii_hexdigit())
}
