//! English words that came as text, in another language: an error's `Display`, a reason that an older program kept, what
//! the system answers. A text is known by what stands around its places; what stands in them is looked up in turn.

use super::{
    Catalogue,
    template::{TemplatePiece, filled, pieces},
};

/// A language's texts, to be known by their English.
#[derive(Debug)]
pub(super) struct HeardTexts<'a> {
    phrases: Vec<HeardText<'a>>,
    catalogue: &'a Catalogue,
}

#[derive(Debug)]
struct HeardText<'a> {
    pieces: Vec<TemplatePiece<'a>>,
    words: &'a str,
    /// Bytes outside of places: of two that fit, the one that says more is meant.
    own_bytes: usize,
}

/// A place's name and what stands in it.
type Capture<'t> = (&'t str, &'t str);

impl<'a> HeardTexts<'a> {
    /// Those of a catalogue that can be told from other people's words.
    pub(super) fn of(catalogue: &'a Catalogue) -> Self {
        let mut phrases: Vec<HeardText<'a>> = catalogue
            .texts()
            .filter_map(|(text, words)| HeardText::of(text, words))
            .collect();
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.own_bytes));
        Self { phrases, catalogue }
    }

    /// The text in the language; what is no phrase stays as it came.
    pub(super) fn said(&self, text: &str) -> String {
        let bare = text.trim_start_matches(' ');
        if let Some(said) = self.phrase(bare) {
            return format!("{}{said}", &text[..text.len() - bare.len()]);
        }
        // A sentence and what lies behind it; a place and what is wrong there.
        let mut cuts: Vec<(usize, &str)> = [": ", "; ", "\n"]
            .iter()
            .flat_map(|mark| text.match_indices(mark))
            .collect();
        cuts.sort_unstable();
        let whole = cuts
            .iter()
            .find_map(|(at, mark)| Some((*at, mark, self.phrase(text[..*at].trim_start())?)));
        let first = || {
            let (at, mark) = cuts.first()?;
            Some((*at, mark, text[..*at].to_owned()))
        };
        match whole.or_else(first) {
            Some((at, mark, said)) => {
                format!("{said}{mark}{}", self.said(&text[at + mark.len()..]))
            }
            None => text.to_owned(),
        }
    }

    /// The word of one of several things of a kind, which stands in a place of that name.
    fn word(&self, word: &str) -> String {
        let known = self.catalogue.words(&word.replace(' ', "_"), 0);
        known.unwrap_or(word).to_owned()
    }

    fn phrase(&self, text: &str) -> Option<String> {
        self.phrases.iter().find_map(|phrase| {
            let mut captures = Vec::new();
            let fits = taken(&phrase.pieces, text, &mut captures)
                && phrase.ends_with(&captures)
                && phrase.holds_a_name(&captures);
            fits.then(|| phrase.with(&captures, self))
        })
    }
}

impl<'a> HeardText<'a> {
    /// None where so little stands around the places that anybody could have said it.
    fn of(text: &'a str, words: &'a str) -> Option<Self> {
        let pieces: Vec<_> = pieces(text).collect();
        let own = |piece: &TemplatePiece<'a>| match piece {
            TemplatePiece::Words(words) => Some(*words),
            TemplatePiece::Place(_) => None,
        };
        let own_words: usize = pieces
            .iter()
            .filter_map(own)
            .map(|words| {
                words
                    .split_whitespace()
                    .filter(|word| has_letters(word))
                    .count()
            })
            .sum();
        let quotes = pieces
            .iter()
            .filter_map(own)
            .any(|words| words.contains(['`', '“']));
        let counts = pieces.first() == Some(&TemplatePiece::Place("n")) || text.starts_with("1 ");
        (own_words >= 2 || own_words == 1 && (quotes || counts && pieces.len() <= 2)).then(|| {
            Self {
                own_bytes: pieces.iter().filter_map(own).map(str::len).sum(),
                pieces,
                words,
            }
        })
    }

    fn with(&self, captures: &[Capture<'_>], book: &HeardTexts<'_>) -> String {
        let mut arguments: Vec<(&str, String)> = captures
            .iter()
            .map(|(name, value)| match *name {
                "word" => (*name, book.word(value)),
                name if self.quotes(name) => (name, (*value).to_owned()),
                name => (name, book.said(value)),
            })
            .collect();
        // What is said of one names no number.
        if !captures.iter().any(|(name, _)| *name == "n") {
            arguments.push(("n", "1".to_owned()));
        }
        filled(self.words, &arguments, true)
    }

    /// Whether a short text with one place at its edge holds a name there, and no half sentence of somebody else's.
    fn holds_a_name(&self, captures: &[Capture<'_>]) -> bool {
        let (words, is_edge) = match &self.pieces[..] {
            [TemplatePiece::Words(words), TemplatePiece::Place(_)]
            | [TemplatePiece::Place(_), TemplatePiece::Words(words)] => (*words, true),
            _ => ("", false),
        };
        let is_short = words.split_whitespace().count() < 3 && !words.trim_end().ends_with(':');
        let has_space = captures.iter().any(|(_, value)| value.contains(' '));
        !(is_edge && is_short && has_space)
    }

    /// Whether what stands in a place at the end is of this sentence, and no cause that was put behind it.
    fn ends_with(&self, captures: &[Capture<'_>]) -> bool {
        match (&self.pieces[..], captures.last()) {
            ([.., TemplatePiece::Words(before), TemplatePiece::Place(_)], Some((_, value))) => {
                before.trim_end().ends_with(':') || before.ends_with('\n') || !value.contains(": ")
            }
            _ => true,
        }
    }

    /// Whether a place stands in quotation marks: somebody else's words.
    fn quotes(&self, name: &str) -> bool {
        self.pieces.windows(2).any(|pair| match pair {
            [TemplatePiece::Words(before), TemplatePiece::Place(place)] => {
                place == &name && before.ends_with(['`', '“', '‘', '"'])
            }
            _ => false,
        })
    }
}

fn has_letters(word: &str) -> bool {
    word.contains(|char: char| char.is_ascii_alphabetic())
}

/// Whether a text is these pieces, one behind the other, and what stands in the places.
fn taken<'t>(pieces: &[TemplatePiece<'t>], text: &'t str, captures: &mut Vec<Capture<'t>>) -> bool {
    let Some((first, rest)) = pieces.split_first() else {
        return text.is_empty();
    };
    let name = match first {
        TemplatePiece::Words(words) => {
            let behind = text.strip_prefix(words);
            return behind.is_some_and(|behind| taken(rest, behind, captures));
        }
        TemplatePiece::Place(name) => *name,
    };
    let fits = |value: &str| match captures.iter().find(|(known, _)| *known == name) {
        Some((_, before)) => *before == value,
        None => name != "n" || value.bytes().all(|byte| byte.is_ascii_digit()),
    };
    let ends: Vec<usize> = match rest.first() {
        Some(TemplatePiece::Words(words)) => text.match_indices(words).map(|(at, _)| at).collect(),
        Some(TemplatePiece::Place(_)) => text.char_indices().map(|(at, _)| at).collect(),
        None => vec![text.len()],
    };
    let ends: Vec<usize> = ends
        .into_iter()
        .filter(|end| *end > 0 && fits(&text[..*end]))
        .collect();
    for end in ends {
        let known = captures.len();
        captures.push((name, &text[..end]));
        if taken(rest, &text[end..], captures) {
            return true;
        }
        captures.truncate(known);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        const WORDS: &str = "msgid \"the relay {relay} can't be reached\"\nmsgstr \"{relay} 릴레이에 연결할 수 없습니다\"\n\
             msgid \"{large} and {small}\"\nmsgstr \"{large} {small}\"\n\
             msgid \"it was silent for {time}\"\nmsgstr \"{time} 동안 응답이 없었습니다\"\n\
             msgid \"the relay says “{reply}”\"\nmsgstr \"릴레이의 답: “{reply}”\"\n\
             msgid \"1 minute\"\nmsgid_plural \"{n} minutes\"\nmsgstr[0] \"{n}분\"\n";
        HeardTexts::of(&Catalogue::read(&[WORDS])).said(text)
    }

    #[test]
    fn a_text_is_known_by_what_stands_around_its_places() {
        assert_eq!(
            said("the relay a:25 can't be reached"),
            "a:25 릴레이에 연결할 수 없습니다"
        );
        assert_eq!(
            said("it was silent for 2 minutes"),
            "2분 동안 응답이 없었습니다"
        );
        assert_eq!(
            said("it was silent for 1 minute"),
            "1분 동안 응답이 없었습니다"
        );
        assert_eq!(
            said("the relay a:25 can't be reached: it was silent for 1 minute: who knows"),
            "a:25 릴레이에 연결할 수 없습니다: 1분 동안 응답이 없었습니다: who knows"
        );
    }

    #[test]
    fn what_is_not_ours_stays_as_it_came() {
        for text in [
            "bread and butter",
            "minute",
            "it was silent for",
            "the relay can't be reached",
            "",
        ] {
            assert_eq!(said(text), text);
        }
        assert_eq!(
            said("the relay says “it was silent for 2 minutes”"),
            "릴레이의 답: “it was silent for 2 minutes”"
        );
    }
}
