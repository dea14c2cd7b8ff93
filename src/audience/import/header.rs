//! Where a table begins, and what its columns are: separator, header, whose export it is. A column that
//! may say who left, and is not understood, stops here.

use super::{
    ExportService, ReadingOptions, SubscriberField,
    mailboxes::is_address,
    names::{self, normal},
    records::RecordReader,
    service::ServiceQuirks,
    table::{BackslashUse, TableDialect, TableRecord},
};
use crate::{
    source::{Source, SourceError},
    words::{phrase, phrased},
    yaml::nearest,
};

/// Titles and empty rows that may stand above a header.
const RECORDS_ABOVE: usize = 12;
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A spreadsheet has sixteen thousand, and nobody's list has three hundred.
const MAX_COLUMNS: usize = 1_000;

/// The columns of a file.
pub(super) struct TableColumns {
    pub(super) sheet: &'static ServiceQuirks,
    pub(super) dialect: TableDialect,
    pub(super) is_header: bool,
    /// The row that it is; without a header, that of the first person.
    pub(super) row: u64,
    /// As the file writes them; a column without a name has its number.
    pub(super) names: Vec<String>,
    pub(super) fields: Vec<SubscriberField>,
    /// Whether a person, or the service's sheet, said what a column is.
    is_settled: Vec<bool>,
}

impl TableColumns {
    /// Finds the header in the beginning of a file's text.
    pub(super) fn find(
        text: &str,
        options: &ReadingOptions,
        file: &str,
    ) -> Result<Self, SourceError> {
        let Some(first_line) = text.lines().find(|line| !line.trim().is_empty()) else {
            return Err(SourceError::new(phrased!("{file} is empty")));
        };
        let mut found: Option<(TableDialect, TableRecord)> = None;
        for separator in separators(first_line) {
            let dialect = TableDialect {
                separator,
                backslash: BackslashUse::Unsure,
            };
            if let Some(record) = header_record(text, dialect, options)
                && found
                    .as_ref()
                    .is_none_or(|(_, best)| record.len() > best.len())
            {
                found = Some((dialect, record));
            }
        }
        let Some((dialect, record)) = found else {
            return Err(damage_or_no_address(text, first_line, file));
        };
        if record.len() > MAX_COLUMNS {
            return Err(SourceError::new(phrased!(
                "{file}:{first_line}: row {row} has {record} columns; a table may have {most}",
                first_line = record.first_line,
                row = record.row,
                record = record.len(),
                most = MAX_COLUMNS
            ))
            .with_hint(phrase!("this is probably not a table of subscribers")));
        }
        Self::read(&record, dialect, options, file)
    }

    fn read(
        record: &TableRecord,
        dialect: TableDialect,
        options: &ReadingOptions,
        file: &str,
    ) -> Result<Self, SourceError> {
        let is_header = !record.cells().any(is_address);
        if !is_header && record.cells().any(is_named_email) {
            return Err(SourceError::new(phrased!(
                "{file}:{first_line}: row {row} names columns and has somebody's address in it: a line break is \
                 missing",
                first_line = record.first_line,
                row = record.row
            )));
        }
        let name = |(at, cell): (usize, &str)| match cell.trim() {
            name if is_header && !name.is_empty() => name.to_owned(),
            _ => (at + 1).to_string(),
        };
        let names: Vec<String> = record.cells().enumerate().map(name).collect();
        let normals: Vec<String> = names.iter().map(|name| normal(name)).collect();
        let sheet = match options.service {
            Some(service) => ServiceQuirks::of_service(service, &normals),
            None => ServiceQuirks::of_header(&normals),
        };
        let mut header = Self {
            sheet,
            dialect: TableDialect {
                backslash: sheet.backslash,
                ..dialect
            },
            is_header,
            row: record.row,
            is_settled: normals
                .iter()
                .map(|name| is_header && names::field(name, sheet).is_some())
                .collect(),
            fields: match is_header {
                true => fields(&normals, sheet),
                false => record.cells().map(guessed).collect(),
            },
            names,
        };
        header.map(&normals, options)?;
        header.unname_first_of_mailchimp();
        if !header.fields.contains(&SubscriberField::Email) {
            let line: Vec<&str> = record.cells().collect();
            return Err(no_address(&line.join(", "), file));
        }
        header.refuse_suspicious(&normals)?;
        Ok(header)
    }

    /// What a person said of columns goes over what was guessed.
    fn map(&mut self, normals: &[String], options: &ReadingOptions) -> Result<(), SourceError> {
        let mut named = vec![false; self.names.len()];
        for (column, field) in &options.columns {
            let at = place(column, &self.names, normals)
                .ok_or_else(|| no_such_column(column, &self.names))?;
            let takes_the_place = !matches!(
                field,
                SubscriberField::Tags
                    | SubscriberField::Status
                    | SubscriberField::Ignored
                    | SubscriberField::LeftAt
                    | SubscriberField::BouncedAt
            );
            if takes_the_place {
                for (other, guess) in self.fields.iter_mut().enumerate() {
                    if guess == field && !named[other] && !is_flag(*field) {
                        *guess = SubscriberField::Ignored;
                    }
                }
            }
            self.fields[at] = *field;
            named[at] = true;
            self.is_settled[at] = true;
        }
        Ok(())
    }

    /// Mailchimp names its first column in the account's language.
    fn unname_first_of_mailchimp(&mut self) {
        if self.sheet.service == ExportService::Mailchimp
            && !self.fields.contains(&SubscriberField::Email)
            && let Some(first) = self.fields.first_mut()
        {
            *first = SubscriberField::Email;
            self.is_settled[0] = true;
        }
    }

    /// Whoever said no in a column that is not understood must not get mail.
    fn refuse_suspicious(&self, normals: &[String]) -> Result<(), SourceError> {
        let unclear: Vec<&str> = (0..self.names.len())
            .filter(|at| self.is_unclear(*at) && names::is_suspicious(&normals[*at]))
            .map(|at| self.names[at].as_str())
            .collect();
        let Some(first) = unclear.first() else {
            return Ok(());
        };
        let shown: Vec<String> = unclear.iter().map(|name| format!("`{name}`")).collect();
        Err(SourceError::new(phrased!(
            "what these columns say of who gets mail can't be known: {what}",
            what = shown.join(", ")
        ))
        .with_hint(what_it_may_be(first)))
    }

    /// A file of people who left may say so by its name alone: what SendGrid, Mailgun and SES export.
    pub(super) fn refuse_by_name(
        &self,
        file: &str,
        options: &ReadingOptions,
    ) -> Result<(), SourceError> {
        let says_standing = |field: &SubscriberField| {
            is_flag(*field)
                || matches!(
                    field,
                    SubscriberField::Status
                        | SubscriberField::Suppressed
                        | SubscriberField::MailDisabled
                        | SubscriberField::LeftAt
                        | SubscriberField::BouncedAt
                        | SubscriberField::Detail
                )
        };
        let is_told = options.standing.is_some()
            || self.sheet.service == ExportService::Mailchimp
            || self.fields.iter().any(says_standing);
        if is_told || !names::is_of_departures(&normal(file)) {
            return Ok(());
        }
        Err(SourceError::new(phrased!("{file} sounds like a list of people who left, and nothing in it says how they stand"))
        .with_hint(
            phrase!("say it of all of them: --as unsubscribed, hard_bounce or complaint; or --as active, where \
             they read"),
        ))
    }

    /// Whether nobody has said what that column is.
    pub(super) fn is_unclear(&self, at: usize) -> bool {
        self.fields[at] == SubscriberField::Ignored && !self.is_settled[at]
    }
}

/// What to say of a column that may keep people off the list.
pub(super) fn what_it_may_be(column: &str) -> String {
    phrased!(
        "say it of each: --map \"{column}=opted_out\" (yes: they left), =subscribed (yes: they \
         agreed), =advertising, =left_at, =status, or =ignore where it does not matter"
    )
}

fn is_flag(field: SubscriberField) -> bool {
    matches!(
        field,
        SubscriberField::Subscribed
            | SubscriberField::Confirmed
            | SubscriberField::Enabled
            | SubscriberField::Advertising
            | SubscriberField::OptedOut
            | SubscriberField::Bounced
            | SubscriberField::Complained
    )
}

fn fields(normals: &[String], sheet: &ServiceQuirks) -> Vec<SubscriberField> {
    let field = |name: &String| names::field(name, sheet).unwrap_or(sheet.others);
    normals.iter().map(field).collect()
}

fn guessed(cell: &str) -> SubscriberField {
    if is_address(cell) {
        SubscriberField::Email
    } else {
        SubscriberField::Ignored
    }
}

/// Excel's first line `sep=;` says it; elsewhere it is tried out.
fn separators(first_line: &str) -> Vec<u8> {
    let line = first_line.trim_start_matches('\u{feff}').trim_matches('"');
    match line.strip_prefix("sep=").map(str::as_bytes) {
        Some([separator]) => vec![*separator],
        Some([]) => vec![b'\t'],
        _ => SEPARATORS.to_vec(),
    }
}

/// The first record that names an address column, or has an address.
fn header_record(
    text: &str,
    dialect: TableDialect,
    options: &ReadingOptions,
) -> Option<TableRecord> {
    let mut records = RecordReader::new(text.as_bytes(), dialect);
    let mut record = TableRecord::default();
    let mut above = 0;
    while above < RECORDS_ABOVE && records.read(&mut record).ok()? {
        if record.is_blank() {
            continue;
        }
        if is_header_like(&record, options) {
            return Some(record);
        }
        above += 1;
    }
    None
}

fn is_header_like(record: &TableRecord, options: &ReadingOptions) -> bool {
    let names: Vec<String> = record.cells().map(|cell| cell.trim().to_owned()).collect();
    let normals: Vec<String> = names.iter().map(|name| normal(name)).collect();
    let is_mapped = || {
        let mut emails = options
            .columns
            .iter()
            .filter(|(_, field)| *field == SubscriberField::Email);
        emails.any(|(column, _)| place(column, &names, &normals).is_some())
    };
    let is_of_service = || {
        let sheet = ServiceQuirks::of_header(&normals);
        sheet.service == ExportService::Mailchimp
            || fields(&normals, sheet).contains(&SubscriberField::Email)
    };
    record
        .cells()
        .any(|cell| is_named_email(cell) || is_address(cell))
        || is_mapped()
        || is_of_service()
}

fn is_named_email(cell: &str) -> bool {
    names::of_any(&normal(cell)) == Some(SubscriberField::Email)
}

/// A column by its name, by its name in another spelling, or by its number.
fn place(column: &str, names: &[String], normals: &[String]) -> Option<usize> {
    let number = column.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let wanted = normal(column);
    names
        .iter()
        .position(|name| name == column)
        .or_else(|| normals.iter().position(|name| *name == wanted))
        .or(number)
        .filter(|at| *at < names.len())
}

fn no_such_column(column: &str, names: &[String]) -> SourceError {
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let hint = nearest(column, &known).map_or_else(
        || phrased!("its columns are: {known}", known = known.join(", ")),
        |name| phrased!("did you mean `{name}`?"),
    );
    SourceError::new(phrased!("the file has no column `{column}`")).with_hint(hint)
}

/// A quotation mark may have swallowed the header.
fn damage_or_no_address(text: &str, first_line: &str, file: &str) -> SourceError {
    let dialect = TableDialect {
        separator: b',',
        backslash: BackslashUse::Unsure,
    };
    let mut records = RecordReader::new(text.as_bytes(), dialect);
    let mut record = TableRecord::default();
    for _ in 0..RECORDS_ABOVE {
        match records.read(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(damage) => return damage.told(file),
        }
    }
    no_address(first_line, file)
}

fn no_address(line: &str, file: &str) -> SourceError {
    let source = Source::new(file, line);
    SourceError::at(
        &source,
        0..line.len(),
        phrase!("no column here looks like an e-mail address"),
    )
    .with_hint(phrase!(
        "the first row names the columns; say which one is the address: --map \"its name=email\""
    ))
}
