//! Every visible text against its ground, in light and in dark.

use std::collections::BTreeSet;

use super::{
    super::{Findings, finding::shortened},
    CONTRAST, DARK_CONTRAST,
    element::MailElement,
    look::{ColorMode, ElementStyle},
    page::ExaminedMail,
};
use crate::{look::contrast, words::say};

pub(super) fn check(page: &ExaminedMail<'_>, findings: &mut Findings<'_>) {
    let elements = page.elements();
    for (mode, rule) in [
        (ColorMode::Light, &CONTRAST),
        (ColorMode::Dark, &DARK_CONTRAST),
    ] {
        let looks = page.looks(mode);
        let mut told = BTreeSet::new();
        for (seen, look) in elements.iter().zip(looks) {
            let Some((ratio, needed)) = poor(seen, look) else {
                continue;
            };
            let (Some(color), Some(ground)) = (look.color, look.ground) else {
                continue;
            };
            // One finding a pair of colours: the rest is the same mistake.
            if told.insert((color.rgb, ground.rgb)) {
                let message = say!(
                    "#{color} on #{ground} is {ratio}:1, {needed}:1 is needed: `{words}`",
                    color = format!("{:06X}", color.rgb),
                    ground = format!("{:06X}", ground.rgb),
                    ratio = format!("{ratio:.1}"),
                    needed,
                    words = shortened(&seen.text, 30)
                );
                findings
                    .in_mail(rule, &seen.tag(), message)
                    .hint(say!("darken one of the two, or lighten the other"));
            }
        }
    }
}

/// The contrast of a text that has too little, and how much it needs.
fn poor(seen: &MailElement<'_>, look: &ElementStyle) -> Option<(f64, f64)> {
    if look.is_hidden || !seen.has_words || look.size < 1.5 {
        return None;
    }
    let ratio = contrast(look.color?, look.ground?);
    let is_large = look.size >= 24.0 || look.is_bold && look.size >= 18.66;
    let needed = if is_large { 3.0 } else { 4.5 };
    (ratio < needed).then_some((ratio, needed))
}
