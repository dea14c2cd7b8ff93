//! CSV exports of other services, and our own, as a stream of rows that say what is to become of
//! each person. Not: the list that they come into (`store`).
//!
//! A file is looked through before its first row is taken: its encoding, its separator, whose export it is,
//! and that no quotation mark swallows rows. After that a row never fails the import: what can't be taken
//! is said with its number and its reason.

mod by_person;
mod cells;
mod column;
mod damage;
mod encoding;
mod flag;
mod header;
mod mailboxes;
mod more;
mod names;
mod own_row;
mod plan;
mod records;
mod row;
mod service;
mod standing;
mod status_words;
mod survey;
mod table;
mod text;

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use chrono::{DateTime, Utc};
use encoding_rs::Encoding;

pub(crate) use self::by_person::{PersonSorter, RowsByPerson};
pub use self::{
    column::SubscriberField,
    plan::{Column, ReadingOptions, ReadingPlan},
    row::{CsvRow, RowDecision},
    service::ExportService,
    standing::PersonStanding,
};
use self::{
    damage::TableDamage, header::TableColumns, records::RecordReader, row::RowReader,
    survey::TableSurvey, table::TableRecord, text::Utf8Reader,
};
use crate::{
    publication::Publication,
    source::{SourceError, open_file},
    words::phrased,
};

/// A header and what stands above it come before that.
const BEGINNING_BYTES: u64 = 256 * 1024;

/// An opened export: looked through to its end, and ready to be read.
pub struct OpenedExport {
    plan: ReadingPlan,
    file: String,
    records: RecordReader<Utf8Reader>,
    record: TableRecord,
    /// Rows up to this one are the header and what stands above it.
    last_above: u64,
    is_done: bool,
    reader: RowReader,
}

impl OpenedExport {
    /// Opens a file, finds out how to read it, and looks through all of it, so that nothing of a damaged
    /// file is taken. `now` dates what the file does not.
    ///
    /// # Errors
    /// When the file can't be read, nothing in it looks like a list of addresses, its encoding can't be
    /// told, a quotation mark swallows rows, or a column may tell who left and nobody has said what it is.
    pub fn open(
        path: &Path,
        options: &ReadingOptions,
        publication: &Publication,
        now: DateTime<Utc>,
    ) -> Result<Self, SourceError> {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        let unreadable = |error: io::Error| {
            SourceError::new(phrased!(
                "{path} can't be read: {error}",
                path = path.display()
            ))
        };
        let mut file = open_file(path).map_err(unreadable)?;
        let encoding = encoding::of_file(&mut file, options.encoding.as_deref(), &name)?;
        let text = |file: &File| Utf8Reader::new(file.try_clone()?, encoding);
        let mut beginning = String::new();
        let start = text(&file).map_err(unreadable)?;
        let mut start = start.take(BEGINNING_BYTES);
        read_text(&mut start, &mut beginning).map_err(unreadable)?;
        let header = TableColumns::find(&beginning, options, &name)?;
        header.refuse_by_name(&name, options)?;
        let records = RecordReader::new(text(&file).map_err(unreadable)?, header.dialect);
        let survey = TableSurvey::of(records, &header, &name)?;
        let records = RecordReader::new(text(&file).map_err(unreadable)?, header.dialect);
        Ok(Self {
            plan: plan(&header, &survey, encoding),
            records,
            record: TableRecord::default(),
            last_above: header.row - u64::from(!header.is_header),
            is_done: false,
            reader: RowReader::new(header, &survey, options, publication, &name, now),
            file: name,
        })
    }

    /// How the file is read.
    #[must_use]
    pub fn plan(&self) -> &ReadingPlan {
        &self.plan
    }

    /// Keeps the row that was just read for everybody it is about.
    ///
    /// # Errors
    /// When it can't be written down.
    pub(crate) fn keep(&self, row: &CsvRow, sorter: &mut PersonSorter) -> io::Result<()> {
        sorter.keep(&self.record, row)
    }

    /// The rows that were kept, by person.
    ///
    /// # Errors
    /// When they can't be written down, or read.
    pub(crate) fn by_person(self, sorter: PersonSorter) -> io::Result<RowsByPerson> {
        sorter.sorted(self.reader)
    }

    fn stop(&mut self, damage: TableDamage) -> Option<Result<CsvRow, SourceError>> {
        self.is_done = true;
        Some(Err(damage.told(&self.file)))
    }
}

impl Iterator for OpenedExport {
    type Item = Result<CsvRow, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_done {
            match self.records.read(&mut self.record) {
                Ok(true) if self.record.row <= self.last_above || self.record.is_blank() => {}
                // Looked at before; but files change.
                Ok(true) => {
                    return match TableDamage::of(&self.record, self.plan.columns.len()) {
                        Some(damage) => self.stop(damage),
                        None => Some(Ok(self.reader.row(&self.record))),
                    };
                }
                Ok(false) => self.is_done = true,
                Err(damage) => return self.stop(damage),
            }
        }
        None
    }
}

/// Reads text up to a bound that may cut a character in two.
fn read_text(from: &mut impl Read, to: &mut String) -> io::Result<()> {
    let mut bytes = Vec::new();
    // The decoder wants room for a character at the end of the bound, too.
    let mut buffer = [0; 16 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => break,
            Err(error) => return Err(error),
        }
    }
    to.push_str(&String::from_utf8_lossy(&bytes));
    Ok(())
}

fn plan(header: &TableColumns, survey: &TableSurvey, encoding: &'static Encoding) -> ReadingPlan {
    let columns = header.names.iter().zip(&header.fields).zip(&survey.samples);
    ReadingPlan {
        format: header.sheet.service,
        encoding: encoding::word(encoding),
        separator: char::from(header.dialect.separator),
        has_header: header.is_header,
        first_row: header.row,
        columns: columns
            .map(|((name, field), samples)| Column {
                name: name.clone(),
                field: field.word(),
                samples: samples.clone(),
            })
            .collect(),
        silence: header.sheet.silence,
    }
}

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod departures_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world_tests;
