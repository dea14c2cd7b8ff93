//! The file that says from which list a publication is sent: whether other checkouts will have it.

use super::{Finding, rule::rules};
use crate::words::say;

rules! {
    NOT_IN_GIT = "keeper/not-in-git", Warning,
        "a checkout that doesn't have it can't know that another one sends, and mails everybody again", "";
    MISSING = "keeper/missing", Warning,
        "issues went out from here, and no other checkout can know it", "";
}

/// What is wrong with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeeperTrouble {
    /// It is there, and git doesn't know it.
    NotInGit,
    /// Issues went out, and there is none.
    Missing,
}

/// The finding on it. `file`: its name.
#[must_use]
pub(crate) fn keeper(file: &str, trouble: KeeperTrouble) -> Finding {
    let (rule, message, hint) = match trouble {
        KeeperTrouble::NotInGit => (
            &NOT_IN_GIT,
            say!("git doesn't know {file}", file),
            say!(
                "`git add {file}`, and commit it; if git calls it ignored, take its line out of .gitignore",
                file
            ),
        ),
        KeeperTrouble::Missing => (
            &MISSING,
            say!("there is no {file}, and issues went out from here", file),
            say!(
                "restore it from git; if nobody else sends this newsletter, `daily-note adopt` makes it again"
            ),
        ),
    };
    let mut finding = Finding::new(rule, message);
    finding.hint(hint);
    finding
}
