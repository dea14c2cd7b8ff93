//! A file → front matter → Markdown → a typed [`Issue`] that keeps source positions for findings.
//! Knows nothing of templates, readers or mail.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;

use crate::{
    publication::Publication,
    source::{Source, SourceError, Span},
    words::{phrase, phrased, say},
};

mod archive;
mod document;
mod front_matter;
mod head;
mod heading_places;
pub(crate) mod html;
mod markdown;
mod measure;
mod oddity;
mod read;
mod reader_name;
mod unseen;
mod url;

pub(crate) use archive::BodyGlimpse;
pub use archive::{Archive, ArchiveError, ArchivedFile};
pub(crate) use document::{
    Alignment, Block, CalloutKind, Document, Footnote, Image, ImageUse, Inline, LinkTarget,
    LinkUse, ListItem, Prose, ProseKind, Section, attribution, plain_text,
};

pub(crate) use front_matter::schema;
pub(crate) use head::IssueHead;
pub(crate) use heading_places::HeadingPlace;
pub(crate) use oddity::{MarkdownOddity, OddityKind};
pub(crate) use read::slug as slug_of;
pub(crate) use reader_name::{NameParticle, ReaderName};
pub(crate) use unseen::{UnseenReason, unseen_files};

/// One issue of the newsletter, as its writer wrote it.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The file.
    pub path: PathBuf,
    /// What the ledger knows it by: front matter `id`, by default `edition-date`.
    pub id: String,
    /// The file name without date and extension: what `[[slug]]` and the archive's URL say.
    pub slug: String,
    /// The head of the file.
    pub front_matter: FrontMatter,
    /// The body.
    pub document: Document,
    /// The whole file.
    pub source: Source,
    /// What its text is known by: SHA-256.
    pub(crate) fingerprint: [u8; 32],
}

/// The YAML between the `---` lines.
#[derive(Debug, Clone)]
pub struct FrontMatter {
    /// The title, which the mail shows and which is the subject by default.
    pub title: String,
    /// The subject, where it differs from the title.
    pub subject: Option<String>,
    /// The edition's key.
    pub edition: String,
    /// The slot.
    pub date: NaiveDate,
    /// Whether it may go out.
    pub status: IssueStatus,
    /// The line that mail clients show after the subject.
    pub preheader: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The picture that it opens with.
    pub cover: Option<Image>,
    /// A line on what comes next.
    pub next: Option<String>,
    /// Advertising: the law's label and footer.
    pub ad: bool,
    /// Labels for the archive; they never select readers.
    pub tags: Vec<String>,
    /// Whether the archive on the web has it.
    pub archive: bool,
    /// Names that it had in the archive before: their addresses lead to it.
    pub aliases: Vec<String>,
    /// Findings that the writer means to have: rule → reason.
    pub allow: BTreeMap<String, String>,
    /// Keys of another program that say nothing here, and where they stand.
    pub set_aside: Vec<(String, Span)>,
    /// Where each key's value stands, for findings. Keys as in the file.
    pub spans: BTreeMap<String, Span>,
}

/// Whether the writer is done.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum IssueStatus {
    /// Still being written; never sent.
    Draft,
    /// May go out.
    Ready,
}

/// Why a file is no issue.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The file can't be read.
    #[error("failed to read `{path}`", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Its text is wrong in these places; one at least.
    #[error("{}", first(errors))]
    Content {
        /// What is wrong, and where.
        errors: Vec<SourceError>,
    },
}

fn first(errors: &[SourceError]) -> String {
    match errors {
        [] => phrase!("the issue can't be read").to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] => phrased!("{first} (and {rest} more)", rest = rest.len()),
    }
}

impl IssueError {
    /// What is wrong, as errors with places.
    #[must_use]
    pub(crate) fn to_errors(&self) -> Vec<SourceError> {
        match self {
            Self::Content { errors } => errors.clone(),
            Self::Unreadable { source, .. } if is_missing(source) => {
                vec![SourceError::new(self.to_string()).with_hint(say!(
                    "there is no such file; `daily-note new` begins an issue"
                ))]
            }
            Self::Unreadable { source, .. } => {
                vec![SourceError::new(format!("{self}: {source}"))]
            }
        }
    }
}

fn is_missing(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
}

impl From<Vec<SourceError>> for IssueError {
    fn from(errors: Vec<SourceError>) -> Self {
        Self::Content { errors }
    }
}

impl From<SourceError> for IssueError {
    fn from(error: SourceError) -> Self {
        Self::Content {
            errors: vec![error],
        }
    }
}

impl FrontMatter {
    /// Whether the issue's writer means it for the archive, once its hour has come.
    #[must_use]
    pub(crate) fn is_for_archive(&self) -> bool {
        self.status == IssueStatus::Ready && self.archive
    }
}

impl Issue {
    /// Its file, relative to the publication's root.
    pub(crate) fn file_below(&self, root: &Path) -> Option<String> {
        read::file_below(root, &self.path)
    }

    /// Parses the text of an issue that stands, or would stand, at `path`.
    ///
    /// # Errors
    /// Everything that is wrong with the front matter, each at its place.
    pub fn parse(publication: &Publication, path: &Path, text: &str) -> Result<Self, IssueError> {
        IssueHead::parse(publication, path, text.to_owned())?.with_body()
    }

    /// A file that is no issue, as far as its text goes; and where that begins. `date` stands for one that the file's
    /// name does not say. None: not even the text can be read.
    #[must_use]
    pub(crate) fn text_alone(
        publication: &Publication,
        path: &Path,
        date: NaiveDate,
    ) -> Option<(Self, usize)> {
        IssueHead::text_alone(publication, path, date)
    }

    /// The subject: its own, or the title.
    #[must_use]
    pub(crate) fn subject(&self) -> &str {
        let front_matter = &self.front_matter;
        front_matter.subject.as_ref().unwrap_or(&front_matter.title)
    }

    /// The folder beside whose files its images stand.
    #[must_use]
    pub(crate) fn folder(&self) -> &Path {
        read::folder(&self.path)
    }

    /// Title, subject and preheader, as far as they are written: the words that an inbox shows.
    #[must_use]
    pub(crate) fn front_lines(&self) -> Vec<Prose> {
        let front_matter = &self.front_matter;
        let lines = [
            ("title", Some(&front_matter.title)),
            ("subject", front_matter.subject.as_ref()),
            ("preheader", front_matter.preheader.as_ref()),
        ];
        lines
            .into_iter()
            .filter_map(|(key, text)| {
                let span = front_matter.spans.get(key)?.clone();
                Some(Prose::of_value(text?, self.source.text(), span))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
