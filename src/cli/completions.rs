//! `completions SHELL`: a completion script for a shell.

use super::{CommandContext, CommandExit, Failure, help};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  daily-note completions zsh > ~/.zfunc/_daily-note")]
pub(crate) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

pub(crate) fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut help::in_words(super::clap_command(), context.output.tongue()),
        "daily-note",
        &mut script,
    );
    context.output.raw(&script);
    Ok(CommandExit::Done)
}
