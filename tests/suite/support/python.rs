//! Python's view of our bytes: scripts under tests/python, run with an interpreter that has what
//! they import.

use std::{
    path::Path,
    process::{Command, Output},
};

use super::left_out;

/// Runs a script. None, after saying so, where no interpreter has the modules; a failure under
/// `CI=true`.
pub(crate) fn run(script: &str, modules: &[&str], argument: &Path) -> Option<Output> {
    let imports = format!("import {}", modules.join(", "));
    let has_modules = |python: &&str| {
        Command::new(python)
            .args(["-c", &imports])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let Some(python) = ["python3", "/usr/bin/python3"]
        .into_iter()
        .find(has_modules)
    else {
        left_out(&format!("{script}: no python3 has {modules:?}"));
        return None;
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/python")
        .join(script);
    Some(
        Command::new(python)
            .arg(path)
            .arg(argument)
            .output()
            .unwrap(),
    )
}

/// As [`run`], and the script must be content.
pub(crate) fn assert_content(script: &str, modules: &[&str], argument: &Path) {
    let Some(output) = run(script, modules, argument) else {
        return;
    };
    assert!(
        output.status.success(),
        "{script}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
