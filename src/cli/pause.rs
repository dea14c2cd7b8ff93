//! `pause ISSUE`: a running sender stops at its next message.

use super::{CommandContext, CommandExit, Failure, batch, hold};
use crate::operations::{self, Paused};
use crate::words::phrase;

/// Why, where nobody says it.
const BY_A_PERSON: &str = phrase!("a person paused it");

/// Pause an issue that is on its way; the messages in flight finish
///
/// One that has not started is put on hold instead, as by `hold`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  daily-note pause 2026-11-23-small-models")]
pub(crate) struct Args {
    /// The issue
    issue: String,
    /// Why, for whoever looks next
    #[arg(long, default_value = BY_A_PERSON)]
    reason: String,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    Ok(
        match operations::pause(&app, &args.issue, &args.reason).await? {
            Paused::Now(report) => {
                batch::show(&report, output);
                CommandExit::Done
            }
            Paused::NotOpen(batch) => batch::note_state(&batch, output),
            Paused::OnHold(hold, is_new) => hold::tell_held(&hold, is_new, output),
        },
    )
}
