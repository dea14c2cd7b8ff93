//! Work without a bound: whatever a file holds, each command ends within its time and memory, and says what is
//! too much, and where.

mod files;
mod issues;
mod pictures;
mod templates;

use std::{
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
};

use crate::support::TestPublication;

/// Seconds of the processor: for a debug build, which is ten times as slow as what people run.
const SECONDS: u32 = 60;
/// Address space: stacks and arenas of twenty threads, and what a command may take beside them.
const KILOBYTES: u32 = 2_500_000;
/// What stays in memory.
const PEAK_KILOBYTES: u64 = 400_000;

/// What a bounded run said.
struct Bounded {
    code: Option<i32>,
    said: String,
    peak_kilobytes: u64,
}

/// Runs the binary within bounds of time and memory; fails where it goes over them.
#[track_caller]
fn bounded(publication: &TestPublication, arguments: &[&str]) -> Bounded {
    let command = publication.command(arguments);
    // The shell sets the limits, waits, and reads what the kernel counted of its child.
    let script = format!("ulimit -v {KILOBYTES}; ulimit -t {SECONDS}; exec \"$0\" \"$@\"",);
    let peak = publication.path("peak");
    let mut shell = Command::new("/usr/bin/env");
    shell.args(["python3", "-c", PEAK, &peak.display().to_string()]);
    shell.args(["/bin/sh", "-c", &script]);
    shell.arg(command.get_program()).args(command.get_args());
    shell.current_dir(publication.path(""));
    shell.env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.stdin(Stdio::null());
    let output = shell.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    let start: String = said.chars().take(2_000).collect();
    assert_eq!(output.status.signal(), None, "{arguments:?}: {start}");
    let peak = std::fs::read_to_string(peak).unwrap();
    let (signal, kilobytes) = peak.split_once(' ').unwrap();
    assert_eq!(signal, "0", "{arguments:?} was ended by a signal: {start}");
    let kilobytes: u64 = kilobytes.trim().parse().unwrap();
    assert!(
        kilobytes < PEAK_KILOBYTES,
        "{arguments:?} took {kilobytes} KB: {start}"
    );
    assert!(
        said.len() < 200_000,
        "{arguments:?} says {} bytes",
        said.len()
    );
    Bounded {
        code: output.status.code(),
        said,
        peak_kilobytes: kilobytes,
    }
}

/// Runs what follows its first argument; writes there by which signal it ended and what it had in memory at the most.
const PEAK: &str = "\
import os, sys
child = os.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
open(sys.argv[1], 'w').write(f'{signal} {usage.ru_maxrss}')
sys.exit(0 if signal else os.WEXITSTATUS(status))
";
