//! Those who only look – `preview`, `check --watch` – and `serve` beside them, where the disk fails or the
//! system has no notices of changes left to give.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use crate::{
    crash::shim::{Fault, Shim},
    identity::harness::Desk,
    schedule::wait_until,
    support::{TestPublication, left_out},
};

const FILE: &str = "issues/2026-11-23-quiet.md";

/// A command that runs on, and what it says, a line at a time.
struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let streams: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().unwrap()),
            Box::new(child.stderr.take().unwrap()),
        ];
        let (send, lines) = channel();
        for stream in streams {
            let send = send.clone();
            thread::spawn(move || {
                let lines = BufReader::new(stream).lines().map_while(Result::ok);
                lines.for_each(|line| drop(send.send(line)));
            });
        }
        Self { child, lines }
    }

    /// Waits for a line with these words.
    #[track_caller]
    fn says(&self, words: &str) -> String {
        let mut said = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(60)) {
            if line.contains(words) {
                return line;
            }
            said.push(line);
        }
        panic!("never `{words}`, but {said:#?}");
    }

    /// Where a preview has its page.
    fn page(&self) -> String {
        let line = self.says("page   http://");
        let address = line.split("http://").nth(1).unwrap();
        address.trim_end_matches('/').to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until the mail that the preview shows says so.
#[track_caller]
fn shows(page: &str, words: &str) {
    let has_it = || {
        let mut stream = TcpStream::connect(page).unwrap();
        let path = "/issue/2026-11-23-quiet/mail?scheme=light";
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).contains(words)
    };
    wait_until(has_it, words);
}

fn say(publication: &TestPublication, words: &str) {
    let file = publication.path(FILE);
    let text = fs::read_to_string(&file).unwrap();
    let (head, _) = text.split_once("## ").unwrap();
    fs::write(&file, format!("{head}## {words}\n\nText.\n")).unwrap();
}

/// The command where its user has no notices left: inotify's limits are counted a user namespace.
fn without_notices(command: &Command, limit: &str) -> Command {
    let mut limited = Command::new("unshare");
    let set = format!("echo {limit} && exec \"$@\"").replace(" = ", " > /proc/sys/user/");
    limited.args(["-Ur", "sh", "-c", &set, "sh"]);
    limited.arg(command.get_program()).args(command.get_args());
    limited
        .current_dir(command.get_current_dir().unwrap())
        .env_clear();
    for (name, value) in command.get_envs() {
        limited.env(name, value.unwrap_or_default());
    }
    limited.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    limited
}

/// No notices at all, and fewer than there are folders.
const LIMITS: [&str; 2] = ["0 = max_inotify_instances", "2 = max_inotify_watches"];

fn can_be_limited() -> bool {
    let try_out = without_notices(Command::new("true").current_dir("/"), LIMITS[0])
        .stderr(Stdio::null())
        .status();
    let can_be = try_out.is_ok_and(|status| status.success());
    if !can_be {
        left_out("no user namespaces here");
    }
    can_be
}

#[test]
fn preview_follows_the_files_where_no_notices_are_left() {
    if !can_be_limited() {
        return;
    }
    for limit in LIMITS {
        let publication = TestPublication::new();
        say(&publication, "Before");
        let line = [
            "--at",
            "2026-11-20T09:00:00Z",
            "preview",
            "--listen",
            "127.0.0.1:0",
        ];
        let preview = Running::spawn(&mut without_notices(&publication.command(line), limit));
        let page = preview.page();
        shows(&page, "Before");
        say(&publication, "Behind");
        shows(&page, "Behind");
    }
}

#[test]
fn check_watch_and_serve_need_no_notices() {
    if !can_be_limited() {
        return;
    }
    let publication = TestPublication::new();
    let line = [
        "--at",
        "2026-11-22T12:00:00Z",
        "check",
        "--watch",
        "--format",
        "github",
    ];
    let watch = Running::spawn(&mut without_notices(&publication.command(line), LIMITS[0]));
    watch.says("waiting for a change");
    let _publication = publication.issue_with("here is the report", "here");
    watch.says("link/vague-text");

    let desk = Desk::new();
    let line = ["serve", "--listen", "127.0.0.1:0"];
    let serve = Running::spawn(&mut without_notices(
        &desk.publication.command(line),
        LIMITS[0],
    ));
    wait_until(
        || desk.taken() == crate::identity::harness::READERS,
        "the issue",
    );
    drop(serve);
    desk.everybody_got(1);
}

#[test]
fn preview_goes_on_without_its_state_and_takes_it_up_again_by_itself() {
    let shim = Shim::build();
    let publication = TestPublication::new().subscribers(3);
    publication
        .run([
            "--at",
            "2026-11-20T09:00:00Z",
            "send",
            "2026-11-23-quiet",
            "--yes",
        ])
        .exits(0);
    let sign = publication.path("fails");
    let mut number = 0;
    for how in ["r", "f", "w", "s"] {
        let mut next = || {
            number += 1;
            format!("Line {number}")
        };
        let first = next();
        say(&publication, &first);
        fs::write(&sign, how).unwrap();
        let line = [
            "--at",
            "2026-11-20T09:00:00Z",
            "preview",
            "--listen",
            "127.0.0.1:0",
        ];
        let mut command = publication.command(line);
        command.env("DISK_FAILS_WHILE", &sign);
        shim.preload(&mut command, &publication.path(""), Fault::None);
        let preview = Running::spawn(&mut command);
        if how == "r" {
            preview.says("texts are shown without calendar and readers");
        }
        let page = preview.page();
        shows(&page, &first);
        let second = next();
        say(&publication, &second);
        shows(&page, &second);
        fs::remove_file(&sign).unwrap();
        if how == "r" {
            preview.says("the state can be read again");
        }
        let third = next();
        say(&publication, &third);
        shows(&page, &third);
    }
}
