//! What a run of the binary left behind.

use std::{
    path::{Path, PathBuf},
    process::Output,
};

/// A finished run: its exit code and all that it said.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; None where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    root: PathBuf,
}

impl Ran {
    pub(super) fn new(output: Output, root: &Path) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            root: root.to_owned(),
        }
    }

    /// Fails, showing everything, where the exit code is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.shown());
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self:?}"))
    }

    /// For a snapshot: code, stdout and stderr, without what differs from run to run.
    pub(crate) fn shown(&self) -> String {
        let mut shown = match self.code {
            Some(code) => format!("exit {code}\n"),
            None => "ended by a signal\n".to_owned(),
        };
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                shown.push_str(&format!("--- {name}\n{}\n", self.without_places(text)));
            }
        }
        shown
    }

    fn without_places(&self, text: &str) -> String {
        let text = text.replace(&self.root.display().to_string(), "ROOT");
        let ports = regex::Regex::new(r"(127\.0\.0\.1|localhost):\d+").unwrap();
        let text = ports.replace_all(&text, "$1:PORT");
        let times = regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ").unwrap();
        let text = times.replace_all(&text, "TIME");
        let processes = regex::Regex::new(r"process \d+").unwrap();
        let text = processes.replace_all(&text, "process PID");
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned()
    }
}
