//! The pictures that stand for issues where their addresses are shared: a file each, drawn when somebody wants it, and
//! known by what it says.

use crate::{
    issue::FrontMatter,
    picture::Cache,
    publication::Publication,
    render::{MailWords, RenderError, Templates},
    social_card::{CardFonts, CardPrinter, SocialCard, SocialCardError},
    source::SourceError,
};

/// Draws those of an archive.
#[derive(Debug)]
pub(super) struct ShareCards {
    printer: CardPrinter,
    cache: Cache,
}

impl ShareCards {
    /// # Errors
    /// A template of the publication's own that does not parse, a font that is none.
    pub(super) fn new(
        publication: &Publication,
        templates: &Templates,
    ) -> Result<Self, RenderError> {
        let fonts = CardFonts::load(&publication.root.join("templates"))
            .map_err(|unfit| told(unfit.into()))?;
        Ok(Self {
            printer: CardPrinter::new(templates, fonts, &publication.look).map_err(told)?,
            cache: Cache::below(&publication.state_dir()),
        })
    }

    /// Where an issue's is.
    pub(super) fn file(
        &self,
        publication: &Publication,
        words: &MailWords,
        front_matter: &FrontMatter,
    ) -> String {
        let key = with_card(publication, words, front_matter, |card| {
            self.printer.key(card)
        });
        format!("cards/{key}.png")
    }

    /// What it looks like.
    ///
    /// # Errors
    /// A template of the publication's own that makes no drawing.
    pub(super) fn bytes(
        &self,
        publication: &Publication,
        words: &MailWords,
        front_matter: &FrontMatter,
    ) -> Result<Vec<u8>, RenderError> {
        let printed = with_card(publication, words, front_matter, |card| {
            self.printer.print(card, &self.cache)
        });
        Ok(printed.map_err(told)?.bytes)
    }
}

fn with_card<T>(
    publication: &Publication,
    words: &MailWords,
    front_matter: &FrontMatter,
    then: impl FnOnce(&SocialCard<'_>) -> T,
) -> T {
    let edition = publication.edition(&front_matter.edition);
    let date = words.date(front_matter.date);
    then(&SocialCard {
        publication: &publication.name,
        edition: edition.map_or("", |edition| &edition.title),
        title: &front_matter.title,
        date: &date,
        accent: edition.map_or(publication.look.accent, |edition| {
            publication.accent_of(edition)
        }),
    })
}

fn told(error: SocialCardError) -> RenderError {
    match error {
        SocialCardError::Template(error) => error,
        other => SourceError::new(other.to_string()).into(),
    }
}
