//! The right column: a letter, in the view that was asked for.

use serde::Serialize;

use super::{
    folder::FoundLetters,
    letter::InboxLetter,
    letter_list::{LetterList, letter_address, list_address, subject},
    query::{InboxQuery, LetterView},
};
use crate::{
    render::{MailWords, percent_encode},
    web::{address::with_query, tab::Tab},
};

/// The page's template.
pub(super) const LETTER: &str = "web/letter.html";

/// What of a letter's text or source a page can bear; the file has all of it.
const MAX_TEXT_CHARS: usize = 500_000;

/// The list with a letter open beside it.
#[derive(Debug, Serialize)]
pub(super) struct LetterPage<'a> {
    list: LetterList,
    letter: OpenLetter<'a>,
}

/// The right column.
#[derive(Debug, Serialize)]
struct OpenLetter<'a> {
    back: String,
    subject: &'a str,
    from: &'a str,
    to: &'a str,
    date: &'a str,
    views: Vec<Tab>,
    file: String,
    kilobytes: usize,
    body: LetterBody<'a>,
}

/// What of the letter is shown.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum LetterBody<'a> {
    /// Its HTML, in a locked frame.
    Frame {
        src: String,
        is_phone: bool,
        /// The same with what it would load from elsewhere, where it would and hasn't.
        with_remote: Option<String>,
    },
    Text {
        text: &'a str,
        is_cut: bool,
    },
    Source {
        text: &'a str,
        is_cut: bool,
    },
}

impl<'a> LetterPage<'a> {
    pub(super) fn new(
        found: &FoundLetters,
        letter: &'a InboxLetter,
        query: &InboxQuery,
        words: &'a MailWords,
    ) -> Self {
        Self {
            list: LetterList::new(found, Some(&letter.summary.name), words),
            letter: OpenLetter::new(found, letter, query, words),
        }
    }
}

impl<'a> OpenLetter<'a> {
    fn new(
        found: &FoundLetters,
        letter: &'a InboxLetter,
        query: &InboxQuery,
        words: &'a MailWords,
    ) -> Self {
        let summary = &letter.summary;
        // A letter without HTML opens as text.
        let view = match query.view {
            LetterView::Html if letter.html.is_none() => LetterView::Text,
            view => view,
        };
        let mut views = Vec::new();
        let mut offer = |word: &str, pairs: &[(&'static str, &str)], is_current| {
            let href = letter_address(&summary.name, found, pairs);
            views.push(Tab::new(href, words.get(word), is_current));
        };
        if letter.html.is_some() {
            let is_html = view == LetterView::Html;
            offer("desktop", &[("view", "html")], is_html && !query.phone);
            let phone = [("view", "html"), ("phone", "true")];
            offer("phone", &phone, is_html && query.phone);
        }
        offer("letter_text", &[("view", "text")], view == LetterView::Text);
        offer(
            "letter_source",
            &[("view", "source")],
            view == LetterView::Source,
        );
        Self {
            back: list_address(found, found.page),
            subject: subject(summary, words),
            from: &summary.from,
            to: &summary.to,
            date: &summary.date,
            views,
            file: format!("/mail/{}/file", percent_encode(&summary.name)),
            kilobytes: letter.bytes.div_ceil(1024),
            body: LetterBody::new(found, letter, query, view),
        }
    }
}

impl<'a> LetterBody<'a> {
    fn new(
        found: &FoundLetters,
        letter: &'a InboxLetter,
        query: &InboxQuery,
        view: LetterView,
    ) -> Self {
        match view {
            LetterView::Html => {
                let path = format!("/mail/{}/html", percent_encode(&letter.summary.name));
                let remote = query.remote.then_some(("remote", "true"));
                let phone = query.phone.then_some(("phone", "true"));
                let loaded: Vec<_> = phone.into_iter().chain([("remote", "true")]).collect();
                Self::Frame {
                    src: with_query(&path, remote),
                    is_phone: query.phone,
                    with_remote: (letter.has_remote && !query.remote)
                        .then(|| letter_address(&letter.summary.name, found, &loaded)),
                }
            }
            LetterView::Text => {
                let (text, is_cut) = cut(letter.text.as_deref().unwrap_or_default());
                Self::Text { text, is_cut }
            }
            LetterView::Source => {
                let (text, is_cut) = cut(&letter.source);
                Self::Source { text, is_cut }
            }
        }
    }
}

/// As much of it as a page can bear, and whether that is less than all.
fn cut(text: &str) -> (&str, bool) {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}
