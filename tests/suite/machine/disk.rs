//! A disk that is full or answers with errors, once or for a while: `serve` says so meanwhile and goes on
//! by itself, `send --due` says so and ends, and its next call goes on.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::failing::Failing;
use crate::{identity::harness::Desk, operating::Daemon, schedule::wait_until, support::left_out};

const READERS: usize = 60;
const DELAY: Duration = Duration::from_millis(40);
/// Two connections, with two messages each that nobody can know of.
const IN_DOUBT: usize = 4;

/// What the shim lets go wrong, by its letter, and what people read.
const FAULTS: [(&str, &str); 3] = [
    ("f", "the disk is full"),
    ("w", "the disk answered with an error"),
    ("s", "the disk answered with an error"),
];

#[track_caller]
fn assert_once(taken: &HashMap<String, u32>, how: &str) {
    assert!(taken.values().all(|times| *times == 1), "{how}: {taken:?}");
    assert!(taken.len() + IN_DOUBT >= READERS, "{how}: {}", taken.len());
}

fn wait_for_the_end(daemon: &Daemon) {
    daemon.wait_for("/metrics", |_, page| {
        page.contains("state=\"finished\"} 1\n")
    });
    daemon.wait_for("/readyz", |status, _| status == 200);
}

/// While something fails: it lives, is not ready, and sends nothing more; after it: it goes on by itself
/// within half a minute, and is ready.
#[track_caller]
fn serve_outlives(daemon: &Daemon, desk: &Desk, fix: impl FnOnce()) {
    let ails = daemon.wait_for("/readyz", |status, _| status == 503);
    assert!(ails.contains("the state can't be used"), "{ails}");
    assert_eq!(daemon.get("/healthz").0, 200);
    daemon.wait_for("/metrics", |_, page| {
        page.contains("\ndaily_note_state_ok 0\n")
    });
    let before = desk.taken();
    thread::sleep(Duration::from_secs(2));
    assert_eq!(desk.taken(), before, "it went on without its ledger");
    fix();
    let fixed = Instant::now();
    wait_until(|| desk.taken() > before, "its going on");
    assert!(fixed.elapsed() < Duration::from_secs(30));
    wait_for_the_end(daemon);
}

#[test]
fn serve_goes_on_by_itself_whatever_the_disk_said_and_is_not_ready_meanwhile() {
    for (how, _) in FAULTS {
        let failing = Failing::of(READERS, DELAY);
        let daemon = Daemon::spawn(&mut failing.command(&["serve", "--listen", "127.0.0.1:0"]));
        wait_until(|| failing.desk.taken() > 5, "the first messages");
        failing.fail(how);
        serve_outlives(&daemon, &failing.desk, || failing.fix());
        drop(daemon);
        assert_once(&failing.desk.relay.finish(), how);
    }
}

#[test]
fn send_due_tells_what_the_disk_said_and_its_next_call_goes_on() {
    for (how, words) in FAULTS {
        let failing = Failing::of(READERS, DELAY);
        let mut command = failing.command(&["send", "--due"]);
        let child = command.stderr(Stdio::piped()).stdout(Stdio::piped());
        let child = child.spawn().unwrap();
        wait_until(|| failing.desk.taken() > 5, "the first messages");
        failing.fail(how);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(3), "{how}: {said}");
        assert!(said.contains(words), "{how}: {said}");
        failing.fix();
        let ended = failing.command(&["send", "--due"]).output().unwrap();
        let code = ended.status.code();
        assert!(matches!(code, Some(0 | 5)), "{how}: {ended:?}");
        assert_once(&failing.desk.relay.finish(), how);
    }
}

#[test]
fn one_failed_write_stops_neither_of_them_for_good() {
    for how in ["F", "W", "S"] {
        let failing = Failing::of(READERS, DELAY);
        let daemon = Daemon::spawn(&mut failing.command(&["serve", "--listen", "127.0.0.1:0"]));
        wait_until(|| failing.desk.taken() > 5, "the first messages");
        failing.fail(how);
        wait_for_the_end(&daemon);
        drop(daemon);
        assert_once(&failing.desk.relay.finish(), how);

        let failing = Failing::of(READERS, DELAY);
        let mut command = failing.command(&["send", "--due"]);
        let child = command.stderr(Stdio::null()).stdout(Stdio::null());
        let mut child = child.spawn().unwrap();
        wait_until(|| failing.desk.taken() > 5, "the first messages");
        failing.fail(how);
        child.wait().unwrap();
        let ended = failing.command(&["send", "--due"]).output().unwrap();
        let code = ended.status.code();
        assert!(matches!(code, Some(0 | 5 | 6)), "{how}: {ended:?}");
        assert_once(&failing.desk.relay.finish(), how);
    }
}

#[test]
fn reads_that_fail_for_a_while_stop_neither_of_them_for_good() {
    // What SQLite has in memory it need not read: only some of it fails.
    let failing = Failing::of(READERS, DELAY);
    let daemon = Daemon::spawn(&mut failing.command(&["serve", "--listen", "127.0.0.1:0"]));
    wait_until(|| failing.desk.taken() > 5, "the first messages");
    failing.fail("r");
    daemon.wait_for("/readyz", |status, _| status == 503);
    failing.fix();
    wait_for_the_end(&daemon);
    drop(daemon);
    assert_once(&failing.desk.relay.finish(), "serve");

    let failing = Failing::of(READERS, DELAY);
    failing.fail("r");
    let output = failing.command(&["send", "--due"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(failing.desk.taken(), 0);
    failing.fix();
    let ended = failing.command(&["send", "--due"]).output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_once(&failing.desk.relay.finish(), "send --due");
}

/// `serve` with a small disk of its own for a state folder; None: nobody can make one here.
fn serve_on_a_small_disk(desk: &Desk) -> Option<Daemon> {
    fs::create_dir_all(desk.path(".daily-note")).unwrap();
    let tried = on_a_small_disk(desk, "--version").output().unwrap();
    if !tried.status.success() {
        left_out("no small disk can be made here");
        return None;
    }
    let mut command = on_a_small_disk(desk, "serve --listen 127.0.0.1:0");
    Some(Daemon::spawn(&mut command))
}

fn on_a_small_disk(desk: &Desk, arguments: &str) -> Command {
    let binary = env!("CARGO_BIN_EXE_daily-note");
    let script = format!(
        "mount -t tmpfs -o size=60m tmpfs .daily-note && exec '{binary}' --lang en {arguments}"
    );
    let mut unshare = Command::new("unshare");
    // Root may mount; anybody else may in a world of their own.
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout != b"0\n" {
        unshare.args(["--user", "--map-root-user"]);
    }
    unshare.args(["--mount", "sh", "-c", &script]);
    unshare.current_dir(desk.path(""));
    for (name, value) in desk.publication.command([""; 0]).get_envs() {
        unshare.env(name, value.unwrap_or_default());
    }
    unshare
}

/// Writes until there is no room at all, as that process sees the folder.
fn fill(desk: &Desk, process: u32) -> PathBuf {
    let state = desk.path(".daily-note");
    let filler = PathBuf::from(format!("/proc/{process}/root{}/filler", state.display()));
    let mut dd = Command::new("dd");
    dd.args(["if=/dev/zero", "bs=1k", "status=none"]);
    dd.arg(format!("of={}", filler.display()));
    // That it ends with an error is the point.
    assert!(!dd.stderr(Stdio::null()).status().unwrap().success());
    assert!(filler.exists());
    filler
}

#[test]
fn a_disk_without_a_byte_left_stops_serve_until_there_is_room() {
    let desk = Desk::of(READERS, DELAY);
    let Some(daemon) = serve_on_a_small_disk(&desk) else {
        return;
    };
    wait_until(|| desk.taken() > 5, "the first messages");
    let filler = fill(&desk, daemon.id());
    serve_outlives(&daemon, &desk, || fs::remove_file(filler).unwrap());
    drop(daemon);
    assert_once(&desk.relay.finish(), "full");
}

#[test]
fn a_full_disk_makes_serve_unready_before_anything_is_due() {
    let desk = Desk::of(READERS, DELAY);
    let issue = format!("issues/{}-the-issue.md", desk.due_at.date_naive());
    let desk = desk.change(|publication| publication.without(&issue));
    let Some(daemon) = serve_on_a_small_disk(&desk) else {
        return;
    };
    daemon.wait_for("/readyz", |status, _| status == 200);
    let filler = fill(&desk, daemon.id());
    let ails = daemon.wait_for("/readyz", |status, _| status == 503);
    assert!(ails.contains("the state can't be used"), "{ails}");
    fs::remove_file(filler).unwrap();
    daemon.wait_for("/readyz", |status, _| status == 200);
}

#[test]
fn who_asks_often_whether_it_is_ready_costs_the_disk_nothing() {
    let desk = Desk::of(READERS, DELAY);
    let issue = format!("issues/{}-the-issue.md", desk.due_at.date_naive());
    let desk = desk.change(|publication| publication.without(&issue));
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let daemon = Daemon::spawn(&mut desk.publication.command(serve));
    daemon.wait_for("/readyz", |status, _| status == 200);
    let log = desk.path(".daily-note/daily-note.sqlite-wal");
    let written = || fs::metadata(&log).unwrap().len();
    // What a day begins with is written first.
    let mut before = 0;
    while before != written() {
        before = written();
        thread::sleep(Duration::from_millis(700));
    }
    for _ in 0..100 {
        assert_eq!(daemon.get("/readyz").0, 200);
    }
    // A page of the log and its head, once or twice at the most.
    assert!(
        written() - before <= 2 * (4_096 + 24),
        "{}",
        written() - before
    );
}
