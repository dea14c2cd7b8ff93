//! `secret rotate`: another secret for the readers' links.

use super::{CommandContext, CommandExit, Failure};
use crate::words::say;

/// The secret that signs the readers' links
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: SecretAction,
}

#[derive(Debug, clap::Subcommand)]
enum SecretAction {
    Rotate(RotateArgs),
}

/// Sign with a new secret; mail of the old one can still unsubscribe
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Preferences, opinions and links to confirm that the old secret signed are refused from now on, and offer to
write a fresh link. Running `serve` and `send` take the new one up at their next mail.

Examples:
  daily-note secret rotate
  daily-note secret rotate --leaked     somebody else may know the old one: even unsubscribing is refused")]
struct RotateArgs {
    /// Nothing that the old secret signed is taken any more
    #[arg(long)]
    leaked: bool,
}

pub(crate) fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let SecretAction::Rotate(RotateArgs { leaked }) = args.action;
    let (app, output) = (context.app()?, &context.output);
    let rotated = app.rotate_secret(leaked)?;
    if output.is_json() {
        output.document(&rotated);
        return Ok(CommandExit::Done);
    }
    output.say(say!("✓ a new secret signs the readers' links"));
    output.note(match leaked {
        true => say!("The links of mail that went out before do nothing any more: readers write to you, or have a fresh link written to them."),
        false => say!("Mail that went out before can still unsubscribe."),
    });
    Ok(CommandExit::Done)
}
