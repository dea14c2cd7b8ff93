//! Whether a `'` that opens will be closed.

/// For each character, whether a mark after it closes a `'` before it: one that belongs to no `‘`
/// in between.
pub(super) fn single_closes(chars: &[(usize, char)]) -> Vec<bool> {
    let mut closes = vec![false; chars.len()];
    let mut has_straight = false;
    // The most by which `’` outnumber `‘` in any stretch that begins after the character.
    let mut most = 0_isize;
    for index in (0..chars.len()).rev() {
        closes[index] = has_straight || most > 0;
        let (_, char) = chars[index];
        let follows_text = index
            .checked_sub(1)
            .is_some_and(|before| !chars[before].1.is_whitespace());
        let precedes_word = chars
            .get(index + 1)
            .is_some_and(|(_, char)| char.is_ascii_alphanumeric());
        let is_close = follows_text && !precedes_word;
        match char {
            '‘' => most = (most - 1).max(0),
            '’' if is_close => most += 1,
            '\'' if is_close => has_straight = true,
            _ => {}
        }
    }
    closes
}
