//! The left column: the letters, one line each, and where in the list this is.

use serde::Serialize;

use super::{folder::FoundLetters, letter::LetterSummary};
use crate::{
    render::{MailWords, percent_encode},
    web::address::with_query,
};

/// What of a header a line of the list can show.
const MAX_LINE_CHARS: usize = 200;

/// The left column.
#[derive(Debug, Serialize)]
pub(super) struct LetterList {
    /// The newest letter's name: what the script compares.
    latest: String,
    count: String,
    search: String,
    letters: Vec<LetterLine>,
    pages: Option<PageTurns>,
}

/// One line of the list.
#[derive(Debug, Serialize)]
struct LetterLine {
    href: String,
    is_open: bool,
    to: String,
    when: String,
    subject: String,
    from: String,
}

/// Where in the list this is, and what is before and after it.
#[derive(Debug, Serialize)]
struct PageTurns {
    page: usize,
    pages: usize,
    newer: Option<String>,
    older: Option<String>,
}

impl LetterList {
    pub(super) fn new(found: &FoundLetters, open: Option<&str>, words: &MailWords) -> Self {
        let line = |summary: &LetterSummary| LetterLine {
            href: letter_address(&summary.name, found, &[]),
            is_open: open == Some(&summary.name),
            to: shortened(&summary.to),
            // The month and the day suffice: the letter itself shows the rest.
            when: summary.date.get(5..).unwrap_or_default().to_owned(),
            subject: shortened(subject(summary, words)),
            from: shortened(&summary.from),
        };
        Self {
            latest: found.latest.clone(),
            count: messages(found.total as u64, words),
            search: found.search.clone(),
            letters: found.letters.iter().map(line).collect(),
            pages: (found.pages > 1).then(|| PageTurns {
                page: found.page,
                pages: found.pages,
                newer: (found.page > 1).then(|| list_address(found, found.page - 1)),
                older: (found.page < found.pages).then(|| list_address(found, found.page + 1)),
            }),
        }
    }
}

/// A letter's page; the list beside it stays where it is.
pub(super) fn letter_address(
    name: &str,
    found: &FoundLetters,
    pairs: &[(&'static str, &str)],
) -> String {
    let path = format!("/mail/{}", percent_encode(name));
    let page = found.page.to_string();
    with_query(&path, place(found, &page).chain(pairs.iter().copied()))
}

pub(super) fn list_address(found: &FoundLetters, page: usize) -> String {
    with_query("/", place(found, &page.to_string()))
}

/// A place in the list, as an address says it.
fn place<'a>(
    found: &'a FoundLetters,
    page: &'a str,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    let search = (!found.search.is_empty()).then_some(("q", found.search.as_str()));
    [("page", page)].into_iter().chain(search)
}

/// What it is about, as people see it.
pub(super) fn subject<'a>(summary: &'a LetterSummary, words: &'a MailWords) -> &'a str {
    match summary.subject.as_str() {
        "" => words.get("no_subject"),
        subject => subject,
    }
}

/// `1 message`, `2 messages`.
pub(super) fn messages(count: u64, words: &MailWords) -> String {
    counted(count, "message", words)
}

/// So many of something: the words of `{what}_one` and `{what}_many`.
pub(super) fn counted(count: u64, what: &str, words: &MailWords) -> String {
    let key = format!("{what}_{}", if count == 1 { "one" } else { "many" });
    words.filled(&key, "n", &count.to_string())
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_LINE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
