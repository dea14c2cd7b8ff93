//! Other programs that must end well.

use std::process::Output;

/// Fails with all that the program said, unless it says that all is well.
#[track_caller]
pub(crate) fn succeeded(output: &Output) {
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
