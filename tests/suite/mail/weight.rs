//! Bytes of HTML beside MJML's of the same words: Gmail clips a mail at 102 KB, and what it hides first
//! is the way out.

use std::fs;

use super::{digest::Digest, script};
use crate::support::TestPublication;

const ISSUES: u64 = 22;
/// What an issue of 25 KB of Markdown may weigh.
const MAX_BYTES: usize = 95_000;

#[test]
fn link_rich_issues_are_hardly_heavier_than_mjml_makes_them_and_fit_gmail() {
    let themes = ["paper", "letter"].map(|theme| {
        let publication = TestPublication::new().without("issues/2026-11-23-quiet.md");
        (
            theme,
            publication.and_config(&format!("look: {{theme: {theme}}}\n")),
        )
    });
    let folder = &themes[0].1;
    let mut files = Vec::new();
    let mut ours = Vec::new();
    for seed in 1..=ISSUES {
        let digest = Digest::drawn(seed);
        let markdown = digest.markdown.len();
        assert!(
            (20_000..40_000).contains(&markdown),
            "{seed}: {markdown} bytes of Markdown"
        );
        let name = "issues/2026-11-23-digest.md";
        for (theme, publication) in &themes {
            fs::write(publication.path(name), &digest.markdown).unwrap();
            publication
                .run(["render", "2026-11-23-digest", "--out", "out"])
                .exits(0);
            let html = fs::metadata(publication.path("out/issue.html")).unwrap();
            ours.push((seed, *theme, markdown, usize::try_from(html.len()).unwrap()));
        }
        files.push(folder.path(&format!("{seed}.mjml")));
        fs::write(files.last().unwrap(), &digest.mjml).unwrap();
    }
    let Some(said) = script("mjml.mjs", &["node", "npm"], &files) else {
        return;
    };
    let theirs: Vec<usize> = serde_json::from_str(&said).unwrap();
    assert_eq!(ours.len(), 2 * theirs.len());
    let theirs = theirs.into_iter().flat_map(|bytes| [bytes, bytes]);
    for ((seed, theme, markdown, ours), theirs) in ours.into_iter().zip(theirs) {
        println!(
            "{seed} in {theme}: {markdown} of Markdown, {ours} of HTML, MJML {theirs}: {:.2}",
            ours as f64 / theirs as f64
        );
        assert!(
            ours * 100 <= theirs * 125,
            "{seed} in {theme}: {ours} bytes, MJML {theirs}"
        );
        assert!(
            ours * 25_000 <= MAX_BYTES * markdown.max(25_000),
            "{seed} in {theme}: {ours} bytes of {markdown} of Markdown"
        );
    }
}
