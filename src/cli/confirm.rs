//! A yes or no from the person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use super::{Failure, Output};
use crate::words::{Said, say};

/// Whether a person sits at the terminal.
pub(crate) fn is_somebody_here() -> bool {
    io::stdin().is_terminal()
}

/// Asks; anything but a clear yes is a no. Where nobody is there to answer, says what to add.
pub(crate) fn ask(question: impl Into<Said>, output: &Output) -> Result<bool, Failure> {
    if !is_somebody_here() {
        return Err(Failure::usage(say!(
            "nobody is here to ask: add --yes to go ahead"
        )));
    }
    output.note(question);
    let mut stderr = io::stderr().lock();
    write!(stderr, "{} ", output.words(say!("[y/N]")))?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(is_yes(&answer))
}

/// In either language, whichever is spoken, and with the Korean keyboard left on: ㅛ lies on y.
fn is_yes(answer: &str) -> bool {
    matches!(
        answer.trim().to_lowercase().as_str(),
        "y" | "yes" | "예" | "네" | "ㅛ"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_yes_is_one_in_either_language() {
        for yes in ["y\n", "Y", "yes", "예", " 네\n", "ㅛ"] {
            assert!(is_yes(yes), "{yes}");
        }
        for no in ["", "\n", "n", "no", "아니요", "아니오", "yesterday"] {
            assert!(!is_yes(no), "{no}");
        }
    }
}
