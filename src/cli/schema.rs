//! `schema`: JSON Schemas, for editors that complete and check while one writes.

use clap::ValueEnum;

use super::{CommandContext, CommandExit, Failure};
use crate::{audience, issue, publication};

/// Print a JSON Schema, for completion and checks in an editor
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Within a publication, `issue` and `subscribers` know its editions.

Examples:
  daily-note schema config > .vscode/daily-note.schema.json
  # then, as the first line of daily-note.yaml:
  # yaml-language-server: $schema=.vscode/daily-note.schema.json"
)]
pub(crate) struct Args {
    /// Of which file
    #[arg(value_enum)]
    of: SchemaSubject,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SchemaSubject {
    /// daily-note.yaml
    Config,
    /// The front matter of an issue
    Issue,
    /// subscribers.yaml
    Subscribers,
}

pub(crate) fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    // Schemas are of use before there is a publication too, and while it is broken.
    let app = context.app().ok();
    let publication = app.as_ref().map(|app| &*app.publication);
    let schema = match args.of {
        SchemaSubject::Config => publication::schema::config(),
        SchemaSubject::Issue => issue::schema(publication),
        SchemaSubject::Subscribers => audience::file::schema(publication),
    };
    context
        .output
        .raw(format!("{:#}\n", schema.as_value()).as_bytes());
    Ok(CommandExit::Done)
}
