//! The picture that stands for a page where its address is shared: name, edition, title and date, drawn from
//! `templates/web/card.svg`. Pure: the same words in the same look give the same bytes, on every machine, since no font
//! of the system has a part in it.
//!
//! Knows nothing of issues, of pages, or of where the picture lies.

mod font;
mod lines;

use image::{DynamicImage, RgbaImage};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{ImageHrefResolver, Options, Tree},
};
use serde::Serialize;
use serde_json::{Value, json};
use tera::Context;

pub(crate) use self::font::{CardFonts, UnfitFont};
use self::lines::SetLines;
use crate::{
    fingerprint::{hex, sha256},
    look::{Accent, Look},
    picture::{Cache, Picture},
    render::{RenderError, TemplateEngine, Templates},
    words::phrased,
};

/// What services that show such pictures ask for: 1.91 to 1.
pub(crate) const WIDTH: u32 = 1_200;
/// The same.
pub(crate) const HEIGHT: u32 = 630;
/// From each edge to what is written.
const MARGIN: u32 = 84;
/// Raised with every change to how one is set and drawn.
const GENERATION: u8 = 1;
/// The drawing's template.
const TEMPLATE: &str = "web/card.svg";

/// What one says.
#[derive(Debug, Clone)]
pub(crate) struct SocialCard<'a> {
    /// Who publishes.
    pub publication: &'a str,
    /// Above the title; empty: nothing.
    pub edition: &'a str,
    /// The words that count.
    pub title: &'a str,
    /// Below it, as people write it; empty: nothing.
    pub date: &'a str,
    /// The edition's colour.
    pub accent: Accent,
}

/// Why none can be drawn: all of it the publication's own template's or font's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SocialCardError {
    /// The template can't be filled.
    #[error(transparent)]
    Template(#[from] RenderError),
    /// What it makes is no drawing.
    #[error("templates/{template} makes no SVG that can be drawn: {reason}", template = TEMPLATE)]
    Drawing {
        /// In the words of whoever reads it.
        reason: String,
    },
    /// The publication's own font is none.
    #[error(transparent)]
    Font(#[from] UnfitFont),
}

/// Draws them.
#[derive(Debug)]
pub(crate) struct CardPrinter {
    template: TemplateEngine,
    fonts: CardFonts,
    look: Look,
    /// Its colours on light paper.
    ground: Value,
    /// What template and fonts are known by.
    material: String,
}

/// What the template sees of a card, its colours aside.
#[derive(Serialize)]
struct CardContext<'a> {
    width: u32,
    height: u32,
    margin: u32,
    publication: String,
    initial: String,
    edition: String,
    date: String,
    title: &'a SetLines,
    /// Lines begin at the right.
    is_rtl: bool,
    colors: &'a Value,
    accent: Value,
}

impl CardPrinter {
    /// For a publication's templates and look.
    ///
    /// # Errors
    /// A template that does not parse.
    pub(crate) fn new(
        templates: &Templates,
        fonts: CardFonts,
        look: &Look,
    ) -> Result<Self, SocialCardError> {
        let text = templates.text(TEMPLATE).unwrap_or_default();
        Ok(Self {
            template: TemplateEngine::new(&templates.under(TEMPLATE))?,
            material: format!("{} {}", fonts.fingerprint(), hex(&sha256(text.as_bytes()))),
            fonts,
            look: look.clone(),
            ground: json!(look.light()),
        })
    }

    /// Another for every card that looks otherwise.
    #[must_use]
    pub(crate) fn key(&self, card: &SocialCard<'_>) -> String {
        hex(&sha256(self.source(card).as_bytes())[..12])
    }

    /// The picture, drawn now or as it is remembered.
    ///
    /// # Errors
    /// A template that can't be filled, or that makes no drawing.
    pub(crate) fn print(
        &self,
        card: &SocialCard<'_>,
        cache: &Cache,
    ) -> Result<Picture, SocialCardError> {
        cache.drawn(self.source(card).as_bytes(), || {
            self.draw(&self.drawing(card)?)
        })
    }

    /// All that it is made of.
    fn source(&self, card: &SocialCard<'_>) -> String {
        let words = json!([
            self.ground,
            self.look.accents(card.accent),
            card.publication,
            card.edition,
            card.title,
            card.date
        ]);
        format!("{GENERATION} {} {words}", self.material)
    }

    /// What is drawn, as SVG.
    fn drawing(&self, card: &SocialCard<'_>) -> Result<String, SocialCardError> {
        let drawable = |words: &str| self.fonts.drawable(words);
        let mut title = drawable(card.title);
        if title.is_empty() {
            title = drawable(card.publication);
        }
        let set = SetLines::new(&title, WIDTH - 2 * MARGIN, &self.fonts);
        let publication = drawable(card.publication);
        let context = CardContext {
            width: WIDTH,
            height: HEIGHT,
            margin: MARGIN,
            initial: publication.chars().take(1).collect(),
            publication,
            edition: drawable(card.edition),
            date: drawable(card.date),
            is_rtl: lines::is_rtl(&title),
            title: &set,
            colors: &self.ground,
            accent: self.look.accents(card.accent),
        };
        // Every field is a string, a number or a tree of them.
        let context = Context::from_serialize(&context).unwrap_or_default();
        Ok(self.template.render(TEMPLATE, &context)?)
    }

    fn draw(&self, drawing: &str) -> Result<Picture, SocialCardError> {
        let unfit = |reason: String| SocialCardError::Drawing { reason };
        let options = Options {
            font_family: self.fonts.family().to_owned(),
            fontdb: self.fonts.database(),
            // A template names no file of this machine.
            image_href_resolver: ImageHrefResolver {
                resolve_data: Box::new(|_, _, _| None),
                resolve_string: Box::new(|_, _| None),
            },
            ..Options::default()
        };
        let tree = Tree::from_str(drawing, &options).map_err(|error| unfit(error.to_string()))?;
        let too_large = || {
            unfit(phrased!(
                "it is not {width} × {height} pixels",
                width = WIDTH,
                height = HEIGHT
            ))
        };
        if tree.size().to_int_size().dimensions() != (WIDTH, HEIGHT) {
            return Err(too_large());
        }
        let mut pixmap = Pixmap::new(WIDTH, HEIGHT).ok_or_else(too_large)?;
        resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
        let pixels = RgbaImage::from_raw(WIDTH, HEIGHT, pixmap.take_demultiplied());
        let pixels = pixels.ok_or_else(too_large)?;
        Ok(Picture::drawn(DynamicImage::ImageRgba8(pixels)))
    }
}

#[cfg(test)]
mod tests;
