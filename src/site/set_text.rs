//! The archive's templates and words, in the publication's language: `templates/web/site/` with the words of
//! `templates/words/web/site/`, of the readers' pages and of the mail.

use serde_json::{Value, json};
use tera::Context;

use super::share_cards::ShareCards;
use crate::{
    fingerprint::sha256_hex,
    publication::Publication,
    render::{MailWords, RenderError, TemplateEngine, Templates},
    source::SourceError,
    words::phrased,
};

/// Where the templates are, under `templates/`.
const FOLDER: &str = "web/site/";
/// Where their words are: a file a language.
const WORDS: &str = "words/web/site";
/// Those of the pages that the archive leads to.
const READER_WORDS: &str = "words/web/reader";
const SHEET: &str = "web/site/site.css";

/// Templates and words, ready to be filled.
#[derive(Debug)]
pub(super) struct SetText {
    engine: TemplateEngine,
    pub(super) words: MailWords,
    /// The rules of the style sheet.
    pub(super) rules: String,
    pub(super) cards: ShareCards,
    /// What all of it, and what every page shows, is known by.
    pub(super) fingerprint: String,
}

/// A page before it is text: a template and what it is filled with.
#[derive(Debug)]
pub(super) struct SetPage {
    template: &'static str,
    values: Value,
}

impl SetText {
    /// # Errors
    /// A template that does not parse; words that are none.
    pub(super) fn new(
        templates: &Templates,
        publication: &Publication,
    ) -> Result<Self, RenderError> {
        let words = words_in(&publication.language, templates)?;
        let mut pages = templates.under(FOLDER);
        let rules = pages.get(SHEET).cloned().unwrap_or_default();
        pages.retain(|name, _| name.ends_with(".html"));
        let said = json!({ "pages": pages, "words": words.context() });
        Ok(Self {
            engine: TemplateEngine::new(&pages)?,
            fingerprint: sha256_hex(said.to_string().as_bytes()),
            words,
            rules,
            cards: ShareCards::new(publication, templates)?,
        })
    }

    /// The same, with what every page shows.
    ///
    /// # Errors
    /// None: what templates see is data.
    pub(super) fn knowing(mut self, frame: &Value) -> Result<Self, RenderError> {
        let known = json!({ "site": frame, "words": self.words.context() });
        self.engine = self.engine.knowing(&known)?;
        let said = format!("{}{frame}", self.fingerprint);
        self.fingerprint = sha256_hex(said.as_bytes());
        Ok(self)
    }

    /// A page's text.
    ///
    /// # Errors
    /// A template that does not fit what the page shows.
    pub(super) fn filled(&self, page: &SetPage) -> Result<String, RenderError> {
        let values = Context::from_serialize(&page.values).map_err(untold)?;
        self.engine
            .render(&format!("{FOLDER}{}", page.template), &values)
    }
}

impl SetPage {
    /// A page of that template.
    ///
    /// # Errors
    /// None: what pages show is data.
    pub(super) fn new(
        template: &'static str,
        page: &impl serde::Serialize,
    ) -> Result<Self, RenderError> {
        let values = serde_json::to_value(page).map_err(untold)?;
        Ok(Self { template, values })
    }

    /// The same, showing one thing more.
    ///
    /// # Errors
    /// None: what pages show is data.
    pub(super) fn with(
        mut self,
        name: &str,
        value: &impl serde::Serialize,
    ) -> Result<Self, RenderError> {
        self.values[name] = serde_json::to_value(value).map_err(untold)?;
        Ok(self)
    }

    /// All that it is made of, beside what every page shows.
    pub(super) fn said(&self) -> String {
        format!("{} {}", self.template, self.values)
    }

    /// The same of a page that is not made yet, in other words.
    ///
    /// # Errors
    /// None: what pages show is data.
    pub(super) fn said_by(
        template: &'static str,
        page: &impl serde::Serialize,
    ) -> Result<String, RenderError> {
        let values = serde_json::to_string(page).map_err(untold)?;
        Ok(format!("{template} {values}"))
    }
}

fn untold(error: impl std::fmt::Display) -> RenderError {
    let message = phrased!("what a page shows can't be handed to its template: {error}");
    SourceError::new(message).into()
}

/// The archive's words, and below them those of the readers' pages and of the mail.
fn words_in(language: &str, templates: &Templates) -> Result<MailWords, RenderError> {
    let of = |folder| MailWords::load_from(templates, folder, language);
    let words = MailWords::load(templates, language)?;
    Ok(words.and(of(READER_WORDS)?).and(of(WORDS)?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use regex::Regex;

    use super::*;

    fn found(pattern: &str, text: &str) -> BTreeSet<String> {
        let pattern = Regex::new(pattern).unwrap();
        let found = pattern.captures_iter(text);
        found.map(|one| one[1].to_owned()).collect()
    }

    #[test]
    fn every_language_has_every_word_and_what_pages_say_is_known() {
        let templates = Templates::built_in();
        let keys = |language: &str| {
            let words = templates.text(&format!("{WORDS}/{language}.yaml")).unwrap();
            found(r"(?m)^([a-z0-9_-]+):", words)
        };
        assert_eq!(keys("en"), keys("ko"));
        let pages: String = templates.under(FOLDER).into_values().collect();
        let known = words_in("ko", &templates).unwrap();
        for word in found(r"\bwords\.(\w+)", &pages) {
            assert_ne!(known.get(&word), word, "no language has it");
        }
    }

    #[test]
    fn only_what_is_made_of_the_document_is_html_already() {
        let pages: String = Templates::built_in().under(FOLDER).into_values().collect();
        let safe = found(r"\{\{ ([\w.]+) \| safe \}\}", &pages);
        let documents = [
            "body.introduction",
            "cover",
            "head.data",
            "story.heading",
            "story.html",
        ];
        assert_eq!(safe, documents.map(str::to_owned).into());
        assert_eq!(pages.matches("| safe").count(), 5);
    }
}
