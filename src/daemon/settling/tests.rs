//! Judgements on looks that are made up: what each kind of last change has to wait for.

use std::fs;

use super::*;
use crate::{
    issue::Issue,
    publication::{Environment, Publication},
};

const UNIT: Duration = Duration::from_millis(20);
const ID: &str = "monday-2026-11-30";

/// An issue in a folder of its own, just written.
struct Desk {
    folder: tempfile::TempDir,
    parts: IssueFiles,
    settling: SettlingFiles,
    looks: PartsFingerprint,
}

impl Desk {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let yaml = "publication: {name: n, timezone: UTC, from: n@example.com}\n\
                    editions: {monday: {title: m, day: mon, time: '08:00'}}\n";
        let publication =
            Publication::from_yaml(folder.path(), yaml, &Environment::empty()).unwrap();
        fs::create_dir(folder.path().join("issues")).unwrap();
        let path = folder.path().join("issues/a.md");
        let whole = "---\ntitle: A\nedition: monday\ndate: 2026-11-30\nstatus: ready\n---\nA\n";
        let issue = Issue::parse(&publication, &path, whole).unwrap();
        let desk = Self {
            parts: IssueFiles::of(&publication, &issue.path, &[]),
            folder,
            settling: SettlingFiles::default(),
            looks: PartsFingerprint::default(),
        };
        desk.write(text);
        desk
    }

    fn write(&self, text: &str) {
        fs::write(self.folder.path().join("issues/a.md"), text).unwrap();
    }

    fn judge(&mut self, at_work: Option<&AtWork>) -> FilesVerdict {
        self.looks = PartsFingerprint::of(&self.parts, &self.looks);
        self.settling
            .judge(ID, &self.parts, &self.looks, at_work, UNIT)
    }

    /// How long it takes until it is believed.
    fn time_until_believed(&mut self) -> (Duration, FilesVerdict) {
        let since = Stopwatch::start();
        loop {
            match self.judge(None) {
                FilesVerdict::Hold(_) => std::thread::sleep(UNIT / 4),
                verdict => return (since.elapsed(), verdict),
            }
        }
    }
}

#[test]
fn what_ends_in_the_middle_of_a_line_waits_longer_than_what_looks_whole() {
    let (whole, _) = Desk::new("whole\n").time_until_believed();
    let (cut, verdict) = Desk::new("in the mid").time_until_believed();
    assert!(whole >= UNIT * (BY_OTHERS - 2), "{whole:?}");
    assert!(cut >= UNIT * (CUT - 2), "{cut:?}");
    assert_eq!(verdict, FilesVerdict::Quiet);
}

#[test]
fn what_never_stands_still_is_taken_after_a_while_if_it_is_whole() {
    let mut desk = Desk::new("0\n");
    let since = Stopwatch::start();
    for round in 1.. {
        match desk.judge(None) {
            FilesVerdict::Alike => break,
            // Quiet: a machine under load forgot to write for a while.
            FilesVerdict::Hold(_) | FilesVerdict::Quiet => desk.write(&format!("{round}\n")),
        }
        std::thread::sleep(UNIT / 4);
    }
    assert!(since.elapsed() >= UNIT * ALIKE);
    // And never what shows that it is not.
    for round in 1..60 {
        desk.write(&"half ".repeat(round));
        assert_ne!(desk.judge(None), FilesVerdict::Alike, "{round}");
        std::thread::sleep(UNIT / 4);
    }
}

#[test]
fn the_same_again_is_no_change() {
    let mut desk = Desk::new("no line break at the end");
    for _ in 0..CUT + 5 {
        desk.judge(None);
        desk.write("no line break at the end");
        std::thread::sleep(UNIT);
    }
    assert_eq!(desk.judge(None), FilesVerdict::Quiet);
}

#[test]
fn in_the_middle_of_a_merge_nothing_is_believed_and_an_old_lock_is_no_reason_for_ever() {
    let mut desk = Desk::new("whole\n");
    std::thread::sleep(UNIT * (ALIKE + 5));
    let merge = AtWork::HalfDone("merge");
    let lock = |seconds| AtWork::Locked {
        lock: "index.lock".into(),
        age: Duration::from_secs(seconds),
    };
    let FilesVerdict::Hold(hold) = desk.judge(Some(&merge)) else {
        panic!("begun in a merge");
    };
    assert!(hold.why.contains("git merge --abort"), "{}", hold.why);
    assert!(matches!(desk.judge(Some(&lock(1))), FilesVerdict::Hold(_)));
    assert_eq!(desk.judge(Some(&lock(61))), FilesVerdict::Quiet);
    // A checkout that takes long changes files all the time.
    desk.write("changed\n");
    assert!(matches!(desk.judge(Some(&lock(61))), FilesVerdict::Hold(_)));
}
