//! Cuts a block-style YAML list into its entries while reading it, so that a list of any length
//! needs no more memory than its longest entry. Knows where entries begin, not what they say.

use std::io::{self, BufRead};

/// An entry longer than this is no reader's; it would be somebody's novel, or an attack.
const ENTRY_BYTES: usize = 64 * 1024;

/// One entry's text, from its `- ` to the line before the next, and where it lies.
#[derive(Debug, Default)]
pub(super) struct EntryPiece {
    /// The text; not yet known to be UTF-8.
    pub(super) text: Vec<u8>,
    /// Bytes before it (a byte-order mark not counted).
    pub(super) offset: usize,
}

/// What the cutter met.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CutResult {
    /// `Piece` holds the next entry.
    Entry,
    /// Something comes that is no block-style list: only a whole parse can tell.
    Foreign,
    /// The entry that begins at the offset of `Piece` is too long.
    TooLong,
    /// The list's end.
    End,
}

/// The cutter.
pub(super) struct EntryCutter<R> {
    reader: R,
    ahead: Vec<u8>,
    offset: usize,
    is_begun: bool,
    is_done: bool,
}

impl<R: BufRead> EntryCutter<R> {
    pub(super) fn new(mut reader: R) -> io::Result<Self> {
        if reader.fill_buf()?.starts_with(b"\xEF\xBB\xBF") {
            reader.consume(3);
        }
        Ok(Self {
            reader,
            ahead: Vec::new(),
            offset: 0,
            is_begun: false,
            is_done: false,
        })
    }

    /// Puts the next entry into `piece`, whose buffer is used again.
    pub(super) fn next(&mut self, piece: &mut EntryPiece) -> io::Result<CutResult> {
        piece.text.clear();
        if !self.is_begun {
            match self.skip_head()? {
                CutResult::Entry => self.is_begun = true,
                other => return Ok(other),
            }
        }
        if self.is_done {
            return Ok(CutResult::End);
        }
        // `ahead` holds the first line of this entry; it is taken, and its successor's is left.
        piece.offset = self.offset;
        loop {
            piece.text.append(&mut self.ahead);
            if piece.text.len() > ENTRY_BYTES {
                self.is_done = true;
                return Ok(CutResult::TooLong);
            }
            if self.read_line()? == 0 {
                self.is_done = true;
                break;
            }
            if is_entry(&self.ahead) {
                break;
            }
            if is_marker(&self.ahead, b"---") || is_marker(&self.ahead, b"...") {
                return Ok(CutResult::Foreign);
            }
        }
        self.offset = piece.offset + piece.text.len();
        Ok(CutResult::Entry)
    }

    /// Passes comments, blank lines and one `---` before the first entry.
    fn skip_head(&mut self) -> io::Result<CutResult> {
        let mut has_marker = false;
        loop {
            self.ahead.clear();
            if self.read_line()? == 0 {
                self.is_done = true;
                return Ok(CutResult::End);
            }
            let line = self.ahead.trim_ascii();
            if is_entry(&self.ahead) {
                return Ok(CutResult::Entry);
            } else if !has_marker && line == b"---" && self.ahead.starts_with(b"-") {
                has_marker = true;
            } else if !line.is_empty() && !line.starts_with(b"#") {
                return Ok(CutResult::Foreign);
            }
            self.offset += self.ahead.len();
        }
    }

    fn read_line(&mut self) -> io::Result<usize> {
        // Bounded, so that a file without line breaks cannot fill the memory.
        io::Read::take(&mut self.reader, ENTRY_BYTES as u64 + 2).read_until(b'\n', &mut self.ahead)
    }
}

/// `- …`, or a lone `-`, at the very start of a line.
fn is_entry(line: &[u8]) -> bool {
    line.first() == Some(&b'-')
        && line
            .get(1)
            .is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

fn is_marker(line: &[u8], marker: &[u8]) -> bool {
    line.strip_prefix(marker)
        .is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}
