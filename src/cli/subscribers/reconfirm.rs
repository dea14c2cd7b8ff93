//! `subscribers reconfirm`.

use super::super::{CommandContext, CommandExit, Failure, confirm, moments};
use crate::words::{many, say};

/// Ask readers of whose consent there is no proof whether they want to go on
#[derive(Debug, clap::Args)]
#[command(after_help = "\
For those whom a file, an import or `subscribers add` put on the list: a mail with one button goes to each, once. Who
presses it has consented, with the words of that mail as proof; who does not answer stays on the list as they are. The
mail leaves as `serve` or `send --due` sends it, at `smtp.rate`, after all that somebody waits for.

Examples:
  daily-note subscribers reconfirm --dry-run
  daily-note subscribers reconfirm --yes")]
pub(super) struct Args {
    /// Say how many would be asked, and ask nobody
    #[arg(long)]
    dry_run: bool,
    /// Skip the confirmation
    #[arg(short, long)]
    yes: bool,
}

pub(super) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let found = app.without_proof().await?;
    let readers = moments::readers(found.without_proof);
    if args.dry_run || found.without_proof == 0 {
        if output.is_json() {
            output.document(&found);
        }
        if found.without_proof == 0 {
            output.say(say!(
                "Of every reader there is a proof of consent, or they were asked before."
            ));
            return Ok(CommandExit::Nothing);
        }
        output.say(say!(
            "{readers} would be asked; nobody was: this was a dry run.",
            readers
        ));
        return Ok(CommandExit::Done);
    }
    let question = say!("Ask {readers} by mail whether they want to go on?", readers);
    if !args.yes && !confirm::ask(question, output)? {
        output.note(say!("Nobody was asked."));
        return Ok(CommandExit::Nothing);
    }
    let asked = app.reconfirm().await?;
    if output.is_json() {
        output.document(&asked);
    }
    output.say(many!(
        asked.asked,
        "✓ 1 is asked; the mail leaves as `serve` sends it",
        "✓ {n} are asked; their mail leaves as `serve` sends it"
    ));
    Ok(CommandExit::Done)
}
