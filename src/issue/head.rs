//! An issue as far as its head tells of it: its file's text, read whole, of which the body is parsed when somebody
//! wants it. Most questions about an archive – which issue a word means, who has a slot, what is the newest – are
//! answered by heads alone.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::{
    Document, FrontMatter, ImageUse, Issue, IssueError,
    front_matter::{self, FileHead},
    markdown, read,
};
use crate::{
    fingerprint::sha256,
    publication::Publication,
    source::{Source, SourceError, shown_path},
};

/// A file whose front matter was read.
#[derive(Debug)]
pub(crate) struct IssueHead {
    /// The file.
    pub(crate) path: PathBuf,
    /// What the ledger knows the issue by.
    pub(crate) id: String,
    /// What `[[slug]]` and the archive's URL say.
    pub(crate) slug: String,
    source: Source,
    file: FileHead,
}

impl IssueHead {
    /// Reads a Markdown file and parses its front matter.
    ///
    /// # Errors
    /// When the file can't be read, is no UTF-8 or too large, or its front matter is wrong.
    pub(super) fn load(publication: &Publication, path: &Path) -> Result<Self, IssueError> {
        let text = read::text(&publication.root, path)?;
        Self::parse(publication, path, text)
    }

    /// The same of a text that stands, or would stand, at `path`.
    ///
    /// # Errors
    /// As [`Issue::parse`].
    pub(super) fn parse(
        publication: &Publication,
        path: &Path,
        text: String,
    ) -> Result<Self, IssueError> {
        let source = Source::new(shown_path(&publication.root, path), without_mark(text));
        if let Some(conflict) = crate::source::unresolved_conflict(&source) {
            return Err(conflict.into());
        }
        let mut file = front_matter::parse(&source, publication)?;
        let (edition, date) = (&file.front_matter.edition, file.front_matter.date);
        let id = file.id.take();
        Ok(Self {
            path: path.to_owned(),
            id: id.unwrap_or_else(|| format!("{edition}-{date}")),
            slug: read::slug(&read::name(path)).to_owned(),
            source,
            file,
        })
    }

    /// A file that is no issue, as far as its text goes: its head says nothing that can be read, or two versions stand
    /// in it. Where the text begins, and an issue of that text alone. None: not even that.
    pub(super) fn text_alone(
        publication: &Publication,
        path: &Path,
        date: NaiveDate,
    ) -> Option<(Issue, usize)> {
        let text = read::text(&publication.root, path).ok()?;
        let source = Source::new(shown_path(&publication.root, path), without_mark(text));
        let body_start = front_matter::body_start(&source)?;
        let name = read::name(path);
        let named = name.get(..10).and_then(|date| date.parse().ok());
        let edition = publication.editions.first()?.key.clone();
        let front_matter = FrontMatter::saying_nothing(edition, named.unwrap_or(date));
        let issue = Issue {
            path: path.to_owned(),
            id: String::new(),
            slug: read::slug(&name).to_owned(),
            document: markdown::parse(&source, body_start).ok()?,
            front_matter,
            fingerprint: sha256(source.text().as_bytes()),
            source,
        };
        Some((issue, body_start))
    }

    /// What stands between the `---` lines.
    #[must_use]
    pub(crate) fn front_matter(&self) -> &FrontMatter {
        &self.file.front_matter
    }

    /// The whole file.
    #[must_use]
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Its file, relative to the publication's root.
    pub(crate) fn file_below(&self, root: &Path) -> Option<String> {
        read::file_below(root, &self.path)
    }

    /// The folder beside whose files its images stand.
    #[must_use]
    pub(crate) fn folder(&self) -> &Path {
        read::folder(&self.path)
    }

    /// The whole issue.
    ///
    /// # Errors
    /// A body of more than a mail can show.
    pub(crate) fn with_body(&self) -> Result<Issue, IssueError> {
        Ok(Issue {
            path: self.path.clone(),
            id: self.id.clone(),
            slug: self.slug.clone(),
            document: self.document()?,
            front_matter: self.file.front_matter.clone(),
            fingerprint: sha256(self.source.text().as_bytes()),
            source: self.source.clone(),
        })
    }

    /// The body, with the links and images of the head before its own.
    fn document(&self) -> Result<Document, SourceError> {
        let head = &self.file;
        let mut document = markdown::parse(&self.source, head.body_start)?;
        let front_matter = &head.front_matter;
        let place = front_matter.spans.get("cover");
        if let (Some(cover), Some(span)) = (&front_matter.cover, place) {
            let cover = ImageUse {
                image: cover.clone(),
                is_frame: false,
                span: span.clone(),
            };
            document.images.insert(0, cover);
            let links = head.cover_links.iter().cloned();
            document.links.splice(0..0, links);
        }
        Ok(document)
    }
}

/// A text without the mark of its byte order.
fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(text) => text.to_owned(),
        None => text,
    }
}
