//! `subscribers held`: mail to people who asked to subscribe in a flood.

use crate::{
    cli::{CommandContext, CommandExit, Failure},
    words::{many, say},
};

/// How much mail to people who asked to subscribe is on hold, and its release
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Where far more people ask to subscribe than usual, further confirmation mail is held for a day and then
dropped. Look first where the sign-ups come from: mail that nobody asked for harms the sender.

Examples:
  daily-note subscribers held
  daily-note subscribers held --release")]
pub(super) struct Args {
    /// Let it leave
    #[arg(long)]
    release: bool,
}

pub(super) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let held = app.held_signups(args.release).await?;
    let output = &context.output;
    if output.is_json() {
        output.document(&held);
        return Ok(CommandExit::Done);
    }
    match (held.held, held.released) {
        (0, 0) => {
            output.note(say!("Nothing is on hold."));
            return Ok(CommandExit::Nothing);
        }
        (held, 0) => output.say(many!(
            held,
            "1 confirmation is on hold; --release lets it leave",
            "{n} confirmations are on hold; --release lets them leave"
        )),
        (_, released) => output.say(many!(
            released,
            "✓ 1 confirmation leaves as soon as `serve` runs",
            "✓ {n} confirmations leave as soon as `serve` runs"
        )),
    }
    Ok(CommandExit::Done)
}
