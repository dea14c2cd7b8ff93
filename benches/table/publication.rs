//! A publication on the disk for a run, with an issue whose mail has 30 KB.

use std::{
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use chrono::{Days, NaiveDate};
use daily_note::message::dkim::NewKey;

use super::process::{self, Cost, watched};

/// What smtp-source gets with `-l`, and the benches' own issue has.
pub(crate) const MESSAGE_BYTES: usize = 30 * 1024;

/// What signs readers' links where more than one machine does.
pub(crate) const SECRET: &str = "the secret of the bench's machines, long enough";

/// The Monday of the first issue.
const FIRST: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date");

/// A publication and the program that sends it.
pub(crate) struct Publication {
    folder: tempfile::TempDir,
    pub(crate) issue: &'static str,
    /// Bytes of one message, before signing.
    pub(crate) message_bytes: usize,
    /// The address of the server that has its list; None: it lies in the folder.
    storage: Option<String>,
}

/// What a state leaves outside its folder.
const STATE_HOME: &str = "state-home";

impl Publication {
    /// In a folder of its own below `parent`, where there is one.
    pub(crate) fn new(parent: Option<&Path>) -> Self {
        let folder = match parent {
            Some(parent) => tempfile::tempdir_in(parent),
            None => tempfile::tempdir(),
        };
        let mut publication = Self {
            folder: folder.expect("a folder"),
            issue: "2026-11-23-weight",
            message_bytes: 0,
            storage: None,
        };
        fs::create_dir(publication.path("issues")).expect("issues/");
        publication.write("daily-note.yaml", &configuration(""));
        // A paragraph weighs the same as the next, so two sizes tell a third.
        let small = publication.weigh(10);
        let each = (publication.weigh(30) - small) as f64 / 20.0;
        let more = (MESSAGE_BYTES.saturating_sub(small) as f64 / each).ceil();
        publication.message_bytes = publication.weigh(10 + more as usize);
        publication
    }

    /// Has its list and its ledger on that server from now on.
    pub(crate) fn keep_at(&mut self, address: &str) {
        self.storage = Some(address.to_owned());
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect(name);
    }

    /// Signs from now on, as a publication of one's own domain does.
    pub(crate) fn sign(&self) {
        let key = NewKey::rsa().unwrap_or_else(|error| panic!("{error}"));
        self.write("dkim.pem", &key.pem);
        self.write(
            "daily-note.yaml",
            &configuration(
                "smtp: {dkim: {domain: note.example.com, selector: dn1, key_file: dkim.pem}}\n",
            ),
        );
    }

    /// The list kept by hand.
    pub(crate) fn write_list(&self, readers: usize, edition: &str) {
        let mut text = String::new();
        for number in 1..=readers {
            let domain = number % 50;
            let _ = write!(
                text,
                "- email: reader{number}@d{domain}.example.com\n  name: 독자 {number}\n  editions: [{edition}]\n"
            );
        }
        self.write("subscribers.yaml", &text);
    }

    /// An issue of the same words, so many weeks and one later: a batch of its own.
    pub(crate) fn write_twin(&self, weeks: usize, slug: &str) -> String {
        let text = fs::read_to_string(self.path("issues/2026-11-23-weight.md")).expect("the issue");
        let date = FIRST + Days::new(7 * (weeks as u64 + 1));
        let name = format!("{date}-{slug}");
        // A text that went out under another date is not sent again.
        let twin = text
            .replace("date: 2026-11-23", &format!("date: {date}"))
            .replace(
                "title: 삼십 킬로바이트",
                &format!("title: 삼십 킬로바이트 {slug} {weeks}"),
            );
        let twin = reordered(&twin, &name);
        self.write(&format!("issues/{name}.md"), &twin);
        name
    }

    /// Forgets everything that was sent, and the list of record.
    pub(crate) fn forget(&self) {
        for folder in [".daily-note", STATE_HOME] {
            let _ = fs::remove_dir_all(self.path(folder));
        }
        let _ = fs::remove_file(self.path("daily-note.keeper"));
    }

    /// A run of the program on this publication, under the watch.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = watched(program(), &self.account());
        self.dress(&mut command, arguments);
        command
    }

    /// The same without the watch: a process that is killed gives no account.
    pub(crate) fn bare_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        self.dress(&mut command, arguments);
        command
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        command
    }

    fn dress(&self, command: &mut Command, arguments: &[&str]) {
        command
            .env("XDG_STATE_HOME", self.path(STATE_HOME))
            .arg("--root")
            .arg(self.folder.path())
            .arg("--quiet")
            .args(arguments);
        self.place(command);
    }

    fn place(&self, command: &mut Command) {
        if let Some(address) = &self.storage {
            on_server(command, address);
        }
    }

    pub(crate) fn run(&self, command: &mut Command) -> Cost {
        process::run(command, &self.account())
    }

    /// The whole of `send`, to its end.
    pub(crate) fn send(&self, issue: &str, relay: SocketAddr, connections: usize) -> Cost {
        let mut command = self.command(&["send", issue, "--yes"]);
        let cost = self.run(towards(&mut command, relay, connections));
        assert_eq!(cost.code, 0, "send failed");
        cost
    }

    /// How many readers the ledger says have the issue.
    pub(crate) fn accepted(&self, issue: &str) -> u64 {
        // Where the embedded inbox is the relay, `status` tells of rehearsals.
        let mut command = Command::new(program());
        self.place(&mut command);
        let output = command
            .env("DAILY_NOTE_SMTP__URL", "smtp://127.0.0.1:25?tls=none")
            .arg("--root")
            .arg(self.folder.path())
            .args(["--json", "status", issue])
            .output()
            .expect("status");
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        status["counts"]["accepted"].as_u64().unwrap_or(0)
    }

    fn account(&self) -> PathBuf {
        self.path("account")
    }

    /// The bytes of a message of an issue with so many paragraphs.
    fn weigh(&self, paragraphs: usize) -> usize {
        let mut text =
            "---\ntitle: 삼십 킬로바이트\nedition: monday\ndate: 2026-11-23\nstatus: ready\n---\n\
                        한 통의 무게를 잽니다.\n\n## 무게\n\n"
                .to_owned();
        for number in 1..=paragraphs {
            let _ = write!(
                text,
                "{number}번째 문단입니다. 같은 글을 이만 명에게 보내는 데 드는 시간을 봅니다.\n\n"
            );
        }
        self.write("issues/2026-11-23-weight.md", &text);
        usize::try_from(self.message_of(self.issue)).unwrap_or(usize::MAX)
    }

    /// The bytes of one message of that issue.
    pub(crate) fn message_of(&self, issue: &str) -> u64 {
        let out = self.path("rendered");
        let out = out.to_string_lossy();
        let cost = self.run(&mut self.command(&["render", issue, "--out", &out]));
        assert_eq!(cost.code, 0, "render failed");
        let mail = fs::metadata(self.path("rendered/issue.eml")).expect("a message");
        mail.len()
    }
}

/// Points a run at a relay on this machine.
pub(crate) fn towards(
    command: &mut Command,
    relay: SocketAddr,
    connections: usize,
) -> &mut Command {
    command
        .env("DAILY_NOTE_SMTP__URL", format!("smtp://{relay}?tls=none"))
        .env("DAILY_NOTE_SMTP__CONNECTIONS", connections.to_string())
}

/// Has a run keep its list on that server, where all machines sign their links with one secret.
pub(crate) fn on_server<'a>(command: &'a mut Command, address: &str) -> &'a mut Command {
    command
        .env("DAILY_NOTE_STORAGE", address)
        .env("DAILY_NOTE_WEB__SECRET", SECRET)
}

pub(crate) fn program() -> &'static str {
    env!("CARGO_BIN_EXE_daily-note")
}

fn configuration(more: &str) -> String {
    format!(
        "publication: {{name: 데일리 노트, language: ko, timezone: Asia/Seoul, from: hello@note.example.com, \
         unsubscribe_email: leave@note.example.com}}\n\
         editions:\n  monday: {{title: 월요일 편, topic: 소프트웨어, day: mon, time: \"08:00\"}}\n  \
         thursday: {{title: 목요일 편, topic: 디자인, day: thu, time: \"08:00\"}}\n{more}"
    )
}

/// The same text with the words of its prose in another order, which is another text of the same weight: one
/// that went out is not sent again.
fn reordered(text: &str, seed: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_head = false;
    for (number, line) in text.lines().enumerate() {
        is_head ^= line == "---";
        let is_prose = line.chars().next().is_some_and(char::is_alphanumeric)
            && !line.contains(['[', '<', '`', '*', '|']);
        if is_head || !is_prose {
            out.push_str(line);
        } else {
            let mut words: Vec<&str> = line.split(' ').collect();
            words.sort_by_key(|word| {
                let mut hasher = DefaultHasher::new();
                (seed, number, word).hash(&mut hasher);
                hasher.finish()
            });
            out.push_str(&words.join(" "));
        }
        out.push('\n');
    }
    out
}
