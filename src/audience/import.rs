//! CSV exports of other services, and our own, as a stream of rows that say what is to become of
//! each person. Not: the list that they come into (`store`).
//!
//! A file's encoding and separator are told by looking at it, its service by its header. A row
//! never fails the import: what can't be taken is said with its number and its reason.

mod columns;
mod flag;
mod row;
mod standing;
mod text;

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read, Seek},
    path::Path,
};

use chrono::{DateTime, Utc};
use encoding_rs::{EUC_KR, Encoding};
use serde::Serialize;

use self::{columns::normal, row::Reader, text::Look};
pub use self::{
    columns::{Field, Service},
    row::{Entry, Row},
    standing::Standing,
};
use crate::{
    address::Address,
    publication::Publication,
    source::{Source, SourceError},
    yaml::nearest,
};

/// A row longer than this is a quotation mark that nobody closed.
const ROW_BYTES: usize = 256 * 1024;

/// How a file is to be read, where it does not say so itself.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whose export it is; None: told by the header.
    pub service: Option<Service>,
    /// Columns, by name or number, and what they are.
    pub columns: Vec<(String, Field)>,
    /// How everybody in it stands at the least.
    pub standing: Option<Standing>,
    /// The editions of those whose row names none.
    pub editions: Option<BTreeSet<String>>,
    /// Tags that everybody in it gets.
    pub tags: BTreeSet<String>,
    /// A label of the Encoding Standard; None: told by the bytes.
    pub encoding: Option<String>,
}

/// How a file is read.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// Whose export it is.
    pub format: Service,
    /// `UTF-8`, `CP949`, …
    pub encoding: &'static str,
    /// What stands between the columns.
    pub separator: char,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// Each column and what it is to us.
    pub columns: Vec<(String, &'static str)>,
}

/// An opened export.
pub struct Import {
    plan: Plan,
    csv: csv::Reader<text::Utf8Reader>,
    record: csv::StringRecord,
    /// The first row where it is a person's.
    first: bool,
    rows: u64,
    is_done: bool,
    reader: Reader,
}

impl Import {
    /// Opens a file and finds out how to read it. `now` dates what the file does not.
    ///
    /// # Errors
    /// When the file can't be read, or nothing in it looks like a list of addresses.
    pub fn open(
        path: &Path,
        options: &Options,
        publication: &Publication,
        now: DateTime<Utc>,
    ) -> Result<Self, SourceError> {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        let unreadable = |error: io::Error| {
            SourceError::new(format!("{} can't be read: {error}", path.display()))
        };
        let mut file = File::open(path).map_err(unreadable)?;
        let encoding = encoding(&mut file, options, &name, unreadable)?;
        file.rewind().map_err(unreadable)?;
        let (header_line, separator) = header_line(&file, encoding).map_err(unreadable)?;
        let mut csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .buffer_capacity(64 * 1024)
            .from_reader(text::Utf8Reader::new(file, encoding).map_err(unreadable)?);
        if header_line.is_empty() {
            return Err(SourceError::new(format!("{name} is empty")));
        }
        let mut record = csv::StringRecord::new();
        csv.read_record(&mut record)
            .map_err(|error| SourceError::new(format!("{name}: {error}")))?;
        let header = Header::read(&record, options, &Source::new(&name, header_line))?;
        let plan = Plan {
            format: header.service,
            encoding: encoding_name(encoding),
            separator: char::from(separator),
            has_header: header.is_header,
            columns: header.plan(),
        };
        let reader = Reader::new(header, options, publication, &name, now);
        Ok(Self {
            first: !plan.has_header,
            plan,
            csv,
            record,
            rows: 1,
            is_done: false,
            reader,
        })
    }

    /// How the file is read.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// An address behind a line break in one cell: rows have run together, and the address is that of
    /// somebody who would be mailed under another's name, or not at all.
    fn run_together(&mut self) -> SourceError {
        self.is_done = true;
        let row = self.rows;
        let line = self.record.position().map_or(row, csv::Position::line);
        SourceError::new(format!(
            "row {row}, from line {line} on: several rows have run together in one cell"
        ))
        .with_hint("a quotation mark in that line is not closed, or should be written twice")
    }

    fn too_long(&mut self) -> SourceError {
        self.is_done = true;
        let (row, kilobytes) = (self.rows, ROW_BYTES / 1024);
        SourceError::new(format!("row {row} is longer than {kilobytes} KiB"))
            .with_hint("a quotation mark in it is probably never closed")
    }
}

impl Iterator for Import {
    type Item = Result<Row, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.is_done {
                return None;
            }
            if self.first {
                self.first = false;
            } else {
                match self.csv.read_record(&mut self.record) {
                    Ok(true) => self.rows += 1,
                    Ok(false) => return None,
                    Err(error) => {
                        self.is_done = true;
                        let row = self.rows + 1;
                        return Some(Err(SourceError::new(format!("row {row}: {error}"))));
                    }
                }
            }
            if self.record.as_slice().len() > ROW_BYTES {
                return Some(Err(self.too_long()));
            }
            let has_rows = |cell: &str| cell.contains(['\n', '\r']) && cell.contains('@');
            if self.record.iter().any(has_rows) {
                return Some(Err(self.run_together()));
            }
            if self.record.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(Ok(self.reader.row(self.rows, &self.record)));
            }
        }
    }
}

/// The columns of a file.
struct Header {
    service: Service,
    is_header: bool,
    /// As the file writes them.
    names: Vec<String>,
    fields: Vec<Field>,
}

impl Header {
    fn read(
        record: &csv::StringRecord,
        options: &Options,
        source: &Source,
    ) -> Result<Self, SourceError> {
        let is_header = !record
            .iter()
            .any(|cell| Address::parse(cell.trim()).is_ok());
        let names: Vec<String> = if is_header {
            record.iter().map(|name| name.trim().to_owned()).collect()
        } else {
            (1..=record.len())
                .map(|number| number.to_string())
                .collect()
        };
        let normals: Vec<String> = names.iter().map(|name| normal(name)).collect();
        let service = options
            .service
            .unwrap_or_else(|| Service::of_header(&normals));
        let mut fields: Vec<Field> = if is_header {
            let field = |name: &String| columns::field(name, service);
            normals.iter().map(field).collect()
        } else {
            let is_address = |cell: &str| Address::parse(cell.trim()).is_ok();
            let guess = |cell| match is_address(cell) {
                true => Field::Email,
                false => Field::Ignored,
            };
            record.iter().map(guess).collect()
        };
        for (column, field) in &options.columns {
            let number = column.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
            let at = names
                .iter()
                .position(|name| name == column)
                .or_else(|| normals.iter().position(|name| *name == normal(column)))
                .or(number)
                .filter(|at| *at < fields.len());
            match at {
                Some(at) => {
                    // What is named takes the place of what was guessed.
                    if *field != Field::Tags {
                        fields
                            .iter_mut()
                            .filter(|guess| *guess == field)
                            .for_each(|guess| {
                                *guess = Field::Ignored;
                            });
                    }
                    fields[at] = *field;
                }
                None => return Err(no_such_column(column, &names)),
            }
        }
        if !fields.contains(&Field::Email) {
            return Err(no_address(source));
        }
        if is_header && service == Service::Generic {
            refuse_suspicious(&names, &normals, &fields, options)?;
        }
        Ok(Self {
            service,
            is_header,
            names,
            fields,
        })
    }

    fn plan(&self) -> Vec<(String, &'static str)> {
        let fields = self.fields.iter().map(|field| field.word());
        self.names.iter().cloned().zip(fields).collect()
    }
}

/// A column that may say who left, and is not understood, stops the import: whoever said no there must
/// not get mail.
fn refuse_suspicious(
    names: &[String],
    normals: &[String],
    fields: &[Field],
    options: &Options,
) -> Result<(), SourceError> {
    let is_mapped = |at: usize| {
        options.columns.iter().any(|(column, _)| {
            *column == names[at]
                || normal(column) == normals[at]
                || column.parse() == Ok(at.saturating_add(1))
        })
    };
    let unclear: Vec<&str> = (0..names.len())
        .filter(|at| fields[*at] == Field::Ignored && columns::is_suspicious(&normals[*at]))
        .filter(|at| !is_mapped(*at))
        .map(|at| names[at].as_str())
        .collect();
    let Some(first) = unclear.first() else {
        return Ok(());
    };
    let shown: Vec<String> = unclear.iter().map(|name| format!("`{name}`")).collect();
    Err(SourceError::new(format!(
        "what these columns say of who gets mail can't be told: {}",
        shown.join(", ")
    ))
    .with_hint(format!(
        "say it of each: --map \"{first}=opted_out\" (yes: they left), =subscribed (yes: they \
         agreed), =left_at, =status, or =ignore where it does not matter"
    )))
}

fn no_such_column(column: &str, names: &[String]) -> SourceError {
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let hint = nearest(column, &known).map_or_else(
        || format!("its columns are: {}", known.join(", ")),
        |name| format!("did you mean `{name}`?"),
    );
    SourceError::new(format!("the file has no column `{column}`")).with_hint(hint)
}

fn no_address(source: &Source) -> SourceError {
    let length = source.text().len();
    SourceError::at(
        source,
        0..length,
        "no column here looks like an e-mail address",
    )
    .with_hint(
        "the first row names the columns; say which one is the address: --map \"its name=email\"",
    )
}

fn encoding(
    file: &mut File,
    options: &Options,
    name: &str,
    unreadable: impl Fn(io::Error) -> SourceError,
) -> Result<&'static Encoding, SourceError> {
    if let Some(label) = &options.encoding {
        let label = match label.to_ascii_lowercase().as_str() {
            "cp949" => "euc-kr",
            _ => label,
        };
        return Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            SourceError::new(format!("there is no encoding `{label}`"))
                .with_hint("write utf-8, cp949, utf-16le, shift_jis, windows-1252 …")
        });
    }
    match text::look(file).map_err(unreadable)? {
        Look::Text(encoding) => Ok(encoding),
        Look::Archive => Err(SourceError::new(format!(
            "{name} is a ZIP archive or an Excel workbook, not a CSV file"
        ))
        .with_hint("unpack it, or save the sheet as “CSV UTF-8”")),
        Look::Unclear => Err(SourceError::new(format!(
            "{name} is neither UTF-8 nor CP949: its encoding can't be told"
        ))
        .with_hint("save it as “CSV UTF-8”, or name its encoding with --encoding")),
    }
}

/// The first line, and the separator that it uses.
fn header_line(file: &File, encoding: &'static Encoding) -> io::Result<(String, u8)> {
    let mut reader = text::Utf8Reader::new(file.try_clone()?, encoding)?;
    let mut start = vec![0; 16 * 1024];
    let length = reader.read(&mut start)?;
    let start = String::from_utf8_lossy(&start[..length]);
    let line = start.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or_default().to_owned();
    let separator = text::separator(&line);
    Ok((line, separator))
}

fn encoding_name(encoding: &'static Encoding) -> &'static str {
    if encoding == EUC_KR {
        "CP949"
    } else {
        encoding.name()
    }
}

#[cfg(test)]
mod departures_tests;
#[cfg(test)]
mod tests;
