//! What the CSS inliner wrote for an element, remembered: an element of the same tag within the same elements under the
//! same style sheets is written the same, whatever words stand around it. An archive's issues share their frame and the
//! dozens of elements that their texts are made of, and the inliner has to read few of their pages.
//!
//! Nothing is known here of CSS but what it may depend on ([`needs`]). A page is written from memory where each of its
//! elements was seen before; where one was not, the inliner reads the whole page, and the memory learns from what it
//! wrote. Pages that a parser would read otherwise than they are written ([`plain_page`](super::plain_page)) are not
//! spoken of.

mod lesson;
mod needs;

use std::{
    collections::HashMap,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use self::lesson::Lesson;
use crate::render::plain_page::{PlainHtml, PlainKind};

/// Style sheets: an edition has its own colours.
const MAX_LESSONS: usize = 32;

/// What was learned, by the sheets of the page.
#[derive(Debug, Default)]
pub(crate) struct StyleMemory {
    lessons: RwLock<HashMap<String, Lesson>>,
    /// Of a single page nothing need be learned.
    has_met_one: AtomicBool,
}

impl StyleMemory {
    /// The page, if there may be others like it.
    pub(super) fn read<'p>(&self, page: &'p str) -> Option<PlainHtml<'p>> {
        let is_another = self.has_met_one.swap(true, Ordering::Relaxed);
        is_another.then(|| PlainHtml::read(page)).flatten()
    }

    /// The page as the inliner would write it. None: it has something new.
    pub(super) fn written(&self, page: &PlainHtml<'_>) -> Option<String> {
        let lessons = self.lessons.read().unwrap_or_else(PoisonError::into_inner);
        lessons.get(&sheets_of(page))?.written(page)
    }

    /// Learns from what the inliner wrote.
    pub(super) fn learn(&self, page: &PlainHtml<'_>, inlined: &str) {
        let sheets = sheets_of(page);
        let mut lessons = self.lessons.write().unwrap_or_else(PoisonError::into_inner);
        if lessons.len() >= MAX_LESSONS && !lessons.contains_key(&sheets) {
            return;
        }
        let lesson = lessons.entry(sheets).or_insert_with(|| Lesson::under(page));
        lesson.learn(page, inlined);
    }
}

/// All that decides for the whole page how an element is written: its style sheets, and the comments that name classes.
fn sheets_of(page: &PlainHtml<'_>) -> String {
    let tokens = page.tokens.iter().filter(|token| match token.kind {
        PlainKind::Sheet => true,
        PlainKind::Comment => token.text.contains('.'),
        _ => false,
    });
    tokens.map(|token| token.text).collect()
}

#[cfg(test)]
mod tests;
