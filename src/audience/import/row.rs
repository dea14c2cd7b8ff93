//! One row of an export → what is to become of one person.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{
    ExportService, PersonStanding, ReadingOptions, SubscriberField,
    cells::{RowCells, joined_name, or, split},
    flag,
    header::TableColumns,
    more::ExtraFacts,
    names::{self, normal},
    standing::JudgedStanding,
    status_words,
    survey::TableSurvey,
    table::TableRecord,
};
use crate::{
    address::{Address, Mailbox},
    audience::{
        Consent, HashedDeparture, Newcomer, Profile, Suppression, SuppressionReason, field,
        membership::signup::ConsentWording,
    },
    publication::Publication,
    words::{phrase, phrased},
};

/// Nobody agreed to a newsletter by mail before; a smaller number is a date that was misread.
const FIRST_YEAR: i32 = 1995;

/// A file has a handful of status words; a column that holds something else has many.
const KEPT_WORDS: usize = 64;

/// A row, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvRow {
    /// Its number in the sheet, empty rows counted.
    pub number: u64,
    /// The line of the file that it begins at.
    pub line: u64,
    /// What is to become of the person.
    pub entry: RowDecision,
    /// What of it was not understood and left out.
    pub notes: Vec<String>,
}

/// What is to become of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowDecision {
    /// They read.
    Subscribe(Box<Profile>),
    /// They must get no mail, at any address of the row.
    Suppress(Vec<Suppression>),
    /// They were on another list of ours.
    Join(Box<Newcomer>),
    /// They left there, and only the hash of their address is known.
    Hashed(HashedDeparture),
    /// Nobody: words that people of the table agreed to.
    Wording,
    /// They are neither put on the list nor kept off it.
    Skip {
        /// Who.
        email: Address,
        /// Why.
        why: String,
    },
    /// The row can't be taken.
    Refuse {
        /// What stands where an address should.
        email: String,
        /// Why not.
        why: String,
    },
}

/// Reads rows of one file.
pub(super) struct RowReader {
    header: Arc<TableColumns>,
    base: PersonStanding,
    editions: Option<BTreeSet<String>>,
    tags: BTreeSet<String>,
    publication: Publication,
    zone: Tz,
    file_name: String,
    pub(super) now: DateTime<Utc>,
    /// `import:stibee`.
    source: String,
    /// What each word met in this file means.
    words: HashMap<String, Option<PersonStanding>>,
    /// The words that people agreed to, by their hash: our own table tells them first.
    pub(super) wordings: HashMap<String, ConsentWording>,
    /// Whether the person who imports said that all of them read.
    are_told_active: bool,
    date_order: Option<field::DateOrder>,
    are_short_rows_usual: bool,
}

impl RowReader {
    pub(super) fn new(
        header: TableColumns,
        survey: &TableSurvey,
        options: &ReadingOptions,
        publication: &Publication,
        file_name: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let service = header.sheet.service;
        let zone = match service {
            ExportService::Stibee => chrono_tz::Asia::Seoul,
            ExportService::DailyNote | ExportService::Generic => publication.timezone,
            _ => Tz::UTC,
        };
        let date_order = match service {
            // Its dates are `02-01-2024 03:04:05`, the day first.
            ExportService::Brevo => Some(field::DateOrder::DayFirst),
            _ => survey.date_order,
        };
        let of_file = standing_of_file(&header, file_name);
        Self {
            base: of_file.or_worse(options.standing.unwrap_or(PersonStanding::Active)),
            editions: options.editions.clone(),
            tags: options.tags.clone(),
            header: Arc::new(header),
            publication: publication.clone(),
            zone,
            file_name: file_name.to_owned(),
            now,
            source: format!("import:{service}"),
            words: HashMap::new(),
            wordings: HashMap::new(),
            are_told_active: options.standing == Some(PersonStanding::Active),
            date_order,
            are_short_rows_usual: survey.are_short_rows_usual,
        }
    }

    pub(super) fn row(&mut self, record: &TableRecord) -> CsvRow {
        // The cells borrow the header, which the words that are learned do not change.
        let header = Arc::clone(&self.header);
        let cells = RowCells::pick(&header, record);
        let mut notes = Vec::new();
        let entry = self
            .check_length(record)
            .and_then(|()| self.entry(&cells, &mut notes))
            .unwrap_or_else(|why| RowDecision::Refuse {
                email: cells.shown_email(),
                why,
            });
        CsvRow {
            number: record.row,
            line: record.first_line,
            entry,
            notes,
        }
    }

    /// A row of another length than its file's rows lost a separator, a line break or its end.
    fn check_length(&self, record: &TableRecord) -> Result<(), String> {
        let (cells, columns) = (record.len(), self.header.names.len());
        let are_more = (columns..cells).any(|at| {
            let cell = record.get(at).unwrap_or_default();
            !cell.trim().is_empty()
        });
        let is_short = cells < columns && !self.are_short_rows_usual;
        if are_more || is_short {
            return Err(phrased!(
                "the row has {cells} cells, and the table {columns} columns"
            ));
        }
        Ok(())
    }

    fn entry(
        &mut self,
        cells: &RowCells<'_>,
        notes: &mut Vec<String>,
    ) -> Result<RowDecision, String> {
        let is_ours = self.header.sheet.service == ExportService::DailyNote;
        if is_ours
            && cells.emails.is_empty()
            && let Some(nobody) = self.nobody(cells, notes)?
        {
            return Ok(nobody);
        }
        if cells.emails.is_empty() {
            return Err(phrase!("the row has no address").to_owned());
        }
        let is_header = |email: &str| {
            !email.contains('@') && names::of_any(&normal(email)) == Some(SubscriberField::Email)
        };
        if cells.emails.iter().all(|email| is_header(email)) {
            return Err(phrase!("the names of the columns once more").to_owned());
        }
        let mailboxes = cells.mailboxes()?;
        let (verdict, word) = self.standing(cells)?;
        let standing = verdict.standing;
        if is_ours && let Some(newcomer) = self.newcomer(&mailboxes, standing, cells, notes)? {
            return Ok(RowDecision::Join(Box::new(newcomer)));
        }
        if let PersonStanding::Suppressed(reason) = standing {
            return Ok(RowDecision::Suppress(
                self.departure(mailboxes, reason, cells, word),
            ));
        }
        let mut mailboxes = mailboxes.into_iter();
        let Some(Mailbox { name, address }) = mailboxes.next() else {
            return Err(phrase!("the row has no address").to_owned());
        };
        let others: Vec<Address> = mailboxes.map(|mailbox| mailbox.address).collect();
        Ok(match standing {
            PersonStanding::Active if cells.emails.len() == 1 && !others.is_empty() => {
                return Err(phrase!("there is more than one address in the cell").to_owned());
            }
            PersonStanding::Active => {
                for other in others {
                    notes.push(phrased!("a second address, {other}"));
                }
                let mut profile = self.profile(address, cells, notes)?;
                profile.name = profile.name.or(name);
                RowDecision::Subscribe(Box::new(profile))
            }
            PersonStanding::Unconfirmed => RowDecision::Skip {
                email: address,
                why: phrase!("has not confirmed: only they can").to_owned(),
            },
            _ => RowDecision::Skip {
                email: address,
                why: verdict
                    .why
                    .unwrap_or_else(|| phrase!("is not subscribed").to_owned()),
            },
        })
    }

    /// Somebody who left has left at all their addresses.
    pub(super) fn departure(
        &self,
        mailboxes: Vec<Mailbox>,
        reason: SuppressionReason,
        cells: &RowCells<'_>,
        word: &str,
    ) -> Vec<Suppression> {
        let at = match reason {
            SuppressionReason::HardBounce => [cells.bounced_at, cells.left_at],
            _ => [cells.left_at, cells.bounced_at],
        };
        let at = at.into_iter().find(|at| !at.is_empty());
        let at = at.and_then(|at| self.moment(at, phrase!("the date of leaving"), &mut Vec::new()));
        mailboxes
            .into_iter()
            .map(|mailbox| Suppression {
                email: Some(mailbox.address),
                reason,
                detail: Some(self.detail(cells, word)),
                at: at.map_or(self.now, |at| at.to_utc()),
            })
            .collect()
    }

    /// How the person stands, and the word that said so where it isn't plain. Of several that a row says
    /// the worst counts.
    fn standing<'c>(&mut self, cells: &RowCells<'c>) -> Result<(JudgedStanding, &'c str), String> {
        use SuppressionReason::{HardBounce, Unsubscribed};
        let sheet = self.header.sheet;
        let mut verdict = JudgedStanding::from(self.base);
        let mut said = "";
        for (column, status) in &cells.statuses {
            if status.is_empty() {
                if sheet.service != ExportService::DailyNote && !self.are_told_active {
                    return Err(phrased!(
                        "its `{column}` is empty; where that means that they read, say --as active"
                    ));
                }
                continue;
            }
            let status_standing = self.meaning(column, status)?;
            if status_standing != PersonStanding::Active {
                said = status;
            }
            verdict = verdict.or_worse(status_standing);
        }
        if !cells.suppressed.is_empty() {
            verdict = verdict.or_worse(self.meaning("suppressed", cells.suppressed)?);
        }
        // Our own table has the date of a suppression alone where there is one.
        if !cells.left_at.is_empty() && sheet.service != ExportService::DailyNote {
            verdict = verdict.or_worse(PersonStanding::Suppressed(Unsubscribed));
        }
        if !cells.bounced_at.is_empty() {
            verdict = verdict.or_worse(PersonStanding::Suppressed(HardBounce));
        }
        for (field, column, cell) in &cells.flags {
            verdict = verdict.or_worse(flag::standing_by(*field, column, cell, sheet)?);
        }
        if status_words::is_true(cells.mail_disabled) {
            verdict = verdict.or_worse(PersonStanding::Suppressed(Unsubscribed));
        }
        // Nobody gives a reason for leaving who has not left.
        if !flag::is_no_departure(cells.detail) && sheet.service != ExportService::DailyNote {
            verdict = verdict.or_worse(PersonStanding::Suppressed(Unsubscribed));
        }
        if verdict.standing == PersonStanding::Suppressed(Unsubscribed)
            && status_words::is_complaint(cells.detail)
        {
            verdict = PersonStanding::Suppressed(SuppressionReason::Complaint).into();
        }
        Ok((verdict, said))
    }

    /// What a status word means, looked up once a file.
    fn meaning(&mut self, column: &str, word: &str) -> Result<PersonStanding, String> {
        let meaning = match self.words.get(word) {
            Some(meaning) => *meaning,
            None => {
                let meaning = status_words::of_word(&normal(word), self.header.sheet);
                if self.words.len() < KEPT_WORDS {
                    self.words.insert(word.to_owned(), meaning);
                }
                meaning
            }
        };
        meaning.ok_or_else(|| {
            let shown = field::quoted(word);
            phrased!("its `{column}` says {shown}, which is no status that we know; where that column is \
                 none, say --map \"{column}=ignore\"")
        })
    }

    pub(super) fn profile(
        &self,
        email: Address,
        cells: &RowCells<'_>,
        notes: &mut Vec<String>,
    ) -> Result<Profile, String> {
        let more = ExtraFacts::parse(cells.more);
        let mut tags = self.tags.clone();
        for cell in &cells.tags {
            tags.extend(split(cell).iter().filter_map(|tag| field::tag(tag).ok()?));
        }
        tags.extend(more.tags.iter().filter_map(|tag| field::tag(tag).ok()?));
        let editions = split(cells.editions)
            .iter()
            .map(|key| field::edition(key, &self.publication).map_err(|fault| fault.message))
            .collect::<Result<BTreeSet<_>, _>>()?;
        let timezone = noted(or(cells.timezone, &more.timezone), field::timezone, notes);
        let language = noted(or(cells.language, &more.language), field::language, notes);
        Ok(Profile {
            email,
            name: name(cells, &more).filter(|name| {
                self.header.sheet.service == ExportService::DailyNote || is_whole(name, notes)
            }),
            editions: match editions.is_empty() {
                true => self.editions.clone(),
                false => Some(editions),
            },
            tags,
            timezone,
            language,
            consent: self.consent(cells, notes),
        })
    }

    fn consent(&self, cells: &RowCells<'_>, notes: &mut Vec<String>) -> Option<Consent> {
        let dates = [cells.consent_at, cells.confirmed_at, cells.joined_at];
        let at = dates
            .into_iter()
            .find(|date| !flag::is_blank(date))
            .and_then(|date| self.moment(date, phrase!("the date of consent"), notes));
        let source = match (self.header.sheet.service, cells.consent_source) {
            (ExportService::DailyNote, "") => None,
            (ExportService::DailyNote, source) => field::foreign_name(source),
            (ExportService::Generic, "") if at.is_none() => None,
            (_, "") => Some(self.source.clone()),
            (_, source) => {
                let source = field::foreign_name(source).unwrap_or_default();
                Some(format!("{} ({source})", self.source))
            }
        };
        (at.is_some() || source.is_some()).then_some(Consent { at, source })
    }

    pub(super) fn moment(
        &self,
        text: &str,
        what: &str,
        notes: &mut Vec<String>,
    ) -> Option<DateTime<FixedOffset>> {
        let moment = field::moment(text, self.zone, self.date_order)
            .map_err(|fault| notes.push(format!("{what}: {}", fault.message)))
            .ok()?;
        // What we wrote ourselves was looked at when it came.
        let is_possible = self.header.sheet.service == ExportService::DailyNote
            || moment.year() >= FIRST_YEAR && moment.to_utc() <= self.now + TimeDelta::days(1);
        if !is_possible {
            let shown = field::quoted(text);
            notes.push(phrased!(
                "{what}: {shown} is no date on which that happened"
            ));
        }
        is_possible.then_some(moment)
    }

    fn detail(&self, cells: &RowCells<'_>, word: &str) -> String {
        let detail = field::foreign_name(cells.detail);
        if self.header.sheet.service == ExportService::DailyNote {
            return detail.unwrap_or_else(|| format!("import: {}", self.file_name));
        }
        let file = format!("{}: {}", self.header.sheet.service, self.file_name);
        match detail.or_else(|| field::foreign_name(word)) {
            Some(said) => format!("{file}: {said}"),
            None => file,
        }
    }
}

/// Mailchimp tells how people stand by the file that they are in, and its columns.
fn standing_of_file(header: &TableColumns, file_name: &str) -> PersonStanding {
    if header.sheet.service != ExportService::Mailchimp {
        return PersonStanding::Active;
    }
    let has = |field| header.fields.contains(&field);
    if has(SubscriberField::BouncedAt) || file_name.starts_with("cleaned") {
        PersonStanding::Suppressed(SuppressionReason::HardBounce)
    } else if has(SubscriberField::LeftAt) || file_name.starts_with("unsubscribed") {
        PersonStanding::Suppressed(SuppressionReason::Unsubscribed)
    } else if file_name.starts_with("nonsubscribed") || file_name.starts_with("transactional") {
        PersonStanding::Bystander
    } else {
        PersonStanding::Active
    }
}

fn name(cells: &RowCells<'_>, more: &ExtraFacts) -> Option<String> {
    let joined = joined_name(cells.first_name, cells.last_name);
    field::foreign_name(or(or(cells.name, &joined), &more.name))
}

/// A name that was damaged on its way here is no name.
fn is_whole(name: &str, notes: &mut Vec<String>) -> bool {
    let is_whole = !name.contains('\u{fffd}');
    if !is_whole {
        notes.push(phrased!(
            "its name, {name}, is damaged",
            name = field::quoted(name)
        ));
    }
    is_whole
}

/// A value that a row may do without: what is wrong with it is noted.
fn noted<T>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, field::FieldError>,
    notes: &mut Vec<String>,
) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    parse(text).map_err(|fault| notes.push(fault.message)).ok()
}
