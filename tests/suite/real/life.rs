//! Readers' whole lives in Chromium, by the links of the mail that they get, over a real server: see
//! tests/browser/life.mjs.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use super::preview::has_browser;
use crate::support::TestPublication;

#[test]
fn readers_live_their_lives_by_the_links_of_their_mail() {
    if !has_browser() {
        return;
    }
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let pages = format!("http://{address}");
    let publication = TestPublication::of_the_house()
        .variable("DAILY_NOTE_WEB__BASE_URL", &pages)
        .variable("DAILY_NOTE_WEB__LISTEN", &address.to_string());
    publication
        .run(["send", "2026-11-23-small-models", "--yes"])
        .exits(0);
    let mut inbox = publication
        .command([
            "inbox",
            "--listen",
            "127.0.0.1:0",
            "--smtp",
            "127.0.0.1:0",
            "--json",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = BufReader::new(inbox.stdout.take().unwrap());
    let (found, finding) = mpsc::channel();
    thread::spawn(move || {
        for line in said.lines().map_while(Result::ok) {
            let line: Option<serde_json::Value> = serde_json::from_str(&line).ok();
            if let Some(page) = line.as_ref().and_then(|line| line["page"].as_str()) {
                let _ = found.send(page.to_owned());
            }
        }
    });
    let page = finding.recv_timeout(Duration::from_secs(60)).unwrap();
    // The same surroundings as the publication's own runs: its list, its state, nobody's home.
    let own = publication.command(["status"]);
    let mut play = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run"));
    play.arg("life.mjs").args([&pages, &page]);
    play.arg(env!("CARGO_BIN_EXE_daily-note"))
        .arg(publication.path(""));
    for (name, value) in own.get_envs() {
        if name.to_string_lossy().starts_with("DAILY_NOTE_") || name == "XDG_STATE_HOME" {
            play.env(name, value.unwrap());
        }
    }
    let output = play.output().unwrap();
    let _ = inbox.kill();
    let _ = inbox.wait();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
