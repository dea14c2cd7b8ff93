//! One reader's values, as the message prints them.

use std::ops::Range;

use crate::render::{ReaderField, ReaderLinks, ReaderView};

/// One reader's values, clean of control characters, in one buffer.
#[derive(Debug, Default)]
pub(crate) struct ReaderFields {
    buffer: String,
    ranges: [Option<Range<usize>>; ReaderField::ALL.len()],
}

impl ReaderFields {
    /// Sets a field to what `push` appends. None from `push` leaves it unset.
    pub(crate) fn set(&mut self, field: ReaderField, push: impl FnOnce(&mut String) -> Option<()>) {
        let start = self.buffer.len();
        if push(&mut self.buffer).is_some() && self.buffer.len() > start {
            self.ranges[field as usize] = Some(start..self.buffer.len());
        }
    }

    /// The value, where the reader has one.
    pub(crate) fn get(&self, field: ReaderField) -> Option<&str> {
        Some(&self.buffer[self.ranges[field as usize].clone()?])
    }

    /// What the templates see.
    pub(crate) fn view(
        &self,
        language: &str,
        tags: &[String],
        web_version: Option<&str>,
    ) -> ReaderView {
        let owned = |field| self.get(field).map(str::to_owned);
        ReaderView {
            name: owned(ReaderField::Name),
            email: owned(ReaderField::Email).unwrap_or_default(),
            language: language.to_owned(),
            tags: tags.to_vec(),
            links: ReaderLinks {
                unsubscribe: owned(ReaderField::Unsubscribe),
                preferences: owned(ReaderField::Preferences),
                feedback: owned(ReaderField::Feedback),
                feedback_address: owned(ReaderField::FeedbackAddress),
                web_version: web_version.map(str::to_owned),
            },
        }
    }
}
