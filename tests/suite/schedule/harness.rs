//! A publication with one edition, and the real `serve` run in it beside the test.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use crate::support::TestPublication;

/// Monday at 08:00 in Seoul; the slot that the tests play is that of 2026-11-30, at 23:00 UTC the day
/// before.
pub(crate) const CONFIGURATION: &str = "\
publication:
  name: The Note
  language: en
  timezone: Asia/Seoul
  from: The Note <hello@note.example.com>
  postal_address: 1 Example Street, Seoul
  contact: hello@note.example.com
  unsubscribe_email: leave@note.example.com
editions:
  monday: {title: Monday, topic: software, day: mon, time: \"08:00\"}
";

/// An issue of that date and status.
pub(crate) fn issue(date: &str, status: &str) -> String {
    format!(
        "---\ntitle: A quiet week\nedition: monday\ndate: {date}\nstatus: {status}\n---\n\
         Hello. This week is about one thing.\n\n## The one thing\n\n\
         It happened, and [here is the report](https://example.com/report/{date}).\n"
    )
}

/// A publication whose one issue is that of 2026-11-30, ready, with two readers. Its files are in git's
/// index: what git knows so is whole, and is not waited for.
pub(crate) fn publication() -> TestPublication {
    let publication = TestPublication::new()
        .without("issues/2026-11-23-quiet.md")
        .config(CONFIGURATION)
        .issue("2026-11-30-quiet.md", issue("2026-11-30", "ready"));
    git(&publication.path(""), &["init", "-q"]);
    git(&publication.path(""), &["add", "-A"]);
    publication
}

/// Runs git there, as nobody in particular.
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(["-c", "core.hooksPath=/dev/null"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    // A conflict is a failure that some tests want.
    let _ = done.status;
}

/// A machine under load has its time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `serve`; killed at the end of the test.
pub(crate) struct Serve {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Serve {
    /// Starts `serve` at that pretended moment.
    pub(crate) fn start(publication: &TestPublication, at: &str) -> Self {
        let mut command = publication.command(["serve", "--json", "--at", at]);
        Self::spawn(&mut command)
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&lines);
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                heard.lock().unwrap().push(line);
            }
        });
        Self { child, lines }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has told so far.
    pub(crate) fn told(&self) -> Vec<serde_json::Value> {
        let lines = self.lines.lock().unwrap();
        lines
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Whether it has told of that kind of event.
    pub(crate) fn has_told(&self, kind: &str) -> bool {
        self.told().iter().any(|event| event["event"] == kind)
    }

    /// Waits until it has told of that kind of event.
    #[track_caller]
    pub(crate) fn wait_for(&self, kind: &str) -> serde_json::Value {
        let found = || {
            let told = self.told();
            told.into_iter().find(|event| event["event"] == kind)
        };
        let started = Instant::now();
        loop {
            if let Some(event) = found() {
                return event;
            }
            let told = self.told();
            assert!(
                started.elapsed() < PATIENCE,
                "waited in vain for `{kind}`; told: {told:?}"
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Dies at once, as in a power cut.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end, and answers its exit code.
    pub(crate) fn wait(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Asks it to stop, and answers its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal("-TERM");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn wait_until(is_so: impl Fn() -> bool, what: &str) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
