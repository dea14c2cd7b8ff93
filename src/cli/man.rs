//! `man`: the manual pages, generated from the same words as `--help`.

use std::path::PathBuf;

use super::{CommandContext, CommandExit, Failure};

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
    let command = super::clap_command();
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder)?;
        clap_mangen::generate_to(command, folder)?;
        context
            .output
            .note(format!("manual pages are in {}", folder.display()));
        return Ok(CommandExit::Done);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    context.output.raw(&page);
    Ok(CommandExit::Done)
}
