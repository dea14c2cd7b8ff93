//! What a file of the archive is made of, in one fingerprint: of two archives of one process, files of the same origin
//! say the same, and need not be made to know it. A page's is all that its template is filled with; a text that takes
//! time to make stands in it by what the text is made of.
//!
//! Nothing here outlives the process: another program may make another page of the same.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use super::{content::SiteContent, feed::FeedFormat, file_origin::FileOrigin, set_text::SetPage};
use crate::fingerprint::{hex, sha256};

/// Fields, so that no two lists of them read the same.
pub(super) struct OriginDigest(String);

impl OriginDigest {
    /// Of what is set in the archive's templates.
    pub(super) fn new(content: &SiteContent) -> Self {
        let mut origin = Self(String::new());
        origin.push(&content.design.set_text.fingerprint);
        origin
    }

    pub(super) fn push(&mut self, field: &str) {
        self.0.push_str(&format!("{}:{field}\n", field.len()));
    }

    /// All that an issue's text is made of, wherever it stands.
    fn push_text(&mut self, content: &SiteContent, at: usize) {
        let Some(ready) = content.issues.get(at) else {
            return self.push("none");
        };
        self.push(&hex(&ready.gist().fingerprint));
        for picture in ready.pictures.files() {
            self.push(&picture.file);
        }
        for page in content.linked_pages(ready) {
            self.push(&page.map_or_else(String::new, |page| page.href + " " + &page.title));
        }
    }

    pub(super) fn origin(&self) -> FileOrigin {
        FileOrigin(sha256(self.0.as_bytes()))
    }
}

/// Of a file whose name is of what it says.
pub(super) fn of_name(path: &str) -> FileOrigin {
    FileOrigin(sha256(path.as_bytes()))
}

/// Of a page.
pub(super) fn of_page(content: &SiteContent, page: &SetPage) -> FileOrigin {
    let mut origin = OriginDigest::new(content);
    origin.push(&page.said());
    origin.origin()
}

/// Of an issue's page, which says around its text what `around` makes.
///
/// # Errors
/// None but those of `around`; None where there is no such issue.
pub(super) fn of_issue<E>(
    content: &SiteContent,
    at: usize,
    around: impl FnOnce() -> Result<Option<String>, E>,
) -> Result<Option<FileOrigin>, E> {
    let Some(known) = content.known.get(at) else {
        return Ok(None);
    };
    if let Some(known) = known.page.get() {
        return Ok(Some(*known));
    }
    let made = around()?.map(|around| made_of_issue(content, at, &around));
    Ok(made.map(|made| *known.page.get_or_init(|| made)))
}

fn made_of_issue(content: &SiteContent, at: usize, around: &str) -> FileOrigin {
    let mut origin = OriginDigest::new(content);
    origin.push(around);
    origin.push_text(content, at);
    origin.origin()
}

/// Of a feed.
pub(super) fn of_feed(
    content: &SiteContent,
    format: FeedFormat,
    edition: Option<&str>,
) -> FileOrigin {
    let mut origin = OriginDigest::new(content);
    let (around, places) = format.around_texts(content, edition);
    origin.push(&around);
    for place in places {
        origin.push_text(content, place);
    }
    origin.origin()
}

/// Of the texts that the search shows parts of.
pub(super) fn of_texts(content: &SiteContent, at: usize) -> Option<FileOrigin> {
    let known = content.known.get(at)?;
    Some(*known.texts.get_or_init(|| made_of_texts(content, at)))
}

fn made_of_texts(content: &SiteContent, at: usize) -> FileOrigin {
    let mut origin = OriginDigest::new(content);
    let card = content.card(at).map(serde_json::to_string);
    origin.push(&card.and_then(Result::ok).unwrap_or_default());
    origin.push_text(content, at);
    origin.origin()
}

/// Of pages that show nothing but lists of issues, by their paths: shared by archives whose lists are the same.
#[derive(Debug, Default)]
pub(super) struct ListOrigins(Mutex<BTreeMap<String, FileOrigin>>);

impl ListOrigins {
    /// That of a page, which `page` makes where nobody asked before.
    ///
    /// # Errors
    /// Those of `page`.
    pub(super) fn of<E>(
        &self,
        content: &SiteContent,
        path: &str,
        page: impl FnOnce() -> Result<Option<SetPage>, E>,
    ) -> Result<Option<FileOrigin>, E> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(path) {
            return Ok(Some(*known));
        }
        let made = page()?.map(|page| of_page(content, &page));
        if let Some(made) = made {
            known().insert(path.to_owned(), made);
        }
        Ok(made)
    }
}
