//! Readers' names in the issue's text. While an issue is prepared nobody knows who reads it: a stand-in holds the word
//! for nobody and the particle, until a kind of reader is rendered (0005-messages-from-pieces-and-holes).

use std::borrow::Cow;

use crate::{
    issue::{NameParticle, ReaderName},
    render::escape_html,
};

/// Unicode's interlinear annotation (§23.8): no text of people has these characters.
const OPEN: char = '\u{fff9}';
const MIDDLE: char = '\u{fffa}';
const CLOSE: char = '\u{fffb}';

/// What stands in a prepared text for a name, the word for nobody as that text wants it.
pub(super) fn stand_in(name: &ReaderName, fallback: &str) -> String {
    let particle = name.particle.map(letter);
    let particle = particle.map_or_else(String::new, String::from);
    format!("{OPEN}{particle}{MIDDLE}{fallback}{CLOSE}")
}

/// The stand-in in HTML.
pub(super) fn html_stand_in(name: &ReaderName) -> String {
    stand_in(name, &escape_html(&name.fallback))
}

fn letter(particle: NameParticle) -> char {
    char::from(b'a' + particle as u8)
}

/// A filled template with what each stand-in becomes: `named` says what a name with that particle is, or is None for
/// readers without one.
pub(super) fn with_names<'t>(
    text: &'t str,
    named: Option<&dyn Fn(Option<NameParticle>) -> String>,
) -> Cow<'t, str> {
    if !text.contains(OPEN) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        out.push_str(before);
        let Some((inner, behind)) = after.split_once(CLOSE) else {
            rest = after;
            continue;
        };
        rest = behind;
        let (mark, fallback) = inner.split_once(MIDDLE).unwrap_or(("", inner));
        let particle = NameParticle::ALL
            .into_iter()
            .find(|particle| mark.starts_with(letter(*particle)));
        match named {
            Some(named) => out.push_str(&named(particle)),
            None => {
                out.push_str(fallback);
                if let Some(particle) = particle.filter(|_| !fallback.is_empty()) {
                    out.push_str(particle.behind(fallback));
                }
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}
