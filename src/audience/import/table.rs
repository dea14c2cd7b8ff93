//! What a table is made of: how it is written, one of its records, a place in it. Not: how it is read.

/// A record longer than this is a quotation mark that nobody closed, or no table.
pub(super) const RECORD_BYTES: usize = 256 * 1024;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TableDialect {
    /// Between the cells.
    pub(super) separator: u8,
    /// What a backslash before a quotation mark is.
    pub(super) backslash: BackslashUse,
}

/// What a backslash before a quotation mark within a quoted cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BackslashUse {
    /// A letter: RFC 4180 doubles a quotation mark, and whoever wrote the table keeps to it.
    Letter,
    /// It escapes where nothing else makes sense.
    Unsure,
    /// It always escapes (MailPoet).
    Escape,
}

/// Where a character stands: both from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TablePosition {
    pub(super) line: u64,
    pub(super) column: u64,
}

/// The cells of one row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TableRecord {
    pub(super) text: String,
    /// Where each cell ends in the text.
    pub(super) ends: Vec<usize>,
    /// As a spreadsheet counts it, empty rows too.
    pub(super) row: u64,
    pub(super) first_line: u64,
    pub(super) last_line: u64,
    /// Whether a line break ended it: the last one of a file that was cut has none.
    pub(super) is_ended: bool,
}

impl TableRecord {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}
