//! Files in the folder of issues that nobody reads.

use super::{Finding, rule::rules};
use crate::{issue::UnseenReason, words::say};

rules! {
    UNSEEN = "archive/unseen-file", Warning,
        "a file with another ending, name or place is no issue: its slot stays empty", "";
}

/// The finding on one of them. `file`: its path below the publication.
#[must_use]
pub(crate) fn unseen(file: &str, reason: UnseenReason) -> Finding {
    let (message, hint) = match reason {
        UnseenReason::Ending => (
            say!("{file} is not read: issues end in `.md`", file),
            say!("rename it to {name}", name = renamed(file)),
        ),
        UnseenReason::IndexName => (
            say!(
                "{file} is not read: the text in an issue's folder is `index.md`",
                file
            ),
            say!("rename it to {name}", name = "index.md"),
        ),
        UnseenReason::TooDeep => (
            say!("{file} is not read: issues stand in issues/ itself", file),
            say!("move it up into issues/"),
        ),
    };
    let mut finding = Finding::new(&UNSEEN, message);
    finding.hint(hint);
    finding
}

/// The same name, ending in `.md`.
fn renamed(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name
        .trim_end_matches(".txt")
        .rsplit_once('.')
        .map_or(name, |(stem, _)| stem);
    format!("{stem}.md")
}
