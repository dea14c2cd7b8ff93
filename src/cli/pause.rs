//! `pause ISSUE`: a running sender stops at its next message.

use super::{Context, Exit, Failure, batch, hold};
use crate::store::BatchState;

/// Pause an issue that is on its way; the messages in flight finish
///
/// One that is not begun is put on hold instead, as by `hold`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  daily-note pause 2026-11-23-small-models")]
pub(crate) struct Args {
    /// The issue
    issue: String,
    /// Why, for whoever looks next
    #[arg(long, default_value = "a person paused it")]
    reason: String,
}

pub(crate) async fn execute(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let app = context.app()?;
    let store = app.store().await?;
    let id = app.issue_id(&args.issue)?;
    let Some(batch) = store.batch(&id).await? else {
        // Not begun: it is held instead, until `resume` or `release`.
        return hold::put(&app, &args.issue, &args.reason, &context.output).await;
    };
    if batch.state != BatchState::Open {
        context.output.note(format!(
            "{} is {}",
            batch.issue,
            batch::state_words(&batch.state)
        ));
        return Ok(Exit::Nothing);
    }
    let state = BatchState::Paused {
        reason: args.reason.clone(),
        over_refusals: false,
    };
    store
        .set_batch_state(batch.id, &state, app.clock.now())
        .await?;
    batch::show(&batch.issue, store.as_ref(), &context.output).await
}
