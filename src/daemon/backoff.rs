//! Jobs that failed rest before they are tried again: until a file changes where that is what fixes
//! them, and for a while that doubles where only time does.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::live::FilesFingerprint;

const FIRST: TimeDelta = TimeDelta::seconds(5);
const LONGEST: TimeDelta = TimeDelta::minutes(5);

/// What fixes a failure before its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fixed {
    /// Nothing that could be seen.
    Time,
    /// Another key, certificate, token or configuration.
    Outlet(u64),
    /// Any change of files since these.
    Files(FilesFingerprint),
}

/// The backoffs of jobs, by issue.
#[derive(Default)]
pub(super) struct RetryBackoffs(BTreeMap<String, RetryBackoff>);

struct RetryBackoff {
    until: DateTime<Utc>,
    wait: TimeDelta,
    /// What ends it before its time.
    fixed_by: Fixed,
    /// Nothing failed: it is to be looked at again.
    is_a_look: bool,
}

impl RetryBackoffs {
    /// A failure that time may fix, or what mail leaves by: a key, a certificate, an address.
    pub(super) fn back_off(&mut self, issue: &str, files: FilesFingerprint, now: DateTime<Utc>) {
        let last = self.0.get(issue);
        let last = last.filter(|rest| !matches!(rest.fixed_by, Fixed::Files(_)));
        let wait = last.map_or(FIRST, |rest| (rest.wait * 2).min(LONGEST));
        self.put(issue, now, wait, Fixed::Outlet(files.outlet));
    }

    /// A failure of the state: tried again soon, since whatever fixes it tells nobody.
    pub(super) fn a_while(&mut self, issue: &str, now: DateTime<Utc>) {
        self.put(issue, now, TimeDelta::seconds(10), Fixed::Time);
    }

    /// A failure that a change of files fixes, or else a look now and then (the list is in the
    /// store, where no file tells).
    pub(super) fn until_files_change(
        &mut self,
        issue: &str,
        files: FilesFingerprint,
        now: DateTime<Utc>,
    ) {
        self.put(issue, now, LONGEST, Fixed::Files(files));
    }

    /// Somebody else is at work: soon again.
    pub(super) fn a_moment(&mut self, issue: &str, now: DateTime<Utc>) {
        self.put(issue, now, TimeDelta::seconds(1), Fixed::Time);
    }

    /// What was decided does not hold any more: to be decided again, soon.
    pub(super) fn look_again(&mut self, issue: &str, now: DateTime<Utc>) {
        self.put(issue, now, TimeDelta::milliseconds(500), Fixed::Time);
        if let Some(rest) = self.0.get_mut(issue) {
            rest.is_a_look = true;
        }
    }

    /// Whether it rests only to be looked at again.
    pub(super) fn is_a_look(&self, issue: &str) -> bool {
        self.0.get(issue).is_some_and(|rest| rest.is_a_look)
    }

    /// It went well.
    pub(super) fn end(&mut self, issue: &str) {
        self.0.remove(issue);
    }

    /// All may be tried again.
    pub(super) fn end_all(&mut self) {
        self.0.clear();
    }

    /// Until when an issue's job rests; None: it may be done.
    pub(super) fn until(
        &self,
        issue: &str,
        files: FilesFingerprint,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let rest = self.0.get(issue)?;
        let has_changed = match rest.fixed_by {
            Fixed::Time => false,
            Fixed::Outlet(then) => then != files.outlet,
            Fixed::Files(then) => then != files,
        };
        // A clock that was set back must not make it longer.
        let is_over = now >= rest.until || rest.until - now > rest.wait;
        (!has_changed && !is_over).then_some(rest.until)
    }

    fn put(&mut self, issue: &str, now: DateTime<Utc>, wait: TimeDelta, fixed_by: Fixed) {
        let until = now + wait;
        let rest = RetryBackoff {
            until,
            wait,
            fixed_by,
            is_a_look: false,
        };
        self.0.insert(issue.to_owned(), rest);
    }
}
