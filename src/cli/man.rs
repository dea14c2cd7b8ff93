//! `man`: the manual pages, generated from the same words as `--help`.

use std::path::PathBuf;

use super::{CommandContext, CommandExit, Failure, help};
use crate::words::say;

/// Print the manual page, or write one page a command
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  daily-note man | man -l -
  daily-note man --out ~/.local/share/man/man1")]
pub(crate) struct Args {
    /// Write daily-note.1, daily-note-send.1 … into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let command = help::in_words(super::clap_command(), context.output.tongue());
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder)?;
        clap_mangen::generate_to(command, folder)?;
        context.output.note(say!(
            "manual pages are in {folder}",
            folder = folder.display()
        ));
        return Ok(CommandExit::Done);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    context.output.raw(&page);
    Ok(CommandExit::Done)
}
