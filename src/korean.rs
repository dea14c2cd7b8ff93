//! Korean as it is read aloud: syllables, how a word ends, which form a particle takes behind it.

pub(crate) mod hangul;
pub(crate) mod names;
pub(crate) mod particle;
pub(crate) mod reading;
mod spelling;
mod spoken_end;
