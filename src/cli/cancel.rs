//! `cancel ISSUE`: nobody else gets it, ever.

use super::{CommandContext, CommandExit, Failure, batch, confirm};
use crate::{
    operations,
    words::{many, say},
};

/// End an issue that is on its way: whoever has not got it will not
#[derive(Debug, clap::Args)]
#[command(after_help = "\
There is no way back: an issue has one batch. To stop for a while, use pause.

Example:
  daily-note cancel 2026-11-23-small-models")]
pub(crate) struct Args {
    /// The issue
    issue: String,
    /// Skip the confirmation
    #[arg(short, long)]
    yes: bool,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let cancelling = operations::cancelling(&app, &args.issue).await?;
    if cancelling.is_over() {
        return Ok(batch::note_state(&cancelling.batch, output));
    }
    let question = many!(
        cancelling.left,
        "1 reader of {issue} will never get it. Cancel?",
        "{n} readers of {issue} will never get it. Cancel?",
        issue = cancelling.batch.issue
    );
    if !args.yes && !confirm::ask(question, output)? {
        output.note(say!("Nothing was changed."));
        return Ok(CommandExit::Nothing);
    }
    batch::show(&operations::cancel(&app, cancelling.batch).await?, output);
    Ok(CommandExit::Done)
}
