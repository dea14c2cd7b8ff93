//! How a newsletter looks: its theme, type, colours, logo, and which parts its mail has. The design's
//! tokens stand here alone: the mail's templates see them as [`Look::tokens`], pages as
//! [`Look::custom_properties`]. Colours that a publication chose are made readable by computing their
//! contrast (WCAG 2.2), never by hoping for it; a colour that is to be filled with stays what it is.
//!
//! Knows nothing of templates, files or issues.

mod accent;
mod color;
mod font;
mod palette;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use self::{
    accent::Accent,
    color::{Color, contrast},
    font::Font,
    palette::{BaseColors, Palette},
};
use crate::source::{Source, Span};

/// A newsletter's look.
#[derive(Debug, Clone)]
pub struct Look {
    /// How much there is beside the words.
    pub theme: Theme,
    /// What the words are set in.
    pub font: Font,
    /// Paper, page and ink in light.
    pub ground: BaseColors,
    /// The accent where an edition names none of its own.
    pub accent: Accent,
    /// Of panels, buttons and pictures, in pixels.
    pub radius: u8,
    /// Above the name, or in its place.
    pub logo: Option<Logo>,
    /// A picture across the top, from edge to edge.
    pub header: Option<LookPicture>,
    /// Parts that the mail does without.
    pub hidden: BTreeSet<OptionalPart>,
}

/// How much there is beside the words.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// A sheet on a desk: panels, a masthead, numbers.
    #[default]
    Paper,
    /// A personal letter: nothing but text, lines and space.
    Letter,
}

impl Theme {
    /// Every one.
    pub(crate) const ALL: [Self; 2] = [Self::Paper, Self::Letter];

    /// As daily-note.yaml says it.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Letter => "letter",
        }
    }
}

/// A part of the mail that can be left out.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OptionalPart {
    /// The link to the web version at the top.
    WebLink,
    /// Name, tagline and motto at the top; the logo stays.
    Masthead,
    /// Edition and topic above the title.
    Edition,
    /// The date below the title.
    Date,
    /// `Hello Minji,`.
    Greeting,
    /// What `publication.about` says.
    About,
    /// The list of stories.
    Contents,
    /// The stories' numbers.
    Numbers,
    /// What comes next, and when.
    Teaser,
    /// The invitation to write back.
    Participation,
}

impl OptionalPart {
    /// Every one.
    pub(crate) const ALL: [Self; 10] = [
        Self::WebLink,
        Self::Masthead,
        Self::Edition,
        Self::Date,
        Self::Greeting,
        Self::About,
        Self::Contents,
        Self::Numbers,
        Self::Teaser,
        Self::Participation,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::WebLink => "web_link",
            Self::Masthead => "masthead",
            Self::Edition => "edition",
            Self::Date => "date",
            Self::Greeting => "greeting",
            Self::About => "about",
            Self::Contents => "contents",
            Self::Numbers => "numbers",
            Self::Teaser => "teaser",
            Self::Participation => "participation",
        }
    }
}

/// The newsletter's own mark.
#[derive(Debug, Clone)]
pub struct Logo {
    /// For light paper.
    pub file: LookPicture,
    /// For dark paper, where it is another.
    pub dark: Option<LookPicture>,
    /// How wide it stands in the mail, in pixels, where its file is as wide.
    pub width: u16,
    /// It says the name itself, which is then not written below it.
    pub is_alone: bool,
    /// Where a click on it leads.
    pub link: Option<String>,
}

/// A picture of the look: a path below the publication's root, or an address.
#[derive(Debug, Clone)]
pub struct LookPicture {
    /// The path or the address.
    pub location: String,
    /// What it shows, for those who can't see it; empty where it is an ornament.
    pub alt: String,
    /// Where daily-note.yaml names it.
    pub place: Option<(Source, Span)>,
}

impl Logo {
    /// How wide one is that says nothing else.
    pub(crate) const WIDTH: u16 = 200;
}

impl Look {
    /// Every picture that the look names.
    pub(crate) fn pictures(&self) -> impl Iterator<Item = &LookPicture> {
        let logo = self.logo.iter();
        let logos = logo.flat_map(|logo| std::iter::once(&logo.file).chain(&logo.dark));
        logos.chain(&self.header)
    }

    /// The same look in another theme. What lies around the paper follows the theme, as long as it is
    /// what the theme before put there.
    #[must_use]
    pub(crate) fn in_theme(&self, theme: Theme) -> Self {
        let mut look = self.clone();
        let ground = &mut look.ground;
        if ground.page == BaseColors::page_around(self.theme, ground.paper) {
            ground.page = BaseColors::page_around(theme, ground.paper);
        }
        look.theme = theme;
        look
    }

    /// Whether the mail has that part.
    #[must_use]
    pub(crate) fn shows(&self, part: OptionalPart) -> bool {
        !self.hidden.contains(&part)
    }

    /// The colours on light paper.
    #[must_use]
    pub(crate) fn light(&self) -> Palette {
        Palette::light(self.ground)
    }

    /// The colours in the dark.
    #[must_use]
    pub(crate) fn dark(&self) -> Palette {
        Palette::dark(self.ground, self.theme == Theme::Letter)
    }

    /// What the templates see of an accent: six-digit hex colours, each fit for its place.
    #[must_use]
    pub(crate) fn accents(&self, accent: Accent) -> Value {
        accent.tokens(&self.light(), &self.dark())
    }

    /// What the templates see of the look, its pictures aside.
    #[must_use]
    pub(crate) fn tokens(&self, language: &str) -> Value {
        let shown = OptionalPart::ALL.map(|part| (part.name(), self.shows(part)));
        let shown: BTreeMap<_, _> = shown.into_iter().collect();
        json!({
            "theme": self.theme,
            "font": self.font.stack(language),
            "is_serif": self.font.is_serif(),
            "word_font": self.font.on_windows(language),
            "mono": font::MONO,
            "radius": self.radius,
            "light": self.light(),
            "dark": self.dark(),
            "shows": shown,
        })
    }

    /// The same for a page: custom properties for light and for dark.
    #[must_use]
    pub(crate) fn custom_properties(&self, language: &str) -> String {
        let accent = self.accents(self.accent);
        let of = |key: &str| accent[key].as_str().unwrap_or_default().to_owned();
        let sheet = |palette: &Palette, text: &str, line: &str| {
            let (text, line) = (of(text), accent[line].as_str().unwrap_or("transparent"));
            let named = palette.custom_properties();
            format!("{named}--accent:{text};--fill-line:{line};")
        };
        format!(
            ":root{{color-scheme:light dark;{}--fill:{};--on-fill:{};--radius:{}px;--font:{};--mono:{}}}\n\
             @media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
            sheet(&self.light(), "accent", "fill_line"),
            of("fill"),
            of("on_fill"),
            self.radius,
            self.font.stack(language),
            font::MONO,
            sheet(&self.dark(), "dark_accent", "dark_fill_line"),
        )
    }
}

impl Default for Look {
    /// The house's own: ink on paper.
    fn default() -> Self {
        Self {
            theme: Theme::Paper,
            font: Font::Sans,
            ground: BaseColors::default(),
            accent: Accent::from(Color::BLUE),
            radius: 8,
            logo: None,
            header: None,
            hidden: BTreeSet::new(),
        }
    }
}

#[cfg(test)]
mod tests;
