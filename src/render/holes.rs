//! A reader's values, opaque to templates: a mark stands in for each while a template is filled, and a
//! hole is left where the mark comes out. A template can print a value or ask whether it is there; it
//! cannot see it.
//!
//! A mark is one character that neither templates nor the issue contain, so nothing can cut it, no
//! filter changes it, and escaping, styles and the HTML parser let it be. Its percent-encoded form is
//! known as well: there the value is wanted percent-encoded.

use std::{
    borrow::Cow,
    ops::{Range, RangeInclusive},
};

use memchr::memmem;

use crate::{
    issue::NameParticle,
    render::{ReaderView, escape_html, percent_encode},
};

/// A value of the reader's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReaderField {
    Name,
    Email,
    Unsubscribe,
    Preferences,
    Feedback,
    FeedbackAddress,
}

impl ReaderField {
    pub(crate) const ALL: [Self; 6] = [
        Self::Name,
        Self::Email,
        Self::Unsubscribe,
        Self::Preferences,
        Self::Feedback,
        Self::FeedbackAddress,
    ];

    /// As templates write it, after `reader.`.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Unsubscribe => "links.unsubscribe",
            Self::Preferences => "links.preferences",
            Self::Feedback => "links.feedback",
            Self::FeedbackAddress => "links.feedback_address",
        }
    }
}

/// What a place wants done to the value that fills it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HolePlace {
    /// HTML text or attribute: escaped, whatever filters the template asks for.
    Html,
    /// A URL's component: percent-encoded.
    Url,
    /// Text and headers.
    Text,
    /// Behind the name: the particle alone, in the form that joins it.
    Particle(NameParticle),
}

impl HolePlace {
    /// The value as it stands in this place.
    fn written(self, value: &str) -> Cow<'_, str> {
        match self {
            Self::Particle(particle) => particle.behind(value).into(),
            Self::Url => percent_encode(value).into(),
            Self::Html if value.contains(['&', '<', '>', '"', '\'']) => escape_html(value).into(),
            Self::Html | Self::Text => value.into(),
        }
    }
}

/// A place in a text that shows a value of the reader's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hole {
    pub(crate) field: ReaderField,
    pub(crate) place: HolePlace,
}

impl Hole {
    /// Appends the reader's value as this place wants it; nothing where there is none.
    pub(crate) fn push(self, value: Option<&str>, out: &mut Vec<u8>) {
        if let Some(value) = value {
            out.extend_from_slice(self.place.written(value).as_bytes());
        }
    }
}

/// A text cut into pieces and, between them, holes: always one piece more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CutText {
    pub(crate) pieces: Vec<String>,
    pub(crate) holes: Vec<Hole>,
}

impl CutText {
    /// The whole text for one reader, and where in it the holes are.
    pub(crate) fn filled<'v>(
        &self,
        value: impl Fn(ReaderField) -> Option<&'v str>,
    ) -> (String, Vec<Range<usize>>) {
        let mut text = String::with_capacity(self.len_bytes() + 64 * self.holes.len());
        let mut ranges = Vec::with_capacity(self.holes.len());
        for (index, piece) in self.pieces.iter().enumerate() {
            text.push_str(piece);
            if let Some(hole) = self.holes.get(index) {
                let start = text.len();
                if let Some(value) = value(hole.field) {
                    text.push_str(&hole.place.written(value));
                }
                ranges.push(start..text.len());
            }
        }
        (text, ranges)
    }

    /// The length of its pieces.
    pub(crate) fn len_bytes(&self) -> usize {
        self.pieces.iter().map(String::len).sum()
    }
}

/// Where marks are from: a plane of private use.
const MARK_RANGE: RangeInclusive<char> = '\u{f0000}'..='\u{ffffd}';
/// What each of them begins with, as it is and percent-encoded.
const PLANE_BYTE: u8 = 0xF3;
const PLANE_CODE: &[u8] = b"%F3";
/// How many characters stand in: one for each field, one for each particle behind the name.
const MARKS: usize = ReaderField::ALL.len() + NameParticle::ALL.len();

/// The characters that stand in for the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks([char; MARKS]);

impl Marks {
    /// Marks that none of these texts contains. None when they contain a whole plane of private use.
    pub(super) fn absent_from(texts: &[&str]) -> Option<Self> {
        // Nearly no text has any of them, and one look for all is enough then.
        let begins = |text: &&str| {
            let bytes = text.as_bytes();
            memchr::memchr(PLANE_BYTE, bytes).is_some() || memmem::find(bytes, PLANE_CODE).is_some()
        };
        if !texts.iter().any(begins) {
            let mut marks = MARK_RANGE;
            return Some(Self([(); MARKS].map(|()| marks.next().unwrap_or_default())));
        }
        let is_free = |mark: &char| {
            let mark = mark.to_string();
            let forms = [percent_encode(&mark), mark];
            let has = |text: &&str, form: &String| memmem::find(text.as_bytes(), form.as_bytes());
            !texts
                .iter()
                .any(|text| forms.iter().any(|form| has(text, form).is_some()))
        };
        let mut free = MARK_RANGE.filter(is_free);
        let mut marks = ['\0'; MARKS];
        for mark in &mut marks {
            *mark = free.next()?;
        }
        Some(Self(marks))
    }

    fn of(self, field: ReaderField) -> char {
        self.0[field as usize]
    }

    /// What stands for the name and the particle behind it in a text that is about to be cut.
    pub(super) fn of_name(self, particle: Option<NameParticle>) -> String {
        let particle = particle.map(|particle| self.0[ReaderField::ALL.len() + particle as usize]);
        [Some(self.of(ReaderField::Name)), particle]
            .into_iter()
            .flatten()
            .collect()
    }

    /// What templates see of a reader: marks for values. Language and tags, which they may look into,
    /// stay as they are.
    pub(super) fn in_place_of_values(self, reader: &ReaderView) -> ReaderView {
        let mut seen = reader.clone();
        for field in ReaderField::ALL {
            if reader.value(field).is_some() {
                seen.set(field, self.of(field).to_string());
            }
        }
        // Nobody's tag has a mark in it; one that had would be taken for a value.
        seen.language
            .retain(|character| !self.0.contains(&character));
        for tag in &mut seen.tags {
            tag.retain(|character| !self.0.contains(&character));
        }
        seen
    }

    /// Cuts a filled template at its marks. `place` is what a mark that stands there plainly wants.
    pub(super) fn cut(self, text: &str, place: HolePlace) -> CutText {
        let encoded = ReaderField::ALL.map(|field| percent_encode(&self.of(field).to_string()));
        let mut found: Vec<(Range<usize>, Hole)> = Vec::new();
        for field in ReaderField::ALL {
            let mark = self.of(field).to_string();
            let forms = [(&mark, place), (&encoded[field as usize], HolePlace::Url)];
            for (form, place) in forms {
                let matches = memmem::find_iter(text.as_bytes(), form);
                found.extend(matches.map(|at| (at..at + form.len(), Hole { field, place })));
            }
        }
        let marks = self.0[ReaderField::ALL.len()..].iter();
        for (mark, particle) in marks.zip(NameParticle::ALL) {
            let hole = Hole {
                field: ReaderField::Name,
                place: HolePlace::Particle(particle),
            };
            let mark = mark.to_string();
            let matches = memmem::find_iter(text.as_bytes(), &mark);
            found.extend(matches.map(|at| (at..at + mark.len(), hole)));
        }
        found.sort_unstable_by_key(|(range, _)| range.start);
        let mut cut = CutText {
            pieces: Vec::with_capacity(found.len() + 1),
            holes: Vec::with_capacity(found.len()),
        };
        let mut from = 0;
        for (range, hole) in found {
            cut.pieces.push(text[from..range.start].to_owned());
            cut.holes.push(hole);
            from = range.end;
        }
        cut.pieces.push(text[from..].to_owned());
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_cut_out_plain_and_percent_encoded_and_filled_for_their_place() {
        let taken = '\u{f0000}'.to_string();
        let marks = Marks::absent_from(&["<p>", &taken]).unwrap();
        let name = marks.of(ReaderField::Name);
        assert_ne!(name, '\u{f0000}');
        let email = percent_encode(&marks.of(ReaderField::Email).to_string());
        let cut = marks.cut(
            &format!("{taken}<p>{name}{name}, ?to={email}"),
            HolePlace::Html,
        );
        assert_eq!(cut.pieces, [&format!("{taken}<p>"), "", ", ?to=", ""]);
        let value = |field| match field {
            ReaderField::Name => Some("<민지>"),
            ReaderField::Email => Some("a&b@example.com"),
            _ => None,
        };
        let (text, holes) = cut.filled(value);
        assert_eq!(
            text,
            format!("{taken}<p>&lt;민지&gt;&lt;민지&gt;, ?to=a%26b%40example.com")
        );
        assert_eq!(&text[holes[2].clone()], "a%26b%40example.com");
    }
}
