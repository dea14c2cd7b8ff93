//! What is due leaves, whole, whatever somebody does to the files around it; each under `serve` and
//! under `send --due`.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::harness::{CONFIGURATION, Serve, git, issue, publication, wait_until};
use crate::{
    scripted::{Greeting, ScriptedServer, reply},
    support::TestPublication,
};

const ISSUE: &str = "issues/2026-11-30-quiet.md";

/// Who keeps the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeper {
    Serve,
    Due,
}

impl Keeper {
    const BOTH: [Self; 2] = [Self::Serve, Self::Due];

    /// Starts it a moment after the slot's hour.
    fn start(self, publication: &TestPublication) -> Serve {
        let at = "2026-11-29T23:00:01Z";
        let mut command = match self {
            Self::Serve => publication.command(["serve", "--json", "--at", at]),
            Self::Due => publication.command(["send", "--due", "--json", "--at", at]),
        };
        Serve::spawn(&mut command)
    }
}

/// Something that goes on all the time beside the test, until it is dropped.
struct Turmoil {
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Turmoil {
    fn new() -> Self {
        Self {
            is_over: Arc::default(),
            threads: Vec::new(),
        }
    }

    fn every(mut self, pause: Duration, act: impl Fn(u32) + Send + 'static) -> Self {
        let is_over = Arc::clone(&self.is_over);
        self.threads.push(thread::spawn(move || {
            for round in 0.. {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                act(round);
                thread::sleep(pause);
            }
        }));
        self
    }
}

impl Drop for Turmoil {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// A repository with the branches `main` and `other`, which differ in a draft.
fn in_git(publication: TestPublication) -> TestPublication {
    let publication = publication.file(".gitignore", ".daily-note/\n");
    let at = publication.path("");
    git(&at, &["add", "-A"]);
    git(&at, &["commit", "-qm", "all"]);
    git(&at, &["checkout", "-qb", "other"]);
    let publication = publication.issue("2026-12-14-far.md", issue("2026-12-14", "draft"));
    git(&at, &["add", "-A"]);
    git(&at, &["commit", "-qm", "a draft"]);
    git(&at, &["checkout", "-q", "main"]);
    publication
}

#[test]
fn drafts_sign_ups_branches_and_a_slow_relay_keep_no_issue_from_leaving_by_serve() {
    leaves_in_a_turmoil(Keeper::Serve);
}

#[test]
fn drafts_sign_ups_branches_and_a_slow_relay_keep_no_issue_from_leaving_by_send_due() {
    leaves_in_a_turmoil(Keeper::Due);
}

fn leaves_in_a_turmoil(keeper: Keeper) {
    {
        let slow = reply("220 slow.example.com").after(Duration::from_secs(6));
        let relay = ScriptedServer::new().on(Greeting, slow).forgiving().start();
        let config = format!("{CONFIGURATION}smtp: {{url: \"{}\"}}\n", relay.url());
        let publication = in_git(publication().config(&config));
        let at = publication.path("");
        let (draft, list) = (
            publication.path("issues/2026-12-07-next.md"),
            publication.path("subscribers.yaml"),
        );
        let _turmoil = Turmoil::new()
            .every(Duration::from_millis(900), move |round| {
                let text = issue("2026-12-07", "draft") + &"word ".repeat(round as usize);
                fs::write(&draft, text).unwrap();
                fs::write(draft.with_extension("md.swp"), "x").unwrap();
            })
            .every(Duration::from_secs(1), move |round| {
                let mut list = OpenOptions::new().append(true).open(&list).unwrap();
                let line = format!("- email: late{round}@example.com\n");
                list.write_all(line.as_bytes()).unwrap();
            })
            .every(Duration::from_secs(1), move |round| {
                let branch = ["other", "main"][round as usize % 2];
                git(&at, &["checkout", "-q", branch]);
            });
        let started = Instant::now();
        let running = keeper.start(&publication);
        wait_until(|| relay.taken().len() >= 2, "the issue to leave");
        assert!(started.elapsed() < Duration::from_secs(60), "{keeper:?}");
        let mail = String::from_utf8(relay.taken()[0].bytes.clone()).unwrap();
        assert!(mail.contains("here is the report"), "{mail}");
        drop(running);
    }
}

/// Writes the rest of a text into its file after a pause, with the file open all the while.
fn pausing(path: &Path, text: &str, pause: Duration) -> JoinHandle<()> {
    let (path, text) = (path.to_owned(), text.to_owned());
    let mut file = File::create(path).unwrap();
    let middle = text.find("\n\n## ").unwrap() + 1;
    file.write_all(&text.as_bytes()[..middle]).unwrap();
    file.flush().unwrap();
    thread::spawn(move || {
        thread::sleep(pause);
        file.write_all(&text.as_bytes()[middle..]).unwrap();
    })
}

#[test]
fn an_issue_whose_writing_pauses_is_not_sent_in_half() {
    for keeper in Keeper::BOTH {
        let publication = publication();
        let text = issue("2026-11-30", "ready");
        let writing = pausing(&publication.path(ISSUE), &text, Duration::from_secs(7));
        let running = keeper.start(&publication);
        writing.join().unwrap();
        wait_until(|| publication.inbox().len() == 2, "two messages");
        let mail = fs::read_to_string(&publication.inbox()[0]).unwrap();
        assert!(mail.contains("It happened"), "{keeper:?}: {mail}");
        drop(running);
    }
}

#[test]
fn an_issue_that_an_editor_empties_before_it_writes_is_neither_refused_nor_half() {
    for keeper in Keeper::BOTH {
        let publication = publication();
        let path = publication.path(ISSUE);
        fs::write(&path, "").unwrap();
        let running = keeper.start(&publication);
        thread::sleep(Duration::from_millis(1500));
        fs::write(&path, issue("2026-11-30", "ready")).unwrap();
        wait_until(|| publication.inbox().len() == 2, "two messages");
        if keeper == Keeper::Serve {
            let told = running.told();
            let has = |kind: &str| told.iter().any(|event| event["event"] == kind);
            assert!(!has("issue_refused") && !has("slot_waits"), "{told:?}");
        }
    }
}

#[test]
fn in_the_middle_of_a_merge_nothing_is_sent_and_people_hear_why() {
    let publication = in_git(publication());
    let mark = publication.path(".git/MERGE_HEAD");
    fs::write(&mark, "").unwrap();
    let held = Keeper::Serve.start(&publication);
    let event = held.wait_for("issue_held");
    let why = event["why"].as_str().unwrap();
    assert!(why.contains("git merge --abort"), "{why}");
    fs::remove_file(mark).unwrap();
    held.wait_for("batch_ended");
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn send_due_waits_a_minute_for_a_merge_tells_it_as_an_alarm_and_fails() {
    let publication = in_git(publication());
    fs::write(publication.path(".git/MERGE_HEAD"), "").unwrap();
    let ran = publication.run(["send", "--due", "--at", "2026-11-29T23:00:00Z"]);
    let ran = ran.exits(5);
    assert!(said(&ran).contains("git merge --abort"), "{}", ran.shown());
    assert_eq!(publication.inbox().len(), 0);
}

fn said(ran: &crate::support::Ran) -> String {
    format!("{}{}", ran.stdout, ran.stderr)
}

#[test]
fn conflicts_in_an_issue_a_template_the_list_or_the_configuration_stop_it_at_their_line() {
    let conflict =
        "<<<<<<< HEAD\n- email: a@example.com\n=======\n- email: b@example.com\n>>>>>>> b\n";
    for (name, line) in [
        (ISSUE, "12:1"),
        ("templates/email/parts/footer.html", "1:1"),
        ("subscribers.yaml", "6:1"),
    ] {
        let publication = publication();
        let path = publication.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, text + conflict).unwrap();
        let place = format!("{name}:{line}: a merge conflict is not resolved here");
        let at = ["--at", "2026-11-29T23:00:00Z"];
        let due = publication.run(["send", "--due"].iter().chain(&at));
        let by_hand = publication.run(["send", ISSUE, "--yes"].iter().chain(&at));
        for ran in [due, by_hand] {
            assert!(
                said(&ran).contains("a merge conflict is not resolved here"),
                "{name}: {}",
                ran.shown()
            );
        }
        assert_eq!(publication.inbox().len(), 0);
        let running = Keeper::Serve.start(&publication);
        let refused = match name {
            ISSUE => running.wait_for("slot_waits"),
            _ => running.wait_for("issue_refused"),
        };
        let problem = refused["problems"][0].as_str().unwrap();
        assert!(problem.starts_with(&place), "{problem}");
        assert_eq!(publication.inbox().len(), 0);
    }
}
