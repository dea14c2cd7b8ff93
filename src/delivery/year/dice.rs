//! Chance that comes the same each time for the same seed.

/// SplitMix64.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// A number from 0 to just below `sides`.
    pub(super) fn below(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        i64::try_from(mixed % u64::try_from(sides).unwrap()).unwrap()
    }

    /// Whether something comes about that does so many times in a hundred.
    pub(super) fn happens(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let count = i64::try_from(of.len()).unwrap();
        &of[usize::try_from(self.below(count)).unwrap()]
    }
}
