//! `bounces …`: what comes back, taken in and looked at.

mod import;
mod list;
mod show;
pub(super) mod words;

use clap::Subcommand;

use super::{CommandContext, CommandExit, Failure};
use crate::operations::ReturnStatus;

/// What comes back: bounces, complaints, answers
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A report acts only where it proves whose mail it is about: by our own return-path or Message-ID, by the
token of List-Unsubscribe, or by a provider's signature. Everything else is shown as unproven. A dead
address gets no mail any more once its refusal is believed; a full mailbox is passed by after four issues
in a row over two weeks; what a domain holds against the sender counts against nobody. docs/bounces.md
says how to set it up.

Examples:
  daily-note bounces import /var/mail/bounces
  daily-note bounces list --effect held
  daily-note bounces list --asking
  daily-note bounces show 12
  daily-note bounces status")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: BouncesAction,
}

#[derive(Debug, Subcommand)]
enum BouncesAction {
    Import(import::Args),
    List(list::Args),
    Show(show::Args),
    /// Count what came back in the last 30 days, and say when each door was read
    Status,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    match &args.action {
        BouncesAction::Import(args) => import::execute(args, context).await,
        BouncesAction::List(args) => list::execute(args, context).await,
        BouncesAction::Show(args) => show::execute(args, context).await,
        BouncesAction::Status => status(context).await,
    }
}

async fn status(context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let status: ReturnStatus = app.return_status().await?;
    if output.is_json() {
        output.document(&status);
        return Ok(CommandExit::Done);
    }
    let zone = app.publication.timezone;
    for line in words::status_lines(&status, zone, output) {
        output.say(line);
    }
    Ok(CommandExit::Done)
}
