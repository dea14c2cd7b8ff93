//! The mail's HTML from outside: how heavy it is beside what others make of the same words, and what
//! clients of every width and temper make of it.

mod clients;
mod digest;
mod looks;
mod views;
mod weight;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{real::is_installed, support::left_out};

/// What a script of tests/browser says, given these files. None, and said so, where its programs are
/// missing.
pub(crate) fn script(name: &str, programs: &[&str], files: &[PathBuf]) -> Option<String> {
    if let Some(program) = programs.iter().find(|it| !is_installed(it)) {
        left_out(&format!("{program} is not installed"));
        return None;
    }
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run");
    let output = Command::new(run).arg(name).args(files).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{name}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(said)
}
