//! A new publication: settings, a first issue on the next slot, a list of one, schemas for the
//! editor.

use std::path::Path;

use chrono::{DateTime, Utc, Weekday};
use chrono_tz::Tz;

use super::{NewFile, yaml_text};
use crate::{
    address::Mailbox,
    audience, issue,
    publication::{Environment, FILE_NAME, Publication, schema},
    source::SourceError,
    words::{self, Tongue, phrase},
};

/// The languages that a publication can be started in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StarterLanguage {
    /// 한국어.
    Korean,
    /// English.
    English,
}

/// What a person, or their machine, says of a publication to be.
#[derive(Debug, Clone)]
pub(crate) struct StarterFacts {
    /// The newsletter's name.
    pub name: String,
    /// The language of its files.
    pub language: StarterLanguage,
    /// Where its hours are meant.
    pub timezone: Tz,
    /// Who sends it.
    pub from: Mailbox,
    /// The weekdays on which it goes out: one, an edition; several, one each.
    pub days: Vec<Weekday>,
    /// The moment it starts; its first issue is for the slot after.
    pub now: DateTime<Utc>,
}

/// A publication to be.
#[derive(Debug)]
pub(crate) struct NewPublication {
    /// Its files.
    pub files: Vec<NewFile>,
    /// The first issue's name, for commands.
    pub issue: String,
}

/// The files of a new publication.
///
/// # Errors
/// When what was said makes no publication (a name with a control character).
pub(crate) fn new_publication(start: &StarterFacts) -> Result<NewPublication, Vec<SourceError>> {
    let texts = match start.language {
        StarterLanguage::Korean => StarterTexts::KOREAN,
        StarterLanguage::English => StarterTexts::ENGLISH,
    };
    let settings = texts
        .settings
        .replace("{key}", &edition_key(&start.days, 0))
        .replace("{editions}", &editions(&texts, &start.days))
        .replace("{name}", &yaml_text(&start.name))
        .replace("{timezone}", start.timezone.name())
        .replace("{from}", &yaml_text(&start.from.to_string()));
    let publication = Publication::from_yaml(Path::new("."), &settings, &Environment::empty())?;
    let slot = publication.next_slot_after(start.now).ok_or_else(|| {
        vec![SourceError::new(phrase!(
            "the calendar has no slot to begin with"
        ))]
    })?;
    let first_issue = texts
        .issue
        .replace("{edition}", &slot.edition)
        .replace("{date}", &slot.date.to_string());
    let now = start
        .now
        .with_timezone(&start.timezone)
        .format("%Y-%m-%dT%H:%M:%S%:z");
    let list = texts.list.replace("{now}", &now.to_string());
    let name = format!("{}-{}", slot.date, texts.slug);
    let schema = |schema: schemars::Schema| format!("{:#}\n", schema.as_value());
    let files = vec![
        NewFile::new(FILE_NAME, settings),
        NewFile::new(format!("issues/{name}.md"), first_issue),
        NewFile::new("subscribers.yaml", list),
        NewFile::new("schemas/daily-note.json", schema(schema::config())),
        NewFile::new(
            "schemas/issue.json",
            schema(issue::schema(Some(&publication))),
        ),
        NewFile::new(
            "schemas/subscribers.json",
            schema(audience::file::schema(Some(&publication))),
        ),
    ];
    Ok(NewPublication { files, issue: name })
}

/// What an edition is called in front matter: `weekly`, or its day where there are several.
fn edition_key(days: &[Weekday], at: usize) -> String {
    match days {
        [] | [_] => "weekly".to_owned(),
        days => words::weekday(days[at]).to_string().to_lowercase(),
    }
}

fn editions(texts: &StarterTexts, days: &[Weekday]) -> String {
    let days = if days.is_empty() {
        &[Weekday::Mon]
    } else {
        days
    };
    let edition = |(at, day): (usize, &Weekday)| {
        let title = match days {
            [_] => texts.edition.to_owned(),
            _ => texts
                .edition_of_day
                .replace("{day}", &words::weekday(*day).put(texts.tongue)),
        };
        let key = edition_key(days, at);
        let short = day.to_string().to_lowercase();
        format!("  {key}:\n    title: {title}\n    day: {short}\n    time: \"08:00\"\n")
    };
    days.iter().enumerate().map(edition).collect()
}

struct StarterTexts {
    settings: &'static str,
    issue: &'static str,
    list: &'static str,
    slug: &'static str,
    tongue: Tongue,
    /// The one edition's title.
    edition: &'static str,
    /// The title of one of several.
    edition_of_day: &'static str,
}

impl StarterTexts {
    const KOREAN: Self = Self {
        settings: include_str!("ko/daily-note.yaml"),
        issue: include_str!("ko/issue.md"),
        list: include_str!("ko/subscribers.yaml"),
        slug: "first",
        tongue: Tongue::Korean,
        edition: "주간",
        edition_of_day: "{day} 편",
    };
    const ENGLISH: Self = Self {
        settings: include_str!("en/daily-note.yaml"),
        issue: include_str!("en/issue.md"),
        list: include_str!("en/subscribers.yaml"),
        slug: "first",
        tongue: Tongue::English,
        edition: "Weekly",
        edition_of_day: "{day}",
    };
}
