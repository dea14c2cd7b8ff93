//! The preview and the inbox in Chromium: a writer's hour, played by tests/browser/preview.mjs, and
//! whoever tries a mail out, by tests/browser/inbox.mjs.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use super::is_installed;
use crate::support::{TestPublication, left_out};

/// A command that serves pages, stopped with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether Chromium and what drives it are here; says so where they aren't.
pub(super) fn has_browser() -> bool {
    let missing = ["node", "npm", "chromium"]
        .into_iter()
        .find(|it| !is_installed(it));
    if let Some(program) = missing {
        left_out(&format!("{program} is not installed"));
    }
    missing.is_none()
}

/// Plays a script of tests/browser; it says what fails.
fn play(script: &str, arguments: &[&str]) {
    let output = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run"))
        .arg(script)
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The script over a preview of the repository's own publication.
fn play_over_the_house(script: &str) {
    if !has_browser() {
        return;
    }
    let publication = TestPublication::of_the_house();
    let at = ["--at", "2026-11-24T09:00:00+09:00"];
    let (_running, page) = start(&publication, &[&["preview"], &at[..]].concat());
    play(script, &[&page, publication.path("").to_str().unwrap()]);
}

#[test]
fn a_save_shows_in_every_view_and_nothing_keeps_anybody_out() {
    play_over_the_house("preview.mjs");
}

#[test]
fn a_korean_reader_of_the_preview_meets_no_english_sentence() {
    play_over_the_house("preview_korean.mjs");
}

#[test]
fn mail_that_was_tried_out_is_read_by_everybody_and_cleared_once_asked_for() {
    if !has_browser() {
        return;
    }
    let publication = TestPublication::of_the_house();
    let send = ["send", "2026-11-26-twelve-by-twelve", "--yes"];
    publication.run(send).exits(0);
    let (_running, page) = start(&publication, &["inbox", "--smtp", "127.0.0.1:0"]);
    play("inbox.mjs", &[&page]);
    assert!(publication.inbox().is_empty());
    // What was sent only there can be sent again.
    publication.run(send).exits(0);
}

/// A command over a publication, and its page.
fn start(publication: &TestPublication, arguments: &[&str]) -> (Running, String) {
    let listen = ["--json", "--listen", "127.0.0.1:0"];
    let mut command = publication.command([arguments, &listen[..]].concat());
    command.stdout(Stdio::piped());
    command.stderr(Stdio::null());
    let mut running = Running(command.spawn().unwrap());
    let mut said = String::new();
    let mut lines = BufReader::new(running.0.stdout.take().unwrap());
    while serde_json::from_str::<serde_json::Value>(&said).is_err() {
        assert_ne!(lines.read_line(&mut said).unwrap(), 0, "it said {said:?}");
    }
    let place: serde_json::Value = serde_json::from_str(&said).unwrap();
    (running, place["page"].as_str().unwrap().to_owned())
}
