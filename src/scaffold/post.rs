//! Posts of other programs made into issues: Hugo, Jekyll, Zola, Eleventy, Ghost, Buttondown, Substack. A head becomes
//! ours, a body what readers of a mail can see; what was changed or could not be kept is told once a kind. Pure: the
//! files are read and written elsewhere.

mod body;
mod dialect;
mod exports;
mod head;
mod html;
mod refusal;

use std::collections::BTreeSet;

use chrono::NaiveDate;

pub(crate) use self::exports::{ExportedPost, exported, with_substack_head};
use self::{head::PostHead, refusal::NotAPost};
use crate::publication::Publication;

/// A post as it lies on the disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PostFile<'t> {
    /// Its name without ending, or its folder's where it is an `index`.
    pub name: &'t str,
    /// It is a page of HTML, not Markdown.
    pub is_page: bool,
    /// What is in it.
    pub text: &'t str,
}

/// The issue that a post becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImportedPost {
    /// The day that it had.
    pub date: NaiveDate,
    /// What its file is named after, behind the date.
    pub slug: String,
    /// The whole file.
    pub text: String,
    /// What was changed, and what a person should look at; each kind once.
    pub notes: Vec<String>,
}

/// Makes an issue of a post. `edition`: which one; by default the one whose day the post's date is, or the first.
///
/// # Errors
/// When the file is no post.
pub(crate) fn import(
    publication: &Publication,
    post: &PostFile<'_>,
    edition: Option<&str>,
) -> Result<ImportedPost, NotAPost> {
    if post.text.trim().is_empty() {
        return Err(NotAPost::Empty);
    }
    let mut notes = BTreeSet::new();
    let (head, body) = head::split(post.text)?;
    let mut head = PostHead::of(&head, post.name);
    let date = head.date.ok_or(NotAPost::NoDate)?;
    let whole = body;
    let body = match post.is_page {
        true => html::of_page(body, &mut notes),
        false => body::of_markdown(body, &mut notes),
    };
    let (body, heading) = body::below_title(&body, head.title.as_deref(), &mut notes);
    if head.title.is_none() {
        head.title = heading.or_else(|| html::title_of_page(whole).filter(|_| post.is_page));
    }
    let edition = match edition {
        Some(key) => key.to_owned(),
        None => edition_on(publication, date),
    };
    let text = head.written(&edition, date, body.trim(), &mut notes)?;
    Ok(ImportedPost {
        date,
        slug: head.slug.clone(),
        text,
        notes: notes.into_iter().collect(),
    })
}

fn edition_on(publication: &Publication, date: NaiveDate) -> String {
    let editions = &publication.editions;
    let with_slot = editions
        .iter()
        .find(|edition| publication.slot(&edition.key, date).is_some());
    with_slot
        .or(editions.first())
        .map(|edition| edition.key.clone())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
