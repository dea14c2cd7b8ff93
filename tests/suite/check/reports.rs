//! The forms that other programs read.

use super::check;
use crate::support::TestPublication;

fn odd() -> TestPublication {
    TestPublication::new().issue_with(
        "[here is the report](https://example.com/report)",
        "[[nobody]] and [here](https://example.com)",
    )
}

/// What the schema of SARIF 2.1.0 (OASIS) asks of the parts that we write.
#[test]
fn sarif_has_the_shape_of_its_schema() {
    let ran = check(&odd(), &["--format", "sarif"]).exits(4);
    let log = ran.json();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&log), ["$schema", "runs", "version"]);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(keys(run), ["columnKind", "results", "tool"]);
    assert!(["utf16CodeUnits", "unicodeCodePoints"].contains(&run["columnKind"].as_str().unwrap()));
    let driver = &run["tool"]["driver"];
    let rules: Vec<&str> = driver["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    let mut unique = rules.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), rules.len(), "rules are a set");
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 2);
    for result in results {
        assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(rules.contains(&result["ruleId"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(
            uri.is_ascii() && !uri.contains(' ') && !uri.starts_with('/'),
            "{uri}"
        );
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(place["region"][key].as_u64().unwrap() >= 1, "{place}");
        }
    }
}

#[test]
fn each_format_stands_alone_on_stdout() {
    let odd = odd();
    for format in ["json", "sarif"] {
        check(&odd, &["--format", format]).exits(4).json();
    }
    let github = check(&odd, &["--format", "github"]).exits(4);
    assert!(github.stdout.lines().count() >= 2);
    assert!(
        github.stdout.lines().all(|line| line.starts_with("::")),
        "{}",
        github.stdout
    );
    let human = check(&odd, &[]).exits(4);
    assert!(human.stdout.contains("link/unknown-issue") && human.stdout.contains("help:"));
}
