//! Records of a table, one at a time and never longer than a bound. A quotation mark that swallows
//! what follows it is told with its place. Not: what the cells mean.

use std::io::{self, Read};

use memchr::{memchr2, memchr3};

use super::{
    damage::TableDamage,
    table::{BackslashUse, RECORD_BYTES, TableDialect, TablePosition, TableRecord},
};

const CHUNK_BYTES: usize = 64 * 1024;

/// What the next byte belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ParserState {
    /// Nothing but spaces of a cell so far.
    Start,
    Plain,
    Quoted,
    /// A quotation mark inside a quoted cell: its end, or the first of two.
    Quote,
    /// So many spaces behind the end of a quoted cell.
    Closed(usize),
}

/// Reads records.
pub(super) struct RecordReader<R> {
    input: R,
    buffer: Vec<u8>,
    at: usize,
    is_last: bool,
    dialect: TableDialect,
    place: TablePosition,
    was_return: bool,
    rows: u64,
    bytes: Vec<u8>,
    cell_start: usize,
    has_breaks: bool,
    opened: Option<TablePosition>,
}

impl<R: Read> RecordReader<R> {
    pub(super) fn new(input: R, dialect: TableDialect) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            at: 0,
            is_last: false,
            dialect,
            place: TablePosition { line: 1, column: 1 },
            was_return: false,
            rows: 0,
            bytes: Vec::new(),
            cell_start: 0,
            has_breaks: false,
            opened: None,
        }
    }

    /// The next record; false after the last.
    pub(super) fn read(&mut self, record: &mut TableRecord) -> Result<bool, TableDamage> {
        self.bytes = std::mem::take(&mut record.text).into_bytes();
        self.bytes.clear();
        record.ends.clear();
        self.begin_cell();
        if self.was_return && self.peek()? == Some(b'\n') {
            self.take();
        }
        let Some(_) = self.peek()? else {
            return Ok(false);
        };
        self.rows += 1;
        record.row = self.rows;
        record.first_line = self.place.line;
        record.last_line = self.place.line;
        record.is_ended = self.cells(record)?;
        let bytes = std::mem::take(&mut self.bytes);
        record.text = String::from_utf8(bytes)
            .map_err(|error| TableDamage::Unreadable(io::Error::other(error)))?;
        Ok(true)
    }

    /// Reads to the end of a record; true where a line break ended it.
    fn cells(&mut self, record: &mut TableRecord) -> Result<bool, TableDamage> {
        let mut state = ParserState::Start;
        loop {
            if self.bytes.len() + record.ends.len() > RECORD_BYTES {
                return Err(TableDamage::TooLong {
                    row: self.rows,
                    line: record.first_line,
                    opened: self.opened.filter(|_| state == ParserState::Quoted),
                });
            }
            match state {
                ParserState::Plain => {
                    let separator = self.dialect.separator;
                    self.take_until(|rest| memchr3(separator, b'\n', b'\r', rest))?;
                }
                ParserState::Quoted => self.take_until(|rest| memchr2(b'"', b'\\', rest))?,
                _ => {}
            }
            record.last_line = self.place.line;
            let next = self.peek()?;
            if state == ParserState::Quoted {
                match next {
                    None => {
                        return Err(TableDamage::Unclosed {
                            row: self.rows,
                            at: self.opened.unwrap_or(self.place),
                        });
                    }
                    Some(byte) => state = self.within_quotes(byte)?,
                }
                continue;
            }
            match next {
                Some(byte) if !self.ends_cell(byte) => state = self.outside(state, byte)?,
                end => {
                    let is_ended = self.end_cell(record, end);
                    state = ParserState::Start;
                    if end != Some(self.dialect.separator) {
                        return Ok(is_ended);
                    }
                }
            }
        }
    }

    fn within_quotes(&mut self, byte: u8) -> Result<ParserState, TableDamage> {
        self.take();
        if byte == b'"' {
            return Ok(ParserState::Quote);
        }
        // A backslash.
        match self.peek()? {
            Some(b'"' | b'\\') if self.dialect.backslash == BackslashUse::Escape => {
                let escaped = self.take();
                self.bytes.extend(escaped);
            }
            _ => self.bytes.push(byte),
        }
        Ok(ParserState::Quoted)
    }

    /// A byte that ends no cell, and stands outside of quotation marks as far as we know.
    fn outside(&mut self, state: ParserState, byte: u8) -> Result<ParserState, TableDamage> {
        if matches!(state, ParserState::Start) && byte == b'"' {
            self.opened = Some(self.place);
            self.take();
            self.bytes.truncate(self.cell_start);
            return Ok(ParserState::Quoted);
        }
        if matches!(state, ParserState::Quote) {
            let is_after_backslash = self.bytes.len() > self.cell_start
                && self.bytes.last() == Some(&b'\\')
                && self.dialect.backslash == BackslashUse::Unsure;
            if byte == b'"' {
                self.take();
                let next = self.peek()?;
                let ends = next.is_none_or(|next| self.ends_cell(next));
                if is_after_backslash && ends {
                    // `\""`: one that is escaped, and the one that closes.
                    self.bytes.pop();
                    self.bytes.push(b'"');
                    return Ok(ParserState::Quote);
                }
                self.bytes.push(b'"');
                return Ok(ParserState::Quoted);
            }
            if is_after_backslash {
                self.bytes.pop();
                self.bytes.push(b'"');
                return Ok(ParserState::Quoted);
            }
        }
        let spaces = match state {
            ParserState::Quote => 0,
            ParserState::Closed(spaces) => spaces,
            _ => {
                self.take();
                self.bytes.push(byte);
                return Ok(match (state, byte) {
                    (ParserState::Start, b' ') => ParserState::Start,
                    _ => ParserState::Plain,
                });
            }
        };
        if byte == b' ' {
            self.take();
            return Ok(ParserState::Closed(spaces + 1));
        }
        if self.has_breaks {
            return Err(TableDamage::Stray {
                row: self.rows,
                opened: self.opened.unwrap_or(self.place),
                at: self.place,
            });
        }
        // `"Ed" Smith`: the marks belong to the text.
        self.bytes.insert(self.cell_start, b'"');
        self.bytes.push(b'"');
        self.bytes.extend(std::iter::repeat_n(b' ', spaces));
        Ok(ParserState::Plain)
    }

    fn begin_cell(&mut self) {
        self.cell_start = self.bytes.len();
        self.has_breaks = false;
        self.opened = None;
    }

    fn end_cell(&mut self, record: &mut TableRecord, end: Option<u8>) -> bool {
        if end.is_some() {
            self.take();
        }
        record.ends.push(self.bytes.len());
        self.begin_cell();
        end.is_some()
    }

    fn ends_cell(&self, byte: u8) -> bool {
        byte == self.dialect.separator || matches!(byte, b'\n' | b'\r')
    }

    fn peek(&mut self) -> Result<Option<u8>, TableDamage> {
        if self.at == self.buffer.len() && !self.is_last {
            self.buffer.resize(CHUNK_BYTES, 0);
            let length = self.input.read(&mut self.buffer);
            self.buffer.truncate(*length.as_ref().unwrap_or(&0));
            self.at = 0;
            self.is_last = length.map_err(TableDamage::Unreadable)? == 0;
        }
        Ok(self.buffer.get(self.at).copied())
    }

    /// Takes the byte that was peeked at.
    fn take(&mut self) -> Option<u8> {
        let byte = *self.buffer.get(self.at)?;
        self.at += 1;
        self.count(byte);
        Some(byte)
    }

    /// Takes bytes into the cell, up to the one that is found.
    fn take_until(&mut self, find: impl Fn(&[u8]) -> Option<usize>) -> Result<(), TableDamage> {
        while self.peek()?.is_some() && self.bytes.len() <= RECORD_BYTES {
            let rest = &self.buffer[self.at..];
            let found = find(rest);
            let end = self.at + found.unwrap_or(rest.len());
            let taken = &self.buffer[self.at..end];
            self.bytes.extend_from_slice(taken);
            if memchr2(b'\n', b'\r', taken).is_some() {
                self.has_breaks = true;
                for at in self.at..end {
                    self.count(self.buffer[at]);
                }
            } else if !taken.is_empty() {
                self.place.column += characters(taken);
                self.was_return = false;
            }
            self.at = end;
            if found.is_some() {
                break;
            }
        }
        Ok(())
    }

    fn count(&mut self, byte: u8) {
        match byte {
            b'\n' if self.was_return => {}
            b'\n' | b'\r' => {
                self.place.line += 1;
                self.place.column = 1;
            }
            byte => self.place.column += u64::from(begins_character(byte)),
        }
        self.was_return = byte == b'\r';
    }
}

/// How many characters begin among the bytes.
fn characters(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .map(|byte| u64::from(begins_character(*byte)))
        .sum()
}

/// Whether it is no byte within a character.
fn begins_character(byte: u8) -> bool {
    !matches!(byte, 0x80..=0xBF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Vec<String>>, TableDamage> {
        let dialect = TableDialect {
            separator: b',',
            backslash: BackslashUse::Unsure,
        };
        let mut records = RecordReader::new(text.as_bytes(), dialect);
        let (mut record, mut all) = (TableRecord::default(), Vec::new());
        while records.read(&mut record)? {
            all.push(record.cells().map(str::to_owned).collect());
        }
        Ok(all)
    }

    fn row(text: &str) -> Vec<String> {
        read(text).unwrap().remove(0)
    }

    #[test]
    fn cells_are_read_as_programs_and_people_write_them() {
        for (text, cells) in [
            ("a,b", &["a", "b"][..]),
            ("a,,", &["a", "", ""]),
            ("\"a, b\",c", &["a, b", "c"]),
            ("\"5\"\" disk\",x", &["5\" disk", "x"]),
            ("O\"Brien,x", &["O\"Brien", "x"]),
            ("\"Ed\" Smith,x", &["\"Ed\" Smith", "x"]),
            ("\"Bob \\\"Bo\\\" Lee\",x", &["Bob \"Bo\" Lee", "x"]),
            ("\"Bob \\\"Bo\\\"\",x", &["Bob \"Bo\"", "x"]),
            ("\"C:\\\",x", &["C:\\", "x"]),
            ("a  , \"b, c\" ,d", &["a  ", "b, c", "d"]),
            ("\"two\nlines\",x", &["two\nlines", "x"]),
            ("김,\"이\"", &["김", "이"]),
        ] {
            assert_eq!(row(text), cells, "{text}");
        }
    }

    #[test]
    fn every_kind_of_line_end_ends_a_row() {
        for text in ["a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\nb"] {
            assert_eq!(read(text).unwrap(), [["a"], ["b"]], "{text:?}");
        }
        assert_eq!(read("a\n\nb").unwrap().len(), 3);
    }

    #[test]
    fn an_open_quotation_mark_is_told_with_its_place() {
        let Err(TableDamage::Unclosed { row, at }) = read("a,b\r\n김,\"open\r\nc,d\r\n") else {
            panic!("taken");
        };
        assert_eq!((row, at.line, at.column), (2, 2, 3));
    }

    #[test]
    fn a_mark_that_swallowed_a_row_and_met_another_is_told() {
        let Err(TableDamage::Stray { row, opened, at }) = read("a\nb,\"open\nc,\"d\"\n") else {
            panic!("taken");
        };
        assert_eq!((row, opened.line, at.line), (2, 2, 3));
    }

    #[test]
    fn a_line_without_an_end_is_not_read_whole() {
        struct Endless(u64);
        impl Read for Endless {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                to.fill(b'x');
                self.0 += to.len() as u64;
                Ok(to.len())
            }
        }
        let dialect = TableDialect {
            separator: b',',
            backslash: BackslashUse::Unsure,
        };
        let mut records = RecordReader::new(Endless(0), dialect);
        let error = records.read(&mut TableRecord::default()).unwrap_err();
        assert!(
            matches!(error, TableDamage::TooLong { line: 1, .. }),
            "{error:?}"
        );
        assert!(records.input.0 < 1_000_000);
    }
}
