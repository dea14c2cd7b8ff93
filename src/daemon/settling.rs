//! Whether an issue's files are whole, judged by what is known of their last changes: never is half an
//! issue frozen, and never does what concerns it not keep it from leaving. Looks at nothing itself.
//!
//! - a file that holds what git says of it is whole: it is believed after one unit of time;
//! - one that somebody else wrote, after five;
//! - one that ends in the middle, or that a process has open to write, after fifteen;
//! - after thirty units in which they never stood still for so long, two readings that are alike are
//!   enough, unless one shows that it is not whole;
//! - in the middle of a merge nothing is believed, however long that takes.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use super::parts::{FileStamp, PartsFingerprint};
use crate::{app::git::AtWork, clock::Stopwatch, live::IssueFiles, words::phrased};

/// Units of time for a file of each kind, and until readings that are alike are enough.
const BY_GIT: u32 = 1;
const BY_OTHERS: u32 = 5;
const CUT: u32 = 15;
const ALIKE: u32 = 30;
/// Units after which people hear that an issue is held up, and after which it is an alarm.
pub(super) const TOLD_AFTER: u32 = 10;
pub(super) const ALARM_AFTER: u32 = 60;

/// What is known of the files of due issues.
#[derive(Debug, Default)]
pub(super) struct SettlingFiles {
    changes: BTreeMap<PathBuf, ContentSince>,
    unrest: BTreeMap<String, UnsettledIssue>,
}

/// A file's content, and since when it holds it.
#[derive(Debug)]
struct ContentSince {
    content: u64,
    age_then: Duration,
    since: Stopwatch,
}

/// An issue that is due and held up by its files.
#[derive(Debug)]
struct UnsettledIssue {
    since: Stopwatch,
    last: Stopwatch,
}

/// What the files are good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FilesVerdict {
    /// They stand still.
    Quiet,
    /// They don't, for long now: what reads twice alike is taken.
    Alike,
    /// Not yet.
    Hold(HoldReason),
}

/// Why an issue is held up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HoldReason {
    /// When to look again.
    pub(super) rest: Duration,
    /// For a person.
    pub(super) why: String,
}

impl SettlingFiles {
    /// Judges an issue's files as they were just seen.
    pub(super) fn judge(
        &mut self,
        issue: &str,
        parts: &IssueFiles,
        looks: &PartsFingerprint,
        at_work: Option<&AtWork>,
        unit: Duration,
    ) -> FilesVerdict {
        for (path, print) in &looks.0 {
            self.learn(path, print);
        }
        let verdict = self.verdict(issue, parts, looks, at_work, unit);
        if matches!(verdict, FilesVerdict::Hold(_)) {
            let long_ago = unit * ALARM_AFTER;
            let fresh = || UnsettledIssue {
                since: Stopwatch::start(),
                last: Stopwatch::start(),
            };
            let unrest = self.unrest.entry(issue.to_owned()).or_insert_with(fresh);
            if unrest.last.elapsed() > long_ago {
                *unrest = fresh();
            }
            unrest.last = Stopwatch::start();
        }
        verdict
    }

    /// How long an issue has been held up.
    pub(super) fn held(&self, issue: &str) -> Duration {
        let unrest = self.unrest.get(issue);
        unrest.map_or(Duration::ZERO, |unrest| unrest.since.elapsed())
    }

    /// Its files let it go.
    pub(super) fn end(&mut self, issue: &str) {
        self.unrest.remove(issue);
    }

    fn learn(&mut self, path: &PathBuf, print: &FileStamp) {
        let known = self.changes.get(path);
        if known.is_some_and(|known| known.content == print.content) {
            return;
        }
        let age_then = match known {
            // It was another a moment ago, whatever its time says.
            Some(known) => print.age().min(known.since.elapsed()),
            None => print.age(),
        };
        let change = ContentSince {
            content: print.content,
            age_then,
            since: Stopwatch::start(),
        };
        self.changes.insert(path.clone(), change);
    }

    fn verdict(
        &self,
        issue: &str,
        parts: &IssueFiles,
        looks: &PartsFingerprint,
        at_work: Option<&AtWork>,
        unit: Duration,
    ) -> FilesVerdict {
        let mut waits = Vec::new();
        let mut youngest = Duration::MAX;
        for (path, print) in &looks.0 {
            let age = self
                .changes
                .get(path)
                .map_or(Duration::ZERO, ContentSince::age);
            youngest = youngest.min(age);
            let is_open = print.is_open && !parts.is_list(path);
            let (needed, is_half) = match print {
                FileStamp {
                    is_written_by_git: true,
                    ..
                } => (BY_GIT, false),
                FileStamp { is_cut: true, .. } => (CUT, true),
                _ if is_open => (CUT, true),
                _ => (BY_OTHERS, false),
            };
            if let Some(rest) = (unit * needed).checked_sub(age).filter(|it| !it.is_zero()) {
                waits.push((rest, path, is_half));
            }
        }
        if let Some(at_work) = at_work
            && !(at_work.is_old() && youngest >= unit * ALIKE)
        {
            return FilesVerdict::Hold(HoldReason {
                rest: unit,
                why: at_work.words(),
            });
        }
        let Some((rest, path, is_half)) = waits.iter().max_by_key(|(rest, ..)| *rest) else {
            return FilesVerdict::Quiet;
        };
        let is_long = self.held(issue) >= unit * ALIKE;
        if is_long && !waits.iter().any(|(.., is_half)| *is_half) {
            return FilesVerdict::Alike;
        }
        let name = parts.name(path);
        let why = match is_half {
            true => phrased!("{name} is still being written: it is open, or ends in the middle"),
            false => phrased!("{name} is still being changed"),
        };
        FilesVerdict::Hold(HoldReason {
            // It may end sooner: somebody may let it stand as git has it.
            rest: (*rest).min(unit),
            why,
        })
    }
}

impl ContentSince {
    fn age(&self) -> Duration {
        self.age_then.saturating_add(self.since.elapsed())
    }
}

#[cfg(test)]
mod tests;
