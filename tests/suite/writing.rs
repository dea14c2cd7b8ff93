//! docs/writing.md, in both languages: what it shows is what the sample issue holds, that issue passes
//! `check`, and the pictures are of it.

use std::{collections::BTreeSet, fs, path::Path};

use aws_lc_rs::digest;

use crate::support::TestPublication;

const ISSUE: &str = "issues/2026-11-30-writing/index.md";
const LANGUAGES: [(&str, &str); 2] = [("ko", "docs/writing.ko.md"), ("en", "docs/writing.md")];

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(house().join(path)).unwrap()
}

fn sample(language: &str) -> String {
    read(format!("docs/examples/{language}/{ISSUE}"))
}

/// The blocks between fences of that kind, in order.
fn blocks(guide: &str, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        let fence: String = line.chars().take_while(|char| *char == '`').collect();
        if fence.len() < 3 {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
        if line[fence.len()..] == *kind {
            found.push(block.join("\n"));
        }
    }
    found
}

/// The pictures that the guide shows.
fn pictures(guide: &str) -> Vec<&str> {
    guide
        .split("<img src=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect()
}

fn sha256(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let bytes = digest.as_ref().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

fn copied(language: &str) -> TestPublication {
    let from = house().join("docs/examples").join(language);
    let file = |name: &str| fs::read(from.join(name)).unwrap();
    TestPublication::new()
        .without("issues/2026-11-23-quiet.md")
        .file("daily-note.yaml", file("daily-note.yaml"))
        .file(
            "issues/2026-11-23-first-steps.md",
            file("issues/2026-11-23-first-steps.md"),
        )
        .file(ISSUE, file(ISSUE))
        .file(
            "issues/2026-11-30-writing/harbour.png",
            file("issues/2026-11-30-writing/harbour.png"),
        )
        .file(
            "issues/2026-11-30-writing/pen.png",
            file("issues/2026-11-30-writing/pen.png"),
        )
}

#[test]
fn every_example_of_the_guide_stands_in_the_sample_issue() {
    for (language, guide) in LANGUAGES {
        let sample = sample(language);
        let guide = read(guide);
        let (head, body) = sample
            .strip_prefix("---\n")
            .unwrap()
            .split_once("\n---\n")
            .unwrap();
        assert_eq!(blocks(&guide, "yaml")[0], head, "{language}: the head");
        let stories: Vec<&str> = body
            .split("\n## ")
            .skip(1)
            .map(|story| story.split_once("\n\n").unwrap().1.trim_end())
            .collect();
        let examples = blocks(&guide, "markdown");
        assert_eq!(examples.len(), stories.len(), "{language}");
        for (example, story) in examples.iter().zip(stories) {
            assert_eq!(example, story, "{language}");
        }
    }
}

#[test]
fn the_sample_issue_has_nothing_to_mend_and_reads_as_the_guide_says() {
    for (language, guide) in LANGUAGES {
        let publication = copied(language);
        let at = ["--at", "2026-11-27T00:00:00Z"];
        publication
            .run(
                at.into_iter()
                    .chain(["check", "--strict", "2026-11-30-writing"]),
            )
            .exits(0);
        publication
            .run(["render", "2026-11-30-writing", "--out", "out"])
            .exits(0);
        let text = fs::read_to_string(publication.path("out/issue.txt")).unwrap();
        let wanted = &blocks(&read(guide), "text")[0];
        assert!(
            text.contains(wanted),
            "{language}: the text part is\n{text}"
        );
    }
}

#[test]
fn the_pictures_of_the_guide_are_of_this_sample_and_light() {
    let mut total = 0;
    for (language, guide) in LANGUAGES {
        let guide = read(guide);
        let folder = house().join("docs/images/writing").join(language);
        let of = fs::read_to_string(folder.join("of.sha256")).unwrap();
        assert_eq!(
            of.trim(),
            sha256(&sample(language)),
            "{language}: the sample has changed; run scripts/pictures"
        );
        let shown = pictures(&guide);
        assert_eq!(shown.len(), blocks(&guide, "markdown").len() + 2);
        for picture in &shown {
            total += fs::metadata(house().join("docs").join(picture))
                .unwrap()
                .len();
        }
        let kept = fs::read_dir(&folder).unwrap().count();
        assert_eq!(
            kept,
            shown.len() + 1,
            "{language}: a picture that nothing shows"
        );
    }
    assert!(total < 1_500_000, "{total} bytes");
}

#[test]
fn docs_templates_shows_each_part_and_block_as_the_sample_has_it() {
    let guide = read("docs/templates.md");
    for folder in ["parts", "blocks"] {
        for entry in fs::read_dir(house().join("templates/email").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let picture = format!("images/parts/{name}.png");
            let is_shown = guide.contains(&format!("| `{name}.html` | <img src=\"{picture}\""));
            let is_there = house().join("docs").join(&picture).is_file();
            // The empty row that ends a block.
            assert!(
                name == "gap" || is_shown && is_there,
                "{folder}/{name}.html"
            );
        }
    }
    let sample = read("docs/examples/en/issues/2026-12-07-parts.md");
    assert_eq!(
        read("docs/images/parts/of.sha256").trim(),
        sha256(&sample),
        "scripts/pictures makes the pictures again"
    );
}

#[test]
fn docs_templates_shows_both_themes_of_five_publications() {
    let texts = [
        "issues/2026-11-23-small-models/index.md",
        "issues/2026-11-26-twelve-by-twelve/index.md",
        "docs/examples/en/issues/2026-11-30-writing/index.md",
        "docs/examples/ja/issues/2026-11-30-pencils.md",
        "docs/examples/ar/issues/2026-11-30-pencils.md",
    ];
    assert_eq!(
        read("docs/images/looks/of.sha256").trim(),
        sha256(&texts.map(read).concat()),
        "scripts/pictures makes the pictures again"
    );
    let mut wanted = BTreeSet::from(["of.sha256".to_owned()]);
    for publication in ["monday", "thursday", "en", "ja", "ar"] {
        wanted.extend(["paper", "letter"].map(|theme| format!("{theme}-{publication}.png")));
    }
    let folder = house().join("docs/images/looks");
    let kept: BTreeSet<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(kept, wanted);
    let guide = read("docs/templates.md");
    let mut total = 0;
    for name in wanted.iter().filter(|name| name.ends_with(".png")) {
        assert!(
            guide.contains(&format!("<img src=\"images/looks/{name}\"")),
            "{name}"
        );
        total += fs::metadata(folder.join(name)).unwrap().len();
    }
    assert!(total < 2_000_000, "{total} bytes");
}
