//! The notices' phrases, filled in: editions, moments, spans of time.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    address::masked_within,
    publication::{Publication, Slot},
    render::{MailWords, RenderError, Templates},
    words::{Said, Tongue},
};

/// The folder of the notices' templates and words.
pub(super) const FOLDER: &str = "notice";

/// What is said, in the publication's language.
pub(super) struct Phrases<'a> {
    publication: &'a Publication,
    /// The notices' own.
    own: MailWords,
    /// For dates.
    dates: MailWords,
}

impl<'a> Phrases<'a> {
    pub(super) fn load(
        templates: &Templates,
        publication: &'a Publication,
    ) -> Result<Self, RenderError> {
        let language = &publication.language;
        Ok(Self {
            publication,
            own: MailWords::load_from(templates, FOLDER, language)?,
            dates: MailWords::load(templates, language)?,
        })
    }

    pub(super) fn get(&self, key: &str) -> String {
        self.own.get(key).to_owned()
    }

    /// A phrase with its placeholders filled in.
    pub(super) fn filled(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.own.filled_in(key, values)
    }

    /// What the program said to itself in English, in the publication's language; addresses in it are masked.
    pub(super) fn heard(&self, text: &str) -> String {
        let tongue = Tongue::of_tag(&self.publication.language).unwrap_or_default();
        masked_within(&Said::heard(text).put(tongue))
    }

    /// An edition's name, as its readers know it.
    pub(super) fn edition(&self, key: &str) -> String {
        let edition = self.publication.edition(key);
        edition.map_or_else(|| key.to_owned(), |edition| edition.title.clone())
    }

    /// `월요일 편 · 11월 30일 월요일 08:00`.
    pub(super) fn slot(&self, slot: &Slot) -> String {
        self.when(&slot.edition, slot.at)
    }

    /// The same of an edition and a moment.
    pub(super) fn when(&self, edition: &str, at: DateTime<Utc>) -> String {
        let (date, time) = self.local(at);
        let edition = self.edition(edition);
        let values = [("edition", &*edition), ("date", &*date), ("time", &*time)];
        self.filled("when", &values)
    }

    /// `11월 30일 월요일 14:00`.
    pub(super) fn moment(&self, at: DateTime<Utc>) -> String {
        let (date, time) = self.local(at);
        self.filled("moment", &[("date", &date), ("time", &time)])
    }

    fn local(&self, at: DateTime<Utc>) -> (String, String) {
        let local = at.with_timezone(&self.publication.timezone);
        let date = self.dates.short_date(local.date_naive());
        (date, local.format("%H:%M").to_string())
    }

    /// `1일 9시간`: as exactly as it matters to somebody who has to write.
    pub(super) fn span(&self, span: TimeDelta) -> String {
        let minutes = (span.num_seconds().max(0) + 30) / 60;
        let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
        let unit = |n: i64, one: &str, many: &str| match n {
            1 => self.get(one),
            n => self.filled(many, &[("n", &n.to_string())]),
        };
        let days_word = || unit(days, "day_one", "days");
        let hours_word = || unit(hours, "hour_one", "hours");
        let minutes_word = || unit(rest, "minute_one", "minutes");
        match (days, hours) {
            (0, 0) => minutes_word(),
            (0, 1 | 2) if rest > 0 => format!("{} {}", hours_word(), minutes_word()),
            (0, _) => hours_word(),
            (1, 1..) => format!("{} {}", days_word(), hours_word()),
            (..) => days_word(),
        }
    }
}

/// `12,345`: both our languages write numbers so.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
