//! The colours of an edition: an accent that a publication chose, made readable on light and dark
//! paper by computing its contrast (WCAG 2.2, relative luminance) instead of hoping for it.

use serde_json::{Value, json};

use crate::publication::Color;

/// The palette that the built-in templates are drawn with; accents are measured against it.
const PAPER: Rgb = Rgb(0xff, 0xff, 0xff);
const PAGE: Rgb = Rgb(0xf4, 0xf2, 0xee);
const INK: Rgb = Rgb(0x1b, 0x1f, 0x24);
const DARK_PAPER: Rgb = Rgb(0x16, 0x19, 0x1d);
const DARK_PANEL: Rgb = Rgb(0x1f, 0x24, 0x2a);
const DARK_PAGE: Rgb = Rgb(0x10, 0x12, 0x14);

/// Text of any size (WCAG 2.2, 1.4.3).
const READABLE: f64 = 4.5;
/// In the dark an accent that only just passes looks dull: aim higher.
const BRIGHT: f64 = 7.0;

/// What the templates see of an accent: six-digit hex colours, each fit for its place.
pub(crate) fn accent_context(accent: Color) -> Value {
    let accent = Rgb::from(accent);
    let light = accent.until(Rgb(0, 0, 0), |colour| {
        colour.contrast(PAPER) >= READABLE && colour.contrast(PAGE) >= READABLE
    });
    let tint = light.mixed(PAPER, 0.9);
    let light = light.until(Rgb(0, 0, 0), |colour| colour.contrast(tint) >= READABLE);
    let dark = accent.vivid().until(PAPER, |colour| {
        colour.contrast(DARK_PAPER) >= BRIGHT && colour.contrast(DARK_PANEL) >= READABLE
    });
    let dark_tint = dark.mixed(DARK_PAPER, 0.84);
    json!({
        "accent": light.hex(),
        "on_accent": light.best_text().hex(),
        "tint": tint.hex(),
        "dark_accent": dark.hex(),
        "dark_on_accent": dark.best_text().hex(),
        "dark_tint": dark_tint.hex(),
    })
}

/// The contrast between two colours, 1 to 21 (WCAG 2.2).
#[must_use]
pub fn contrast(one: Color, other: Color) -> f64 {
    Rgb::from(one).contrast(Rgb::from(other))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rgb(u8, u8, u8);

impl From<Color> for Rgb {
    fn from(color: Color) -> Self {
        let [_, red, green, blue] = color.rgb.to_be_bytes();
        Self(red, green, blue)
    }
}

impl Rgb {
    fn hex(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// This colour with `share` (0..=1) of another in it.
    fn mixed(self, other: Self, share: f64) -> Self {
        let channel =
            |from: u8, to: u8| byte(f64::from(from) + (f64::from(to) - f64::from(from)) * share);
        Self(
            channel(self.0, other.0),
            channel(self.1, other.1),
            channel(self.2, other.2),
        )
    }

    /// The first step towards `limit` (black or white) that satisfies `is_fit`; `limit` itself at
    /// the last.
    fn until(self, limit: Self, is_fit: impl Fn(Self) -> bool) -> Self {
        (0..=50)
            .map(|step| self.mixed(limit, f64::from(step) / 50.0))
            .find(|colour| is_fit(*colour))
            .unwrap_or(limit)
    }

    /// The same hue as pure as it can be: what mixing with white will take from it again. Near-greys
    /// stay grey.
    fn vivid(self) -> Self {
        let (low, high) = (
            self.0.min(self.1).min(self.2),
            self.0.max(self.1).max(self.2),
        );
        if high - low < 32 {
            return self;
        }
        let stretch = |channel: u8| {
            let share = f64::from(channel - low) / f64::from(high - low);
            byte(share * 255.0)
        };
        Self(stretch(self.0), stretch(self.1), stretch(self.2))
    }

    /// White where it can be read on this colour, ink or near-black where it can't.
    fn best_text(self) -> Self {
        [PAPER, INK, DARK_PAGE]
            .into_iter()
            .find(|text| text.contrast(self) >= READABLE)
            .unwrap_or(Rgb(0, 0, 0))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded and held between 0 and 255"
)]
fn byte(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn colour(context: &Value, key: &str) -> Color {
        let hex = context[key].as_str().unwrap().trim_start_matches('#');
        Color {
            rgb: u32::from_str_radix(hex, 16).unwrap(),
        }
    }

    #[test]
    fn an_accent_that_reads_well_on_paper_is_kept_as_it_is() {
        let monday = accent_context(Color { rgb: 0x24_47d8 });
        assert_eq!(monday["accent"], "#2447D8");
        assert_eq!(monday["on_accent"], "#FFFFFF");
    }

    proptest! {
        #[test]
        fn every_accent_can_be_read_on_paper_on_panels_and_in_the_dark(rgb in 0u32..0x100_0000) {
            let context = accent_context(Color { rgb });
            let on = |one: &str, other: u32| contrast(colour(&context, one), Color { rgb: other });
            prop_assert!(on("accent", 0xff_ffff) >= READABLE);
            prop_assert!(on("accent", 0xf4_f2ee) >= READABLE);
            prop_assert!(on("dark_accent", 0x16_191d) >= READABLE);
            prop_assert!(on("dark_accent", 0x1f_242a) >= READABLE);
            for (text, ground) in [
                ("accent", "tint"),
                ("on_accent", "accent"),
                ("dark_accent", "dark_tint"),
                ("dark_on_accent", "dark_accent"),
            ] {
                prop_assert!(contrast(colour(&context, text), colour(&context, ground)) >= READABLE, "{text} on {ground}");
            }
        }
    }
}
