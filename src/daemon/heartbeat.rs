//! How the daemon is, as others may ask at any time: when it beat last, whether it keeps the calendar,
//! what keeps it from its work, when its state was written last.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};

use crate::{
    clock::{Pulse, Stopwatch},
    words::phrase,
};

/// A daemon whose last beat is longer ago than this hangs. A beat that reads years of issues takes a
/// second or two.
const DEAD_AFTER: Duration = Duration::from_secs(60);

/// What keeps the daemon from its work. In words that anybody may read: the details are in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum HealthReason {
    /// daily-note.yaml, or another file that all issues need.
    Configuration,
    /// Something that only a person can decide.
    Doubt,
    /// The list and the ledger can't be read or written.
    State,
    /// The files of an issue that is due.
    Held,
    /// The readers' pages, with a slot near.
    Pages,
    /// The address that they are to be served at.
    Listen,
    /// This machine's clock, or that of the server which has the state.
    Clock,
}

impl HealthReason {
    /// What it is called.
    #[must_use]
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Configuration => phrase!("the configuration can't be read"),
            Self::Doubt => phrase!("nothing is sent before a person has decided something"),
            Self::State => phrase!("the state can't be used"),
            Self::Held => phrase!("an issue is due, and its files are being changed"),
            Self::Pages => phrase!("a slot is near, and the readers' pages do not answer"),
            Self::Listen => {
                phrase!("the readers' pages can't be served: another program has their address")
            }
            Self::Clock => phrase!(
                "this machine's clock and the database server's differ: slots begin early or late"
            ),
        }
    }
}

/// The daemon's heartbeat. Shared with whoever watches it.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    pulse: Pulse,
    last_at: AtomicI64,
    is_keeping: AtomicBool,
    ailments: Mutex<BTreeSet<HealthReason>>,
    written: Mutex<WriteProgress>,
}

/// How far the writing of the state has come.
#[derive(Debug, Default)]
struct WriteProgress {
    writes: u64,
    last: Option<Stopwatch>,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self {
            pulse: Pulse::default(),
            last_at: AtomicI64::new(0),
            is_keeping: AtomicBool::new(false),
            ailments: Mutex::default(),
            written: Mutex::default(),
        }
    }
}

impl Heartbeat {
    /// It beats.
    pub(super) fn beat(
        &self,
        now: DateTime<Utc>,
        is_keeping: bool,
        ailments: BTreeSet<HealthReason>,
    ) {
        self.pulse.beat();
        self.last_at.store(now.timestamp(), Ordering::Relaxed);
        self.is_keeping.store(is_keeping, Ordering::Relaxed);
        *locked(&self.ailments) = ailments;
    }

    /// The state has been written so often by now.
    pub(crate) fn has_written(&self, writes: u64) {
        let mut written = locked(&self.written);
        if written.writes != writes {
            *written = WriteProgress {
                writes,
                last: Some(Stopwatch::start()),
            };
        }
    }

    /// How long ago the state was written last, as far as anybody looked; None: never yet.
    #[must_use]
    pub(crate) fn since_last_write(&self) -> Option<Duration> {
        locked(&self.written).last.map(|last| last.elapsed())
    }

    /// What keeps it from its work.
    #[must_use]
    pub(crate) fn ailments(&self) -> BTreeSet<HealthReason> {
        locked(&self.ailments).clone()
    }

    /// Whether it has beaten of late.
    #[must_use]
    pub(crate) fn is_alive(&self) -> bool {
        self.pulse.is_alive(DEAD_AFTER)
    }

    /// When it beat last, in seconds since 1970; 0 before the first beat.
    #[must_use]
    pub(crate) fn last_beat(&self) -> i64 {
        self.last_at.load(Ordering::Relaxed)
    }

    /// Whether this process keeps the calendar; it waits for another's end where not.
    #[must_use]
    pub(crate) fn is_keeping(&self) -> bool {
        self.is_keeping.load(Ordering::Relaxed)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
