//! What the preview's service answers with: plain data, of which a page is made in the reader's words.

use std::{sync::Arc, time::Duration};

use chrono::NaiveDate;

use crate::{
    check::Finding,
    look::Theme,
    schedule::SlotState,
    source::{Source, SourceError},
};

/// Everything a page shows.
#[derive(Debug, Clone)]
pub(crate) struct PreviewContent {
    /// Which state of the files it shows.
    pub revision: u64,
    /// The publication's name.
    pub publication: String,
    /// The calendar and the archive, the latest date first.
    pub rows: Vec<IssueRow>,
    /// Why files can't be used as they stand, and what is shown is older than they are.
    pub faults: Vec<SourceError>,
    /// The open issue.
    pub standing: IssueStanding,
    /// Readers to choose from.
    pub readers: Vec<ReaderChoice>,
    /// How many readers there are besides.
    pub further_readers: usize,
    /// The theme and the type that the publication chose itself.
    pub own_look: OwnLook,
}

/// How the issue that was asked for stands.
#[derive(Debug, Clone)]
pub(crate) enum IssueStanding {
    /// It is open.
    Open(Box<OpenIssue>),
    /// It was never readable since the preview was started; the faults say why.
    Broken {
        /// The file as it stands.
        manuscript: Option<Source>,
    },
    /// Its file was renamed to this.
    Moved(String),
    /// There is none of that name.
    Gone,
    /// There are no issues at all.
    Nothing,
}

impl IssueStanding {
    /// The open issue, where one is.
    #[must_use]
    pub(crate) fn open(&self) -> Option<&OpenIssue> {
        match self {
            Self::Open(open) => Some(open),
            _ => None,
        }
    }
}

/// An issue as one reader gets it, and what is to be known of it.
#[derive(Debug, Clone)]
pub(crate) struct OpenIssue {
    /// Its name in the archive.
    pub name: String,
    /// Its file on this machine, for editors.
    pub path: String,
    /// The edition's accent, as [`IssueRow::accent`].
    pub accent: usize,
    /// The sender as inboxes show it.
    pub sender: String,
    /// What the reader gets.
    pub mail: Arc<RenderedPreview>,
    /// Whether the files have changed since, and can't be rendered as they are now.
    pub is_stale: bool,
    /// Who is looking; None: nobody on the list has that address.
    pub reader: Option<ReaderChoice>,
    /// The file, as it stands now.
    pub manuscript: Source,
    /// What `check` finds.
    pub findings: Vec<Finding>,
    /// Where its links go.
    pub links: Vec<LinkLine>,
    /// Its pictures.
    pub pictures: Vec<PictureLine>,
    /// How long an unhurried reader needs.
    pub reading_time: Duration,
    /// Characters without spaces.
    pub characters: usize,
    /// Words, as set apart by spaces.
    pub words: usize,
}

/// One reader's mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RenderedPreview {
    /// The subject.
    pub subject: String,
    /// The HTML part as it is sent.
    pub html: String,
    /// The same with its pictures named for the preview's own addresses.
    pub shown_html: String,
    /// The text part.
    pub text: String,
}

/// A mail to readers about what they did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReaderMailSample {
    /// What it is called in addresses.
    pub kind: &'static str,
    /// The subject.
    pub subject: String,
    /// The HTML part, its pictures in it.
    pub html: String,
}

/// The whole message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WholeMessage {
    /// Its bytes, as text.
    pub text: String,
    /// How many there are.
    pub bytes: usize,
}

/// A slot of the calendar, an issue, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IssueRow {
    /// The issue's name; None where the slot has none yet.
    pub name: Option<String>,
    /// Its title, or its file where it can't be read.
    pub title: String,
    /// The edition's title.
    pub edition: String,
    /// Which of the editions' accents is its own.
    pub accent: usize,
    /// The slot.
    pub date: Option<NaiveDate>,
    /// How it stands; None: its file can't be read.
    pub state: Option<SlotState>,
}

/// Somebody as whom the issue is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReaderChoice {
    /// What the address of a page calls them: their e-mail address, or a made-up reader's key.
    pub key: String,
    /// Their name.
    pub name: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// Where the name is nobody's: which made-up reader this is.
    pub suggestion: Option<SampleReader>,
}

/// Readers that every list has, made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SampleReader {
    /// Without a name.
    Nameless,
    /// With one.
    Named,
}

/// A link of the issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkLine {
    /// What it says.
    pub text: String,
    /// Where it goes.
    pub url: String,
    /// Its line in the manuscript.
    pub line: usize,
}

/// A picture of the issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PictureLine {
    /// As the manuscript names it.
    pub location: String,
    /// Its alternative text.
    pub alt: String,
    /// Its line in the manuscript.
    pub line: usize,
    /// Where the page finds it.
    pub src: Option<String>,
    /// What it weighs in the mail.
    pub bytes: Option<usize>,
}

/// An edition's accent, readable on light and on dark paper: six-digit hex colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccentColors {
    /// On light paper.
    pub light: String,
    /// On dark paper.
    pub dark: String,
}

/// The look that the mail is sent in, as far as the preview offers others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OwnLook {
    /// The publication's theme.
    pub theme: Theme,
    /// Whether its type is a book face.
    pub is_serif: bool,
}

/// A change of what the preview shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Revision {
    /// Grows with each.
    pub number: u64,
    /// From the first word of the system to the preview having taken it in.
    pub took: Duration,
}
