//! `check --watch`: a save is looked at, whatever it holds.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use crate::support::TestPublication;

/// A running watch and what it says, a line at a time.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(publication: &TestPublication) -> Self {
        let arguments = [
            "--at",
            "2026-11-22T12:00:00Z",
            "check",
            "--watch",
            "--format",
            "github",
        ];
        let mut command = publication.command(arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, lines) = channel();
        let streams: [Box<dyn std::io::Read + Send>; 2] = [
            Box::new(child.stdout.take().unwrap()),
            Box::new(child.stderr.take().unwrap()),
        ];
        for stream in streams {
            let send = send.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if send.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        Self { child, lines }
    }

    /// Waits for a line with these words.
    #[track_caller]
    fn says(&self, words: &str) {
        let mut said = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(60)) {
            if line.contains(words) {
                return;
            }
            said.push(line);
        }
        panic!("never `{words}`, but {said:#?}");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_save_is_looked_at_and_a_broken_file_is_waited_for() {
    let publication = TestPublication::new();
    let watch = Watch::start(&publication);
    watch.says("watch: all is well");
    let publication = publication.issue_with("here is the report", "here");
    watch.says("link/vague-text");
    let publication = publication.issue_with("title: A quiet week", "title: [");
    watch.says("issue/unreadable");
    let settings = std::fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
    let publication = publication.config("publication: {\n");
    watch.says("watch: done");
    let _publication = publication
        .config(&settings)
        .issue_with("one thing.", "one  thing.");
    watch.says("watch: all is well");
}
