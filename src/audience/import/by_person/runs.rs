//! Records sorted outside of memory: gathered into runs as long as memory may be, each run sorted and written behind the
//! one before, all of them merged as they are read. Whoever was pushed first comes first among equals.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    ops::Range,
    path::PathBuf,
};

use super::super::table::TableRecord;
use crate::private_files::scratch_file;

/// What is held in memory before it is written.
const RUN_BYTES: usize = 8 << 20;
/// What is read of a run at once.
const PIECE_BYTES: usize = 64 << 10;

/// The runs in the making.
pub(super) struct RunWriter {
    folder: PathBuf,
    most_bytes: usize,
    /// Records, one behind the other, and where each stands in it.
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
    file: Option<File>,
    runs: Vec<Range<u64>>,
}

/// What a record is sorted by, and what stands beside it.
pub(super) struct RecordHead {
    pub(super) key: String,
    pub(super) is_first: bool,
}

impl RunWriter {
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            most_bytes: RUN_BYTES,
            bytes: Vec::new(),
            places: Vec::new(),
            file: None,
            runs: Vec::new(),
        }
    }

    pub(super) fn push(
        &mut self,
        key: &str,
        is_first: bool,
        record: &TableRecord,
    ) -> io::Result<()> {
        let start = self.bytes.len();
        let out = &mut self.bytes;
        push_text(out, key.as_bytes());
        out.push(u8::from(is_first));
        out.extend_from_slice(&record.row.to_le_bytes());
        out.extend_from_slice(&record.first_line.to_le_bytes());
        push_text(out, record.text.as_bytes());
        push_length(out, record.ends.len());
        for end in &record.ends {
            push_length(out, *end);
        }
        self.places.push(start..out.len());
        match out.len() >= self.most_bytes {
            true => self.write_run(),
            false => Ok(()),
        }
    }

    /// All of them, sorted.
    pub(super) fn merged(mut self) -> io::Result<MergedRuns> {
        self.write_run()?;
        let mut merged = MergedRuns {
            file: self.file,
            runs: Vec::new(),
            heap: BinaryHeap::new(),
        };
        for place in self.runs {
            merged.runs.push(RunReader {
                place,
                piece: Vec::new(),
                at: 0,
            });
            merged.refill(merged.runs.len() - 1)?;
        }
        Ok(merged)
    }

    fn write_run(&mut self) -> io::Result<()> {
        if self.places.is_empty() {
            return Ok(());
        }
        let bytes = &self.bytes;
        // The key is the first text of each.
        let key = |place: &Range<usize>| text_at(bytes, place.start);
        self.places.sort_by(|one, other| key(one).cmp(key(other)));
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(scratch_file(&self.folder)?),
        };
        let start = file.stream_position()?;
        let mut out = BufWriter::with_capacity(PIECE_BYTES, &*file);
        for place in self.places.drain(..) {
            push_length_to(&mut out, place.len())?;
            out.write_all(&bytes[place])?;
        }
        out.flush()?;
        drop(out);
        self.runs.push(start..file.stream_position()?);
        self.bytes.clear();
        Ok(())
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
        let Some(Reverse(next)) = self.heap.pop() else {
            return Ok(None);
        };
        let head = next.read(record).ok_or(io::ErrorKind::InvalidData)?;
        self.refill(next.run)?;
        Ok(Some(head))
    }

    fn refill(&mut self, run: usize) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        if let Some(bytes) = self.runs[run].next(file)? {
            self.heap.push(Reverse(NextRecord { bytes, run }));
        }
        Ok(())
    }
}

impl RunReader {
    fn next(&mut self, file: &mut File) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if self.at == self.piece.len() && self.place.is_empty() {
            return Ok(None);
        }
        self.read(file, &mut length)?;
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        self.read(file, &mut bytes)?;
        Ok(Some(bytes))
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

/// Four bytes: no record is longer than `table::RECORD_BYTES`.
fn push_length(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(&(length as u32).to_le_bytes());
}

fn push_length_to(out: &mut impl Write, length: usize) -> io::Result<()> {
    out.write_all(&(length as u32).to_le_bytes())
}

fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    push_length(out, text.len());
    out.extend_from_slice(text);
}

/// The text that was pushed there; empty where none was.
fn text_at(bytes: &[u8], start: usize) -> &[u8] {
    let mut rest = bytes.get(start..).unwrap_or_default();
    take_text(&mut rest).unwrap_or_default()
}

fn take<'b>(rest: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn take_length(rest: &mut &[u8]) -> Option<usize> {
    let length = take(rest, 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(length)).ok()
}

fn take_text<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = take_length(rest)?;
    take(rest, length)
}

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
