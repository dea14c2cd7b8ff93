//! Colours as CSS writes them, and what one looks like over another.

use crate::publication::Color;

/// A colour value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ColorValue {
    /// A colour, and how much of it covers the ground.
    Solid(Color, f64),
    /// As around it.
    Inherit,
    /// A gradient, a picture, a form that is not read here: nothing is said of it.
    Unknown,
}

impl ColorValue {
    pub(super) fn parse(value: &str) -> Self {
        let value = value.trim().to_ascii_lowercase();
        match value.as_str() {
            "inherit" | "currentcolor" | "unset" => return Self::Inherit,
            "transparent" | "none" | "initial" => return Self::Solid(Color { rgb: 0 }, 0.0),
            _ => {}
        }
        if let Some(hex) = value.strip_prefix('#') {
            return hexadecimal(hex).unwrap_or(Self::Unknown);
        }
        if let Some(arguments) = function(&value, "rgba").or_else(|| function(&value, "rgb")) {
            return components(arguments).unwrap_or(Self::Unknown);
        }
        NAMES
            .iter()
            .find(|(name, _)| *name == value)
            .map_or(Self::Unknown, |(_, rgb)| {
                Self::Solid(Color { rgb: *rgb }, 1.0)
            })
    }

    /// The colour in a `background` shorthand; None where it sets a picture or can't be read.
    pub(super) fn of_background(value: &str) -> Self {
        if value.contains("url(") || value.contains("gradient(") {
            return Self::Unknown;
        }
        value
            .split_whitespace()
            .map(Self::parse)
            .find(|paint| *paint != Self::Unknown)
            .unwrap_or(Self::Unknown)
    }
}

fn hexadecimal(hex: &str) -> Option<ColorValue> {
    let doubled: String;
    let hex = match hex.len() {
        3 | 4 => {
            doubled = hex.chars().flat_map(|char| [char, char]).collect();
            &doubled
        }
        _ => hex,
    };
    let number = u32::from_str_radix(hex, 16).ok()?;
    match hex.len() {
        6 => Some(ColorValue::Solid(Color { rgb: number }, 1.0)),
        8 => Some(ColorValue::Solid(
            Color { rgb: number >> 8 },
            f64::from(number & 0xff) / 255.0,
        )),
        _ => None,
    }
}

fn function<'v>(value: &'v str, name: &str) -> Option<&'v str> {
    value
        .strip_prefix(name)?
        .strip_prefix('(')?
        .strip_suffix(')')
}

fn components(arguments: &str) -> Option<ColorValue> {
    let parts: Vec<f64> = arguments
        .split([',', ' ', '/'])
        .filter(|part| !part.is_empty())
        .map(|part| match part.strip_suffix('%') {
            Some(percent) => percent.parse::<f64>().map(|value| value / 100.0 * 255.0),
            None => part.parse(),
        })
        .collect::<Result<_, _>>()
        .ok()?;
    let (channels, alpha) = match parts.as_slice() {
        [red, green, blue] => ([red, green, blue], 1.0),
        // A percentage was read on the scale of channels.
        [red, green, blue, alpha] if *alpha > 1.0 => ([red, green, blue], alpha / 255.0),
        [red, green, blue, alpha] => ([red, green, blue], *alpha),
        _ => return None,
    };
    let rgb = channels
        .iter()
        .fold(0_u32, |rgb, channel| (rgb << 8) | byte(**channel));
    Some(ColorValue::Solid(Color { rgb }, alpha.clamp(0.0, 1.0)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is between 0 and 255"
)]
fn byte(channel: f64) -> u32 {
    channel.clamp(0.0, 255.0).round() as u32
}

/// `top` with so much cover over `ground`.
pub(super) fn over(top: Color, alpha: f64, ground: Color) -> Color {
    let mixed = |shift: u32| {
        let channel = |color: Color| f64::from((color.rgb >> shift) & 0xff);
        byte(channel(top) * alpha + channel(ground) * (1.0 - alpha)) << shift
    };
    Color {
        rgb: mixed(16) | mixed(8) | mixed(0),
    }
}

/// The names that mails use.
const NAMES: [(&str, u32); 30] = [
    ("black", 0x00_0000),
    ("silver", 0xc0_c0c0),
    ("gray", 0x80_8080),
    ("grey", 0x80_8080),
    ("white", 0xff_ffff),
    ("maroon", 0x80_0000),
    ("red", 0xff_0000),
    ("purple", 0x80_0080),
    ("fuchsia", 0xff_00ff),
    ("magenta", 0xff_00ff),
    ("green", 0x00_8000),
    ("lime", 0x00_ff00),
    ("olive", 0x80_8000),
    ("yellow", 0xff_ff00),
    ("navy", 0x00_0080),
    ("blue", 0x00_00ff),
    ("teal", 0x00_8080),
    ("aqua", 0x00_ffff),
    ("cyan", 0x00_ffff),
    ("orange", 0xff_a500),
    ("pink", 0xff_c0cb),
    ("brown", 0xa5_2a2a),
    ("gold", 0xff_d700),
    ("whitesmoke", 0xf5_f5f5),
    ("lightgray", 0xd3_d3d3),
    ("lightgrey", 0xd3_d3d3),
    ("darkgray", 0xa9_a9a9),
    ("darkgrey", 0xa9_a9a9),
    ("dimgray", 0x69_6969),
    ("dimgrey", 0x69_6969),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_every_form() {
        let solid = |rgb| ColorValue::Solid(Color { rgb }, 1.0);
        assert_eq!(ColorValue::parse("#FFF"), solid(0xff_ffff));
        assert_eq!(ColorValue::parse("#2447D8"), solid(0x24_47d8));
        assert_eq!(ColorValue::parse("rgb(36, 71, 216)"), solid(0x24_47d8));
        assert_eq!(
            ColorValue::parse("rgba(0,0,0,.5)"),
            ColorValue::Solid(Color { rgb: 0 }, 0.5)
        );
        assert_eq!(
            ColorValue::parse("rgb(100% 0% 0% / 50%)"),
            ColorValue::Solid(Color { rgb: 0xff_0000 }, 0.5)
        );
        assert_eq!(ColorValue::parse("White"), solid(0xff_ffff));
        assert_eq!(ColorValue::parse("oklch(0.5 0.1 20)"), ColorValue::Unknown);
        assert_eq!(
            ColorValue::of_background("#fff no-repeat"),
            solid(0xff_ffff)
        );
        assert_eq!(
            ColorValue::of_background("url(a.png) #fff"),
            ColorValue::Unknown
        );
        assert_eq!(
            over(Color { rgb: 0 }, 0.5, Color { rgb: 0xff_ffff }).rgb,
            0x80_8080
        );
    }
}
