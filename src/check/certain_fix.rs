//! What takes a finding away for certain: bytes of the file and what to write instead. A rule gives one only where it
//! can mean nothing else; nobody applies it unasked.

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::FindingPlace;
use crate::source::Span;

/// A change of the file that a finding stands in.
#[derive(Debug, Clone)]
pub struct CertainFix {
    /// What is replaced.
    place: FindingPlace,
    /// What stands there then.
    with: String,
}

impl CertainFix {
    pub(super) fn new(place: FindingPlace, with: String) -> Self {
        Self { place, with }
    }

    /// The bytes that are replaced.
    #[must_use]
    pub(crate) fn place(&self) -> &FindingPlace {
        &self.place
    }

    /// What stands there then.
    #[must_use]
    pub(crate) fn with(&self) -> &str {
        &self.with
    }

    /// A text with all of these made, and how many were: of two at one place the first one.
    #[must_use]
    pub(crate) fn apply_all(text: &str, fixes: &[&Self]) -> (String, usize) {
        let mut fixes: Vec<(Span, &str)> = fixes
            .iter()
            .map(|fix| (fix.place.span(), fix.with.as_str()))
            .collect();
        fixes.sort_by_key(|(span, _)| (span.start, span.end));
        let mut fixed = String::with_capacity(text.len());
        let (mut done, mut made) = (0, 0);
        for (span, with) in fixes {
            if span.start < done {
                continue;
            }
            fixed.push_str(&text[done..span.start]);
            fixed.push_str(with);
            done = span.end;
            made += 1;
        }
        fixed.push_str(&text[done..]);
        (fixed, made)
    }
}

/// `{line, column, end_line, end_column, text}`
impl Serialize for CertainFix {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (start, end) = (self.place.start(), self.place.end());
        let mut object = to.serialize_struct("CertainFix", 5)?;
        object.serialize_field("line", &start.line)?;
        object.serialize_field("column", &start.column)?;
        object.serialize_field("end_line", &end.line)?;
        object.serialize_field("end_column", &end.column)?;
        object.serialize_field("text", &self.with)?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn of_two_changes_at_one_place_the_first_is_made() {
        let source = Source::new("a.md", "하나 둘 셋");
        let fix =
            |span, with: &str| CertainFix::new(FindingPlace::new(&source, span), with.to_owned());
        let (two, one) = (fix(7..10, "이"), fix(0..6, "일"));
        let over = fix(3..10, "?");
        let (text, made) = CertainFix::apply_all(source.text(), &[&two, &over, &one]);
        assert_eq!((text.as_str(), made), ("일 이 셋", 2));
    }
}
