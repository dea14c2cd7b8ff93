//! The one colour that an edition is known by, in its two uses: to fill with, and to write with.

use serde_json::{Value, json};

use super::{
    color::{Color, contrast},
    palette::Palette,
};

/// In the dark an accent that only just passes looks dull: aim higher.
const BRIGHT: f64 = 7.0;
/// A button whose colour is nearer to the paper's than this can't be seen: it gets a line.
const FAINT: f64 = 1.6;

/// An edition's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent {
    /// Of buttons: stays what it is, and what is written on it is chosen.
    pub fill: Color,
    /// Of links and numbers: darkened until it can be read.
    pub text: Color,
}

impl From<Color> for Accent {
    fn from(color: Color) -> Self {
        Self {
            fill: color,
            text: color,
        }
    }
}

impl Accent {
    pub(super) fn tokens(self, light: &Palette, dark: &Palette) -> Value {
        let end = light.paper.text_end();
        let grounds = [light.paper, light.panel];
        let accent = self
            .text
            .until(end, |colour| colour.is_readable_on(&grounds));
        let tint = accent
            .mixed(light.paper, 0.9)
            .until(light.paper, |tint| light.ink.is_readable_on(&[tint]));
        let accent = accent.until(end, |colour| {
            colour.is_readable_on(&[tint, light.paper, light.panel])
        });
        // Purer, then whiter, and no more of either than it takes: all of it makes teal a neon sign.
        let is_bright = |colour: Color| {
            contrast(colour, dark.paper) >= BRIGHT
                && colour.is_readable_on(&[dark.panel, dark_tint(colour, dark)])
        };
        let dark_accent = self
            .text
            .until(self.text.vivid(), is_bright)
            .until(Color::WHITE, is_bright);
        json!({
            "accent": accent,
            "tint": tint,
            // A stroke of the marker under a word.
            "stroke": accent.mixed(light.paper, 0.6),
            "fill": self.fill,
            "on_fill": self.fill.text_on_it(),
            "fill_line": (contrast(self.fill, light.paper) < FAINT).then_some(accent),
            "dark_accent": dark_accent,
            "dark_tint": dark_tint(dark_accent, dark),
            "dark_stroke": dark_accent.mixed(dark.paper, 0.55),
            "dark_fill_line": (contrast(self.fill, dark.paper) < FAINT).then_some(dark_accent),
            // What templates of before the two uses were told apart fill with.
            "on_accent": accent.text_on_it(),
            "dark_on_accent": dark_accent.text_on_it(),
        })
    }

    /// Whether links in this colour can be read on that paper as they are.
    pub(crate) fn is_readable(self, light: &Palette) -> bool {
        self.text.is_readable_on(&[light.paper, light.panel])
    }
}

fn dark_tint(accent: Color, dark: &Palette) -> Color {
    accent.mixed(dark.paper, 0.84)
}
