//! The issues' design for mail that is no issue: masthead, footer, styles and pictures of the publication
//! around words that another room has. Such a mail is for one person: the engine fills values in itself,
//! escaped, and nothing is left to be filled later.

use serde_json::{Value, json};
use tera::Context;

use crate::{
    publication::Publication,
    render::{
        ImagePolicy, InlineImage, RenderError, TemplateEngine, Templates,
        composition::{opt_out, publication_context},
        filled_sheets::styles,
        images::Images,
        renderer::tidy_text,
        style_inliner::StyleInliner,
        words::MailWords,
    },
};

/// What all mail of one kind and language has in common.
pub(crate) struct MailDesign {
    engine: TemplateEngine,
    inliner: StyleInliner,
    words: MailWords,
    images: Vec<InlineImage>,
}

/// A mail in the issues' design.
#[derive(Debug)]
pub(crate) struct DesignedMail {
    /// The HTML part, its CSS inlined.
    pub(crate) html: String,
    /// The text part.
    pub(crate) text: String,
}

impl MailDesign {
    /// The design for the templates of a folder, beside the mail's own, in a language.
    ///
    /// # Errors
    /// A template or a file of words that does not parse, a picture of the look that can't be shown.
    pub(crate) fn new(
        publication: &Publication,
        templates: &Templates,
        folder: &str,
        language: &str,
    ) -> Result<Self, RenderError> {
        let mut publication = publication.clone();
        publication.language = language.to_owned();
        let mut texts = templates.mail();
        texts.extend(templates.under(folder));
        let words = MailWords::load(templates, language)?;
        // Its pictures travel with it: what is published belongs to issues.
        let mut images = Images::of_look(&publication, ImagePolicy::Inline);
        let look = &publication.look;
        let mut context = json!({
            "publication": publication_context(&publication, &mut images)?,
            "look": look.tokens(language),
            "theme": look.accents(look.accent),
            "words": words.context(),
            "opt_out": opt_out(&publication, templates, &words)?,
            "next": null,
        });
        let engine = TemplateEngine::new(&texts)?;
        context["styles"] = styles(&engine.knowing(&context)?)?;
        Ok(Self {
            engine: engine.knowing(&context)?,
            inliner: StyleInliner::new(),
            words,
            images: images.into_files().0,
        })
    }

    /// The mail's own words in its language.
    pub(crate) fn words(&self) -> &MailWords {
        &self.words
    }

    /// The pictures that its HTML shows.
    pub(crate) fn images(&self) -> &[InlineImage] {
        &self.images
    }

    /// A mail of `NAME.html` and `NAME.txt`, which see these values over the publication's.
    ///
    /// # Errors
    /// A template that asks for what is not there, or styles that can't be inlined.
    pub(crate) fn fill(&self, name: &str, values: &Value) -> Result<DesignedMail, RenderError> {
        let mut seen = Context::new();
        for (key, value) in values.as_object().into_iter().flatten() {
            seen.insert(key.clone(), value);
        }
        let fill = |part: &str| self.engine.render(&format!("{name}.{part}"), &seen);
        Ok(DesignedMail {
            html: self.inliner.inlined(&fill("html")?)?,
            text: tidy_text(&fill("txt")?),
        })
    }
}
