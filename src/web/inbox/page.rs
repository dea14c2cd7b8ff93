//! What the inbox's pages show beside a letter: the list, and the question before everything is thrown
//! away. Plain data; `templates/web/` makes pages of it.

use serde::Serialize;

use super::{
    folder::FoundLetters,
    letter_list::{LetterList, counted, messages},
    service::ClearedInbox,
};
use crate::render::MailWords;

/// The pages' templates.
pub(super) const INBOX: &str = "web/inbox.html";
pub(super) const CLEAR: &str = "web/clear.html";

/// The list alone.
#[derive(Debug, Serialize)]
pub(super) struct InboxPage {
    list: LetterList,
    /// What has just been thrown away, in a sentence.
    cleared: Option<String>,
}

/// The question before everything is thrown away.
#[derive(Debug, Serialize)]
pub(super) struct ClearPage<'a> {
    list: LetterList,
    question: String,
    /// Why it could not be done.
    refused: Option<&'a str>,
}

impl InboxPage {
    pub(super) fn new(
        found: &FoundLetters,
        cleared: Option<ClearedInbox>,
        words: &MailWords,
    ) -> Self {
        Self {
            list: LetterList::new(found, None, words),
            cleared: cleared.map(|cleared| match cleared.is_nothing() {
                true => words.get("cleared_nothing").to_owned(),
                false => words
                    .get("cleared")
                    .replace("{mails}", &messages(cleared.mails, words))
                    .replace(
                        "{rehearsals}",
                        &counted(cleared.rehearsals, "rehearsal", words),
                    ),
            }),
        }
    }
}

impl<'a> ClearPage<'a> {
    pub(super) fn new(found: &FoundLetters, refused: Option<&'a str>, words: &MailWords) -> Self {
        let mails = messages(found.total as u64, words);
        Self {
            list: LetterList::new(found, None, words),
            question: words.filled("clear_question", "mails", &mails),
            refused,
        }
    }
}

#[cfg(test)]
mod tests;
