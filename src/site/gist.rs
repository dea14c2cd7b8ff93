//! What the archive keeps of an issue once its body was read: what lists, links, pictures and the search want of it.
//! The body itself is parsed again by whoever writes it out, and let go; so an archive takes the room of its texts,
//! and not of all that stands in them.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::left_out::LeftOutIssue;
use crate::{
    cores::on_every_core,
    issue::{
        Archive, ArchivedFile, FrontMatter, ImageUse, Issue, IssueError, IssueHead, LinkTarget,
    },
    publication::Publication,
    render::beginning,
    source::composed,
};

/// What is kept of an issue.
#[derive(Debug)]
pub(super) struct IssueGist {
    pub(super) head: Arc<IssueHead>,
    /// What its text is known by.
    pub(super) fingerprint: [u8; 32],
    /// What it says of itself before it is opened.
    pub(super) summary: String,
    /// How long an unhurried reader needs.
    pub(super) minutes: u64,
    pub(super) images: Vec<ImageUse>,
    /// The issues that it names, as it names them.
    pub(super) linked: Vec<String>,
    /// What the search finds it by.
    pub(super) texts: Vec<String>,
}

/// Those of all issues that can be read, by their files.
#[derive(Debug, Default)]
pub(super) struct IssueGists(HashMap<PathBuf, Arc<IssueGist>>);

/// An issue's, or what keeps it from being one.
type FoundGist = Result<Arc<IssueGist>, LeftOutIssue>;

impl IssueGist {
    /// Reads the body.
    ///
    /// # Errors
    /// A body of more than can be shown.
    fn of(head: &Arc<IssueHead>) -> Result<Self, IssueError> {
        let issue = head.with_body()?;
        let linked = issue.document.links.iter().filter_map(|link| {
            let LinkTarget::Issue(slug) = &link.target else {
                return None;
            };
            Some(slug.clone())
        });
        let written = issue.front_matter.preheader.clone();
        let seconds = issue.document.extent().reading_time().as_secs();
        Ok(Self {
            head: Arc::clone(head),
            fingerprint: issue.fingerprint,
            summary: written.unwrap_or_else(|| beginning(&issue.document.introduction)),
            minutes: seconds.div_ceil(60).max(1),
            linked: linked.collect(),
            texts: searched_texts(&issue),
            images: issue.document.images,
        })
    }

    pub(super) fn front_matter(&self) -> &FrontMatter {
        self.head.front_matter()
    }

    /// The whole issue, once more.
    pub(super) fn issue(&self) -> Option<Issue> {
        // What was parsed once is parsed again.
        self.head.with_body().ok()
    }
}

impl IssueGists {
    /// Those of an archive, the oldest issue first. What did not change since is taken from there.
    pub(super) fn read(
        publication: &Publication,
        archive: &Archive,
        before: Option<&Self>,
    ) -> (Self, Vec<FoundGist>) {
        let files: Vec<&ArchivedFile> = archive.entries().collect();
        let found = on_every_core(&files, |file| {
            let broken = |error: &IssueError| LeftOutIssue::broken(publication, &file.path, error);
            let head = file.shared_head().map_err(broken)?;
            let known = before.and_then(|before| before.of(&file.path));
            match known.filter(|known| Arc::ptr_eq(&known.head, head)) {
                Some(known) => Ok(Arc::clone(known)),
                None => IssueGist::of(head)
                    .map(Arc::new)
                    .map_err(|error| broken(&error)),
            }
        });
        let readable = found.iter().flatten();
        let by_path = readable.map(|gist| (gist.head.path.clone(), Arc::clone(gist)));
        (Self(by_path.collect()), found)
    }

    pub(super) fn of(&self, path: &Path) -> Option<&Arc<IssueGist>> {
        self.0.get(path)
    }
}

/// Title and tags; then what stands before the first story, each story, the notes.
fn searched_texts(issue: &Issue) -> Vec<String> {
    let front_matter = &issue.front_matter;
    let title = std::iter::once(&front_matter.title).chain(&front_matter.tags);
    let title: Vec<&str> = title.map(String::as_str).collect();
    let texts = std::iter::once(title.join(" ")).chain(issue.document.plain_texts());
    texts.map(|text| composed(&text).into_owned()).collect()
}
