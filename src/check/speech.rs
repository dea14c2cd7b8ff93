//! Where somebody speaks: within quotation marks people may be anywhere in time, and say things twice.

/// The quotations of a text.
pub(super) struct QuotedSpeech {
    /// Where one begins or ends, and whether one is open from there on.
    turns: Vec<(usize, bool)>,
}

impl QuotedSpeech {
    pub(super) fn of(text: &str) -> Self {
        let pairs = [('“', '”'), ('‘', '’'), ('「', '」')];
        let mut open = [0_usize; 3];
        let mut closed = [0_usize; 3];
        let mut is_straight = false;
        let mut turns = Vec::new();
        for (at, char) in text.char_indices() {
            match char {
                '"' => is_straight = !is_straight,
                _ => {
                    let place = |(start, end): &(char, char)| char == *start || char == *end;
                    let Some(kind) = pairs.iter().position(place) else {
                        continue;
                    };
                    if char == pairs[kind].0 {
                        open[kind] += 1;
                    } else {
                        closed[kind] += 1;
                    }
                }
            }
            let is_open =
                is_straight || open.iter().zip(&closed).any(|(open, closed)| open > closed);
            turns.push((at + char.len_utf8(), is_open));
        }
        Self { turns }
    }

    /// Whether a quotation is open there.
    pub(super) fn is_open(&self, at: usize) -> bool {
        let before = self.turns.partition_point(|(turn, _)| *turn <= at);
        before.checked_sub(1).is_some_and(|last| self.turns[last].1)
    }
}
