//! `subscribers growth`: how the list grew, week by week.

use crate::{
    cli::{CommandContext, CommandExit, Failure, table::table},
    words::say,
};

/// How the list grew, week by week
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Weeks begin on Mondays of the publication's own calendar; the last one is still under way. Who asked by the
form counts as a reader once they confirm.

Example:
  daily-note subscribers growth --weeks 12")]
pub(super) struct Args {
    /// How many weeks
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=520))]
    weeks: u32,
}

pub(super) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let growth = context.app()?.growth(args.weeks).await?;
    let output = &context.output;
    if output.is_json() {
        output.document(&growth);
        return Ok(CommandExit::Done);
    }
    let rows: Vec<[String; 9]> = growth
        .iter()
        .map(|week| {
            [
                week.starts.to_string(),
                week.asked.to_string(),
                week.confirmed.to_string(),
                week.added.to_string(),
                week.returned.to_string(),
                week.left.to_string(),
                (week.bounced + week.complained).to_string(),
                week.erased.to_string(),
                week.readers_at_end.to_string(),
            ]
        })
        .collect();
    let header = [
        say!("week"),
        say!("asked"),
        say!("confirmed"),
        say!("added"),
        say!("returned"),
        say!("left"),
        say!("bounced"),
        say!("erased"),
        say!("readers"),
    ];
    output.say(table(header, &rows, output).trim_end());
    Ok(CommandExit::Done)
}
