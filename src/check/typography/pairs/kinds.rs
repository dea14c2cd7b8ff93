//! Which marks come in pairs.

const PAIRS: [(char, char); 13] = [
    ('„', '“'),
    ('“', '”'),
    ('‘', '’'),
    ('"', '"'),
    ('\'', '\''),
    ('(', ')'),
    ('（', '）'),
    ('「', '」'),
    ('『', '』'),
    ('《', '》'),
    ('〈', '〉'),
    ('【', '】'),
    ('[', ']'),
];

/// What closes a mark.
pub(super) fn partner(open: char) -> Option<char> {
    PAIRS
        .iter()
        .find(|(mark, _)| *mark == open)
        .map(|(_, close)| *close)
}

/// What opens what this mark closes; None where both are one.
pub(super) fn opener(close: char) -> Option<char> {
    PAIRS
        .iter()
        .find(|(open, mark)| *mark == close && open != mark)
        .map(|(open, _)| *open)
}
