//! `inbox clear`: the mail of try-outs and what the ledger knows of them, away.

use super::super::{CommandContext, CommandExit, Failure};
use crate::words::{many, say};

/// Throw away the mail in the inbox, and with it the rehearsals that it came from
///
/// What was sent through the embedded inbox, or with --at, can be sent again then. The list of readers
/// and what really went out stay as they are.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  daily-note inbox clear")]
pub(crate) struct Args {}

pub(crate) async fn execute(context: &CommandContext) -> Result<CommandExit, Failure> {
    let cleared = context.app()?.clear_inbox().await?;
    let output = &context.output;
    if output.is_json() {
        output.document(&cleared);
    } else if cleared.is_nothing() {
        output.note(say!("There was nothing to clear."));
    } else {
        output.say(say!(
            "Cleared {mails} and {rehearsals}.",
            mails = many!(cleared.mails, "1 mail", "{n} mails"),
            rehearsals = many!(cleared.rehearsals, "1 rehearsal", "{n} rehearsals")
        ));
    }
    Ok(match cleared.is_nothing() {
        true => CommandExit::Nothing,
        false => CommandExit::Done,
    })
}
