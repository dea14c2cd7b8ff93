//! `storage move`: the list from its folder into a database. `storage prune`: rows of old issues into their totals.

mod prune;

use clap::Subcommand;

use super::{CommandContext, CommandExit, Failure, Tone, confirm};
use crate::{
    operations::MovedRows,
    words::{many, say},
};

/// Move the list and the ledger to another place, or prune old rows of the ledger
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: StorageCommand,
}

#[derive(Debug, Subcommand)]
enum StorageCommand {
    /// Move everything from .daily-note into a PostgreSQL database
    ///
    /// Each table is copied, read back and held against the folder's; then the folder is closed for good. Nothing is sent
    /// meanwhile, and nobody may write. Interrupted, it goes on where it stopped when it is said again.
    #[command(after_help = "\
Examples:
  daily-note storage move --to postgres://notes@db.example.com/notes?sslmode=verify-full
  PGPASSWORD=… daily-note storage move --to …     a password that stands in no address")]
    Move(MoveArgs),
    Prune(prune::PruneArgs),
}

#[derive(Debug, clap::Args)]
struct MoveArgs {
    /// An empty database, or one with an empty schema
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// Skip the confirmation
    #[arg(short, long)]
    yes: bool,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    match &args.command {
        StorageCommand::Move(args) => move_house(args, context).await,
        StorageCommand::Prune(args) => prune::execute(args, context).await,
    }
}

async fn move_house(args: &MoveArgs, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let question =
        say!("Once all of it is there, .daily-note opens for nobody any more. Move the list?");
    if !args.yes && !confirm::ask(question, output)? {
        output.note(say!("Nothing was changed."));
        return Ok(CommandExit::Nothing);
    }
    let told = |moved: &MovedRows| {
        let rows = many!(moved.rows, "1 row", "{n} rows");
        output.note(say!("  {table}: {rows}", table = moved.table, rows = rows));
    };
    let moved = app.move_house(&args.to, &mut { told }).await?;
    if output.is_json() {
        output.document(&moved);
        return Ok(CommandExit::Done);
    }
    output.say(output.paint(
        Tone::Good,
        say!("✓ the list lives in {place} now", place = moved.to),
    ));
    output.say(say!(
        "  next: `storage` in daily-note.yaml names it; the secret and the DKIM keys stay in {folder}, and every machine needs them",
        folder = app.publication.state_dir().display()
    ));
    Ok(CommandExit::Done)
}
