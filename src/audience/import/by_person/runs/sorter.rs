//! Gathered records sorted and written down as runs, on a thread of its own that begins with the second run: the next
//! records are gathered meanwhile. Not: what a record is, but for the key that it begins with.

use std::{
    fs::File,
    io::{self, BufWriter, Seek, Write},
    ops::Range,
    path::PathBuf,
    sync::mpsc,
    thread::{self, JoinHandle},
};

use super::bytes::text_at;
use crate::private_files::scratch_file;

/// What is gathered in memory before it is written; twice that, while a run is written.
pub(super) const RUN_BYTES: usize = 4 << 20;
/// What is written at once.
const PIECE_BYTES: usize = 64 << 10;

/// Records, one behind the other, and where each stands.
#[derive(Default)]
pub(super) struct GatheredRecords {
    pub(super) bytes: Vec<u8>,
    pub(super) places: Vec<Range<usize>>,
}

/// What was written: nothing, where nothing was gathered.
pub(super) struct WrittenRuns {
    folder: PathBuf,
    pub(super) file: Option<File>,
    pub(super) runs: Vec<Range<u64>>,
}

/// Writes runs.
pub(super) enum RunSorter {
    /// The first run, as it may be the only one.
    Here(WrittenRuns),
    Thread(SortingThread),
    /// An error was told.
    Failed,
}

pub(super) struct SortingThread {
    full: mpsc::SyncSender<GatheredRecords>,
    emptied: mpsc::Receiver<GatheredRecords>,
    thread: JoinHandle<io::Result<WrittenRuns>>,
}

impl RunSorter {
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self::Here(WrittenRuns {
            folder,
            file: None,
            runs: Vec::new(),
        })
    }

    /// Takes what was gathered, and leaves room for more.
    pub(super) fn take(&mut self, gathered: &mut GatheredRecords) -> io::Result<()> {
        *self = match std::mem::replace(self, Self::Failed) {
            Self::Here(mut written) if written.runs.is_empty() => {
                written.add(gathered)?;
                Self::Here(written)
            }
            Self::Here(written) => Self::Thread(SortingThread::start(written, gathered)),
            Self::Thread(thread) => Self::Thread(thread.take(gathered)?),
            Self::Failed => return Err(io::ErrorKind::BrokenPipe.into()),
        };
        Ok(())
    }

    pub(super) fn end(self) -> io::Result<WrittenRuns> {
        match self {
            Self::Here(written) => Ok(written),
            Self::Thread(sorting) => sorting.end(),
            Self::Failed => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl SortingThread {
    fn start(mut written: WrittenRuns, first: &mut GatheredRecords) -> Self {
        let (full, waiting) = mpsc::sync_channel::<GatheredRecords>(1);
        let (empty, emptied) = mpsc::channel();
        let mut gathered = std::mem::take(first);
        let thread = thread::spawn(move || {
            written.add(&mut gathered)?;
            // Whoever gathers has ended before its time where nobody takes it.
            while empty.send(gathered).is_ok()
                && let Ok(next) = waiting.recv()
            {
                gathered = next;
                written.add(&mut gathered)?;
            }
            Ok(written)
        });
        Self {
            full,
            emptied,
            thread,
        }
    }

    /// Waits until the run before is written: two are in memory, never three.
    fn take(self, gathered: &mut GatheredRecords) -> io::Result<Self> {
        let Ok(room) = self.emptied.recv() else {
            self.end()?;
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let full = std::mem::replace(gathered, room);
        match self.full.send(full) {
            Ok(()) => Ok(self),
            Err(_) => {
                self.end()?;
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
    }

    fn end(self) -> io::Result<WrittenRuns> {
        drop((self.full, self.emptied));
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| Err(io::Error::other("the thread that sorts has panicked")))
    }
}

impl WrittenRuns {
    /// Writes a run, and empties what was gathered.
    fn add(&mut self, gathered: &mut GatheredRecords) -> io::Result<()> {
        if gathered.places.is_empty() {
            return Ok(());
        }
        let bytes = &gathered.bytes;
        // The key is the first text of each.
        let key = |place: &Range<usize>| text_at(bytes, place.start);
        gathered
            .places
            .sort_by(|one, other| key(one).cmp(key(other)));
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(scratch_file(&self.folder)?),
        };
        let start = file.stream_position()?;
        let mut out = BufWriter::with_capacity(PIECE_BYTES, &*file);
        for place in gathered.places.drain(..) {
            out.write_all(&(place.len() as u32).to_le_bytes())?;
            out.write_all(&bytes[place])?;
        }
        out.flush()?;
        drop(out);
        self.runs.push(start..file.stream_position()?);
        gathered.bytes.clear();
        Ok(())
    }
}
