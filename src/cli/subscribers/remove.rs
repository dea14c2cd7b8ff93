//! `subscribers remove`.

use super::{
    super::{CommandContext, CommandExit, Failure, Tone},
    address,
};
use crate::{
    address::Address,
    operations::{self, RemovalOutcome, RemovedPerson},
    words::say,
};

/// Take people off the list
#[derive(Debug, clap::Args)]
#[command(after_help = "\
They get no mail from now on, also not the rest of an issue that is going out; and neither
subscribers.yaml nor an import brings them back. What is known of them stays, so that
`daily-note suppressions remove` can undo it.

Examples:
  daily-note subscribers remove minji@example.com
  daily-note subscribers remove ada@example.com --asked")]
pub(crate) struct Args {
    /// Their addresses
    #[arg(required = true, value_parser = address)]
    emails: Vec<Address>,
    /// They asked for it: recorded as their own act, like a click on unsubscribe
    #[arg(long)]
    asked: bool,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let removed = operations::remove_people(&app, &args.emails, args.asked).await?;
    if output.is_json() {
        output.document(&removed);
    }
    for RemovedPerson { email, outcome } in &removed {
        output.say(match outcome {
            RemovalOutcome::Removed => output
                .paint(Tone::Good, say!("{email} is off the list.", email))
                .into(),
            RemovalOutcome::OffAlready => say!("{email} was kept off the list already.", email),
            RemovalOutcome::Unknown => say!("{email} is not on the list.", email),
        });
    }
    let is_changed = removed
        .iter()
        .any(|it| it.outcome == RemovalOutcome::Removed);
    Ok(match is_changed {
        true => CommandExit::Done,
        false => CommandExit::Nothing,
    })
}
