//! `adopt`: a person vouches for a copy of the state.

use super::{CommandContext, CommandExit, Failure, batch, confirm};
use crate::words::say;

/// Take a copied or restored state into use: say that no other copy sends
///
/// `serve` and `send --due` notice when .daily-note was put back from a backup or moved, and wait: the
/// copy can't know what was sent since. Adopting it lets the calendar be kept from here. Slots due
/// before now stay for you to send, and batches that were open in the copy are paused.
///
/// On a server that many machines share, each notes what leaves from it, and hands that in by itself once the server
/// is another: a standby that was promoted, a dump that was restored. Those who do not are waited for a quarter of a
/// minute, and named. Of a machine that is no more, or of which the database never heard, say so with --without: every
/// reader whom the copy does not know to have an issue under way is unknown then.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  daily-note adopt
  daily-note adopt --without mail-2:/var/lib/daily-note/worker
  daily-note status          what the copy knows
  daily-note resume ISSUE    go on with a batch that was open in it")]
pub(crate) struct Args {
    /// Skip the confirmation
    #[arg(short, long)]
    yes: bool,
    /// A machine that sent, and can't hand in what it noted: the name that `adopt` gave it, or any other
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let question = say!("Two copies in use would send twice. Is this the only one that sends?");
    if !args.yes && !confirm::ask(question, output)? {
        output.note(say!("Nothing was changed."));
        return Ok(CommandExit::Nothing);
    }
    let adopted = app.adopt(&args.without).await?;
    if output.is_json() {
        output.document(&serde_json::json!({
            "paused": adopted.paused,
            "departed": adopted.departed,
            "heard": adopted.heard,
            "last": adopted.last.as_ref().map(|batch| &batch.issue),
        }));
    }
    output.say(say!("✓ the calendar is kept from this state now"));
    match &adopted.last {
        Some(last) => output.say(say!(
            "  the last issue it knows of is {issue}, {state}",
            issue = last.issue,
            state = batch::state_words(&last.state)
        )),
        None => output.say(say!("  it knows of no issue that was sent")),
    }
    if adopted.departed > 0 {
        output.say(say!(
            "  {departed} who left since it was made stay out",
            departed = adopted.departed
        ));
    }
    for place in &adopted.heard {
        output.say(say!("  what {place} noted since it was made is in", place));
    }
    if adopted.paused > 0 {
        output.say(say!(
            "  ! {paused} open in the copy wait for you: daily-note status, then resume or cancel",
            paused = adopted.paused
        ));
    }
    Ok(CommandExit::Done)
}
