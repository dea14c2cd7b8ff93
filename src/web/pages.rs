//! Pages made of templates: the files of `templates/web/` with the words of `templates/words/web/`,
//! compiled once and said in each language that has words; the readers' pages have words of their own
//! below those. A value that a template prints is escaped
//! unless the template says otherwise, and none does. A publication's own files take the place of the
//! program's one at a time; one that fails leaves the program's page standing.
//!
//! What a page shows is plain data, a struct a page; this knows none of them.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use serde::Serialize;
use tera::Context;

use super::language;
use crate::{
    look::Look,
    render::{MailWords, RenderError, TemplateEngine, Templates},
};

/// Where the pages' templates and style sheets are, under `templates/`.
const FOLDER: &str = "web/";
/// Those of the archive, which speaks the publication's language alone (`site::set_text`).
const ARCHIVE: &str = "web/site/";
/// Where their words are: a file a language.
const WORDS: &str = "words/web";
/// The words of the readers' pages, in files of the same names.
const READER_WORDS: &str = "words/web/reader";
/// What every page's style sheet begins with.
const PAPER: &str = "web/paper.css";

/// Every page, ready to be filled.
#[derive(Debug)]
pub struct PageTemplates {
    /// With the publication's own files over the program's.
    shown: PageSet,
    /// The program's alone, where the publication has any of its own.
    built_in: Option<PageSet>,
}

/// The pages of one set of files.
#[derive(Debug)]
struct PageSet {
    languages: BTreeMap<String, PageLanguage>,
    style_sheets: BTreeMap<String, String>,
}

/// The pages of one set of files in one language.
#[derive(Debug)]
struct PageLanguage {
    words: MailWords,
    engine: TemplateEngine,
}

impl PageTemplates {
    /// The program's own.
    ///
    /// # Errors
    /// None where the program is whole: its templates are compiled in.
    pub fn built_in() -> Result<Self, RenderError> {
        Ok(Self {
            shown: PageSet::new(&Templates::built_in())?,
            built_in: None,
        })
    }

    /// The program's, with the publication's own files in their place.
    ///
    /// # Errors
    /// A page's template that does not parse; words that are none.
    pub(crate) fn load(templates: &Templates) -> Result<Self, RenderError> {
        let built_in = Templates::built_in();
        let has_own = [
            page_files(templates) != page_files(&built_in),
            templates.under(WORDS) != built_in.under(WORDS),
        ];
        Ok(Self {
            shown: PageSet::new(templates)?,
            built_in: match has_own.contains(&true) {
                true => Some(PageSet::new(&built_in)?),
                false => None,
            },
        })
    }

    /// The pages in the first language of Accept-Language that there are words for; else in English.
    pub(super) fn for_reader(&self, headers: &HeaderMap) -> PagesInLanguage<'_> {
        self.in_first(language::accepted(headers))
    }

    /// The pages in the first of these languages that there are words for; else in English.
    pub(super) fn in_first<'w>(
        &self,
        wanted: impl Iterator<Item = &'w str>,
    ) -> PagesInLanguage<'_> {
        let tag = language::chosen(wanted, self.languages());
        PagesInLanguage {
            tag,
            shown: &self.shown.languages[tag],
            built_in: self.built_in.as_ref().and_then(|set| {
                let languages = &set.languages;
                languages
                    .get(tag)
                    .or_else(|| languages.get(language::FALLBACK))
            }),
        }
    }

    /// The languages that there are words for, by tag.
    pub(super) fn languages(&self) -> impl Iterator<Item = &str> {
        self.shown.languages.keys().map(String::as_str)
    }

    /// What a language calls itself.
    pub(super) fn language_name<'a>(&'a self, tag: &'a str) -> &'a str {
        let language = self.shown.languages.get(tag);
        language.map_or(tag, |language| language.words.get("language_name"))
    }

    /// A page's style sheet: the house's tokens and what all pages share, before its own rules.
    pub(super) fn style_sheet(&self, name: &str) -> String {
        let tokens = Look::default().custom_properties("ko");
        [&tokens, self.rules(PAPER), self.rules(name)].concat()
    }

    /// The same in a publication's own look, for pages that share nothing with the program's.
    pub(super) fn own_style_sheet(&self, name: &str, look: &Look, language: &str) -> String {
        [&look.custom_properties(language), self.rules(name)].concat()
    }

    fn rules(&self, name: &str) -> &str {
        let sheets = &self.shown.style_sheets;
        sheets.get(name).map_or("", String::as_str)
    }
}

impl PageSet {
    fn new(templates: &Templates) -> Result<Self, RenderError> {
        let (pages, others): (BTreeMap<_, _>, BTreeMap<_, _>) = page_files(templates)
            .into_iter()
            .partition(|(name, _)| name.ends_with(".html"));
        let engine = TemplateEngine::new(&pages)?;
        let files = templates.under(WORDS);
        let tags = files.keys().filter_map(|name| {
            let file = name.strip_prefix(WORDS)?.strip_prefix('/')?;
            file.strip_suffix(".yaml").filter(|tag| !tag.contains('/'))
        });
        let languages = tags.map(|tag| {
            let words = MailWords::load_from(templates, WORDS, tag)?.and(MailWords::load_from(
                templates,
                READER_WORDS,
                tag,
            )?);
            let known = serde_json::json!({ "language": tag, "words": words.context() });
            let language = PageLanguage {
                engine: engine.knowing(&known)?,
                words,
            };
            Ok((tag.to_owned(), language))
        });
        Ok(Self {
            languages: languages.collect::<Result<_, RenderError>>()?,
            style_sheets: others
                .into_iter()
                .filter(|(name, _)| name.ends_with(".css"))
                .collect(),
        })
    }
}

impl PageLanguage {
    fn filled(&self, name: &str, page: &impl Serialize) -> Result<String, RenderError> {
        self.engine.render(name, &values(page)?)
    }
}

/// The pages' templates and style sheets.
fn page_files(templates: &Templates) -> BTreeMap<String, String> {
    let mut files = templates.under(FOLDER);
    // The archive's own, and the drawing that it shares.
    files.retain(|name, _| !name.starts_with(ARCHIVE) && !name.ends_with(".svg"));
    files
}

/// A page as its template sees it.
fn values(page: &impl Serialize) -> Result<Context, RenderError> {
    Context::from_serialize(page).map_err(|error| {
        let message = format!("what a page shows can't be told to its template: {error}");
        RenderError::from(crate::source::SourceError::new(message))
    })
}

/// The pages as one reader gets them.
#[derive(Debug, Clone, Copy)]
pub(super) struct PagesInLanguage<'a> {
    /// Which language that is.
    pub(super) tag: &'a str,
    shown: &'a PageLanguage,
    built_in: Option<&'a PageLanguage>,
}

impl<'a> PagesInLanguage<'a> {
    /// The words for what no template can say: names of enumerated things, dates, counts.
    pub(super) fn words(self) -> &'a MailWords {
        &self.shown.words
    }

    /// The page of that template, with the publication's own files in the program's place.
    ///
    /// # Errors
    /// A template that does not fit what the page shows.
    pub(super) fn own(self, name: &str, page: &impl Serialize) -> Result<String, RenderError> {
        let made = self.shown.filled(name, page);
        if let (Err(error), Some(_)) = (&made, self.built_in) {
            tracing::warn!(%error, "a page's own template fails: the program's is shown");
        }
        made
    }

    /// The program's own page of that template.
    ///
    /// # Errors
    /// None where the program is whole.
    pub(super) fn built_in(self, name: &str, page: &impl Serialize) -> Result<String, RenderError> {
        self.built_in.unwrap_or(self.shown).filled(name, page)
    }

    /// The publication's own page; the program's where that fails.
    ///
    /// # Errors
    /// As [`PagesInLanguage::built_in`].
    pub(super) fn page(self, name: &str, page: &impl Serialize) -> Result<String, RenderError> {
        self.own(name, page).or_else(|_| self.built_in(name, page))
    }
}

#[cfg(test)]
mod tests;
