//! The repository's own publication against the programs of the real world: Postfix's Maildirs,
//! Python's `email`, SpamAssassin, axe in Chromium. Where one is missing, its test says that it was
//! left out; where `CI=true` it fails.

mod browser;
mod life;
mod maildirs;
mod preview;
mod python_email;
mod readers;
mod spam;

use std::{collections::BTreeMap, path::PathBuf};

use crate::support::TestPublication;

/// The newest issue that can be sent: the one that the README's first command sends.
const ISSUE: &str = "2026-11-23-small-models";

/// The house's issue in the embedded inbox.
fn delivered() -> (TestPublication, Vec<PathBuf>) {
    let publication = TestPublication::of_the_house();
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    let mail = publication.inbox();
    assert!(mail.len() >= 8, "{mail:?}");
    (publication, mail)
}

/// The names of the issue's readers, by address.
fn readers(publication: &TestPublication) -> BTreeMap<String, String> {
    let list = ["subscribers", "list", "--edition", "monday", "--json"];
    let list = publication.run(list).exits(0).json();
    let text = |row: &serde_json::Value, key| row[key].as_str().unwrap_or_default().to_owned();
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| (text(row, "email"), text(row, "name")))
        .collect()
}

/// Whether a program can be started.
pub(crate) fn is_installed(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).exists())
    })
}
