//! What of a text can be looked for: runs of letters and digits, composed and in small letters. The script of the
//! search page (`search.js`) cuts in the same way.

use crate::source::composed;

/// A run of letters and digits of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) letters: Vec<char>,
    /// Of a script that is written without spaces, or whose words take endings: found anywhere. Others are found
    /// where they begin.
    pub(super) is_dense: bool,
}

/// A text as it is searched in.
pub(super) fn folded(text: &str) -> String {
    composed(text).to_lowercase()
}

/// The runs of a folded text, in order.
pub(super) fn pieces(folded: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    each_piece(folded.chars(), |piece| pieces.push(piece.clone()));
    pieces
}

/// The same, one after the other.
pub(super) fn each_piece(folded: impl Iterator<Item = char>, mut take: impl FnMut(&Piece)) {
    let mut piece = Piece {
        letters: Vec::new(),
        is_dense: false,
    };
    for char in folded {
        let is_letter = char.is_alphanumeric();
        let is_dense = is_letter && is_dense(char);
        if (!is_letter || is_dense != piece.is_dense) && !piece.letters.is_empty() {
            take(&piece);
            piece.letters.clear();
        }
        if is_letter {
            piece.letters.push(char);
            piece.is_dense = is_dense;
        }
    }
    if !piece.letters.is_empty() {
        take(&piece);
    }
}

/// Kana, Han and Hangul.
pub(super) fn is_dense(char: char) -> bool {
    matches!(char, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

/// What a text's piece is indexed under.
pub(super) fn terms(piece: &Piece, mut take: impl FnMut(&[char])) {
    match piece.is_dense {
        true => {
            piece.letters.windows(2).for_each(&mut take);
            // Each letter begins a pair but the last.
            take(&piece.letters[piece.letters.len() - 1..]);
        }
        false => take(&piece.letters),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        let pieces = pieces(&folded(text)).into_iter();
        pieces
            .map(|piece| piece.letters.into_iter().collect())
            .collect()
    }

    #[test]
    fn scripts_part_and_signs_part() {
        assert_eq!(cut("GPT-3는 ‘C++’를"), ["gpt", "3", "는", "c", "를"]);
        assert_eq!(cut("a1b 작은모델 v2"), ["a1b", "작은모델", "v2"]);
        assert_eq!(cut("— …"), Vec::<String>::new());
    }

    #[test]
    fn a_dense_piece_is_its_pairs_and_its_last_letter() {
        let mut all = Vec::new();
        let piece = &pieces("작은모")[0];
        terms(piece, |term| all.push(term.iter().collect::<String>()));
        assert_eq!(all, ["작은", "은모", "모"]);
    }
}
