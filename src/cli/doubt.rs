//! A doubt put in words to the person at the terminal, whatever `--yes` says.

use std::io::{self, IsTerminal};

use super::{Failure, Output, confirm, output::Tone};
use crate::{
    app::{App, AppError, Doubt},
    words::say,
};

/// What a person answered.
pub(crate) enum PersonsAnswer {
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
) -> Result<PersonsAnswer, Failure> {
    match ask(&doubt, output)? {
        Some(PersonsAnswer::Yes) => {
            if !doubt.is_of_issue() {
                app.adopt(&[]).await?;
            }
            Ok(PersonsAnswer::Yes)
        }
        Some(PersonsAnswer::No) => Ok(PersonsAnswer::No),
        None => Err(AppError::Doubt(doubt).into()),
    }
}

/// None: nobody can be asked.
pub(crate) fn ask(doubt: &Doubt, output: &Output) -> Result<Option<PersonsAnswer>, Failure> {
    let Some(question) = doubt.question().filter(|_| io::stdin().is_terminal()) else {
        return Ok(None);
    };
    let told = format!("! {}", output.words(doubt.message()));
    output.note(output.paint(Tone::Care, told));
    Ok(Some(match confirm::ask(question, output)? {
        true => PersonsAnswer::Yes,
        false => {
            output.note(say!("Nothing was sent."));
            PersonsAnswer::No
        }
    }))
}
