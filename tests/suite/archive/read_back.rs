//! Feeds as other people's programs read them.

use std::fs;

use crate::support::{TestPublication, python};

const AT: &str = "2026-11-30T12:00:00Z";

fn written() -> TestPublication {
    let publication = TestPublication::of_the_house();
    publication
        .run(["--at", AT, "site", "--out", "public"])
        .exits(0);
    publication
}

#[test]
fn feed_rs_reads_the_same_entries_from_every_format() {
    let publication = written();
    let read = |file: &str| {
        let text = fs::read(publication.path(&format!("public/{file}"))).unwrap();
        feed_rs::parser::parse(text.as_slice()).unwrap_or_else(|error| panic!("{file}: {error}"))
    };
    let atom = read("feed.xml");
    assert_eq!(atom.entries.len(), 2);
    for file in ["rss.xml", "feed.json"] {
        let other = read(file);
        for (one, same) in atom.entries.iter().zip(&other.entries) {
            assert_eq!(one.id, same.id, "{file}");
            assert_eq!(one.published, same.published, "{file}");
            assert_eq!(one.links[0].href, same.links[0].href, "{file}");
            let title = |entry: &feed_rs::model::Entry| entry.title.clone().unwrap().content;
            assert_eq!(title(one), title(same), "{file}");
        }
        assert_eq!(other.entries.len(), 2, "{file}");
    }
    let newest = &atom.entries[0];
    assert_eq!(
        newest.id,
        "tag:daily-note.example.com,2026:thursday-2026-11-26"
    );
    assert_eq!(
        newest.published.unwrap().to_rfc3339(),
        "2026-11-25T23:00:00+00:00"
    );
    let content = newest.content.clone().unwrap().body.unwrap();
    assert!(content.contains("<h2 id=") && content.contains("<p>"));
    assert!(
        !content.contains("src=\"/"),
        "addresses are whole: {content}"
    );
    let monday = read("editions/monday/feed.xml");
    assert_eq!(monday.entries.len(), 1);
}

#[test]
fn feedparser_finds_nothing_malformed() {
    let publication = written();
    python::assert_content(
        "read_feeds.py",
        &["feedparser"],
        &publication.path("public"),
    );
}
