//! A publication in a temporary folder, made by the test, and the real binary run in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use super::Ran;

const CONFIGURATION: &str = "\
publication:
  name: The Note
  language: en
  timezone: Europe/London
  from: The Note <hello@note.example.com>
  postal_address: 1 Example Street, London
  contact: hello@note.example.com
  unsubscribe_email: leave@note.example.com
editions:
  monday: {title: Monday, topic: software, day: mon, time: \"08:00\"}
";

const ISSUE: &str = "\
---
title: A quiet week
edition: monday
date: 2026-11-23
status: ready
---
Hello. This week is about one thing.

## The one thing

It happened, and [here is the report](https://example.com/report).
";

const LIST: &str = "\
- email: minji@example.com
  name: 민지
  consent: {at: 2026-03-01T09:00:00+09:00, source: web form}
- email: tom@example.com
  consent: {at: 2026-03-02T09:00:00+09:00, source: web form}
";

/// A publication to be changed by what a test is about. Without changes it has one issue that can
/// be sent, two subscribers, and the embedded inbox for a relay.
pub(crate) struct TestPublication {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl TestPublication {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            variables: Vec::new(),
        }
        .config(CONFIGURATION)
        .issue("2026-11-23-quiet.md", ISSUE)
        .list(LIST)
    }

    /// A copy of the publication that this repository is.
    pub(crate) fn of_the_house() -> Self {
        let house = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = TempDir::new().unwrap();
        for name in ["daily-note.yaml", "subscribers.yaml", "issues", "templates"] {
            copy(&house.join(name), &folder.path().join(name));
        }
        Self {
            folder,
            variables: Vec::new(),
        }
    }

    /// daily-note.yaml, whole.
    pub(crate) fn config(self, yaml: &str) -> Self {
        self.file("daily-note.yaml", yaml)
    }

    /// More lines for daily-note.yaml.
    pub(crate) fn and_config(self, yaml: &str) -> Self {
        let config = fs::read_to_string(self.path("daily-note.yaml")).unwrap();
        self.config(&format!("{config}{yaml}"))
    }

    /// A file of issues/.
    pub(crate) fn issue(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.file(&format!("issues/{name}"), text)
    }

    /// The one issue with a piece of its text replaced.
    pub(crate) fn issue_with(self, old: &str, new: &str) -> Self {
        assert!(ISSUE.contains(old), "the issue has no {old:?}");
        self.issue("2026-11-23-quiet.md", ISSUE.replacen(old, new, 1))
    }

    /// subscribers.yaml, whole.
    pub(crate) fn list(self, yaml: impl AsRef<[u8]>) -> Self {
        self.file("subscribers.yaml", yaml)
    }

    /// subscribers.yaml with so many readers: reader1@example.com …
    pub(crate) fn subscribers(self, count: usize) -> Self {
        let entry = |n| format!("- email: reader{n}@example.com\n  name: Reader {n}\n");
        self.list((1..=count).map(entry).collect::<String>())
    }

    /// Any file.
    pub(crate) fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Without a file that it has.
    pub(crate) fn without(self, name: &str) -> Self {
        fs::remove_file(self.path(name)).unwrap();
        self
    }

    /// A variable of the environment, for every run.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A file's path in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the binary in it, to its end.
    pub(crate) fn run<A: AsRef<str>>(&self, arguments: impl IntoIterator<Item = A>) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran::new(output, self.folder.path())
    }

    /// Starts the binary in it; nobody reads what it says.
    pub(crate) fn start<A: AsRef<str>>(&self, arguments: impl IntoIterator<Item = A>) -> Child {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null());
        command.stdout(Stdio::null());
        command.stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// The binary with these arguments, untouched by whoever runs the tests: no variables of
    /// theirs, no terminal; in English, whatever the publication is written in.
    pub(crate) fn command<A: AsRef<str>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daily-note"));
        command.args(["--lang", "en"]);
        for argument in arguments {
            command.arg(argument.as_ref());
        }
        command.current_dir(self.folder.path());
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.variables.iter().cloned());
        command.env("HOME", self.folder.path());
        command.env("XDG_STATE_HOME", self.path("state-home"));
        // Wide, so that no line breaks at a place that differs from run to run.
        command.env("COLUMNS", "200");
        command.stdin(Stdio::null());
        command
    }

    /// The .eml files that the embedded inbox took, in the order of arrival.
    pub(crate) fn inbox(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path(".daily-note/inbox")) else {
            return Vec::new();
        };
        let mut mail: Vec<PathBuf> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|it| it == "eml"))
            .collect();
        mail.sort();
        mail
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}
