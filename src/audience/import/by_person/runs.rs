//! Records sorted outside of memory: gathered into runs as long as memory may be, each run sorted and written behind the
//! one before while the next is gathered, all of them merged as they are read. Whoever was pushed first comes first
//! among equals.

mod bytes;
mod sorter;

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, binary_heap::PeekMut},
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    path::PathBuf,
};

use self::{
    bytes::{push_length, push_text, take, take_length, take_text, text_at},
    sorter::{GatheredRecords, RUN_BYTES, RunSorter},
};
use super::super::table::TableRecord;

/// What is read of a run at once.
const PIECE_BYTES: usize = 16 << 10;

/// The runs in the making.
pub(super) struct RunWriter {
    most_bytes: usize,
    gathered: GatheredRecords,
    sorter: RunSorter,
}

/// What a record is sorted by, and what stands beside it.
pub(super) struct RecordHead {
    pub(super) key: String,
    pub(super) is_first: bool,
}

impl RunWriter {
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self {
            most_bytes: RUN_BYTES,
            gathered: GatheredRecords::default(),
            sorter: RunSorter::in_folder(folder),
        }
    }

    pub(super) fn push(
        &mut self,
        key: &str,
        is_first: bool,
        record: &TableRecord,
    ) -> io::Result<()> {
        let start = self.gathered.bytes.len();
        let out = &mut self.gathered.bytes;
        push_text(out, key.as_bytes());
        out.push(u8::from(is_first));
        out.extend_from_slice(&record.row.to_le_bytes());
        out.extend_from_slice(&record.first_line.to_le_bytes());
        push_text(out, record.text.as_bytes());
        push_length(out, record.ends.len());
        for end in &record.ends {
            push_length(out, *end);
        }
        self.gathered.places.push(start..out.len());
        match out.len() >= self.most_bytes {
            true => self.sorter.take(&mut self.gathered),
            false => Ok(()),
        }
    }

    /// All of them, sorted.
    pub(super) fn merged(mut self) -> io::Result<MergedRuns> {
        self.sorter.take(&mut self.gathered)?;
        drop(self.gathered);
        let written = self.sorter.end()?;
        let mut merged = MergedRuns {
            file: written.file,
            runs: Vec::new(),
            heap: BinaryHeap::new(),
        };
        for place in written.runs {
            merged.add(RunReader {
                place,
                piece: Vec::new(),
                at: 0,
            })?;
        }
        Ok(merged)
    }
}

/// Runs that are read beside each other.
pub(super) struct MergedRuns {
    file: Option<File>,
    runs: Vec<RunReader>,
    heap: BinaryHeap<Reverse<NextRecord>>,
}

/// A run as far as it was read.
struct RunReader {
    place: Range<u64>,
    piece: Vec<u8>,
    at: usize,
}

/// The next record of a run: of equals the one of the earlier run comes first.
struct NextRecord {
    bytes: Vec<u8>,
    run: usize,
}

impl MergedRuns {
    /// The next record; None after the last.
    pub(super) fn next(&mut self, record: &mut TableRecord) -> io::Result<Option<RecordHead>> {
        let (Some(mut next), Some(file)) = (self.heap.peek_mut(), &mut self.file) else {
            return Ok(None);
        };
        let head = next.0.read(record).ok_or(io::ErrorKind::InvalidData)?;
        let Reverse(NextRecord { bytes, run }) = &mut *next;
        if !self.runs[*run].next(file, bytes)? {
            PeekMut::pop(next);
        }
        Ok(Some(head))
    }

    fn add(&mut self, mut reader: RunReader) -> io::Result<()> {
        let (mut bytes, run) = (Vec::new(), self.runs.len());
        if let Some(file) = &mut self.file
            && reader.next(file, &mut bytes)?
        {
            self.heap.push(Reverse(NextRecord { bytes, run }));
        }
        self.runs.push(reader);
        Ok(())
    }
}

impl RunReader {
    /// Puts the next record in place of the last; false after the last.
    fn next(&mut self, file: &mut File, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let mut length = [0; 4];
        if self.at == self.piece.len() && self.place.is_empty() {
            return Ok(false);
        }
        self.read(file, &mut length)?;
        bytes.resize(u32::from_le_bytes(length) as usize, 0);
        self.read(file, bytes)?;
        Ok(true)
    }

    fn read(&mut self, file: &mut File, mut into: &mut [u8]) -> io::Result<()> {
        while !into.is_empty() {
            if self.at == self.piece.len() {
                let left = self.place.end - self.place.start;
                let length = left.min(PIECE_BYTES as u64);
                self.piece
                    .resize(usize::try_from(length).unwrap_or(PIECE_BYTES), 0);
                self.at = 0;
                if self.piece.is_empty() {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                file.seek(SeekFrom::Start(self.place.start))?;
                file.read_exact(&mut self.piece)?;
                self.place.start += length;
            }
            let length = into.len().min(self.piece.len() - self.at);
            let (now, rest) = into.split_at_mut(length);
            now.copy_from_slice(&self.piece[self.at..self.at + length]);
            self.at += length;
            into = rest;
        }
        Ok(())
    }
}

impl NextRecord {
    fn key(&self) -> &[u8] {
        text_at(&self.bytes, 0)
    }

    /// None: it is not what was written.
    fn read(&self, record: &mut TableRecord) -> Option<RecordHead> {
        let mut rest = self.bytes.as_slice();
        let key = String::from_utf8(take_text(&mut rest)?.to_vec()).ok()?;
        let is_first = *take(&mut rest, 1)?.first()? != 0;
        record.row = u64::from_le_bytes(take(&mut rest, 8)?.try_into().ok()?);
        record.first_line = u64::from_le_bytes(take(&mut rest, 8)?.try_into().ok()?);
        record.text.clear();
        record
            .text
            .push_str(std::str::from_utf8(take_text(&mut rest)?).ok()?);
        record.ends.clear();
        for _ in 0..take_length(&mut rest)? {
            record.ends.push(take_length(&mut rest)?);
        }
        Some(RecordHead { key, is_first })
    }
}

impl Ord for NextRecord {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(other.key()).then(self.run.cmp(&other.run))
    }
}

impl PartialOrd for NextRecord {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for NextRecord {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for NextRecord {}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(row: u64, text: &str) -> TableRecord {
        TableRecord {
            text: text.to_owned(),
            ends: vec![text.len() / 2, text.len()],
            row,
            first_line: row + 1,
            ..TableRecord::default()
        }
    }

    fn sorted(rows: &[(&str, u64)], most_bytes: usize) -> Vec<(String, u64)> {
        let folder = tempfile::tempdir().unwrap();
        let mut runs = RunWriter {
            most_bytes,
            ..RunWriter::in_folder(folder.path().to_owned())
        };
        for (key, row) in rows {
            let record = record(*row, "가나다라");
            runs.push(key, row % 2 == 0, &record).unwrap();
        }
        let mut merged = runs.merged().unwrap();
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "nobody finds it there: {left:?}");
        let mut read = TableRecord::default();
        let mut all = Vec::new();
        while let Some(head) = merged.next(&mut read).unwrap() {
            assert_eq!(head.is_first, read.row % 2 == 0);
            assert_eq!(read, record(read.row, "가나다라"));
            all.push((head.key, read.row));
        }
        all
    }

    #[test]
    fn records_come_by_key_and_among_equals_as_they_came_whatever_fits_into_memory() {
        let keys = ["m@x", "", "a@x", "m@x", "z@x", "a@x", "", "m@x"];
        let rows: Vec<(&str, u64)> = keys.into_iter().zip(1..).collect();
        let mut expected: Vec<(String, u64)> = rows
            .iter()
            .map(|(key, row)| ((*key).to_owned(), *row))
            .collect();
        expected.sort();
        for most_bytes in [1, 100, 200, 1 << 20] {
            assert_eq!(sorted(&rows, most_bytes), expected, "{most_bytes}");
        }
        assert!(sorted(&[], 1).is_empty());
    }

    #[test]
    fn records_longer_than_what_is_read_at_once_come_back_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut runs = RunWriter::in_folder(folder.path().to_owned());
        let long = "x".repeat(3 * PIECE_BYTES + 7);
        for row in 1..5 {
            runs.push("a@x", true, &record(row, &long)).unwrap();
        }
        let mut merged = runs.merged().unwrap();
        let mut read = TableRecord::default();
        for row in 1..5 {
            assert!(merged.next(&mut read).unwrap().is_some());
            assert_eq!(read, record(row, &long));
        }
    }
}
