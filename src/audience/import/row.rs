//! One row of an export → what is to become of one person.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Field, Header, Options, Service, Standing, columns::normal, flag, standing};
use crate::{
    address::Address,
    audience::{Consent, Profile, Suppression, SuppressionReason, export::unguarded, field},
    publication::Publication,
};

/// Nobody agreed to a newsletter by mail before; a smaller number is a date that was misread.
const FIRST_YEAR: i32 = 1995;

/// A file has a handful of status words; a column that holds something else has many.
const KEPT_WORDS: usize = 64;

/// A row, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the sheet: the header is row 1.
    pub number: u64,
    /// What is to become of the person.
    pub entry: Entry,
    /// What of it was not understood and left out.
    pub notes: Vec<String>,
}

/// What is to become of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// They read.
    Subscribe(Box<Profile>),
    /// They must get no mail.
    Suppress(Box<Suppression>),
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
pub(super) struct Reader {
    header: Arc<Header>,
    base: Standing,
    editions: Option<BTreeSet<String>>,
    tags: BTreeSet<String>,
    publication: Publication,
    zone: Tz,
    file_name: String,
    now: DateTime<Utc>,
    /// `import:stibee`.
    source: String,
    /// What each word met in this file means.
    words: HashMap<String, Option<Standing>>,
}

/// The cells of a row that mean something; the first of several that mean the same.
#[derive(Default)]
struct Cells<'r> {
    email: &'r str,
    name: &'r str,
    first_name: &'r str,
    last_name: &'r str,
    editions: &'r str,
    tags: Vec<&'r str>,
    timezone: &'r str,
    language: &'r str,
    consent_at: &'r str,
    confirmed_at: &'r str,
    joined_at: &'r str,
    consent_source: &'r str,
    status: &'r str,
    /// Those that say yes or no, each with its column: the worst of them counts.
    flags: Vec<(Field, &'r str, &'r str)>,
    mail_disabled: &'r str,
    suppressed: &'r str,
    left_at: &'r str,
    bounced_at: &'r str,
    detail: &'r str,
    more: &'r str,
}

impl Reader {
    pub(super) fn new(
        header: Header,
        options: &Options,
        publication: &Publication,
        file_name: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let zone = match header.service {
            Service::Stibee => chrono_tz::Asia::Seoul,
            Service::DailyNote | Service::Generic => publication.timezone,
            _ => Tz::UTC,
        };
        let of_file = standing_of_file(&header, file_name);
        let source = format!("import:{}", header.service);
        Self {
            base: of_file.or_worse(options.standing.unwrap_or(Standing::Active)),
            editions: options.editions.clone(),
            tags: options.tags.clone(),
            header: Arc::new(header),
            publication: publication.clone(),
            zone,
            file_name: file_name.to_owned(),
            now,
            source,
            words: HashMap::new(),
        }
    }

    pub(super) fn row(&mut self, number: u64, record: &csv::StringRecord) -> Row {
        // The cells borrow the header, which the words that are learned do not change.
        let header = Arc::clone(&self.header);
        let cells = Cells::pick(&header, record);
        let mut notes = Vec::new();
        let entry = self
            .entry(&cells, &mut notes)
            .unwrap_or_else(|why| Entry::Refuse {
                email: cells.email.to_owned(),
                why,
            });
        Row {
            number,
            entry,
            notes,
        }
    }

    fn entry(&mut self, cells: &Cells<'_>, notes: &mut Vec<String>) -> Result<Entry, String> {
        if cells.email.is_empty() {
            return Err("the row has no address".to_owned());
        }
        let email = field::email(cells.email).map_err(|fault| fault.message)?;
        let (standing, word) = self.standing(cells)?;
        Ok(match standing {
            Standing::Active => Entry::Subscribe(Box::new(self.profile(email, cells, notes)?)),
            Standing::Unconfirmed => Entry::Skip {
                email,
                why: "has not confirmed: only they can".to_owned(),
            },
            Standing::Bystander => Entry::Skip {
                email,
                why: "is not subscribed".to_owned(),
            },
            Standing::Suppressed(reason) => {
                let at = match reason {
                    SuppressionReason::HardBounce => [cells.bounced_at, cells.left_at],
                    _ => [cells.left_at, cells.bounced_at],
                };
                let at = at.into_iter().find(|at| !at.is_empty());
                let at = at.and_then(|at| self.moment(at, "the date of leaving", notes));
                Entry::Suppress(Box::new(Suppression {
                    email: Some(email),
                    reason,
                    detail: Some(self.detail(cells, word)),
                    at: at.map_or(self.now, |at| at.to_utc()),
                }))
            }
        })
    }

    /// How the person stands, and the word that said so where it isn't plain.
    fn standing<'c>(&mut self, cells: &Cells<'c>) -> Result<(Standing, &'c str), String> {
        let mut standing = self.base;
        let mut said = "";
        if !cells.status.is_empty() {
            let status = self.meaning(cells.status)?;
            standing = standing.or_worse(status);
            if status != Standing::Active {
                said = cells.status;
            }
        } else if !cells.left_at.is_empty() {
            standing = standing.or_worse(Standing::Suppressed(SuppressionReason::Unsubscribed));
        } else if !cells.bounced_at.is_empty() {
            standing = standing.or_worse(Standing::Suppressed(SuppressionReason::HardBounce));
        }
        if !cells.suppressed.is_empty() {
            standing = standing.or_worse(self.meaning(cells.suppressed)?);
        }
        for (field, column, cell) in &cells.flags {
            let service = self.header.service;
            standing = standing.or_worse(flag::standing_by(*field, column, cell, service)?);
        }
        if standing::is_true(cells.mail_disabled) {
            standing = standing.or_worse(Standing::Suppressed(SuppressionReason::Unsubscribed));
        }
        if standing == Standing::Suppressed(SuppressionReason::Unsubscribed)
            && standing::is_complaint(cells.detail)
        {
            standing = Standing::Suppressed(SuppressionReason::Complaint);
        }
        Ok((standing, said))
    }

    /// What a status word means, looked up once a file.
    fn meaning(&mut self, word: &str) -> Result<Standing, String> {
        let meaning = match self.words.get(word) {
            Some(meaning) => *meaning,
            None => {
                let meaning = standing::of_word(&normal(word), self.header.service);
                if self.words.len() < KEPT_WORDS {
                    self.words.insert(word.to_owned(), meaning);
                }
                meaning
            }
        };
        meaning.ok_or_else(|| {
            let shown = field::quoted(word);
            format!("its status {shown} is not one that we know")
        })
    }

    fn profile(
        &self,
        email: Address,
        cells: &Cells<'_>,
        notes: &mut Vec<String>,
    ) -> Result<Profile, String> {
        let more = More::parse(cells.more);
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
            name: name(cells, &more),
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

    fn consent(&self, cells: &Cells<'_>, notes: &mut Vec<String>) -> Option<Consent> {
        let dates = [cells.consent_at, cells.confirmed_at, cells.joined_at];
        let at = dates
            .into_iter()
            .find(|date| !date.is_empty())
            .and_then(|date| self.moment(date, "the date of consent", notes));
        let source = match (self.header.service, cells.consent_source) {
            (Service::DailyNote, "") => None,
            (Service::DailyNote, source) => field::foreign_name(source),
            (Service::Generic, "") if at.is_none() => None,
            (_, "") => Some(self.source.clone()),
            (_, source) => {
                let source = field::foreign_name(source).unwrap_or_default();
                Some(format!("{} ({source})", self.source))
            }
        };
        (at.is_some() || source.is_some()).then_some(Consent { at, source })
    }

    fn moment(
        &self,
        text: &str,
        what: &str,
        notes: &mut Vec<String>,
    ) -> Option<DateTime<FixedOffset>> {
        let moment = field::moment(text, self.zone)
            .map_err(|fault| notes.push(format!("{what}: {}", fault.message)))
            .ok()?;
        // What we wrote ourselves was looked at when it came.
        let is_possible = self.header.service == Service::DailyNote
            || moment.year() >= FIRST_YEAR && moment.to_utc() <= self.now + TimeDelta::days(1);
        if !is_possible {
            let shown = field::quoted(text);
            notes.push(format!("{what}: {shown} is no date on which that happened"));
        }
        is_possible.then_some(moment)
    }

    fn detail(&self, cells: &Cells<'_>, word: &str) -> String {
        let detail = field::foreign_name(cells.detail);
        if self.header.service == Service::DailyNote {
            return detail.unwrap_or_else(|| format!("import: {}", self.file_name));
        }
        let file = format!("{}: {}", self.header.service, self.file_name);
        match detail.or_else(|| field::foreign_name(word)) {
            Some(said) => format!("{file}: {said}"),
            None => file,
        }
    }
}

/// Mailchimp tells how people stand by the file that they are in, and its columns.
fn standing_of_file(header: &Header, file_name: &str) -> Standing {
    if header.service != Service::Mailchimp {
        return Standing::Active;
    }
    let has = |field| header.fields.contains(&field);
    if has(Field::BouncedAt) || file_name.starts_with("cleaned") {
        Standing::Suppressed(SuppressionReason::HardBounce)
    } else if has(Field::LeftAt) || file_name.starts_with("unsubscribed") {
        Standing::Suppressed(SuppressionReason::Unsubscribed)
    } else if file_name.starts_with("nonsubscribed") || file_name.starts_with("transactional") {
        Standing::Bystander
    } else {
        Standing::Active
    }
}

impl<'r> Cells<'r> {
    fn pick(header: &'r Header, record: &'r csv::StringRecord) -> Self {
        let mut cells = Self::default();
        for (at, field) in header.fields.iter().enumerate() {
            // A row that ends early says nothing in the columns behind.
            let cell = record.get(at).unwrap_or_default();
            let cell = match header.service {
                Service::DailyNote => unguarded(cell.trim()),
                _ => cell.trim(),
            };
            let slot = match field {
                Field::Email => &mut cells.email,
                Field::Name => &mut cells.name,
                Field::FirstName => &mut cells.first_name,
                Field::LastName => &mut cells.last_name,
                Field::Editions => &mut cells.editions,
                Field::Tags => {
                    cells.tags.push(cell);
                    continue;
                }
                Field::Timezone => &mut cells.timezone,
                Field::Language => &mut cells.language,
                Field::ConsentAt => &mut cells.consent_at,
                Field::ConfirmedAt => &mut cells.confirmed_at,
                Field::JoinedAt => &mut cells.joined_at,
                Field::ConsentSource => &mut cells.consent_source,
                Field::Status => &mut cells.status,
                Field::Subscribed
                | Field::Confirmed
                | Field::OptedOut
                | Field::Bounced
                | Field::Complained => {
                    cells.flags.push((*field, &header.names[at], cell));
                    continue;
                }
                Field::LeftAt | Field::BouncedAt if flag::is_no_departure(cell) => continue,
                Field::MailDisabled => &mut cells.mail_disabled,
                Field::Suppressed => &mut cells.suppressed,
                Field::LeftAt => &mut cells.left_at,
                Field::BouncedAt => &mut cells.bounced_at,
                Field::Detail => &mut cells.detail,
                Field::More => &mut cells.more,
                Field::Ignored => continue,
            };
            if slot.is_empty() {
                *slot = cell;
            }
        }
        cells
    }
}

/// What a JSON object beside the columns says.
#[derive(Default)]
struct More {
    name: String,
    timezone: String,
    language: String,
    tags: Vec<String>,
}

impl More {
    fn parse(text: &str) -> Self {
        let Ok(serde_json::Value::Object(object)) = serde_json::from_str(text) else {
            return Self::default();
        };
        let text = |keys: &[&str]| {
            let value = keys.iter().find_map(|key| object.get(*key)?.as_str());
            value.unwrap_or_default().trim().to_owned()
        };
        let tags = object.get("tags").and_then(|tags| tags.as_array());
        let full = text(&["name", "full_name"]);
        let (first, last) = (
            text(&["first_name", "firstname"]),
            text(&["last_name", "lastname"]),
        );
        Self {
            name: or(&full, &joined_name(&first, &last)).to_owned(),
            timezone: text(&["timezone"]),
            language: text(&["language", "lang", "locale"]),
            tags: tags
                .into_iter()
                .flatten()
                .filter_map(|tag| tag.as_str().map(str::to_owned))
                .collect(),
        }
    }
}

fn name(cells: &Cells<'_>, more: &More) -> Option<String> {
    let joined = joined_name(cells.first_name, cells.last_name);
    field::foreign_name(or(or(cells.name, &joined), &more.name))
}

/// `Minji Kim`, but `김민지`.
fn joined_name(first: &str, last: &str) -> String {
    let is_hangul = |text: &str| text.chars().all(|c| matches!(c, '가'..='힣'));
    match (first, last) {
        ("", only) | (only, "") => only.to_owned(),
        (first, last) if is_hangul(first) && is_hangul(last) => format!("{last}{first}"),
        (first, last) => format!("{first} {last}"),
    }
}

/// A value that a row may do without: what is wrong with it is noted.
fn noted<T>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, field::Fault>,
    notes: &mut Vec<String>,
) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    parse(text).map_err(|fault| notes.push(fault.message)).ok()
}

fn or<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.is_empty() { other } else { text }
}

/// The items of a cell that is a list: `a, b`, `"a, with comma", b`, `["a", "b"]`.
fn split(cell: &str) -> Vec<String> {
    if cell.is_empty() {
        return Vec::new();
    }
    if cell.starts_with('[')
        && let Ok(items) = serde_json::from_str(cell)
    {
        return items;
    }
    if !cell.contains('"') {
        return cell.split(',').map(|item| item.trim().to_owned()).collect();
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(cell.as_bytes());
    let record = reader.records().next().and_then(Result::ok);
    record
        .iter()
        .flatten()
        .map(|item| item.trim().to_owned())
        .collect()
}
