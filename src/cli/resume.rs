//! `resume ISSUE`: goes on after a pause, or settles the unknown.

use super::{Context, Exit, Failure, carry};

/// Go on with a paused issue, or decide about the readers whose mail is unknown
#[derive(Debug, clap::Args)]
#[command(after_help = "\
After a pause for refused readers, refusals count: what the relay refuses now is marked.

Examples:
  daily-note resume 2026-11-23-small-models")]
pub(crate) struct Args {
    /// The issue
    issue: String,
}

pub(crate) async fn execute(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let app = context.app()?;
    let sending = app.resuming(&args.issue).await?;
    sending.refuse_nothing_to_do()?;
    carry::execute(&app, sending, &context.output).await
}
