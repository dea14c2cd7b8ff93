//! The fixed words of the mail (목차, 수신거부, …) in the publication's language: small YAML files
//! beside the templates, English standing in for what a language leaves out.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::{
    render::RenderError,
    source::{Position, Source, SourceError},
    words::{phrase, phrased},
};

/// Where files of words are found, by their names under `templates/`.
pub(crate) trait TemplateTexts {
    /// A file's text.
    fn named(&self, name: &str) -> Option<&str>;
}

/// One language's words.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct MailWords {
    #[serde(default)]
    weekdays: Vec<String>,
    #[serde(default)]
    months: Vec<String>,
    #[serde(flatten)]
    phrases: BTreeMap<String, String>,
}

const FALLBACK: &str = "en";
const FOLDER: &str = "words";

/// The key of the word for a kind of callout.
pub(crate) fn callout_key(kind: crate::issue::CalloutKind) -> &'static str {
    use crate::issue::CalloutKind::{Caution, Important, Note, Sponsor, Tip, Warning};
    match kind {
        Note => "note",
        Tip => "tip",
        Important => "important",
        Warning => "warning",
        Caution => "caution",
        Sponsor => "sponsor",
    }
}

/// A task's box, and the key of the word for it. U+FE0E: phones draw a coloured picture otherwise.
pub(crate) fn task_mark(is_done: bool) -> (&'static str, &'static str) {
    match is_done {
        true => ("☑\u{fe0e}", "done"),
        false => ("☐\u{fe0e}", "to_do"),
    }
}

impl MailWords {
    /// The words for a BCP 47 tag: `ko-KR` reads ko-KR.yaml, then ko.yaml, over en.yaml.
    pub(crate) fn load(templates: &dyn TemplateTexts, language: &str) -> Result<Self, RenderError> {
        Self::load_from(templates, FOLDER, language)
    }

    /// The same for the files of another folder under `templates/`.
    pub(crate) fn load_from(
        templates: &dyn TemplateTexts,
        folder: &str,
        language: &str,
    ) -> Result<Self, RenderError> {
        let primary = language.split('-').next().unwrap_or(language);
        let mut words = Self::parse(templates, folder, FALLBACK)?.unwrap_or_else(|| Self {
            weekdays: Vec::new(),
            months: Vec::new(),
            phrases: BTreeMap::new(),
        });
        let mut tags = vec![FALLBACK, primary, language];
        tags.dedup();
        for tag in &tags[1..] {
            if let Some(over) = Self::parse(templates, folder, tag)? {
                words.phrases.extend(over.phrases);
                if over.weekdays.len() == 7 {
                    words.weekdays = over.weekdays;
                }
                if over.months.len() == 12 {
                    words.months = over.months;
                }
            }
        }
        Ok(words)
    }

    /// Whether a folder has a file of the language's own words.
    pub(crate) fn speaks(templates: &dyn TemplateTexts, folder: &str, language: &str) -> bool {
        let primary = language.split('-').next().unwrap_or(language);
        let has = |tag: &str| templates.named(&format!("{folder}/{tag}.yaml")).is_some();
        has(primary) || has(language)
    }

    /// These words and others, which name nothing that these name.
    #[must_use]
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.phrases.extend(others.phrases);
        self
    }

    /// The file of the language's own words that is not there, where the mail therefore speaks English.
    pub(crate) fn missing(templates: &dyn TemplateTexts, language: &str) -> Option<String> {
        let primary = language.split('-').next().unwrap_or(language);
        let speaks = Self::speaks(templates, FOLDER, language);
        (!speaks).then(|| format!("{FOLDER}/{primary}.yaml"))
    }

    fn parse(
        templates: &dyn TemplateTexts,
        folder: &str,
        tag: &str,
    ) -> Result<Option<Self>, RenderError> {
        let name = format!("{folder}/{tag}.yaml");
        let Some(text) = templates.named(&name) else {
            return Ok(None);
        };
        serde_yaml::from_str(text).map(Some).map_err(|error| {
            let source = Source::new(format!("templates/{name}"), text);
            let at = error.location().map_or(0, |location| {
                source.offset(Position {
                    line: location.line(),
                    column: location.column(),
                })
            });
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            RenderError::Source(Box::new(
                SourceError::at(
                    &source,
                    at..at + 1,
                    phrased!("cannot read these words: {reason}"),
                )
                .with_hint(phrase!(
                    "each line is `word: text`; weekdays and months are lists"
                )),
            ))
        })
    }

    /// A phrase; its own key where no language has it, so that a gap can be seen.
    pub(crate) fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.phrases.get(key).map_or(key, String::as_str)
    }

    /// A phrase with its one placeholder filled in.
    pub(crate) fn filled(&self, key: &str, placeholder: &str, value: &str) -> String {
        self.get(key).replace(&format!("{{{placeholder}}}"), value)
    }

    /// A phrase with its placeholders filled in, in one pass: a value that looks like a placeholder
    /// stays what it is.
    pub(crate) fn filled_in(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut filled = String::new();
        let mut rest = self.get(key);
        while let Some(open) = rest.find('{') {
            filled.push_str(&rest[..open]);
            rest = &rest[open..];
            let value = rest[1..].split_once('}').and_then(|(name, after)| {
                let (_, value) = values.iter().find(|(own, _)| *own == name)?;
                Some((*value, after))
            });
            match value {
                Some((value, after)) => {
                    filled.push_str(value);
                    rest = after;
                }
                None => {
                    filled.push('{');
                    rest = &rest[1..];
                }
            }
        }
        filled.push_str(rest);
        filled
    }

    /// `2026년 11월 23일 월요일`.
    pub(crate) fn date(&self, date: NaiveDate) -> String {
        self.dated("date", date)
    }

    /// `11월 23일 월요일`.
    pub(crate) fn short_date(&self, date: NaiveDate) -> String {
        self.dated("short_date", date)
    }

    fn dated(&self, key: &str, date: NaiveDate) -> String {
        let named = |names: &[String], at: usize| names.get(at).cloned().unwrap_or_default();
        let weekday = date.weekday().num_days_from_monday() as usize;
        self.get(key)
            .replace("{year}", &date.year().to_string())
            .replace("{month}", &named(&self.months, date.month0() as usize))
            .replace("{day}", &date.day().to_string())
            .replace("{weekday}", &named(&self.weekdays, weekday))
    }

    /// What the templates see as `words`.
    pub(crate) fn context(&self) -> serde_json::Value {
        serde_json::json!(self.phrases)
    }
}
