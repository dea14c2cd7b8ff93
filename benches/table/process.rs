//! Whole processes and what they cost: the clock, the processor, the memory at its peak.

use std::{
    ffi::OsStr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// GNU time: it reads the system's own account of a finished process.
const TIME: &str = "/usr/bin/time";

/// What a process cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// On all cores, its own and the kernel's for it.
    pub(crate) cpu: Duration,
    pub(crate) peak_mib: f64,
    pub(crate) code: i32,
}

impl Cost {
    /// Microseconds of processor for each of `count`.
    pub(crate) fn cpu_each(&self, count: usize) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / count as f64
    }

    /// So many in each second of the clock.
    pub(crate) fn per_second(&self, count: usize) -> f64 {
        count as f64 / self.wall.as_secs_f64()
    }

    pub(crate) fn milliseconds(&self) -> f64 {
        self.wall.as_secs_f64() * 1e3
    }
}

/// Whether processes can be measured here.
pub(crate) fn is_there() -> bool {
    Path::new(TIME).exists()
}

/// Whether a command can be run here.
pub(crate) fn has(program: &str) -> bool {
    let done = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    done.is_ok()
}

/// A command to be run under the watch; `log` takes its account.
pub(crate) fn watched(program: impl AsRef<OsStr>, log: &Path) -> Command {
    let mut command = Command::new(TIME);
    command
        .args(["--quiet", "-f", "%U %S %M", "-o"])
        .arg(log)
        .arg(program)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Runs a watched command to its end.
pub(crate) fn run(command: &mut Command, log: &Path) -> Cost {
    let start = Instant::now();
    let status = command.status().expect("a process");
    let wall = start.elapsed();
    account(log, wall, status.code().unwrap_or(-1))
}

fn account(log: &Path, wall: Duration, code: i32) -> Cost {
    let text = std::fs::read_to_string(log).expect("the account of a process");
    let numbers: Vec<f64> = text
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    let [user, system, peak_kib] = numbers[..] else {
        panic!("not an account of a process: {text}");
    };
    Cost {
        wall,
        cpu: Duration::from_secs_f64(user + system),
        peak_mib: peak_kib / 1024.0,
        code,
    }
}

/// A process that ends with the bench, whatever happens.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What this thread has spent on its core: steadier than the clock on a busy machine. Linux.
pub(crate) fn thread_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|word| word.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}
