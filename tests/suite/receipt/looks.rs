//! Every receipt in Chromium, in light and in dark, wide and narrow, with and without its style sheets.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::as_files;
use crate::{mail::script, support::TestPublication};

/// Where somebody who wants to look at them has them written.
const KEPT: &str = "RECEIPTS_FOLDER";

/// Kinds that have every part between them: a button that works for a while, facts, the newest issue.
const EVERY_PART: [&str; 2] = ["welcome", "goodbye"];

#[test]
fn axe_finds_nothing_in_a_receipt_and_none_scrolls_sideways() {
    let scratch = TempDir::new().unwrap();
    let kept = std::env::var_os(KEPT).map(PathBuf::from);
    let folder: &Path = kept.as_deref().unwrap_or(scratch.path());
    let house = TestPublication::of_the_house();
    let letter = TestPublication::of_the_house().and_config("look: {theme: letter}\n");
    let own = TestPublication::new().and_config(
        "web: {base_url: 'https://note.example.com'}\nlook: {theme: letter, font: serif, accent_fill: '#FFF200'}\n",
    );
    let files = [
        (&house, "ko", "paper-ko"),
        (&letter, "ko", "letter-ko"),
        (&own, "en", "letter-en"),
        (&house, "en", "paper-en"),
    ]
    .map(|(publication, language, name)| as_files(publication, language, folder.join(name)));
    let has_every_part = |file: &PathBuf| {
        let kind = file.parent().and_then(Path::file_name);
        EVERY_PART
            .iter()
            .any(|it| kind.is_some_and(|kind| kind == *it))
    };
    let looked_at: Vec<PathBuf> = files[..3]
        .concat()
        .into_iter()
        .filter(has_every_part)
        .collect();
    assert_eq!(looked_at.len(), 3 * EVERY_PART.len());
    script("look.mjs", &["node", "npm", "chromium"], &looked_at);
}
