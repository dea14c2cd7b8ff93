//! A publication whose hour has just come by the machine's own clock, a relay that counts, and the
//! commands that send. Nothing here is a rehearsal: a relay on this machine is a real one.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::{
    crash::relay::Relay,
    schedule::Serve,
    support::{Ran, TestPublication},
};

pub(crate) const READERS: usize = 6;

/// Every command that sends, of an issue that is due.
pub(crate) const SENDERS: [&[&str]; 3] = [
    &["send", "the-issue", "--yes"],
    &["send", "--due"],
    &["serve"],
];

/// The machine's time.
fn now() -> DateTime<Utc> {
    #[expect(
        clippy::disallowed_methods,
        reason = "real mail leaves by the real clock"
    )]
    Utc::now()
}

/// A publication, its relay, and what the relay took.
pub(crate) struct Desk {
    pub(crate) publication: TestPublication,
    pub(crate) relay: Relay,
    pub(crate) due_at: DateTime<Utc>,
}

impl Desk {
    /// The same to so many readers, whose message each takes the relay that long, over two connections.
    pub(crate) fn of(readers: usize, delay: Duration) -> Self {
        let desk = Self::with_delay(delay);
        desk.change(|publication| {
            let publication = publication.subscribers(readers);
            publication.variable("DAILY_NOTE_SMTP__CONNECTIONS", "2")
        })
    }

    /// One issue that has been due for two minutes, to six readers.
    pub(crate) fn new() -> Self {
        Self::with_delay(Duration::ZERO)
    }

    /// The same before a relay that takes its time at each message.
    pub(crate) fn with_delay(delay: Duration) -> Self {
        let due_at = now() - TimeDelta::minutes(2);
        let desk = Self {
            publication: TestPublication::new().without("issues/2026-11-23-quiet.md"),
            relay: Relay::start(delay),
            due_at,
        };
        let url = desk.url("127.0.0.1");
        desk.change(|publication| {
            publication
                .subscribers(READERS)
                .variable("DAILY_NOTE_SMTP__URL", &url)
        })
        .configured("")
        .issue("the-issue", due_at, "the first thing that happened")
    }

    pub(crate) fn change(self, change: impl FnOnce(TestPublication) -> TestPublication) -> Self {
        Self {
            publication: change(self.publication),
            ..self
        }
    }

    pub(crate) fn url(&self, host: &str) -> String {
        format!("smtp://{host}:{}?tls=none", self.relay.port())
    }

    /// daily-note.yaml, with more lines.
    fn configured(self, more: &str) -> Self {
        let day = self.due_at.weekday().to_string().to_lowercase();
        let yaml = format!(
            "publication:\n  name: The Note\n  language: en\n  timezone: UTC\n  \
             from: The Note <hello@note.example.com>\n  postal_address: 1 Example Street\n  \
             contact: hello@note.example.com\n  unsubscribe_email: leave@note.example.com\n\
             editions:\n  weekly: {{title: Weekly, topic: software, day: {day}, time: \"{}\"}}\n{more}",
            self.due_at.format("%H:%M")
        );
        self.change(|publication| publication.config(&yaml))
    }

    /// An issue of that moment's date, which says that.
    pub(crate) fn issue(self, id: &str, at: DateTime<Utc>, text: &str) -> Self {
        let date = at.date_naive();
        let name = format!("{date}-{id}.md");
        let text = format!(
            "---\ntitle: About {id}\nid: {id}\nedition: weekly\ndate: {date}\nstatus: ready\n---\n\
             Hello. This is about {text}.\n\n## One thing\n\nIt happened on {date}: {text}.\n"
        );
        self.change(|publication| publication.issue(&name, text))
    }

    /// An issue of the slot a week ago.
    pub(crate) fn and_an_earlier_issue(self) -> Self {
        let at = self.due_at - TimeDelta::weeks(1);
        self.issue("earlier", at, "something of the week before")
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.publication.run(arguments.iter())
    }

    /// The issue goes out, as the calendar wants it.
    pub(crate) fn sent(self) -> Self {
        self.run(&["send", "--due"]).exits(0);
        assert_eq!(self.taken(), READERS);
        self
    }

    pub(crate) fn taken(&self) -> usize {
        self.relay.count()
    }

    /// Each reader got so many messages.
    #[track_caller]
    pub(crate) fn everybody_got(self, times: u32) {
        let taken = self.relay.finish();
        assert_eq!(
            taken.len(),
            if times == 0 { 0 } else { READERS },
            "{taken:?}"
        );
        assert!(taken.values().all(|taken| *taken == times), "{taken:?}");
    }

    /// That sender sends nothing, says that a person has to decide, and names the command.
    #[track_caller]
    pub(crate) fn waits(&self, sender: &[&str], command: &str) {
        let before = self.taken();
        if *sender == ["serve"] {
            self.serve_waits(command);
        } else {
            let ran = self.run(sender).exits(3);
            assert!(ran.stderr.contains(command), "{sender:?}: {}", ran.shown());
        }
        assert_eq!(self.taken(), before, "{sender:?}");
    }

    #[track_caller]
    fn serve_waits(&self, command: &str) {
        let serve = Serve::spawn(&mut self.publication.command(["serve", "--json"]));
        let refused = serve.wait_for("state_refused");
        let reason = refused["reason"].as_str().unwrap();
        assert!(reason.contains(command), "{reason}");
        std::thread::sleep(Duration::from_millis(1_500));
        assert!(!serve.has_told("batch_began") && !serve.has_told("keeping"));
        let told = serve.told();
        let refusals = told
            .iter()
            .filter(|event| event["event"] == "state_refused");
        assert_eq!(refusals.count(), 1, "{told:?}");
        assert_eq!(serve.stop(), Some(0));
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.publication.path(name)
    }

    /// `cp -a`, as a person does it.
    pub(crate) fn copy(&self, from: &str, to: &str) {
        self.shell(&format!("cp -a '{from}' '{to}'"));
    }

    pub(crate) fn shell(&self, line: &str) {
        shell(&self.path(""), line);
    }

    /// The command at a terminal of its own, where that is typed.
    pub(crate) fn at_a_terminal(&self, arguments: &[&str], typed: &str) -> (i32, String) {
        let binary = env!("CARGO_BIN_EXE_daily-note");
        let line = format!("{binary} --lang en {}", arguments.join(" "));
        let plain = self.publication.command(arguments.iter());
        let mut script = Command::new("script");
        script.args(["-q", "-e", "-c", &line, "/dev/null"]);
        script.current_dir(self.path("")).env_clear();
        for (name, value) in plain.get_envs() {
            script.env(name, value.unwrap_or_default());
        }
        script.env("TERM", "dumb").env("SHELL", "/bin/sh");
        let mut child = script
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut keys = child.stdin.take().unwrap();
        keys.write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        drop(keys);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code().unwrap(), said)
    }

    /// Another checkout of the same files, without what git leaves out, mailing by the same relay.
    pub(crate) fn clone_without(self, left_out: &[&str]) -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        let other = folder.path().join("clone");
        shell(
            Path::new("/"),
            &format!("cp -a '{}' '{}'", self.path("").display(), other.display()),
        );
        for name in left_out {
            shell(&other, &format!("rm -rf '{name}'"));
        }
        shell(&self.path(""), "find . -mindepth 1 -delete");
        shell(&other, &format!("cp -a . '{}'", self.path("").display()));
        self
    }
}

#[track_caller]
fn shell(folder: &Path, line: &str) {
    let done = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .status()
        .unwrap();
    assert!(done.success(), "{line}");
}

/// What a file says.
pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
