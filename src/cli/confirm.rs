//! A yes or no from the person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use super::{Failure, Output};

/// Whether a person sits at the terminal.
pub(crate) fn is_somebody_here() -> bool {
    io::stdin().is_terminal()
}

/// Asks; anything but a clear yes is a no. Where nobody is there to answer, says what to add.
pub(crate) fn ask(question: &str, output: &Output) -> Result<bool, Failure> {
    if !is_somebody_here() {
        return Err(Failure::usage(
            "nobody is here to ask: add --yes to go ahead",
        ));
    }
    output.note(question);
    let mut stderr = io::stderr().lock();
    write!(stderr, "[y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(
        answer.trim().to_lowercase().as_str(),
        "y" | "yes" | "예" | "네"
    ))
}
