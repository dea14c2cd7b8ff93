//! The head of a chunk: the rows of it that a claim looks at, and where it begins once some of them were taken.

/// A chunk that this sender has to itself until the transaction ends, as far as it looks into it. Its rows stand in the
/// order of their readers' numbers.
pub(crate) struct ChunkHead {
    pub(crate) lane: i64,
    pub(crate) no: i64,
    pub(crate) due_at: i64,
    pub(crate) next: i64,
    /// The last row that is looked at.
    pub(crate) to: i64,
    pub(crate) hi: i64,
}

impl ChunkHead {
    /// Where it begins now: at the first row that was found and left. Where the look was cut off, whatever follows the last
    /// one that was found is still there.
    pub(crate) fn begins_at(&self, found: &[FoundPlace], is_cut_off: bool) -> i64 {
        let own = |place: &&FoundPlace| (self.next..=self.to).contains(&place.ord);
        let own = || found.iter().filter(|place| !place.is_waiting).filter(own);
        let first_left = own()
            .filter(|place| !place.is_handled)
            .map(|it| it.ord)
            .min();
        let after = match is_cut_off {
            true => own().map(|place| place.ord + 1).max().unwrap_or(self.next),
            false => self.to + 1,
        };
        first_left.unwrap_or(after)
    }

    /// The lanes and numbers of chunks.
    pub(crate) fn keys<T>(cursors: &[(&Self, T)]) -> (Vec<i64>, Vec<i64>) {
        let keys = cursors.iter();
        keys.map(|(chunk, _)| (chunk.lane, chunk.no)).unzip()
    }
}

/// Where a row was found, and what became of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoundPlace {
    pub(crate) ord: i64,
    /// It waits by itself, and not with its chunk.
    pub(crate) is_waiting: bool,
    /// It was taken, or passed by for good.
    pub(crate) is_handled: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows 10 to 29, of which the first ten are looked at.
    const CHUNK: ChunkHead = ChunkHead {
        lane: 0,
        no: 1,
        due_at: 0,
        next: 10,
        to: 19,
        hi: 29,
    };

    fn found(handled: &[i64], left: &[i64]) -> Vec<FoundPlace> {
        let place = |is_handled| {
            move |ord: &i64| FoundPlace {
                ord: *ord,
                is_waiting: false,
                is_handled,
            }
        };
        let handled = handled.iter().map(place(true));
        handled.chain(left.iter().map(place(false))).collect()
    }

    #[test]
    fn a_chunk_begins_at_the_first_row_that_is_left() {
        let all: Vec<i64> = (10..20).collect();
        assert_eq!(CHUNK.begins_at(&found(&all, &[]), false), 20);
        assert_eq!(CHUNK.begins_at(&found(&[10, 11, 13], &[12, 14]), false), 12);
        assert_eq!(CHUNK.begins_at(&found(&[10, 11], &[14]), true), 14);
    }

    #[test]
    fn rows_that_nobody_claims_are_passed_and_those_beyond_the_look_are_not() {
        // 12 to 19 were passed by at the freeze.
        assert_eq!(CHUNK.begins_at(&found(&[10, 11], &[]), false), 20);
        assert_eq!(CHUNK.begins_at(&found(&[], &[]), false), 20);
        // The look ended at 11, and may have had more to find.
        assert_eq!(CHUNK.begins_at(&found(&[10, 11], &[]), true), 12);
        assert_eq!(CHUNK.begins_at(&found(&[], &[]), true), 10);
    }

    #[test]
    fn what_waits_by_itself_or_stands_in_another_chunk_moves_none() {
        let mut places = found(&[10], &[]);
        places.extend(found(&[], &[30, 9]));
        places.push(FoundPlace {
            ord: 11,
            is_waiting: true,
            is_handled: false,
        });
        assert_eq!(CHUNK.begins_at(&places, false), 20);
        assert_eq!(CHUNK.begins_at(&places, true), 11);
    }
}
