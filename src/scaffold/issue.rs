//! The next issue's file: on the next free slot, laid out like the one before.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::{NewFile, slug, yaml_text};
use crate::{
    issue::{Archive, Issue, IssueHead},
    publication::{Absence, Publication, Slot},
    words::{Said, say},
    yaml::nearest,
};

/// What a person says of the issue to be.
#[derive(Debug, Clone, Default)]
pub(crate) struct IssueWish {
    /// The edition's key.
    pub edition: String,
    /// The title.
    pub title: Option<String>,
    /// What its file is named after, behind the date; by default its title.
    pub slug: Option<String>,
    /// The date; by default that of the edition's next free slot.
    pub date: Option<NaiveDate>,
}

/// An issue to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewIssue {
    /// Its file.
    pub file: NewFile,
    /// Its name, for commands.
    pub name: String,
    /// Its date.
    pub date: NaiveDate,
    /// When it goes out; or why its date is no slot and it will wait for a person.
    pub slot: Result<Slot, Absence>,
}

/// Why there is no such issue to be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NewIssueError {
    /// No edition of that key.
    #[error("there is no edition `{key}`")]
    UnknownEdition {
        /// What was asked for.
        key: String,
        /// What was probably meant, or all there are.
        hint: Said,
    },
    /// The slot has its issue.
    #[error("{date} has an issue of `{edition}` already: `{path}`")]
    Taken {
        /// The edition.
        edition: String,
        /// The date.
        date: NaiveDate,
        /// The issue's file.
        path: String,
    },
    /// A name for the file without a letter or digit.
    #[error("`{slug}` names no file: it has no letter and no digit")]
    NoName {
        /// What was asked for.
        slug: String,
    },
    /// The calendar has no slot left.
    #[error("the calendar has no slot for `{edition}` in the next three years")]
    NoSlot {
        /// The edition.
        edition: String,
    },
}

/// The file of the next issue.
///
/// # Errors
/// When the edition is unknown, or the date has its issue.
pub(crate) fn next_issue(
    publication: &Publication,
    archive: &Archive,
    wish: &IssueWish,
    now: DateTime<Utc>,
) -> Result<NewIssue, NewIssueError> {
    let edition = publication
        .edition(&wish.edition)
        .ok_or_else(|| unknown_edition(publication, &wish.edition))?;
    let taken = |date: NaiveDate| {
        archive.entries().find(|entry| {
            match entry.head().map(IssueHead::front_matter) {
                Some(head) => head.edition == edition.key && head.date == date,
                // Broken as it is, it was meant for some slot of that date.
                None => entry.name.starts_with(&date.to_string()),
            }
        })
    };
    let date = match wish.date {
        Some(date) => match taken(date) {
            None => date,
            Some(entry) => {
                return Err(NewIssueError::Taken {
                    edition: edition.key.clone(),
                    date,
                    path: entry.name.clone(),
                });
            }
        },
        None => publication
            .slots_after(now)
            .filter(|slot| slot.edition == edition.key)
            .map(|slot| slot.date)
            .find(|date| taken(*date).is_none())
            .ok_or_else(|| NewIssueError::NoSlot {
                edition: edition.key.clone(),
            })?,
    };
    let words = StarterWords::of(&publication.language);
    let mut earlier = archive
        .issues_where(|head| head.front_matter().edition == edition.key)
        .rev();
    let last = earlier.next();
    let headings = headings(last, earlier.next(), &words);
    let slug = file_slug(wish, &edition.key)?;
    let name = format!("{date}-{slug}");
    let title = wish.title.as_deref().unwrap_or(words.title);
    let is_folder = last.is_some_and(|last| last.path.ends_with("index.md"));
    let schema = schema_line(&publication.root, is_folder);
    let mut text = format!(
        "---\n{schema}title: {}\nedition: {}\ndate: {date}\nstatus: draft\n---\n\n{}\n",
        yaml_text(title.trim()),
        edition.key,
        words.introduction
    );
    for heading in headings {
        text.push_str(&format!("\n## {heading}\n\n{}\n", words.story));
    }
    let path = match is_folder {
        true => PathBuf::from(format!("issues/{name}/index.md")),
        false => PathBuf::from(format!("issues/{name}.md")),
    };
    Ok(NewIssue {
        file: NewFile::new(path, text),
        name,
        date,
        slot: publication.slot_or_absence(&edition.key, date),
    })
}

/// Where `init` or a person has put the schema of the front matter, editors are pointed to it.
fn schema_line(root: &Path, is_folder: bool) -> String {
    const SCHEMA: &str = "schemas/issue.json";
    let up = if is_folder { "../.." } else { ".." };
    match root.join(SCHEMA).is_file() {
        true => format!("# yaml-language-server: $schema={up}/{SCHEMA}\n"),
        false => String::new(),
    }
}

fn unknown_edition(publication: &Publication, key: &str) -> NewIssueError {
    let keys: Vec<&str> = publication
        .editions
        .iter()
        .map(|edition| edition.key.as_str())
        .collect();
    let hint = match nearest(key, &keys) {
        Some(meant) => say!("did you mean {nearest}?", nearest = format!("`{meant}`")),
        None => say!("the editions are {keys}", keys = keys.join(", ")),
    };
    NewIssueError::UnknownEdition {
        key: key.to_owned(),
        hint,
    }
}

/// As many stories as the last issue had; columns that stood in the last two keep their names.
fn headings(last: Option<&Issue>, before: Option<&Issue>, words: &StarterWords) -> Vec<String> {
    let Some(last) = last else {
        return (1..=FIRST_STORIES)
            .map(|number| words.heading(number))
            .collect();
    };
    let stood_before = |title: &str| {
        before.is_some_and(|issue| {
            issue
                .document
                .sections
                .iter()
                .any(|section| section.title == title)
        })
    };
    last.document
        .sections
        .iter()
        .map(|section| match stood_before(&section.title) {
            true => section.title.clone(),
            false => words.heading(section.number),
        })
        .collect()
}

const FIRST_STORIES: usize = 3;

/// What the file is named after: what was asked for, the title, or the edition.
fn file_slug(wish: &IssueWish, edition: &str) -> Result<String, NewIssueError> {
    if let Some(wanted) = &wish.slug {
        // The whole name may have been meant: the date is put before it anyway.
        let slug = slug::of_wish(crate::issue::slug_of(wanted));
        return match slug.is_empty() {
            true => Err(NewIssueError::NoName {
                slug: wanted.clone(),
            }),
            false => Ok(slug),
        };
    }
    let of_title = wish.title.as_deref().map(slug::of_title);
    Ok(of_title
        .filter(|slug| !slug.is_empty())
        .unwrap_or_else(|| edition.to_owned()))
}

struct StarterWords {
    title: &'static str,
    introduction: &'static str,
    story: &'static str,
    heading: &'static str,
}

impl StarterWords {
    fn of(language: &str) -> Self {
        match language.split('-').next() {
            Some("ko") => Self {
                title: "제목을 정해 주세요",
                introduction: "여는 글을 여기에 씁니다.",
                story: "본문을 여기에 씁니다.",
                heading: "이야기 {number}",
            },
            _ => Self {
                title: "A title to come",
                introduction: "The introduction goes here.",
                story: "The story goes here.",
                heading: "Story {number}",
            },
        }
    }

    fn heading(&self, number: usize) -> String {
        self.heading.replace("{number}", &number.to_string())
    }
}
