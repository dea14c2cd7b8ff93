//! The archive in Chromium, with axe: looked at, crawled, searched.

use std::{path::Path, process::Command};

use crate::support::{TestPublication, left_out, succeeded};

const AT: &str = "2026-11-30T12:00:00Z";
/// Every kind of block, and words that stand within others.
const BLOCKS: &str = include_str!("blocks.md");

#[test]
fn every_kind_of_page_can_be_read_and_words_are_found() {
    let has = |program: &&str| {
        let found = Command::new("which").arg(program).output();
        found.is_ok_and(|found| found.status.success())
    };
    if let Some(program) = ["node", "npm", "chromium"].iter().find(|it| !has(it)) {
        left_out(&format!("{program} is not installed"));
        return;
    }
    let publication = TestPublication::of_the_house().issue("2026-11-19-compound.md", BLOCKS);
    publication
        .run(["--at", AT, "site", "--out", "public"])
        .exits(0);
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run");
    let output = Command::new(run)
        .arg("archive.mjs")
        .arg(publication.path("public"))
        .args(std::env::var_os("ARCHIVE_PICTURES"))
        .output()
        .unwrap();
    succeeded(&output);
}
