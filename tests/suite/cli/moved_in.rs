//! Posts of nine programs in the shapes that each documents, brought in by `import-post` and rendered: every word that
//! readers of the post saw stands in the mail's text, in its order. A post stands in a file of `moved_in/`: what it is
//! called, what is in it, and behind a line of `=====` the words that its readers saw.

use std::{fs, path::Path};

use crate::support::TestPublication;

struct ForeignPost {
    path: String,
    text: String,
    /// Exports hold several: what readers saw of each.
    seen: Vec<String>,
}

fn posts() -> Vec<ForeignPost> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/cli/moved_in");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            let all = fs::read_to_string(file).unwrap();
            all.split("\n##### ")
                .filter(|post| !post.trim().is_empty())
                .map(|post| {
                    let (path, rest) = post.trim_start_matches("##### ").split_once('\n').unwrap();
                    let mut parts = rest.split("\n=====\n");
                    ForeignPost {
                        path: path.to_owned(),
                        text: format!("{}\n", parts.next().unwrap()),
                        seen: parts.map(str::to_owned).collect(),
                    }
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Words as both sides have them: letters and digits, whatever stands around them, without marks of emphasis.
fn words(text: &str) -> Vec<String> {
    let text = text.replace('*', "");
    text.split(|char: char| !char.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The first of the words that the text does not have in their order.
fn first_lost(seen: &[String], shown: &[String]) -> Option<String> {
    let mut shown = shown.iter();
    seen.iter()
        .find(|word| !shown.any(|other| other == *word))
        .cloned()
}

#[test]
fn posts_of_other_programs_come_in_and_are_rendered_with_nothing_lost() {
    let posts = posts();
    assert!(posts.iter().map(|post| post.seen.len()).sum::<usize>() >= 22);
    let mut lost = Vec::new();
    for post in posts {
        let publication = TestPublication::new().file(&post.path, &post.text);
        // Substack's pages have their titles in a table beside them.
        let publication = match post.path.starts_with("substack/") {
            true => publication.file(
                "substack/posts.csv",
                "post_id,post_date,is_published,title,subtitle\n\
                 1234.low-tide,2026-11-23T08:00:00.000Z,true,\"Low tide, twice\",A walk\n",
            ),
            false => publication,
        };
        let ran = publication.run(["import-post", &post.path, "--json"]);
        let report = ran.json();
        let taken = report["taken"].as_array().unwrap();
        if ran.code != Some(0) || taken.len() != post.seen.len() {
            lost.push(format!("{}: {}", post.path, ran.shown()));
            continue;
        }
        for (issue, seen) in taken.iter().zip(&post.seen) {
            let path = issue["issue"].as_str().unwrap();
            let rendered = publication.run(["render", path, "--out", "out"]);
            if rendered.code != Some(0) {
                lost.push(format!("{}: {}", post.path, rendered.shown()));
                continue;
            }
            let shown = fs::read_to_string(publication.path("out/issue.txt")).unwrap();
            if let Some(word) = first_lost(&words(seen), &words(&shown)) {
                let file = fs::read_to_string(publication.path(path)).unwrap();
                lost.push(format!("{}: `{word}`\n{shown}\n---- of\n{file}", post.path));
            }
        }
    }
    assert!(
        lost.is_empty(),
        "{} posts\n{}",
        lost.len(),
        lost.join("\n\n")
    );
}
