//! Emphasis beside Hangul, Kanji and Kana. CommonMark's flanking rules (§6.2) take spaces between
//! words for granted, so in `**“강조”**는` the second `**` can't close. The cure is the rule of
//! the "CJK-friendly emphasis" amendment: next to a CJK character, punctuation on the other side
//! of a delimiter run does not keep it from opening or closing.
//!
//! pulldown-cmark decides flanking from the characters around a run. So this copies the text with
//! an invisible marker where the amendment changes the answer, and maps places back. A marker also tells
//! `[[한국어]](https://…)`, a link whose words have brackets, from `[[slug]]`, an issue of the archive.

/// A text with markers, and the way back.
pub(super) struct MarkedText {
    /// What the Markdown parser reads.
    pub(super) text: String,
    /// The marker; None where nothing had to be marked.
    marker: Option<char>,
    /// Where in `text` each marker starts, ascending.
    inserted: Vec<usize>,
}

/// Noncharacters (Unicode §23.7): neither space nor punctuation, and not meant for interchange, so
/// an author's text has none. All have three bytes in UTF-8.
const MARKERS: std::ops::RangeInclusive<char> = '\u{FDD0}'..='\u{FDEF}';
const MARKER_BYTES: usize = 3;

impl MarkedText {
    /// Marks the delimiter runs in `text` that stand between punctuation and CJK.
    pub(super) fn new(text: &str) -> Self {
        let places = places(text);
        // A text that holds every noncharacter is somebody's joke: it is read by CommonMark's rule.
        let marker = MARKERS.into_iter().find(|marker| !text.contains(*marker));
        let (Some(marker), false) = (marker, places.is_empty()) else {
            return Self {
                text: text.to_owned(),
                marker: None,
                inserted: Vec::new(),
            };
        };
        let mut marked = String::with_capacity(text.len() + places.len() * MARKER_BYTES);
        let mut inserted = Vec::with_capacity(places.len());
        let mut done = 0;
        for place in places {
            marked.push_str(&text[done..place]);
            inserted.push(marked.len());
            marked.push(marker);
            done = place;
        }
        marked.push_str(&text[done..]);
        Self {
            text: marked,
            marker: Some(marker),
            inserted,
        }
    }

    /// The place in the original of a place in `text`.
    pub(super) fn original(&self, offset: usize) -> usize {
        let before = self.inserted.partition_point(|at| *at < offset);
        offset - before * MARKER_BYTES
    }

    /// A piece of the parser's output without markers.
    pub(super) fn unmarked(&self, text: &str) -> String {
        match self.marker {
            Some(marker) if text.contains(marker) => text.replace(marker, ""),
            _ => text.to_owned(),
        }
    }
}

/// The byte offsets at which a marker goes.
fn places(text: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut previous: Option<char> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((start, char)) = chars.next() {
        match char {
            // An escaped character is text; nothing may come between it and its backslash.
            '\\' => {
                previous = Some(char);
                if let Some((_, escaped)) = chars.next_if(|(_, next)| next.is_ascii_punctuation()) {
                    previous = Some(escaped);
                }
            }
            '*' | '~' => {
                let mut end = start + 1;
                while chars.next_if(|(_, next)| *next == char).is_some() {
                    end += 1;
                }
                if let (Some(before), Some((_, after))) = (previous, chars.peek().copied()) {
                    if is_mark(before) && before != '|' && is_cjk(after) {
                        places.push(start);
                    } else if is_cjk(before) && is_mark(after) && after != '|' {
                        places.push(end);
                    }
                }
                previous = Some(char);
            }
            '[' if is_bracketed_words(&text[start..]) => {
                places.push(start + 1);
                previous = Some(char);
            }
            _ => previous = Some(char),
        }
    }
    places
}

/// `[[words]](`, on one line.
fn is_bracketed_words(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("[[") else {
        return false;
    };
    let end = rest.find(['[', ']', '\n']).unwrap_or(rest.len());
    rest[end..].starts_with("]](")
}

/// Whatever may count as punctuation; a marker beside anything else changes nothing.
fn is_mark(char: char) -> bool {
    !char.is_whitespace() && !char.is_alphanumeric()
}

/// Scripts that are written without spaces around emphasis.
fn is_cjk(char: char) -> bool {
    matches!(char,
        '\u{1100}'..='\u{11FF}' // Hangul Jamo
        | '\u{2E80}'..='\u{2FDF}' // radicals
        | '\u{3000}'..='\u{30FF}' // CJK symbols and punctuation, Kana
        | '\u{3100}'..='\u{31FF}' // Bopomofo, Hangul compatibility Jamo
        | '\u{3200}'..='\u{9FFF}' // enclosed forms, ideographs
        | '\u{A960}'..='\u{A97F}' // Hangul Jamo extended A
        | '\u{AC00}'..='\u{D7FF}' // Hangul syllables
        | '\u{F900}'..='\u{FAFF}' // compatibility ideographs
        | '\u{FF00}'..='\u{FFEF}' // full-width and half-width forms
        | '\u{20000}'..='\u{3FFFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_emphasis_beside_cjk_is_left_alone() {
        let marked = MarkedText::new("**strong** and 2*3, \\*별\\*");
        assert_eq!(marked.marker, None);
        assert_eq!(marked.text, "**strong** and 2*3, \\*별\\*");
    }

    #[test]
    fn a_link_whose_words_have_brackets_is_no_link_to_an_issue() {
        let places = |text: &str| MarkedText::new(text).inserted.len();
        assert_eq!(places("[[한국어]](https://example.org) 글"), 1);
        assert_eq!(places("[[slug]] (글), [[a|b]], [[없음"), 0);
    }

    #[test]
    fn places_map_back() {
        let text = "이것은**“강조”**입니다";
        let marked = MarkedText::new(text);
        assert_eq!(marked.inserted.len(), 2);
        assert_eq!(marked.unmarked(&marked.text), text);
        let end = marked.text.find("입니다").unwrap();
        assert_eq!(marked.original(end), text.find("입니다").unwrap());
        assert_eq!(marked.original(marked.text.len()), text.len());
    }
}
