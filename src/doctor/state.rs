//! The state folder: whether what is written there stays, and stays private.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    time::Duration,
};

use super::report::{CheckTopic, ReportLine};
use crate::{
    clock::Stopwatch,
    words::{Said, say},
};

/// Syncs that are timed.
const TRIES: usize = 15;
/// No disk writes faster than this; what does, does not write.
const TOO_FAST: Duration = Duration::from_micros(10);
const SLOW: Duration = Duration::from_millis(50);
const LITTLE_BYTES: u64 = 1_000_000_000;
const TOO_LITTLE_BYTES: u64 = 100_000_000;

/// What was measured of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateFacts {
    /// The folder, as people should read it.
    pub folder: String,
    /// How long a write takes to be on the disk: the middle of several.
    pub sync: Duration,
    /// Room for more.
    pub free_bytes: u64,
    /// Of the file system it lies on: statfs(2)'s magic number.
    pub file_system: u64,
    /// Whether its file system tells when a file was made.
    pub tells_birth: bool,
    /// Files that others on this machine can read, and should not.
    pub exposed: Vec<String>,
}

/// Writes, syncs and looks around in the folder.
///
/// # Errors
/// When it is not there, or can't be written.
pub fn measure_state(folder: &Path, shown: String) -> io::Result<StateFacts> {
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    let sync = time_syncs(&probe);
    let tells_birth = fs::metadata(&probe).is_ok_and(|probe| probe.created().is_ok());
    let _ = fs::remove_file(&probe);
    let room = rustix::fs::statvfs(folder)?;
    let mut exposed = Vec::new();
    for name in ["secret"] {
        if let Ok(metadata) = fs::metadata(folder.join(name))
            && metadata.permissions().mode() & 0o077 != 0
        {
            exposed.push(name.to_owned());
        }
    }
    Ok(StateFacts {
        folder: shown,
        sync: sync?,
        free_bytes: room.f_bavail.saturating_mul(room.f_frsize),
        file_system: file_system(folder)?,
        tells_birth,
        exposed,
    })
}

fn time_syncs(probe: &Path) -> io::Result<Duration> {
    let mut file = File::create(probe)?;
    let mut times = Vec::with_capacity(TRIES);
    for _ in 0..TRIES {
        let watch = Stopwatch::start();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        times.push(watch.elapsed());
    }
    times.sort_unstable();
    Ok(times[TRIES / 2])
}

#[cfg(target_os = "linux")]
fn file_system(folder: &Path) -> io::Result<u64> {
    let seen = rustix::fs::statfs(folder)?;
    Ok(seen.f_type as u64)
}

#[cfg(not(target_os = "linux"))]
fn file_system(_folder: &Path) -> io::Result<u64> {
    Ok(0)
}

/// What is special about a file system (Linux's magic numbers).
enum FileSystemKind {
    Ordinary,
    Memory,
    Network,
    Container,
}

fn kind(magic: u64) -> FileSystemKind {
    match magic & 0xffff_ffff {
        0x0102_1994 | 0x8584_58f6 => FileSystemKind::Memory,
        0x6969 | 0x517b | 0xff53_4d42 | 0xfe53_4d42 | 0x6573_5546 | 0x0102_1997 => {
            FileSystemKind::Network
        }
        0x794c_7630 => FileSystemKind::Container,
        _ => FileSystemKind::Ordinary,
    }
}

pub(super) fn judge(facts: &io::Result<StateFacts>, store: &Result<(), String>) -> Vec<ReportLine> {
    let facts = match facts {
        Ok(facts) => facts,
        Err(error) => {
            let what = say!(
                "the state folder can't be written: {error}",
                error = Said::heard(error.to_string())
            );
            return vec![
                ReportLine::bad(CheckTopic::State, what)
                    .because(say!(
                        "the list and the ledger live there; nothing is sent without them"
                    ))
                    .fix(say!(
                        "give the user who runs daily-note the right to write .daily-note"
                    )),
            ];
        }
    };
    let mut checks = vec![match store {
        Ok(()) => ReportLine::good(
            CheckTopic::State,
            say!("{folder} opens", folder = facts.folder),
        ),
        Err(error) => shut(error),
    }];
    checks.push(durability(facts));
    checks.extend(place(facts));
    checks.extend(room(facts));
    checks.extend(identity(facts));
    for name in &facts.exposed {
        let path = format!("{}/{name}", facts.folder);
        checks.push(
            ReportLine::care(
                CheckTopic::State,
                say!("{path} can be read by others on this machine", path),
            )
            .because(say!(
                "it signs the readers' links: who has it can unsubscribe anybody"
            ))
            .fix(format!("chmod 600 {path}")),
        );
    }
    checks
}

/// The list and the ledger don't open.
pub(super) fn shut(error: &str) -> ReportLine {
    ReportLine::bad(CheckTopic::State, Said::heard(error)).because(say!(
        "the list and the ledger live there; nothing is sent without them"
    ))
}

fn durability(facts: &StateFacts) -> ReportLine {
    let time = format!("{:.1?}", facts.sync);
    let took = say!("a write is on the disk in {time}", time);
    if facts.sync < TOO_FAST {
        let what = say!(
            "{took}, which no disk can do: fsync seems to be switched off",
            took
        );
        return ReportLine::care(CheckTopic::State, what)
            .because(say!("after a power cut the ledger may have forgotten who has an issue"))
            .fix(say!("move the publication to a real disk, or take away what swallows fsync (eatmydata, nobarrier)"));
    }
    if facts.sync > SLOW {
        return ReportLine::care(CheckTopic::State, took)
            .because(say!("the ledger waits for it once a group of mails"))
            .fix(say!(
                "move the publication to a faster disk if sending takes too long"
            ));
    }
    ReportLine::good(CheckTopic::State, took)
}

fn place(facts: &StateFacts) -> Option<ReportLine> {
    let folder = &facts.folder;
    match kind(facts.file_system) {
        FileSystemKind::Ordinary => None,
        FileSystemKind::Memory => Some(
            ReportLine::bad(
                CheckTopic::State,
                say!("{folder} lies in memory (tmpfs)", folder),
            )
            .because(say!("the list and the ledger are gone at the next restart"))
            .fix(say!("move the publication to a disk")),
        ),
        FileSystemKind::Network => Some(
            ReportLine::care(
                CheckTopic::State,
                say!(
                    "{folder} lies on a network or user-space file system",
                    folder
                ),
            )
            .because(say!(
                "the locks that keep two senders apart can't be relied on there"
            ))
            .fix(say!("keep it on a local disk")),
        ),
        FileSystemKind::Container => Some(
            ReportLine::care(
                CheckTopic::State,
                say!(
                    "{folder} lies in a container's own layer (overlayfs)",
                    folder
                ),
            )
            .because(say!(
                "the list and the ledger go when the container is replaced"
            ))
            .fix(say!("mount a volume there")),
        ),
    }
}

/// By what a copy of the state is known.
fn identity(facts: &StateFacts) -> Option<ReportLine> {
    let what = say!(
        "the file system of {folder} doesn't tell when a file was made",
        folder = facts.folder
    );
    let why = say!(
        "a copy of the state put in its place is noticed later: where its files' numbers are the same, only once the other one has run"
    );
    (!facts.tells_birth).then(|| {
        ReportLine::care(CheckTopic::State, what)
            .because(why)
            .fix(say!("move the publication to a local ext4, XFS, Btrfs or APFS; or after putting a copy in place, `daily-note adopt`"))
    })
}

fn room(facts: &StateFacts) -> Option<ReportLine> {
    let free = facts.free_bytes;
    let what = say!(
        "{megabytes} MB are free beside {folder}",
        megabytes = free / 1_000_000,
        folder = facts.folder
    );
    let why = say!("a full disk stops a batch in the middle (nothing is lost, readers wait)");
    let fix = say!("make room, or move the publication to a larger disk");
    let check = if free < TOO_LITTLE_BYTES {
        ReportLine::bad(CheckTopic::State, what)
    } else if free < LITTLE_BYTES {
        ReportLine::care(CheckTopic::State, what)
    } else {
        return None;
    };
    Some(check.because(why).fix(fix))
}
