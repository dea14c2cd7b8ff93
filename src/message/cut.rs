//! A rendered text, cut into fixed pieces and holes. How a value is written into each hole is
//! learned from renderings with other readers, and so is whether cutting is sound at all.

use std::ops::Range;

use super::fields::{Field, Fields, Place, Tokens};

/// Pieces and, between them, holes: always one piece more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) pieces: Vec<String>,
    pub(crate) holes: Vec<Hole>,
}

/// A place in the text that shows a value of the reader's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hole {
    pub(crate) field: Field,
    pub(crate) place: Place,
}

impl Cut {
    /// Cuts a rendering with tokens. `probes` are other readers with the text rendered for each;
    /// None when there is no way to fill the holes that gives every probe's text.
    pub(crate) fn learn(
        rendered: &str,
        tokens: &Tokens,
        probes: &[(&Fields, &str)],
    ) -> Option<Self> {
        let (pieces, fields) = tokens.split(rendered);
        let mut candidates = vec![Place::ALL.to_vec(); fields.len()];
        for (values, text) in probes {
            narrow(&pieces, &fields, &mut candidates, values, text)?;
        }
        let cut = Self {
            pieces: pieces.into_iter().map(str::to_owned).collect(),
            holes: fields
                .into_iter()
                .zip(candidates)
                .map(|(field, places)| {
                    Some(Hole {
                        field,
                        place: *places.first()?,
                    })
                })
                .collect::<Option<_>>()?,
        };
        let is_sound = probes
            .iter()
            .all(|(values, text)| cut.filled(values).0 == text.as_bytes());
        is_sound.then_some(cut)
    }

    /// The whole text for one reader, and where in it the holes are.
    pub(crate) fn filled(&self, values: &Fields) -> (Vec<u8>, Vec<Range<usize>>) {
        let mut text = Vec::with_capacity(self.pieces.iter().map(String::len).sum::<usize>() + 512);
        let mut ranges = Vec::with_capacity(self.holes.len());
        for (index, piece) in self.pieces.iter().enumerate() {
            text.extend_from_slice(piece.as_bytes());
            if let Some(hole) = self.holes.get(index) {
                let start = text.len();
                hole.push(values, &mut text);
                ranges.push(start..text.len());
            }
        }
        (text, ranges)
    }
}

impl Hole {
    /// The reader's value as this place wants it.
    pub(crate) fn push(self, values: &Fields, out: &mut Vec<u8>) {
        if let Some(value) = values.get(self.field) {
            self.place.push(value, out);
        }
    }
}

/// Walks along a probe's text and strikes out, hole by hole, the ways of writing that don't fit.
fn narrow(
    pieces: &[&str],
    fields: &[Field],
    candidates: &mut [Vec<Place>],
    values: &Fields,
    text: &str,
) -> Option<()> {
    let mut rest = text.as_bytes().strip_prefix(pieces.first()?.as_bytes())?;
    for ((field, places), after) in fields.iter().zip(candidates).zip(&pieces[1..]) {
        let mut next = None;
        places.retain(|place| {
            let mut written = Vec::new();
            place.push(values.get(*field).unwrap_or_default(), &mut written);
            let remainder = rest
                .strip_prefix(written.as_slice())
                .and_then(|rest| rest.strip_prefix(after.as_bytes()));
            next = next.or(remainder);
            remainder.is_some()
        });
        rest = next?;
    }
    rest.is_empty().then_some(())
}
