//! SpamAssassin, without its look-ups in the network.

use std::{
    fs,
    process::{Command, Stdio},
};

use super::{delivered, is_installed};
use crate::support::left_out;

#[test]
fn spamassassin_finds_nothing_to_hold_against_the_issue() {
    if !is_installed("spamassassin") {
        left_out("spamassassin is not installed");
        return;
    }
    let (publication, mail) = delivered();
    // One with a name in Hangul, one without a name, one with a domain in Hangul among them.
    for path in mail {
        let output = Command::new("spamassassin")
            .args(["-L", "-t"])
            // Its files of habit belong to nobody's home.
            .env("HOME", publication.path(""))
            .stdin(Stdio::from(fs::File::open(&path).unwrap()))
            .output()
            .unwrap();
        let report = String::from_utf8_lossy(&output.stdout);
        let score = score(&report).unwrap_or_else(|| panic!("no score in {report}"));
        assert!(
            score <= 0.0,
            "{}: {score}\n{}",
            path.display(),
            summary(&report)
        );
    }
}

/// `X-Spam-Status: No, score=-0.2 required=5.0 …`
fn score(report: &str) -> Option<f64> {
    let status = report
        .lines()
        .find(|line| line.starts_with("X-Spam-Status: "))?;
    let (_, rest) = status.split_once("score=")?;
    rest.split_whitespace().next()?.parse().ok()
}

/// What it counted.
fn summary(report: &str) -> &str {
    report
        .find("Content analysis details")
        .map_or("", |at| &report[at..])
}
