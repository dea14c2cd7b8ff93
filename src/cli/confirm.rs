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

/// Asks with an answer that Enter takes. A clear yes or no is one; anything else is that answer, too.
pub(crate) fn ask_with_default(
    question: &Said,
    default: bool,
    output: &Output,
) -> io::Result<bool> {
    let choice = match default {
        true => say!("[Y/n]"),
        false => say!("[y/N]"),
    };
    prompt(question, &output.words(choice), output)?;
    let answer = read()?.unwrap_or_default();
    Ok(is_yes(&answer) || default && !is_no(&answer))
}

/// Asks for words; None: nothing was typed, and Enter takes the default.
pub(crate) fn ask_for(
    question: &Said,
    default: &str,
    output: &Output,
) -> io::Result<Option<String>> {
    prompt(question, &format!("[{default}]"), output)?;
    let answer = read()?.unwrap_or_default();
    let answer = answer.trim();
    Ok((!answer.is_empty()).then(|| answer.to_owned()))
}

fn prompt(question: &Said, choice: &str, output: &Output) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "{} {choice} ", output.words(question))?;
    stderr.flush()
}

/// A line. None: the answers are at their end.
fn read() -> io::Result<Option<String>> {
    let mut answer = String::new();
    let length = io::stdin().lock().read_line(&mut answer)?;
    if length == 0 {
        // The next line would stand behind the question.
        writeln!(io::stderr())?;
    }
    Ok((length > 0).then_some(answer))
}

fn is_no(answer: &str) -> bool {
    matches!(
        answer.trim().to_lowercase().as_str(),
        "n" | "no" | "아니요" | "아니오" | "ㅜ"
    )
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
