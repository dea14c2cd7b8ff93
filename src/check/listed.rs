//! A few things named in one sentence.

use crate::words::{Said, say};

/// `a, b and c` in whatever language: the last two joined by a word.
pub(super) fn both(items: Vec<Said>) -> Said {
    let joined = items
        .into_iter()
        .reduce(|list, last| say!("{list} and {last}", list, last));
    joined.unwrap_or_else(|| "".into())
}

/// `in Korean nor in English`.
pub(super) fn neither(items: Vec<Said>) -> Said {
    let joined = items
        .into_iter()
        .reduce(|list, last| say!("{list} nor in {last}", list, last));
    joined.unwrap_or_else(|| "".into())
}
