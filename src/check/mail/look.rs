//! How an element looks once the head's rules, its own style and all that is around it are counted
//! in; in light and in dark.

use std::collections::HashMap;

use scraper::Selector;

use super::{
    color::{ColorValue, over},
    element::MailElement,
};
use crate::{
    publication::Color,
    render::css::{Declaration, StyleRule, StyleSheet},
};

/// How an element looks once everything around it is counted in.
#[derive(Debug, Clone, Copy)]
pub(super) struct ElementStyle {
    /// None: not known.
    pub(super) color: Option<Color>,
    /// None: a picture, a gradient.
    pub(super) ground: Option<Color>,
    pub(super) size: f64,
    pub(super) line_height: Option<f64>,
    pub(super) is_bold: bool,
    pub(super) is_underlined: bool,
    pub(super) is_hidden: bool,
}

/// Which palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColorMode {
    Light,
    Dark,
}

/// The declarations of the head that apply to an element, the strongest last.
pub(super) struct HeadOverrides<'s> {
    by_class: HashMap<&'s str, Vec<CascadeWeight<'s>>>,
    by_name: HashMap<&'s str, Vec<CascadeWeight<'s>>>,
    others: Vec<(Selector, CascadeWeight<'s>)>,
}

/// A declaration and what decides between two: importance, specificity, order.
#[derive(Clone, Copy)]
pub(super) struct CascadeWeight<'s> {
    key: (bool, usize, usize),
    declaration: &'s Declaration,
}

impl<'s> HeadOverrides<'s> {
    pub(super) fn new(sheets: &'s [StyleSheet], mode: ColorMode) -> Self {
        let mut overrides = Self {
            by_class: HashMap::new(),
            by_name: HashMap::new(),
            others: Vec::new(),
        };
        let rules = sheets.iter().flat_map(|sheet| &sheet.rules);
        for (order, rule) in rules.enumerate().filter(|(_, rule)| applies(rule, mode)) {
            for selector in &rule.selectors {
                overrides.add(selector, rule, order);
            }
        }
        overrides
    }

    fn add(&mut self, selector: &'s str, rule: &'s StyleRule, order: usize) {
        let states = [
            ":hover", ":active", ":focus", ":visited", "::", ":before", ":after",
        ];
        if states.iter().any(|state| selector.contains(state)) {
            return;
        }
        let is_name = |text: &str| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'))
        };
        let class = selector.strip_prefix('.').filter(|class| is_name(class));
        // Enough of CSS's specificity for the selectors of mails: ids, then classes, then names.
        let count = |chars: &[char]| selector.chars().filter(|char| chars.contains(char)).count();
        let specificity = count(&['#']) * 100 + count(&['.', '[', ':']) * 10;
        if !rule.declarations.iter().any(|one| is_seen(&one.name)) {
            return;
        }
        let parsed = match (class, is_name(selector)) {
            (None, false) => match Selector::parse(selector) {
                Ok(parsed) => Some(parsed),
                Err(_) => return,
            },
            _ => None,
        };
        for declaration in rule.declarations.iter().filter(|one| is_seen(&one.name)) {
            let strength = CascadeWeight {
                key: (declaration.is_important, specificity, order),
                declaration,
            };
            match (&parsed, class) {
                (Some(parsed), _) => self.others.push((parsed.clone(), strength)),
                (None, Some(class)) => self.by_class.entry(class).or_default().push(strength),
                (None, None) => self.by_name.entry(selector).or_default().push(strength),
            }
        }
    }

    /// Which of the rules that ask where an element stands speak of it.
    pub(super) fn by_place(&self, seen: &MailElement<'_>) -> Vec<usize> {
        let others = self.others.iter().enumerate();
        others
            .filter(|(_, (selector, _))| selector.matches(&seen.element))
            .map(|(at, _)| at)
            .collect()
    }

    pub(super) fn of(&self, seen: &MailElement<'_>) -> Vec<CascadeWeight<'s>> {
        let by_class = seen
            .element
            .value()
            .classes()
            .filter_map(|class| self.by_class.get(class));
        let mut found: Vec<CascadeWeight<'s>> = by_class
            .chain(self.by_name.get(seen.name()))
            .flatten()
            .copied()
            .collect();
        let others = self
            .others
            .iter()
            .filter(|(selector, _)| selector.matches(&seen.element));
        found.extend(others.map(|(_, strength)| *strength));
        found.sort_by_key(|strength| strength.key);
        found
    }
}

/// The properties that [`ElementStyle::apply`] reads.
fn is_seen(property: &str) -> bool {
    matches!(
        property,
        "color"
            | "background-color"
            | "background"
            | "background-image"
            | "font-size"
            | "line-height"
            | "font-weight"
            | "text-decoration"
            | "text-decoration-line"
            | "display"
            | "visibility"
            | "opacity"
    )
}

/// Whether a rule counts on a desktop in that mode.
fn applies(rule: &StyleRule, mode: ColorMode) -> bool {
    rule.conditions.iter().all(|condition| {
        let condition = condition.to_ascii_lowercase().replace(' ', "");
        if !condition.starts_with("@media") {
            return false;
        }
        let rest = condition
            .trim_start_matches("@media")
            .replace("screenand", "")
            .replace("alland", "");
        match mode {
            ColorMode::Light => matches!(
                rest.as_str(),
                "" | "screen" | "all" | "(prefers-color-scheme:light)"
            ),
            ColorMode::Dark => matches!(
                rest.as_str(),
                "" | "screen" | "all" | "(prefers-color-scheme:dark)"
            ),
        }
    })
}

impl ElementStyle {
    /// What clients start from.
    pub(super) fn initial(mode: ColorMode) -> Self {
        let (color, ground) = match mode {
            ColorMode::Light => (0x00_0000, 0xff_ffff),
            // What Apple Mail lays under a mail that knows dark mode.
            ColorMode::Dark => (0xff_ffff, 0x1e_1e1e),
        };
        Self {
            color: Some(Color { rgb: color }),
            ground: Some(Color { rgb: ground }),
            size: 16.0,
            line_height: None,
            is_bold: false,
            is_underlined: false,
            is_hidden: false,
        }
    }

    pub(super) fn of(
        seen: &MailElement<'_>,
        around: Self,
        overrides: &[CascadeWeight<'_>],
    ) -> Self {
        let mut look = around;
        match seen.name() {
            "head" | "style" | "script" | "title" | "template" => look.is_hidden = true,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "b" | "strong" | "th" => look.is_bold = true,
            "a" if seen.attr("href").is_some() => {
                look.color = Some(Color { rgb: 0x00_00ee });
                look.is_underlined = true;
            }
            "u" | "ins" => look.is_underlined = true,
            _ => {}
        }
        if let Some(color) = seen.attr("bgcolor") {
            look.lay(ColorValue::parse(color));
        }
        let split = overrides.partition_point(|strength| !strength.key.0);
        let (plain, important) = overrides.split_at(split);
        let inline = |is_important: bool| {
            seen.style
                .iter()
                .filter(move |declaration| declaration.is_important == is_important)
        };
        for strength in plain {
            look.apply(strength.declaration, around);
        }
        for declaration in inline(false) {
            look.apply(declaration, around);
        }
        for strength in important {
            look.apply(strength.declaration, around);
        }
        for declaration in inline(true) {
            look.apply(declaration, around);
        }
        look
    }

    fn apply(&mut self, declaration: &Declaration, around: Self) {
        let value = declaration.value.as_str();
        match declaration.name.as_str() {
            "color" => match ColorValue::parse(value) {
                ColorValue::Solid(color, alpha) => {
                    self.color = self.ground.map(|ground| over(color, alpha, ground));
                }
                ColorValue::Inherit => self.color = around.color,
                ColorValue::Unknown => self.color = None,
            },
            "background-color" => self.lay(ColorValue::parse(value)),
            "background" => self.lay(ColorValue::of_background(value)),
            "background-image" if value != "none" => self.ground = None,
            "font-size" => self.size = length(value, around.size).unwrap_or(self.size),
            "line-height" => self.line_height = ratio(value, self.size).or(self.line_height),
            "font-weight" => {
                self.is_bold =
                    value.contains("bold") || value.parse().is_ok_and(|weight: u32| weight >= 600);
            }
            "text-decoration" | "text-decoration-line" => {
                self.is_underlined =
                    value.contains("underline") || around.is_underlined && value != "none";
            }
            "display" => self.is_hidden |= value == "none",
            "visibility" => self.is_hidden |= value == "hidden",
            "opacity" => self.is_hidden |= value.parse().is_ok_and(|opacity: f64| opacity == 0.0),
            _ => {}
        }
    }

    fn lay(&mut self, paint: ColorValue) {
        match paint {
            ColorValue::Solid(color, alpha) => {
                self.ground = match (alpha, self.ground) {
                    (1.0, _) => Some(color),
                    (alpha, Some(ground)) => Some(over(color, alpha, ground)),
                    (_, None) => None,
                };
            }
            ColorValue::Inherit => {}
            ColorValue::Unknown => self.ground = None,
        }
    }
}

/// A length in pixels.
pub(super) fn length(value: &str, around: f64) -> Option<f64> {
    let value = value.trim();
    let number = |unit: &str| value.strip_suffix(unit)?.trim().parse::<f64>().ok();
    number("px")
        .or_else(|| number("pt").map(|points| points * 4.0 / 3.0))
        .or_else(|| number("rem").map(|times| times * 16.0))
        .or_else(|| number("em").map(|times| times * around))
        .or_else(|| number("%").map(|percent| percent / 100.0 * around))
        .or_else(|| (value == "0").then_some(0.0))
}

fn ratio(value: &str, size: f64) -> Option<f64> {
    match value.trim().parse::<f64>() {
        Ok(times) => Some(times),
        Err(_) => Some(length(value, size)? / size.max(1.0)),
    }
}
