//! A doubt put in words to the person at the terminal, whatever `--yes` says.

use std::io::{self, IsTerminal};

use super::{Failure, Output, confirm, output::Tone};
use crate::app::{App, AppError, Doubt};

/// What a person answered.
pub(crate) enum Answer {
    /// It may be done.
    Yes,
    /// It may not: nothing is sent.
    No,
}

/// Asks about what is in doubt of the state, and takes it into use on a yes. Where nobody is there to
/// answer, or more than a yes has to be said, the doubt is the error that it was.
pub(crate) async fn settle(
    app: &App,
    doubt: Box<Doubt>,
    output: &Output,
) -> Result<Answer, Failure> {
    match ask(&doubt, output)? {
        Some(Answer::Yes) => {
            if !doubt.is_of_issue() {
                app.adopt().await?;
            }
            Ok(Answer::Yes)
        }
        Some(Answer::No) => Ok(Answer::No),
        None => Err(AppError::Doubt(doubt).into()),
    }
}

/// None: nobody can be asked.
pub(crate) fn ask(doubt: &Doubt, output: &Output) -> Result<Option<Answer>, Failure> {
    let Some(question) = doubt.question().filter(|_| io::stdin().is_terminal()) else {
        return Ok(None);
    };
    output.note(output.paint(Tone::Care, format!("! {}", doubt.message())));
    Ok(Some(match confirm::ask(question, output)? {
        true => Answer::Yes,
        false => {
            output.note("Nothing was sent.");
            Answer::No
        }
    }))
}
