//! `cancel ISSUE`: nobody else gets it, ever.

use super::{Context, Exit, Failure, batch, confirm};
use crate::store::BatchState;

/// End an issue that is on its way: whoever has not got it will not
#[derive(Debug, clap::Args)]
#[command(after_help = "\
There is no way back: an issue has one batch. To stop for a while, use pause.

Example:
  daily-note cancel 2026-11-23-small-models")]
pub(crate) struct Args {
    /// The issue
    issue: String,
    /// Don't ask
    #[arg(short, long)]
    yes: bool,
}

pub(crate) async fn execute(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let app = context.app()?;
    let store = app.store().await?;
    let batch = app.batch(store.as_ref(), &args.issue).await?;
    if matches!(batch.state, BatchState::Finished | BatchState::Cancelled) {
        context.output.note(format!(
            "{} is {}",
            batch.issue,
            batch::state_words(&batch.state)
        ));
        return Ok(Exit::Nothing);
    }
    let left = store.counts(batch.id).await?.open();
    let question = format!(
        "{left} readers of {} will never get it. Cancel?",
        batch.issue
    );
    if !args.yes && !confirm::ask(&question, &context.output)? {
        context.output.note("Nothing was changed.");
        return Ok(Exit::Nothing);
    }
    store
        .set_batch_state(batch.id, &BatchState::Cancelled, app.clock.now())
        .await?;
    batch::show(&batch.issue, store.as_ref(), &context.output).await
}
