//! A colour, and what can be read on it (WCAG 2.2: relative luminance, contrast).

use std::fmt;

/// Text of any size (WCAG 2.2, 1.4.3).
pub(crate) const READABLE: f64 = 4.5;

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    /// `0xRRGGBB`.
    pub rgb: u32,
}

/// The contrast between two colours, 1 to 21.
#[must_use]
pub(crate) fn contrast(one: Color, other: Color) -> f64 {
    let (one, two) = (one.luminance(), other.luminance());
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

impl Color {
    pub(super) const WHITE: Self = Self { rgb: 0xFF_FFFF };
    pub(super) const BLACK: Self = Self { rgb: 0 };
    pub(super) const INK: Self = Self { rgb: 0x1B_1F24 };
    pub(super) const BLUE: Self = Self { rgb: 0x24_47D8 };

    fn channels(self) -> [u8; 3] {
        let [_, red, green, blue] = self.rgb.to_be_bytes();
        [red, green, blue]
    }

    fn of(channels: [u8; 3]) -> Self {
        let [red, green, blue] = channels;
        Self {
            rgb: u32::from_be_bytes([0, red, green, blue]),
        }
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
        let [red, green, blue] = self.channels().map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Whether text in this colour can be read on all of these.
    pub(crate) fn is_readable_on(self, grounds: &[Self]) -> bool {
        grounds
            .iter()
            .all(|ground| contrast(self, *ground) >= READABLE)
    }

    /// Black on light paper, white on dark: the way in which text on it becomes easier to read.
    pub(crate) fn text_end(self) -> Self {
        match contrast(self, Self::BLACK) >= contrast(self, Self::WHITE) {
            true => Self::BLACK,
            false => Self::WHITE,
        }
    }

    /// This colour with `share` (0..=1) of another in it.
    pub(super) fn mixed(self, other: Self, share: f64) -> Self {
        let (from, to) = (self.channels(), other.channels());
        let channel = |at: usize| {
            let (from, to) = (f64::from(from[at]), f64::from(to[at]));
            byte(from + (to - from) * share)
        };
        Self::of([channel(0), channel(1), channel(2)])
    }

    /// The first step towards `limit` that satisfies `is_fit`; `limit` itself at the last.
    pub(crate) fn until(self, limit: Self, is_fit: impl Fn(Self) -> bool) -> Self {
        (0..=50)
            .map(|step| self.mixed(limit, f64::from(step) / 50.0))
            .find(|colour| is_fit(*colour))
            .unwrap_or(limit)
    }

    /// The nearest colour in which text can be read on all of these.
    pub(crate) fn readable_on(self, grounds: &[Self]) -> Self {
        let end = grounds
            .first()
            .map_or(Self::BLACK, |first| first.text_end());
        self.until(end, |colour| colour.is_readable_on(grounds))
    }

    /// The same hue as pure as it can be: what mixing with white will take from it again. Near-greys
    /// stay grey.
    pub(super) fn vivid(self) -> Self {
        let channels = self.channels();
        let low = channels.into_iter().min().unwrap_or_default();
        let high = channels.into_iter().max().unwrap_or_default();
        if high - low < 32 {
            return self;
        }
        Self::of(
            channels.map(|channel| byte(f64::from(channel - low) / f64::from(high - low) * 255.0)),
        )
    }

    /// What is written on this colour: white where it can be read, ink or near-black where it can't.
    pub(super) fn text_on_it(self) -> Self {
        [Self::WHITE, Self::INK]
            .into_iter()
            .find(|text| text.is_readable_on(&[self]))
            .unwrap_or_else(|| self.text_end())
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06X}", self.rgb)
    }
}

impl serde::Serialize for Color {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
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
