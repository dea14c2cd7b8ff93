//! Choosing the reader as whom the issue is looked at.

use serde::Serialize;

use super::{
    content::{OpenIssue, ReaderChoice, SampleReader},
    inputs::PageInputs,
    phrases::PreviewPhrases,
    query::address,
};
use crate::render::percent_encode;

/// The button that says who is looking, and the list behind it.
#[derive(Debug, Serialize)]
pub(super) struct ReaderChooser<'a> {
    /// Who is looking.
    current: String,
    /// Where the form that searches leads.
    action: String,
    /// What the form keeps of the address.
    kept: Vec<(&'static str, String)>,
    search: &'a str,
    choices: Vec<ReaderLine<'a>>,
    /// How many there are beyond those.
    further: Option<String>,
}

/// Somebody to look as.
#[derive(Debug, Serialize)]
struct ReaderLine<'a> {
    href: String,
    is_current: bool,
    name: String,
    /// Their address, or a made-up reader's name.
    about: &'a str,
    language: &'a str,
}

impl<'a> ReaderChooser<'a> {
    pub(super) fn new(inputs: PageInputs<'a>, open: &'a OpenIssue) -> Self {
        let PageInputs {
            content,
            query,
            phrases,
            ..
        } = inputs;
        let current = match &open.reader {
            Some(reader) => called(reader, phrases),
            None => format!("{} ({})", query.reader(), phrases.get("unknown_reader")),
        };
        let choice = |reader: &'a ReaderChoice| ReaderLine {
            href: address(&open.name, &query.as_reader(&reader.key)),
            is_current: open.reader.as_ref() == Some(reader),
            name: called(reader, phrases),
            about: match (reader.suggestion, &reader.name) {
                (None, Some(_)) => &reader.key,
                (Some(_), Some(name)) => name,
                (_, None) => "",
            },
            language: reader.language.as_deref().unwrap_or_default(),
        };
        let is_kept = |(key, _): &(&str, String)| !["readers", "line"].contains(key);
        let further = (content.further_readers > 0).then_some(content.further_readers);
        Self {
            current,
            action: format!("/issue/{}", percent_encode(&open.name)),
            kept: query.pairs().into_iter().filter(is_kept).collect(),
            search: query.readers.as_deref().unwrap_or_default(),
            choices: content.readers.iter().map(choice).collect(),
            further: further.map(|count| phrases.further_readers(count)),
        }
    }
}

fn called(reader: &ReaderChoice, phrases: PreviewPhrases<'_>) -> String {
    match reader.suggestion {
        Some(SampleReader::Nameless) => phrases.get("nameless").to_owned(),
        Some(SampleReader::Named) => phrases.get("named").to_owned(),
        None => reader.name.clone().unwrap_or_else(|| reader.key.clone()),
    }
}
