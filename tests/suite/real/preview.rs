//! The preview in Chromium: a writer's hour, played by tests/browser/preview.mjs.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use super::is_installed;
use crate::support::{TestPublication, left_out};

/// The preview, stopped with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_save_shows_in_every_view_and_nothing_keeps_anybody_out() {
    let missing = ["node", "npm", "chromium"]
        .into_iter()
        .find(|it| !is_installed(it));
    if let Some(program) = missing {
        left_out(&format!("{program} is not installed"));
        return;
    }
    let publication = TestPublication::of_the_house();
    let (_running, page) = start(&publication);
    let output = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run"))
        .args(["preview.mjs", &page])
        .arg(publication.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The preview of a publication, and its page.
fn start(publication: &TestPublication) -> (Running, String) {
    let mut command = publication.command([
        "preview",
        "--json",
        "--at",
        "2026-11-24T09:00:00+09:00",
        "--listen",
        "127.0.0.1:0",
    ]);
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
